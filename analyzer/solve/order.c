/* SPDX-License-Identifier: MIT */
/*
 * Which functions are simulated, and in which order.
 *
 * Step 1  The call graph, thread starts and functions passed along included.
 * Step 2  Strongly connected components, callees first (Tarjan).
 * Step 3  A function is relevant when it, or something it may call, touches a
 *         lock or a thread. Small functions that relevant ones call are
 *         simulated too: getters decide which lock it is.
 * Step 4  Simulation. A recursive component is gone through a few times, each
 *         time with the summaries of the round before.
 */
#include "solve/sim.h"

#include <stdlib.h>

enum { SMALL_BLOCKS = 12, SMALL_INSTRS = 48, BIG_COMPONENT = 60 };

struct graph {
	uint32_t *first; /* per function, into callees */
	LC_ARRAY(uint32_t) callees;
	uint32_t *number, *low, *stack, *path, *edge;
	bool *on;
	uint32_t nstack, npath, count;
	LC_ARRAY(uint32_t) order;    /* functions, callees first */
	LC_ARRAY(uint32_t) starts;   /* of components, into order */
};

uint32_t order_call_targets(struct solver *s, uint32_t function,
			    const struct lc_instr *in, uint32_t *targets,
			    uint32_t max, enum guess *guess)
{
	const struct targets *t = program_operand_targets(
		&s->program, function, in->operand);
	uint32_t unit = s->program.functions.data[function].unit;
	const struct lc_unit *u = &s->program.units[unit];
	const struct lc_operand *o = &u->operands.data[in->operand];

	if (!t || t->functions.len > max)
		return 0;
	for (uint32_t i = 0; i < t->functions.len; i++)
		targets[i] = t->functions.data[i];
	*guess = t->loose		  ? GUESS_LOOSE
		 : t->functions.len > 1 ? GUESS_TABLE
					: GUESS_SURE;
	/* an element of one table: any of them, for sure */
	if (*guess == GUESS_TABLE && o->kind == LC_OP_LOAD &&
	    u->paths.data[o->ref].root_kind == LC_ROOT_GLOBAL &&
	    u->paths.data[o->ref].nsteps == 1 &&
	    u->steps.data[u->paths.data[o->ref].first_step].kind !=
		    LC_STEP_FIELD &&
	    u->steps.data[u->paths.data[o->ref].first_step].kind !=
		    LC_STEP_INDEX)
		*guess = GUESS_SURE;
	return t->functions.len;
}

static const struct symbol *operand_function(struct solver *s, uint32_t unit,
					     uint32_t operand)
{
	struct program *p = &s->program;
	const struct lc_operand *o = &p->units[unit].operands.data[operand];

	if (o->kind != LC_OP_FUNC)
		return NULL;
	return &p->symbols.data[p->symbol_map[unit][o->ref]];
}

static void add_callee(struct graph *g, uint32_t f)
{
	if (f != LC_NONE)
		*lc_push(&g->callees) = f;
}

static void scan_call(struct solver *s, struct graph *g, uint32_t f,
		      const struct lc_instr *in)
{
	uint32_t unit = s->program.functions.data[f].unit;
	const struct lc_unit *u = &s->program.units[unit];
	const struct symbol *sym = operand_function(s, unit, in->operand);
	uint32_t targets[MAX_GUESSES], n;
	enum guess guess;

	if (sym && sym->model) {
		s->summaries[f].relevant |= model_touches(sym->model);
	} else if (sym) {
		add_callee(g, sym->function);
		if (sym->function != LC_NONE)
			s->ncallers[sym->function]++;
	} else {
		if (program_operand_locks(&s->program, f, in->operand))
			s->summaries[f].relevant = true;
		n = order_call_targets(s, f, in, targets, MAX_GUESSES, &guess);
		for (uint32_t i = 0; i < n; i++) {
			add_callee(g, targets[i]);
			s->ncallers[targets[i]] += guess != GUESS_LOOSE;
		}
	}
	/* what is passed along may be called there: have it ready */
	for (uint32_t i = 0; i < in->nargs; i++) {
		const struct symbol *a = operand_function(
			s, unit, u->args.data[in->first_arg + i]);

		if (!a || a->function == LC_NONE)
			continue;
		add_callee(g, a->function);
		if (sym && sym->model && sym->model->op == LC_MODEL_START)
			s->entry[a->function] = true;
		if (sym && sym->model && sym->model->op == LC_MODEL_ONCE)
			s->once[a->function] = true;
	}
}

static void build(struct solver *s, struct graph *g)
{
	uint32_t n = s->program.functions.len;

	g->first = lc_alloc((n + 1) * sizeof(uint32_t));
	for (uint32_t f = 0; f < n; f++) {
		struct instrs it = instrs_of(&s->program, f);
		const struct lc_instr *in;

		g->first[f] = g->callees.len;
		while ((in = instrs_next(&it)))
			if (in->kind == LC_I_CALL)
				scan_call(s, g, f, in);
	}
	g->first[n] = g->callees.len;
}

static void push(struct graph *g, uint32_t f)
{
	g->number[f] = g->low[f] = ++g->count;
	g->stack[g->nstack++] = f;
	g->on[f] = true;
	g->edge[f] = g->first[f];
	g->path[g->npath++] = f;
}

static void pop(struct graph *g, uint32_t f)
{
	if (g->low[f] == g->number[f]) {
		uint32_t from = g->nstack;

		while (g->stack[--from] != f)
			;
		*lc_push(&g->starts) = g->order.len;
		/* top of the stack is deepest: callees come first */
		while (g->nstack > from) {
			uint32_t x = g->stack[--g->nstack];

			g->on[x] = false;
			*lc_push(&g->order) = x;
		}
	}
	g->npath--;
	if (g->npath) {
		uint32_t p = g->path[g->npath - 1];

		if (g->low[f] < g->low[p])
			g->low[p] = g->low[f];
	}
}

static void find_components(struct solver *s, struct graph *g)
{
	uint32_t n = s->program.functions.len;

	g->number = lc_alloc((n + 1) * sizeof(uint32_t) * 5);
	g->low = g->number + n;
	g->stack = g->low + n;
	g->path = g->stack + n;
	g->edge = g->path + n;
	g->on = lc_alloc(n + 1);
	for (uint32_t root = 0; root < n; root++) {
		if (!g->number[root])
			push(g, root);
		while (g->npath) {
			uint32_t f = g->path[g->npath - 1];

			if (g->edge[f] < g->first[f + 1]) {
				uint32_t t = g->callees.data[g->edge[f]++];

				if (!g->number[t])
					push(g, t);
				else if (g->on[t] && g->number[t] < g->low[f])
					g->low[f] = g->number[t];
			} else {
				pop(g, f);
			}
		}
	}
	*lc_push(&g->starts) = g->order.len;
	free(g->number);
	free(g->on);
}

/* ---- what a function may write, as a Bloom filter ---- */

static void add_mod(struct solver *s, uint32_t f, const struct lc_instr *in)
{
	struct program *p = &s->program;
	uint32_t unit = p->functions.data[f].unit;
	const struct lc_unit *u = &p->units[unit];
	const struct lc_path *q = &u->paths.data[in->path];
	uint64_t h = 0, *mods = s->summaries[f].own_mods;
	uint32_t x, y;

	for (uint32_t i = q->nsteps; !h && i-- > 0;) {
		const struct lc_step *st = &u->steps.data[q->first_step + i];

		if (st->kind == LC_STEP_FIELD)
			h = lc_hash_u64(1, p->field_map[unit][st->ref]);
	}
	if (!h && q->root_kind == LC_ROOT_GLOBAL)
		h = lc_hash_u64(2, p->symbol_map[unit][q->root]);
	if (!h)
		return;
	group_note_count(s, u, in, h);
	mod_bits(h, &x, &y);
	mods[x / 64] |= 1ull << (x % 64);
	mods[y / 64] |= 1ull << (y % 64);
}

static void own_mods(struct solver *s, uint32_t f)
{
	struct instrs it = instrs_of(&s->program, f);
	const struct lc_instr *in;

	while ((in = instrs_next(&it)))
		if (in->kind == LC_I_ASSIGN)
			add_mod(s, f, in);
}

/* Relevance of one component, its callees being known. */
static void mark_relevant(struct solver *s, struct graph *g, const uint32_t *c,
			  uint32_t n)
{
	bool relevant = false;

	for (uint32_t i = 0; i < n; i++) {
		relevant |= s->summaries[c[i]].relevant;
		for (uint32_t e = g->first[c[i]]; e < g->first[c[i] + 1]; e++)
			relevant |= s->summaries[g->callees.data[e]].relevant;
	}
	for (uint32_t i = 0; i < n; i++)
		s->summaries[c[i]].relevant = s->summaries[c[i]].simulate =
			relevant;
}

static void find_mods(struct solver *s, struct graph *g)
{
	uint32_t n = s->program.functions.len;

	for (uint32_t f = 0; f < n; f++)
		own_mods(s, f);
	for (uint32_t f = 0; f < n; f++) {
		struct summary *sum = &s->summaries[f];

		memcpy(sum->mods, sum->own_mods, sizeof(sum->mods));
		for (uint32_t e = g->first[f]; e < g->first[f + 1]; e++) {
			uint32_t c = g->callees.data[e];
			const struct summary *o = &s->summaries[c];

			/* done by then, for all but the first who comes */
			if (s->once[c] && !s->ncallers[c])
				continue;
			for (int k = 0; k < MOD_WORDS; k++)
				sum->mods[k] |= o->own_mods[k];
		}
	}
}

static bool is_small(struct solver *s, uint32_t f)
{
	const struct lc_flow *flow = s->program.functions.data[f].flow;
	const struct lc_unit *u = function_unit(&s->program, f);
	uint32_t n = 0;

	if (flow->nblocks > SMALL_BLOCKS)
		return false;
	for (uint32_t b = 0; b < flow->nblocks; b++)
		n += u->blocks.data[flow->first_block + b].ninstrs;
	return n <= SMALL_INSTRS;
}

static bool is_relevant(void *ctx, uint32_t f)
{
	return ((const struct solver *)ctx)->summaries[f].relevant;
}

static void choose(struct solver *s, struct graph *g)
{
	for (uint32_t c = 0; c + 1 < g->starts.len; c++)
		mark_relevant(s, g, &g->order.data[g->starts.data[c]],
			      g->starts.data[c + 1] - g->starts.data[c]);
	find_mods(s, g);
	program_find_matters(&s->program, is_relevant, s);
	for (uint32_t f = 0; f < s->program.functions.len; f++) {
		if (!s->summaries[f].relevant)
			continue;
		for (uint32_t e = g->first[f]; e < g->first[f + 1]; e++) {
			uint32_t t = g->callees.data[e];

			if (!s->summaries[t].simulate && is_small(s, t))
				s->summaries[t].simulate = true;
		}
	}
}

static bool calls_itself(const struct graph *g, uint32_t f)
{
	for (uint32_t e = g->first[f]; e < g->first[f + 1]; e++)
		if (g->callees.data[e] == f)
			return true;
	return false;
}

static uint64_t hash_all(const struct solver *s, const uint32_t *f, uint32_t n)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < n; i++)
		h = lc_hash_u64(h, summary_hash(&s->summaries[f[i]]));
	return h;
}

static void simulate(struct solver *s, struct graph *g)
{
	for (uint32_t c = 0; c + 1 < g->starts.len; c++) {
		const uint32_t *f = &g->order.data[g->starts.data[c]];
		uint32_t n = g->starts.data[c + 1] - g->starts.data[c];
		int rounds = n > BIG_COMPONENT ? 2
			     : n > 1 || calls_itself(g, f[0]) ? MAX_ROUNDS
							      : 1;
		struct marks at = sim_observations(s);
		uint32_t nincomplete = s->out->incomplete.len;
		uint64_t told = 0;

		for (int r = 0; r < rounds; r++) {
			uint32_t visits = s->visits;
			uint64_t before = told;

			sim_rewind(s, &at);
			s->out->incomplete.len = nincomplete;
			for (uint32_t i = 0; i < n; i++)
				if (s->summaries[f[i]].simulate)
					sim_function(s, f[i]);
			told = hash_all(s, f, n);
			/* the next round would do the same once more */
			if (r && told == before && r + 1 < rounds) {
				s->visits += (s->visits - visits) *
					     (uint32_t)(rounds - 1 - r);
				break;
			}
		}
	}
}

/* ---- semaphores: which are locks ---- */

static void note_semaphore(struct solver *s, uint32_t f,
			   const struct lc_instr *in,
			   const struct lc_model *mo)
{
	struct sim m = { .s = s, .function = f };
	const struct lc_operand *count;
	struct state st = { 0 };
	struct value v;
	uint32_t cls;

	m.unit = s->program.functions.data[f].unit;
	m.u = function_unit(&s->program, f);
	m.flow = s->program.functions.data[f].flow;
	if (mo->lock < 0 || mo->count < 0 ||
	    (uint32_t)mo->count >= in->nargs)
		return;
	v = sim_arg(&m, &st, in, mo->lock);
	if (!v.loc)
		return;
	count = &m.u->operands.data[m.u->args.data[in->first_arg +
						   (uint32_t)mo->count]];
	cls = loc_class(&s->locs, v.loc, true);
	if (count->kind == LC_OP_CONST && count->value == 1)
		*lc_push(&s->lock_semaphores) = cls;
	else
		*lc_push(&s->other_semaphores) = cls;
}

static void find_semaphores(struct solver *s)
{
	for (uint32_t f = 0; f < s->program.functions.len; f++) {
		struct instrs it = instrs_of(&s->program, f);
		const struct lc_instr *in;

		while ((in = instrs_next(&it))) {
			const struct symbol *sym;

			if (in->kind != LC_I_CALL)
				continue;
			sym = operand_function(
				s, s->program.functions.data[f].unit,
				in->operand);
			if (sym && sym->model &&
			    sym->model->op == LC_MODEL_INIT &&
			    sym->model->kind == LC_KIND_SEMAPHORE)
				note_semaphore(s, f, in, sym->model);
		}
	}
}

void solve_functions(struct solver *s)
{
	struct graph g = { 0 };
	uint32_t n = s->program.functions.len;

	s->summaries = lc_alloc((n + 1) * sizeof(*s->summaries));
	s->ncallers = lc_alloc((n + 1) * sizeof(*s->ncallers));
	s->entry = lc_alloc(n + 1);
	s->declared = lc_alloc(n + 1);
	s->once = lc_alloc(n + 1);
	s->escapes = lc_alloc(n + 1);
	s->lookers = lc_alloc((n + 1) * sizeof(*s->lookers));
	for (uint32_t f = 0; f < n; f++)
		s->escapes[f] = function_symbol(&s->program, f)->flags &
				LC_SYM_ADDRESS;
	find_semaphores(s);
	build(s, &g);
	find_components(s, &g);
	choose(s, &g);
	simulate(s, &g);
	s->out->nvisits = s->nrun;
	free(g.first);
	lc_array_release(&g.callees);
	lc_array_release(&g.order);
	lc_array_release(&g.starts);
}
