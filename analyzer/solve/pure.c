/* SPDX-License-Identifier: MIT */
/*
 * Functions that only look: `if (is_daemon(name)) lock(); … if (is_daemon(name))
 * unlock();` asks the same thing twice. What such a call says for given
 * arguments is kept like a variable (its *answer*), and is forgotten when
 * something that it reads may have changed.
 */
#include "solve/sim.h"

#include <stdlib.h>

enum { MAX_DEEP = 100, MAX_READ_BLOCKS = 60 };

/* Of the C library: they read what their arguments point to. */
static bool only_looks(const char *name)
{
	static const char *const names[] = {
		"strcmp",   "strncmp", "strcasecmp", "strncasecmp", "memcmp",
		"strlen",   "strchr",  "strrchr",    "strstr",      "strcasestr",
		"strnlen",  "isatty",  "abs",        "isdigit",     "isalpha",
		"isspace",  "strspn",  "strcspn",    "memchr",      "strpbrk",
	};

	for (size_t i = 0; i < LC_LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool looks_by_name(const struct solver *s, const struct symbol *sym)
{
	return (!sym->model || sym->model->op == LC_MODEL_NOP) &&
	       only_looks(lc_str(s->program.strings, sym->name));
}

static bool pure(struct solver *s, uint32_t f, int depth);

static void add_read(struct lookers *k, uint64_t h)
{
	uint32_t a, b;

	mod_bits(h, &a, &b);
	k->reads[a / 64] |= 1ull << (a % 64);
	k->reads[b / 64] |= 1ull << (b % 64);
}

static void read_path(struct solver *s, uint32_t unit, uint32_t path,
		      struct lookers *k)
{
	const struct program *p = &s->program;
	const struct lc_unit *u = &p->units[unit];
	const struct lc_path *q = &u->paths.data[path];

	if (q->root_kind == LC_ROOT_GLOBAL)
		add_read(k, lc_hash_u64(2, p->symbol_map[unit][q->root]));
	for (uint32_t i = 0; i < q->nsteps; i++) {
		const struct lc_step *st = &u->steps.data[q->first_step + i];

		if (st->kind == LC_STEP_FIELD)
			add_read(k, lc_hash_u64(1, p->field_map[unit][st->ref]));
	}
}

static void read_operand(struct solver *s, uint32_t unit, uint32_t operand,
			 struct lookers *k)
{
	const struct lc_operand *o;

	if (operand == LC_NONE)
		return;
	o = &s->program.units[unit].operands.data[operand];
	if (o->kind == LC_OP_LOAD || o->kind == LC_OP_ADDR)
		read_path(s, unit, o->ref, k);
}

/* Its own locals, not what they point to. */
static bool writes_own(const struct lc_unit *u, uint32_t path)
{
	const struct lc_path *q = &u->paths.data[path];

	for (uint32_t i = 0; i < q->nsteps; i++)
		if (u->steps.data[q->first_step + i].kind == LC_STEP_DEREF)
			return false;
	return q->root_kind == LC_ROOT_LOCAL || q->root_kind == LC_ROOT_TEMP;
}

static bool pure_call(struct solver *s, uint32_t unit,
		      const struct lc_instr *in, struct lookers *k, int depth)
{
	const struct program *p = &s->program;
	const struct lc_unit *u = &p->units[unit];
	const struct lc_operand *o = &u->operands.data[in->operand];
	const struct symbol *sym;

	if (o->kind != LC_OP_FUNC || depth >= MAX_DEEP)
		return false;
	sym = &p->symbols.data[p->symbol_map[unit][o->ref]];
	for (uint32_t i = 0; i < in->nargs; i++)
		read_operand(s, unit, u->args.data[in->first_arg + i], k);
	if (sym->model || sym->function == LC_NONE)
		return looks_by_name(s, sym);
	if (!pure(s, sym->function, depth + 1))
		return false;
	for (int i = 0; i < MOD_WORDS; i++)
		k->reads[i] |= s->lookers[sym->function]->reads[i];
	return true;
}

static bool looks(struct solver *s, uint32_t f, struct lookers *k, int depth)
{
	uint32_t unit = s->program.functions.data[f].unit;
	const struct lc_unit *u = function_unit(&s->program, f);
	const struct lc_flow *flow = s->program.functions.data[f].flow;

	if (flow->nblocks > MAX_READ_BLOCKS)
		return false;
	for (uint32_t b = 0; b < flow->nblocks; b++) {
		const struct lc_block *x =
			&u->blocks.data[flow->first_block + b];

		for (uint32_t i = 0; i < x->ninstrs; i++) {
			const struct lc_instr *in =
				&u->instrs.data[x->first_instr + i];

			if (in->kind == LC_I_ASM)
				return false;
			if (in->kind == LC_I_CALL) {
				if (!pure_call(s, unit, in, k, depth))
					return false;
			} else if (in->kind == LC_I_ASSIGN) {
				if (!writes_own(u, in->path))
					return false;
				read_operand(s, unit, in->operand, k);
			}
		}
		if (x->term == LC_T_TEST || x->term == LC_T_SWITCH ||
		    x->term == LC_T_RETURN)
			read_operand(s, unit, x->lhs, k);
		if (x->term == LC_T_TEST)
			read_operand(s, unit, x->rhs, k);
		if (x->term == LC_T_CHOICE)
			return false; /* it asks something unknown */
	}
	return true;
}

static bool pure(struct solver *s, uint32_t f, int depth)
{
	struct lookers *k = s->lookers[f];

	if (!k) {
		k = s->lookers[f] = lc_arena_alloc(&s->arena, sizeof(*k));
		k->impure = true; /* a recursive one */
		k->impure = !looks(s, f, k, depth);
	}
	return !k->impure;
}

/* ---- answers ---- */

static bool same_question(const void *ctx, uint32_t i, const void *key)
{
	const struct solver *s = ctx;
	const struct question *a = &s->questions.data[i], *b = key;

	if (a->symbol != b->symbol || a->nargs != b->nargs)
		return false;
	for (uint32_t n = 0; n < a->nargs; n++)
		if (!value_same(a->args[n], b->args[n]))
			return false;
	return true;
}

static loc_t answer_of(struct sim *m, const struct question *q)
{
	struct solver *s = m->s;
	uint64_t h = lc_hash_u64(q->symbol, q->nargs);
	uint32_t i;

	for (uint32_t n = 0; n < q->nargs; n++)
		h = lc_hash_u64(h, q->args[n].loc
					   ? (uint64_t)q->args[n].loc << 32
					   : (uint64_t)q->args[n].constant);
	i = lc_map_find(&s->question_index, h, same_question, s, q);
	if (i == LC_NOT_FOUND) {
		i = s->questions.len;
		lc_map_add(&s->question_index, h, i);
		*lc_push(&s->questions) = *q;
	}
	return loc_sym(&s->locs, SYM_ANSWER, 0, i, 0);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Only who asks twice has to remember. */
void pure_prepare(struct sim *m)
{
	uint32_t n = 0;

	for (uint32_t b = 0; b < m->flow->nblocks; b++) {
		const struct lc_block *x =
			&m->u->blocks.data[m->flow->first_block + b];

		for (uint32_t i = 0; i < x->ninstrs; i++) {
			const struct lc_instr *in =
				&m->u->instrs.data[x->first_instr + i];
			const struct lc_operand *o =
				&m->u->operands.data[in->operand];

			if (in->kind == LC_I_CALL && o->kind == LC_OP_FUNC &&
			    in->temp != LC_NONE && in->nargs <= MAX_QUESTION)
				*lc_push(&m->repeated) =
					m->s->program.symbol_map[m->unit]
								[o->ref];
		}
	}
	if (!m->repeated.len)
		return;
	qsort(m->repeated.data, m->repeated.len, sizeof(uint32_t), by_number);
	for (uint32_t i = 1; i < m->repeated.len; i++)
		if (m->repeated.data[i] == m->repeated.data[i - 1] &&
		    (!n || m->repeated.data[n - 1] != m->repeated.data[i]))
			m->repeated.data[n++] = m->repeated.data[i];
	m->repeated.len = n;
}

/* The callee's symbol if it only looks, LC_NONE. */
static uint32_t looker(struct sim *m, const struct lc_instr *in)
{
	const struct program *p = &m->s->program;
	const struct lc_operand *o = &m->u->operands.data[in->operand];
	const struct symbol *sym;
	uint32_t x;

	if (o->kind != LC_OP_FUNC || in->temp == LC_NONE ||
	    !m->temp_used[in->temp] || in->nargs > MAX_QUESTION)
		return LC_NONE;
	x = p->symbol_map[m->unit][o->ref];
	sym = &p->symbols.data[x];
	if (!m->repeated.len ||
	    !bsearch(&x, m->repeated.data, m->repeated.len, sizeof(x),
		     by_number))
		return LC_NONE;
	if (sym->model || sym->function == LC_NONE)
		return looks_by_name(m->s, sym) ? x : LC_NONE;
	return pure(m->s, sym->function, 0) ? x : LC_NONE;
}

bool pure_ask(struct sim *m, struct state *st, const struct lc_instr *in,
	      struct question *q)
{
	q->symbol = looker(m, in);
	if (q->symbol == LC_NONE)
		return false;
	q->nargs = in->nargs;
	for (uint32_t i = 0; i < in->nargs; i++)
		q->args[i] = sim_arg(m, st, in, (int)i);
	return true;
}

bool pure_answered(struct sim *m, struct state *st, const struct lc_instr *in,
		   const struct question *q)
{
	struct locs *l = &m->s->locs;
	loc_t temp = sim_temp(m, in->temp);
	struct value r = state_load(l, st, temp);
	struct value a = state_load(l, st, answer_of(m, q));
	struct fact f = state_fact(st, l, r);

	if (value_same(r, a))
		return true;
	if (!r.loc)
		return state_assume(&m->arena, st, l, a, LC_EQ, r.constant);
	/* named already: what some variable holds */
	if (loc_at(l, r.loc)->kind != ROOT_SYM)
		return true;
	if (!state_assume(&m->arena, st, l, a, LC_GE, f.lo) ||
	    !state_assume(&m->arena, st, l, a, LC_LE, f.hi))
		return false;
	for (uint8_t i = 0; i < f.nne; i++)
		if (!state_assume(&m->arena, st, l, a, LC_NE, f.ne[i]))
			return false;
	state_store(&m->arena, st, temp, a);
	return true;
}

/* ---- forgetting ---- */

static const struct question *question_of(const struct sim *m, loc_t x)
{
	const struct loc *n = loc_at(&m->s->locs, x);

	if (n->kind == STEP_DEREF)
		n = loc_at(&m->s->locs, n->parent);
	return n->kind == ROOT_SYM && n->why == SYM_ANSWER
		       ? &m->s->questions.data[n->value]
		       : NULL;
}

/* Not "the same, we only do not know it", as of a variable. */
static struct value other_answer(struct sim *m, loc_t place)
{
	struct locs *l = &m->s->locs;

	return value_addr(loc_sym(l, SYM_HAVOC, m->function, m->instr,
				  loc_deref(l, place)));
}

static void forget(struct sim *m, struct state *st,
		   bool (*changed)(struct sim *, const struct question *,
				   const void *),
		   const void *what)
{
	struct locs *l = &m->s->locs;

	if (!m->s->questions.len)
		return;
	for (uint32_t i = 0; i < st->facts.len; i++) {
		loc_t sym = st->facts.data[i].sym;
		const struct question *q = question_of(m, sym);
		loc_t at;

		if (!q || loc_at(l, sym)->kind != STEP_DEREF ||
		    !changed(m, q, what))
			continue;
		at = loc_at(l, sym)->parent;
		state_store(&m->arena, st, at, other_answer(m, at));
	}
	for (uint32_t i = 0; i < st->store.len; i++) {
		struct bind *b = &st->store.data[i];
		const struct question *q = question_of(m, b->loc);

		if (q && changed(m, q, what))
			b->value = other_answer(m, b->loc);
	}
}

static const uint64_t *reads_of(struct sim *m, const struct question *q)
{
	uint32_t f = m->s->program.symbols.data[q->symbol].function;

	return f == LC_NONE || !m->s->lookers[f] ? NULL
						 : m->s->lookers[f]->reads;
}

static bool changed_by_call(struct sim *m, const struct question *q,
			    const void *what)
{
	const uint64_t *mods = what, *reads = reads_of(m, q);

	for (int i = 0; reads && i < MOD_WORDS; i++)
		if (reads[i] & mods[i])
			return true;
	return false;
}

struct store_at {
	loc_t at;
	uint64_t hash;
};

static bool changed_by_store(struct sim *m, const struct question *q,
			     const void *what)
{
	const struct store_at *w = what;
	const uint64_t *reads = reads_of(m, q);
	uint32_t a, b;

	for (uint32_t i = 0; i < q->nargs; i++)
		if (q->args[i].loc &&
		    loc_below(&m->s->locs, w->at, q->args[i].loc) &&
		    (!reads || !w->hash))
			return true;
	if (!reads || !w->hash)
		return false;
	mod_bits(w->hash, &a, &b);
	return (reads[a / 64] >> (a % 64) & 1) &&
	       (reads[b / 64] >> (b % 64) & 1);
}

static bool changed_by_pointer(struct sim *m, const struct question *q,
			       const void *what)
{
	const struct value *v = what;

	for (uint32_t i = 0; i < q->nargs; i++)
		if (v->loc && q->args[i].loc &&
		    (loc_below(&m->s->locs, q->args[i].loc, v->loc) ||
		     loc_below(&m->s->locs, v->loc, q->args[i].loc)))
			return true;
	return false;
}

void pure_forget_mods(struct sim *m, struct state *st, const uint64_t *mods)
{
	forget(m, st, changed_by_call, mods);
}

void pure_forget_store(struct sim *m, struct state *st, loc_t at, uint64_t hash)
{
	struct store_at w = { at, hash };

	if (m->s->questions.len && loc_is_shared(&m->s->locs, at))
		forget(m, st, changed_by_store, &w);
}

void pure_forget_args(struct sim *m, struct state *st, const struct lc_instr *in)
{
	const struct program *p = &m->s->program;
	const struct lc_operand *o = &m->u->operands.data[in->operand];

	if (!m->s->questions.len)
		return;
	if (o->kind == LC_OP_FUNC) {
		const char *name = lc_str(
			p->strings,
			p->symbols.data[p->symbol_map[m->unit][o->ref]].name);

		if (only_looks(name) || strstr(name, "print") ||
		    strstr(name, "log"))
			return;
	}
	for (uint32_t i = 0; i < in->nargs; i++) {
		struct value v = sim_arg(m, st, in, (int)i);

		forget(m, st, changed_by_pointer, &v);
	}
}
