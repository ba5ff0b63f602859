/* SPDX-License-Identifier: MIT */
/* A unit's life cycle, and the check of its invariants (see flow.h). */
#include "flow/internal.h"

#include <stdlib.h>

void lc_unit_init(struct lc_unit *u)
{
	memset(u, 0, sizeof(*u));
	lc_strings_init(&u->strings);
}

void lc_unit_release(struct lc_unit *u)
{
	lc_strings_release(&u->strings);
	lc_array_release(&u->symbols);
	lc_array_release(&u->fields);
	lc_array_release(&u->steps);
	lc_array_release(&u->paths);
	lc_array_release(&u->operands);
	lc_array_release(&u->args);
	lc_array_release(&u->instrs);
	lc_array_release(&u->cases);
	lc_array_release(&u->blocks);
	lc_array_release(&u->locals);
	lc_array_release(&u->flows);
	lc_array_release(&u->inits);
	lc_array_release(&u->annotations);
}

#define REQUIRE(cond)                                                          \
	do {                                                                   \
		if (!(cond))                                                   \
			return #cond;                                          \
	} while (0)
#define STRING(id)     REQUIRE((id) < u->strings.text.len)
#define OPTIONAL(i, n) REQUIRE((i) == LC_NONE || (i) < (n))
/* first + n ≤ len without overflow */
#define RANGE(first, n, len_)                                                  \
	REQUIRE((first) <= (len_) && (n) <= (len_) - (first))

static const char *pos_fault(const struct lc_unit *u, const struct lc_pos *p)
{
	STRING(p->file);
	STRING(p->macro);
	return NULL;
}
#define POS(p)                                                                 \
	do {                                                                   \
		const char *fault_ = pos_fault(u, &(p));                       \
		if (fault_)                                                    \
			return fault_;                                         \
	} while (0)

static const char *tables_fault(const struct lc_unit *u)
{
	REQUIRE(u->strings.text.len > 0 && lc_str(&u->strings, 0)[0] == '\0');
	STRING(u->file);
	STRING(u->message);
	STRING(u->targets);
	REQUIRE(u->status <= LC_UNIT_TIMEOUT);
	for (uint32_t i = 0; i < u->symbols.len; i++) {
		const struct lc_symbol *s = &u->symbols.data[i];

		STRING(s->name);
		STRING(s->scope);
		STRING(s->type);
		POS(s->pos);
		OPTIONAL(s->flow, u->flows.len);
		REQUIRE(s->flow == LC_NONE ||
			u->flows.data[s->flow].symbol == i);
	}
	for (uint32_t i = 0; i < u->fields.len; i++) {
		const struct lc_field *f = &u->fields.data[i];

		STRING(f->record);
		STRING(f->scope);
		STRING(f->name);
		STRING(f->type);
	}
	for (uint32_t i = 0; i < u->locals.len; i++) {
		STRING(u->locals.data[i].name);
		STRING(u->locals.data[i].type);
		POS(u->locals.data[i].pos);
	}
	for (uint32_t i = 0; i < u->annotations.len; i++) {
		REQUIRE(u->annotations.data[i].symbol < u->symbols.len);
		STRING(u->annotations.data[i].name);
		STRING(u->annotations.data[i].text);
	}
	return NULL;
}

static const char *step_fault(const struct lc_unit *u, const struct lc_path *p,
			      uint32_t i)
{
	const struct lc_step *s = &u->steps.data[p->first_step + i];

	REQUIRE(s->kind <= LC_STEP_ARITH);
	if (s->kind == LC_STEP_FIELD || s->kind == LC_STEP_CONTAINER)
		REQUIRE(s->ref < u->fields.len);
	if (s->kind == LC_STEP_INDEX_VAR)
		REQUIRE(s->ref < u->operands.len);
	if (lc_step_computes(s->kind))
		REQUIRE(i + 1 == p->nsteps);
	return NULL;
}

static const char *paths_fault(const struct lc_unit *u)
{
	for (uint32_t i = 0; i < u->paths.len; i++) {
		const struct lc_path *p = &u->paths.data[i];

		REQUIRE(p->root_kind <= LC_ROOT_UNKNOWN);
		if (p->root_kind == LC_ROOT_GLOBAL)
			REQUIRE(p->root < u->symbols.len);
		if (p->root_kind == LC_ROOT_STRING)
			STRING(p->root);
		RANGE(p->first_step, p->nsteps, u->steps.len);
		STRING(p->text);
		for (uint32_t k = 0; k < p->nsteps; k++) {
			const char *fault = step_fault(u, p, k);

			if (fault)
				return fault;
		}
	}
	return NULL;
}

static const char *operands_fault(const struct lc_unit *u)
{
	for (uint32_t i = 0; i < u->operands.len; i++) {
		const struct lc_operand *o = &u->operands.data[i];

		REQUIRE(o->kind <= LC_OP_INIT);
		if (o->kind == LC_OP_LOAD || o->kind == LC_OP_ADDR)
			REQUIRE(o->ref < u->paths.len);
		if (o->kind == LC_OP_UNKNOWN)
			OPTIONAL(o->ref, u->paths.len);
		if (o->kind == LC_OP_FUNC)
			REQUIRE(o->ref < u->symbols.len);
		if (o->kind == LC_OP_INIT)
			STRING(o->ref);
	}
	for (uint32_t i = 0; i < u->args.len; i++)
		REQUIRE(u->args.data[i] < u->operands.len);
	for (uint32_t i = 0; i < u->inits.len; i++) {
		const struct lc_init *n = &u->inits.data[i];

		REQUIRE(n->path < u->paths.len);
		REQUIRE(u->paths.data[n->path].root_kind == LC_ROOT_GLOBAL);
		REQUIRE(n->operand < u->operands.len);
		POS(n->pos);
	}
	return NULL;
}

/* What a path needs of the flow that uses it: more locals and temps than the
 * highest that it, or an index in it, names. */
struct needs {
	uint32_t locals, temps;
};

/* One pass: an index's operand is written before the path it stands in. */
static const char *find_needs(const struct lc_unit *u, struct needs *needs)
{
	for (uint32_t i = 0; i < u->paths.len; i++) {
		const struct lc_path *p = &u->paths.data[i];
		struct needs *n = &needs[i];

		if (p->root_kind == LC_ROOT_LOCAL)
			n->locals = p->root + 1;
		if (p->root_kind == LC_ROOT_TEMP)
			n->temps = p->root + 1;
		REQUIRE(p->root != LC_NONE);
		for (uint32_t k = 0; k < p->nsteps; k++) {
			const struct lc_step *s =
				&u->steps.data[p->first_step + k];
			const struct lc_operand *o;

			if (s->kind != LC_STEP_INDEX_VAR)
				continue;
			o = &u->operands.data[s->ref];
			if (o->kind != LC_OP_LOAD && o->kind != LC_OP_ADDR)
				continue;
			REQUIRE(o->ref < i);
			if (needs[o->ref].locals > n->locals)
				n->locals = needs[o->ref].locals;
			if (needs[o->ref].temps > n->temps)
				n->temps = needs[o->ref].temps;
		}
	}
	return NULL;
}

struct check { /* a flow being checked */
	const struct lc_unit *u;
	const struct lc_flow *f;
	const struct needs *needs;
};

static const char *path_fault(const struct check *c, uint32_t path)
{
	REQUIRE(path < c->u->paths.len);
	REQUIRE(c->needs[path].locals <= c->f->nlocals);
	REQUIRE(c->needs[path].temps <= c->f->ntemps);
	return NULL;
}

static const char *operand_fault(const struct check *c, uint32_t operand)
{
	const struct lc_operand *o;

	REQUIRE(operand < c->u->operands.len);
	o = &c->u->operands.data[operand];
	if (o->kind == LC_OP_LOAD || o->kind == LC_OP_ADDR ||
	    (o->kind == LC_OP_UNKNOWN && o->ref != LC_NONE))
		return path_fault(c, o->ref);
	return NULL;
}

static const char *instr_fault(const struct check *c, const struct lc_instr *i)
{
	const struct lc_unit *u = c->u;
	const char *fault = NULL;

	REQUIRE(i->kind <= LC_I_DECL);
	POS(i->pos);
	STRING(i->text);
	OPTIONAL(i->temp, c->f->ntemps);
	if (i->kind == LC_I_ASSIGN || i->kind == LC_I_DECL) {
		fault = path_fault(c, i->path);
	} else {
		REQUIRE(i->path == LC_NONE);
	}
	if (!fault && (i->kind == LC_I_ASSIGN || i->kind == LC_I_CALL))
		fault = operand_fault(c, i->operand);
	if (fault || i->kind != LC_I_CALL)
		return fault;
	REQUIRE(u->operands.data[i->operand].kind == LC_OP_FUNC ||
		u->operands.data[i->operand].kind == LC_OP_LOAD ||
		u->operands.data[i->operand].kind == LC_OP_ADDR);
	RANGE(i->first_arg, i->nargs, u->args.len);
	for (uint32_t k = 0; k < i->nargs && !fault; k++)
		fault = operand_fault(c, u->args.data[i->first_arg + k]);
	return fault;
}

static uint32_t nsuccs(const struct lc_block *b)
{
	switch (b->term) {
	case LC_T_JUMP:
	case LC_T_SWITCH:
		return 1;
	case LC_T_TEST:
	case LC_T_CHOICE:
		return 2;
	default:
		return 0;
	}
}

static const char *block_fault(const struct check *c, uint32_t id)
{
	const struct lc_unit *u = c->u;
	const struct lc_flow *f = c->f;
	const struct lc_block *b = &u->blocks.data[f->first_block + id];
	const char *fault = NULL;

	REQUIRE(b->term <= LC_T_CHOICE);
	REQUIRE(b->cmp <= LC_GE);
	POS(b->pos);
	RANGE(b->first_instr, b->ninstrs, u->instrs.len);
	RANGE(b->first_case, b->ncases, u->cases.len);
	for (uint32_t i = 0; i < b->ninstrs && !fault; i++)
		fault = instr_fault(c, &u->instrs.data[b->first_instr + i]);
	if (fault)
		return fault;
	for (uint32_t i = 0; i < nsuccs(b); i++)
		REQUIRE(b->succ[i] < f->nblocks);
	for (uint32_t i = 0; i < b->ncases; i++)
		REQUIRE(u->cases.data[b->first_case + i].target < f->nblocks);
	REQUIRE(b->ncases == 0 || b->term == LC_T_SWITCH ||
		b->term == LC_T_COMPUTED);
	REQUIRE(b->term != LC_T_JUMP || b->ninstrs || id == 0 ||
		b->succ[0] == id);
	if (b->term == LC_T_TEST || b->term == LC_T_SWITCH ||
	    (b->term == LC_T_RETURN && b->lhs != LC_NONE))
		fault = operand_fault(c, b->lhs);
	if (!fault && b->term == LC_T_TEST)
		fault = operand_fault(c, b->rhs);
	return fault;
}

static bool all_reachable(const struct lc_unit *u, const struct lc_flow *f)
{
	const struct lc_block *blocks = &u->blocks.data[f->first_block];
	bool *seen = lc_alloc(f->nblocks);
	LC_ARRAY(uint32_t) stack = { 0 };
	uint32_t n = 1;

	seen[0] = true;
	*lc_push(&stack) = 0;
	while (stack.len) {
		const struct lc_block *b = &blocks[stack.data[--stack.len]];

		for (uint32_t i = 0; i < nsuccs(b) + b->ncases; i++) {
			uint32_t to = i < nsuccs(b) ? b->succ[i] :
				u->cases.data[b->first_case + i - nsuccs(b)]
					.target;

			if (seen[to])
				continue;
			seen[to] = true;
			n++;
			*lc_push(&stack) = to;
		}
	}
	free(seen);
	lc_array_release(&stack);
	return n == f->nblocks;
}

static const char *flow_fault(const struct check *c)
{
	const struct lc_unit *u = c->u;
	const struct lc_flow *f = c->f;

	REQUIRE(f->symbol < u->symbols.len);
	REQUIRE(f->nblocks > 0);
	RANGE(f->first_block, f->nblocks, u->blocks.len);
	RANGE(f->first_local, f->nlocals, u->locals.len);
	REQUIRE(f->nparams <= f->nlocals);
	STRING(f->reason);
	POS(f->pos);
	POS(f->end);
	for (uint32_t i = 0; i < f->nblocks; i++) {
		const char *fault = block_fault(c, i);

		if (fault)
			return fault;
	}
	REQUIRE(all_reachable(u, f));
	return NULL;
}

const char *lc_unit_fault(const struct lc_unit *u)
{
	struct needs *needs;
	const char *fault = tables_fault(u);

	if (!fault)
		fault = paths_fault(u);
	if (!fault)
		fault = operands_fault(u);
	if (fault)
		return fault;
	needs = lc_alloc(u->paths.len * sizeof(*needs));
	fault = find_needs(u, needs);
	for (uint32_t i = 0; i < u->flows.len && !fault; i++) {
		struct check c = { u, &u->flows.data[i], needs };

		fault = flow_fault(&c);
	}
	free(needs);
	return fault;
}

void lc_unit_check(const struct lc_unit *u)
{
	const char *fault = lc_unit_fault(u);

	if (fault)
		LC_BUG(fault);
}
