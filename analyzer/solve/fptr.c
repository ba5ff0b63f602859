/* SPDX-License-Identifier: MIT */
/*
 * Where function pointers may point: inclusion constraints between places
 * that can hold a pointer (a field of a record type, a global, a local or
 * parameter, a function's result), flow- and instance-insensitive, solved by
 * propagation from the places where a function's address is written down.
 * A field stands for that field of every object of the type: this is the
 * "field-based" analysis of Heintze and Tardieu (PLDI 2001), restricted to
 * functions. What the code puts into a named global is kept besides, for each
 * global by itself.
 */
#include "solve/program.h"

#include <stdlib.h>

enum { MAX_TARGETS = 24 }; /* a place with more tells nothing useful */
enum node_kind {
	NODE_FIELD = 1,
	NODE_GLOBAL,
	NODE_LOCAL,
	NODE_RESULT,
	NODE_MEMBER /* a field inside one global: besides the type's field */
};

struct work {
	struct program *p;
	LC_ARRAY(uint32_t) queue;
	uint32_t *temp_callee; /* temp → function called, of one flow */
};

static uint64_t node_key(enum node_kind kind, uint32_t a, uint32_t b)
{
	return ((uint64_t)kind << 60) | ((uint64_t)a << 28) | b;
}

static bool same_key(const void *ctx, uint32_t i, const void *key)
{
	const struct program *p = ctx;

	return p->target_keys.data[i] == *(const uint64_t *)key;
}

static uint32_t node_find(const struct program *p, uint64_t key)
{
	return lc_map_find(&p->target_index, lc_hash_u64(key, 7), same_key, p,
			   &key);
}

static uint32_t node_get(struct program *p, uint64_t key)
{
	uint32_t i = node_find(p, key);

	if (i != LC_NOT_FOUND)
		return i;
	i = p->targets.len;
	lc_push(&p->targets);
	*lc_push(&p->target_keys) = key;
	lc_map_add(&p->target_index, lc_hash_u64(key, 7), i);
	return i;
}

/* The place a path names, or 0 when it is none that we track. */
static uint64_t path_key(struct program *p, uint32_t function, uint32_t path,
			 const uint32_t *temp_callee)
{
	const struct lc_unit *u = function_unit(p, function);
	uint32_t unit = p->functions.data[function].unit;
	const struct lc_path *q = &u->paths.data[path];

	for (uint32_t i = q->nsteps; i-- > 0;) {
		const struct lc_step *s = &u->steps.data[q->first_step + i];

		if (s->kind == LC_STEP_FIELD)
			return node_key(NODE_FIELD,
					p->field_map[unit][s->ref], 0);
		if (lc_step_computes(s->kind) || s->kind == LC_STEP_CONTAINER)
			return 0;
	}
	switch (q->root_kind) {
	case LC_ROOT_GLOBAL:
		return node_key(NODE_GLOBAL, p->symbol_map[unit][q->root], 0);
	case LC_ROOT_LOCAL:
		return node_key(NODE_LOCAL, function, q->root);
	case LC_ROOT_TEMP:
		if (temp_callee && temp_callee[q->root] != LC_NONE)
			return node_key(NODE_RESULT, temp_callee[q->root], 0);
		return 0;
	default:
		return 0;
	}
}

/* The field inside a global that a path names by the global's name, or 0. */
static uint64_t member_key(struct program *p, uint32_t unit, uint32_t path)
{
	const struct lc_unit *u = &p->units[unit];
	const struct lc_path *q = &u->paths.data[path];
	uint32_t field = LC_NONE;

	if (q->root_kind != LC_ROOT_GLOBAL)
		return 0;
	for (uint32_t i = 0; i < q->nsteps; i++) {
		const struct lc_step *s = &u->steps.data[q->first_step + i];

		if (s->kind == LC_STEP_FIELD)
			field = p->field_map[unit][s->ref];
		else if (s->kind != LC_STEP_INDEX &&
			 s->kind != LC_STEP_INDEX_VAR &&
			 s->kind != LC_STEP_INDEX_ANY)
			return 0;
	}
	return field == LC_NONE ? 0
				: node_key(NODE_MEMBER,
					   p->symbol_map[unit][q->root], field);
}

static bool add_target(struct program *p, uint32_t node, uint32_t function)
{
	struct targets *t = &p->targets.data[node];
	uint32_t i = 0;

	while (i < t->functions.len && t->functions.data[i] < function)
		i++;
	if (i < t->functions.len && t->functions.data[i] == function)
		return false;
	if (t->functions.len > MAX_TARGETS)
		return false;
	lc_push(&t->functions);
	memmove(&t->functions.data[i + 1], &t->functions.data[i],
		(t->functions.len - 1 - i) * sizeof(uint32_t));
	t->functions.data[i] = function;
	return true;
}

static void include_model(struct work *w, uint64_t key,
			  const struct symbol *sym)
{
	uint32_t n;

	if (!sym->model || !model_touches(sym->model))
		return;
	n = node_get(w->p, key);
	if (!w->p->targets.data[n].locks)
		*lc_push(&w->queue) = n;
	w->p->targets.data[n].locks = true;
}

/* node ⊇ operand */
static void include(struct work *w, uint64_t key, uint32_t function,
		    uint32_t unit, uint32_t operand)
{
	struct program *p = w->p;
	const struct lc_operand *o;
	uint64_t from;

	if (!key || operand == LC_NONE)
		return;
	o = &p->units[unit].operands.data[operand];
	if (o->kind == LC_OP_FUNC) {
		uint32_t sym = p->symbol_map[unit][o->ref];
		uint32_t f = p->symbols.data[sym].function;
		uint32_t n;

		if (f == LC_NONE) {
			include_model(w, key, &p->symbols.data[sym]);
			return;
		}
		n = node_get(p, key);
		*lc_push(&p->placed) =
			(struct placed){ n, f, function != LC_NONE };
		if (add_target(p, n, f))
			*lc_push(&w->queue) = n;
		return;
	}
	if ((o->kind != LC_OP_LOAD && o->kind != LC_OP_ADDR) ||
	    function == LC_NONE)
		return;
	from = path_key(p, function, o->ref, w->temp_callee);
	if (from && from != key) {
		struct inclusion e = { .to = node_get(p, key) };

		e.from = node_get(p, from);
		*lc_push(&p->inclusions) = e;
	}
}

uint32_t program_direct_callee(const struct program *p, uint32_t unit,
			       const struct lc_instr *in)
{
	const struct lc_operand *o =
		&p->units[unit].operands.data[in->operand];

	if (o->kind != LC_OP_FUNC)
		return LC_NONE;
	return p->symbols.data[p->symbol_map[unit][o->ref]].function;
}

static void scan_instr(struct work *w, uint32_t f, const struct lc_instr *in)
{
	struct program *p = w->p;
	uint32_t unit = p->functions.data[f].unit;
	const struct lc_unit *u = &p->units[unit];

	if (in->kind == LC_I_ASSIGN) {
		include(w, path_key(p, f, in->path, w->temp_callee), f, unit,
			in->operand);
		include(w, member_key(p, unit, in->path), f, unit, in->operand);
	} else if (in->kind == LC_I_CALL) {
		uint32_t callee = program_direct_callee(p, unit, in);

		if (callee == LC_NONE)
			return;
		for (uint32_t i = 0; i < in->nargs; i++) {
			if (i >= p->functions.data[callee].flow->nparams)
				break;
			include(w, node_key(NODE_LOCAL, callee, i), f, unit,
				u->args.data[in->first_arg + i]);
		}
	}
}

uint32_t *program_temp_callees(const struct program *p, uint32_t f,
			       uint32_t *table)
{
	uint32_t unit = p->functions.data[f].unit;
	uint32_t n = p->functions.data[f].flow->ntemps + 1;
	struct instrs it = instrs_of(p, f);
	const struct lc_instr *in;

	table = lc_realloc(table, n * sizeof(uint32_t));
	memset(table, 0xff, n * sizeof(uint32_t));
	while ((in = instrs_next(&it)))
		if (in->kind == LC_I_CALL && in->temp != LC_NONE)
			table[in->temp] = program_direct_callee(p, unit, in);
	return table;
}

static void scan_flow(struct work *w, uint32_t f)
{
	struct program *p = w->p;
	uint32_t unit = p->functions.data[f].unit;
	const struct lc_unit *u = &p->units[unit];
	const struct lc_flow *flow = p->functions.data[f].flow;
	struct instrs it = instrs_of(p, f);
	const struct lc_instr *in;

	w->temp_callee = program_temp_callees(p, f, w->temp_callee);
	while ((in = instrs_next(&it)))
		scan_instr(w, f, in);
	for (uint32_t b = 0; b < flow->nblocks; b++) {
		const struct lc_block *x = &u->blocks.data[flow->first_block + b];

		if (x->term == LC_T_RETURN)
			include(w, node_key(NODE_RESULT, f, 0), f, unit, x->lhs);
	}
}

static uint64_t init_key(struct program *p, uint32_t unit, uint32_t path)
{
	const struct lc_unit *u = &p->units[unit];
	const struct lc_path *q = &u->paths.data[path];

	for (uint32_t i = q->nsteps; i-- > 0;) {
		const struct lc_step *s = &u->steps.data[q->first_step + i];

		if (s->kind == LC_STEP_FIELD)
			return node_key(NODE_FIELD,
					p->field_map[unit][s->ref], 0);
	}
	if (q->root_kind != LC_ROOT_GLOBAL)
		return 0;
	return node_key(NODE_GLOBAL, p->symbol_map[unit][q->root], 0);
}

static int by_from(const void *a, const void *b)
{
	const struct inclusion *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

static uint32_t first_inclusion(const struct program *p, uint32_t from)
{
	uint32_t lo = 0, hi = p->inclusions.len;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (p->inclusions.data[mid].from < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void propagate(struct work *w)
{
	struct program *p = w->p;

	if (p->inclusions.len)
		qsort(p->inclusions.data, p->inclusions.len,
		      sizeof(struct inclusion), by_from);
	for (uint32_t q = 0; q < w->queue.len; q++) {
		uint32_t n = w->queue.data[q];

		for (uint32_t e = first_inclusion(p, n);
		     e < p->inclusions.len && p->inclusions.data[e].from == n;
		     e++) {
			uint32_t to = p->inclusions.data[e].to;
			bool grew = false;

			if (p->targets.data[n].mixed ||
			    p->target_keys.data[n] >> 60 == NODE_FIELD)
				p->targets.data[to].mixed = true;
			for (uint32_t i = 0;
			     i < p->targets.data[n].functions.len; i++)
				grew |= add_target(
					p, to,
					p->targets.data[n].functions.data[i]);
			if (grew)
				p->targets.data[to].loose = true;
			if (p->targets.data[n].locks &&
			    !p->targets.data[to].locks)
				grew = p->targets.data[to].locks = true;
			if (grew)
				*lc_push(&w->queue) = to;
		}
	}
}

void program_find_targets(struct program *p)
{
	struct work w = { .p = p };

	for (uint32_t u = 0; u < p->nunits; u++)
		for (uint32_t i = 0; i < p->units[u].inits.len; i++) {
			const struct lc_init *in = &p->units[u].inits.data[i];

			include(&w, init_key(p, u, in->path), LC_NONE, u,
				in->operand);
			include(&w, member_key(p, u, in->path), LC_NONE, u,
				in->operand);
		}
	for (uint32_t f = 0; f < p->functions.len; f++)
		scan_flow(&w, f);
	propagate(&w);
	free(w.temp_callee);
	lc_array_release(&w.queue);
}

bool program_operand_locks(struct program *p, uint32_t function,
			   uint32_t operand)
{
	const struct lc_operand *o =
		&function_unit(p, function)->operands.data[operand];
	uint64_t key = o->kind == LC_OP_LOAD || o->kind == LC_OP_ADDR
			       ? path_key(p, function, o->ref, NULL)
			       : 0;
	uint32_t n = key ? node_find(p, key) : LC_NOT_FOUND;

	return n != LC_NOT_FOUND && p->targets.data[n].locks;
}

void program_find_matters(struct program *p, bool (*matter)(void *, uint32_t),
			  void *ctx)
{
	LC_ARRAY(uint32_t) queue = { 0 };

	for (uint32_t i = 0; i < p->placed.len; i++) {
		const struct placed *x = &p->placed.data[i];
		struct targets *t = &p->targets.data[x->place];

		if (!matter(ctx, x->function))
			continue;
		t->stored |= x->by_code;
		if (!t->holds)
			*lc_push(&queue) = x->place;
		t->holds = true;
	}
	for (uint32_t q = 0; q < queue.len; q++) {
		uint32_t n = queue.data[q];

		for (uint32_t e = first_inclusion(p, n);
		     e < p->inclusions.len && p->inclusions.data[e].from == n;
		     e++) {
			uint32_t to = p->inclusions.data[e].to;
			struct targets *t = &p->targets.data[to];

			t->stored = true;
			if (!t->holds)
				*lc_push(&queue) = to;
			t->holds = true;
		}
	}
	lc_array_release(&queue);
}

static bool stored(const struct program *p, uint64_t key)
{
	uint32_t n = node_find(p, key);

	return n != LC_NOT_FOUND && p->targets.data[n].stored;
}

bool program_field_matters(const struct program *p, uint32_t field)
{
	return stored(p, node_key(NODE_FIELD, field, 0));
}

bool program_parameter_matters(const struct program *p, uint32_t function,
			       uint32_t number)
{
	return stored(p, node_key(NODE_LOCAL, function, number));
}

static const struct targets *node_targets(struct program *p, uint64_t key)
{
	uint32_t n = key ? node_find(p, key) : LC_NOT_FOUND;

	if (n == LC_NOT_FOUND || !p->targets.data[n].functions.len ||
	    p->targets.data[n].functions.len > MAX_TARGETS)
		return NULL;
	return &p->targets.data[n];
}

const struct targets *program_path_targets(struct program *p,
					   uint32_t function, uint32_t path)
{
	return node_targets(p, path_key(p, function, path, NULL));
}

const struct targets *program_field_targets(struct program *p, uint32_t field)
{
	return node_targets(p, node_key(NODE_FIELD, field, 0));
}

const struct targets *program_global_targets(struct program *p,
					     uint32_t symbol, uint32_t field)
{
	return node_targets(p, field == LC_NONE
				       ? node_key(NODE_GLOBAL, symbol, 0)
				       : node_key(NODE_MEMBER, symbol, field));
}

const struct targets *program_operand_targets(struct program *p,
					      uint32_t function,
					      uint32_t operand)
{
	const struct lc_operand *o =
		&function_unit(p, function)->operands.data[operand];

	if (o->kind != LC_OP_LOAD && o->kind != LC_OP_ADDR)
		return NULL;
	return program_path_targets(p, function, o->ref);
}
