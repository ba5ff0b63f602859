/* SPDX-License-Identifier: MIT */
/*
 * What the simulation of a flow wants to know beforehand: an order of its
 * blocks, its loops, which instruction is
 * in which block, and which call results anybody looks at.
 */
#include "solve/sim.h"

#include <stdlib.h>

uint32_t flow_successors(const struct lc_block *b)
{
	switch (b->term) {
	case LC_T_JUMP:
		return 1;
	case LC_T_TEST:
	case LC_T_CHOICE:
		return 2;
	case LC_T_SWITCH:
		return b->ncases + 1;
	case LC_T_COMPUTED:
		return b->ncases;
	default:
		return 0;
	}
}

uint32_t flow_successor(const struct lc_unit *u, const struct lc_block *b,
			uint32_t i)
{
	switch (b->term) {
	case LC_T_SWITCH:
		return i ? u->cases.data[b->first_case + i - 1].target
			 : b->succ[0];
	case LC_T_COMPUTED:
		return u->cases.data[b->first_case + i].target;
	default:
		return b->succ[i];
	}
}

static const struct lc_block *block_at(const struct sim *m, uint32_t b)
{
	return &m->u->blocks.data[m->flow->first_block + b];
}

/*
 * A weak topological order (Bourdoncle, 1993): a loop's blocks stand together,
 * its head first, and so do those of each loop in it; apart from the jumps to
 * heads of loops that one is in, all jumps go forward. So a loop is gone
 * through to its end before what comes after it.
 *
 * The strongly connected components of the flow, in topological order (Tarjan,
 * iteratively); then those of each component without its head, and so on.
 */
struct part { /* order[from .. to) is a component, its head first */
	uint32_t from, to;
};
struct walk {
	uint32_t *low, *number, *stack, *path, *edge;
	uint32_t *level; /* of the part that a block is in */
	bool *on;
	uint32_t nstack, npath, count, pos, depth;
	LC_ARRAY(struct part) parts;
};

static void push(struct walk *w, uint32_t b)
{
	w->number[b] = w->low[b] = ++w->count;
	w->stack[w->nstack++] = b;
	w->on[b] = true;
	w->edge[b] = 0;
	w->path[w->npath++] = b;
}

static bool jumps_to_itself(const struct sim *m, uint32_t b)
{
	const struct lc_block *x = block_at(m, b);

	for (uint32_t i = flow_successors(x); i-- > 0;)
		if (flow_successor(m->u, x, i) == b)
			return true;
	return false;
}

static void pop(struct sim *m, struct walk *w, uint32_t b)
{
	if (w->low[b] == w->number[b]) {
		uint32_t x, to = w->pos;

		do {
			x = w->stack[--w->nstack];
			w->on[x] = false;
			m->order[--w->pos] = x;
			if (!w->depth)
				m->loop_of[x] = b;
		} while (x != b);
		if (to - w->pos > 1 || jumps_to_itself(m, b)) {
			*lc_push(&w->parts) = (struct part){ w->pos, to };
			m->loop_end[b] = to;
		}
	}
	w->npath--;
	if (w->npath) {
		uint32_t p = w->path[w->npath - 1];

		if (w->low[b] < w->low[p])
			w->low[p] = w->low[b];
	}
}

/* From `root` to all blocks of the level that can be come to. */
static void walk_from(struct sim *m, struct walk *w, uint32_t root,
		      uint32_t level)
{
	if (w->number[root] || w->level[root] != level)
		return;
	push(w, root);
	while (w->npath) {
		uint32_t b = w->path[w->npath - 1];
		const struct lc_block *blk = block_at(m, b);

		if (w->edge[b] < flow_successors(blk)) {
			uint32_t t = flow_successor(m->u, blk, w->edge[b]++);

			if (w->level[t] != level)
				continue;
			if (!w->number[t])
				push(w, t);
			else if (w->on[t] && w->number[t] < w->low[b])
				w->low[b] = w->number[t];
		} else {
			pop(m, w, b);
		}
	}
}

/* The inside of a loop, which all of it is come to from the head. */
static void order_part(struct sim *m, struct walk *w, struct part p,
		       uint32_t level)
{
	uint32_t head = m->order[p.from];
	const struct lc_block *b = block_at(m, head);

	for (uint32_t i = p.from + 1; i < p.to; i++) {
		w->number[m->order[i]] = 0;
		w->level[m->order[i]] = level;
	}
	w->pos = p.to;
	for (uint32_t i = 0; i < flow_successors(b); i++)
		walk_from(m, w, flow_successor(m->u, b, i), level);
}

static void find_order(struct sim *m)
{
	uint32_t n = m->flow->nblocks;
	struct walk w = { .pos = n };

	w.low = lc_alloc(n * sizeof(uint32_t) * 6);
	w.number = w.low + n;
	w.stack = w.number + n;
	w.path = w.stack + n;
	w.edge = w.path + n;
	w.level = w.edge + n;
	w.on = lc_alloc(n);
	walk_from(m, &w, 0, 0);
	/* every block is reachable, so pos has come down to 0; should a flow
	 * break that promise, the rest keeps a harmless order */
	for (uint32_t b = 0; w.pos && b < n; b++)
		if (!w.number[b])
			m->order[--w.pos] = b;
	for (w.depth = 1; w.parts.len; w.depth++) {
		struct part p = w.parts.data[--w.parts.len];

		for (uint32_t i = p.from; i < p.to; i++)
			m->in_loop[m->order[i]] = true;
		order_part(m, &w, p, w.depth);
	}
	for (uint32_t i = 0; i < n; i++)
		m->rpo[m->order[i]] = i;
	lc_array_release(&w.parts);
	free(w.low);
	free(w.on);
}

static void map_instrs(struct sim *m)
{
	uint32_t lo = UINT32_MAX, hi = 0;

	for (uint32_t b = 0; b < m->flow->nblocks; b++) {
		const struct lc_block *blk = block_at(m, b);

		if (blk->first_instr < lo)
			lo = blk->first_instr;
		if (blk->first_instr + blk->ninstrs > hi)
			hi = blk->first_instr + blk->ninstrs;
	}
	m->first_instr = lo;
	m->instr_block = lc_alloc((hi - lo + 1) * sizeof(uint32_t));
	for (uint32_t b = 0; b < m->flow->nblocks; b++) {
		const struct lc_block *blk = block_at(m, b);

		for (uint32_t i = 0; i < blk->ninstrs; i++)
			m->instr_block[blk->first_instr + i - lo] = b;
	}
}

/* ---- which results are looked at ---- */

struct usage {
	struct sim *m;
	bool *local;          /* read anywhere */
	uint32_t *temp_local; /* temp → local it is stored in, LC_NONE */
};

static void use_operand(struct usage *u, uint32_t operand);

static void use_path(struct usage *u, uint32_t path, bool read)
{
	const struct lc_path *q = &u->m->u->paths.data[path];

	if (q->root_kind == LC_ROOT_LOCAL && (read || q->nsteps))
		u->local[q->root] = true;
	if (q->root_kind == LC_ROOT_TEMP && read)
		u->m->temp_used[q->root] = true;
	for (uint32_t i = 0; i < q->nsteps; i++) {
		const struct lc_step *s =
			&u->m->u->steps.data[q->first_step + i];

		if (s->kind == LC_STEP_INDEX_VAR)
			use_operand(u, s->ref);
	}
}

static void use_operand(struct usage *u, uint32_t operand)
{
	const struct lc_operand *o;

	if (operand == LC_NONE)
		return;
	o = &u->m->u->operands.data[operand];
	if (o->kind == LC_OP_LOAD || o->kind == LC_OP_ADDR)
		use_path(u, o->ref, true);
	/* computed from a path: rc + 1, rc | other */
	if (o->kind == LC_OP_UNKNOWN && o->ref != LC_NONE &&
	    o->ref < u->m->u->paths.len)
		use_path(u, o->ref, true);
}

/* `local = temp` alone is no look at the temp. */
static bool plain_store(struct usage *u, const struct lc_instr *in)
{
	const struct lc_operand *o = &u->m->u->operands.data[in->operand];
	const struct lc_path *to = &u->m->u->paths.data[in->path], *from;

	if (o->kind != LC_OP_LOAD || to->nsteps ||
	    to->root_kind != LC_ROOT_LOCAL)
		return false;
	from = &u->m->u->paths.data[o->ref];
	if (from->nsteps || from->root_kind != LC_ROOT_TEMP)
		return false;
	u->temp_local[from->root] = to->root;
	return true;
}

static void use_instr(struct usage *u, const struct lc_instr *in)
{
	if (in->kind == LC_I_ASSIGN) {
		use_path(u, in->path, false);
		if (!plain_store(u, in))
			use_operand(u, in->operand);
	} else if (in->kind == LC_I_CALL) {
		use_operand(u, in->operand);
		for (uint32_t i = 0; i < in->nargs; i++)
			use_operand(u, u->m->u->args.data[in->first_arg + i]);
	}
}

static void find_used(struct sim *m)
{
	struct usage u = { .m = m };
	uint32_t n = m->flow->ntemps;

	m->temp_used = lc_alloc(n + 1);
	u.local = lc_alloc(m->flow->nlocals + 1);
	u.temp_local = lc_alloc((n + 1) * sizeof(uint32_t));
	memset(u.temp_local, 0xff, (n + 1) * sizeof(uint32_t));
	for (uint32_t b = 0; b < m->flow->nblocks; b++) {
		const struct lc_block *blk = block_at(m, b);

		for (uint32_t i = 0; i < blk->ninstrs; i++)
			use_instr(&u,
				  &m->u->instrs.data[blk->first_instr + i]);
		if (blk->term == LC_T_TEST || blk->term == LC_T_SWITCH ||
		    blk->term == LC_T_RETURN)
			use_operand(&u, blk->lhs);
		if (blk->term == LC_T_TEST)
			use_operand(&u, blk->rhs);
	}
	for (uint32_t t = 0; t < n; t++)
		if (u.temp_local[t] != LC_NONE && u.local[u.temp_local[t]])
			m->temp_used[t] = true;
	free(u.local);
	free(u.temp_local);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void add_mask(struct sim *m, uint32_t path)
{
	const struct lc_path *q = &m->u->paths.data[path];
	const struct lc_step *last;

	if (!q->nsteps)
		return;
	last = &m->u->steps.data[q->first_step + q->nsteps - 1];
	if (last->kind != LC_STEP_MASK)
		return;
	for (uint32_t i = 0; i < m->masks.len; i++)
		if (m->masks.data[i] == last->value)
			return;
	*lc_push(&m->masks) = last->value;
}

static void add_bound(struct sim *m, uint32_t operand)
{
	const struct lc_operand *o;

	if (operand == LC_NONE)
		return;
	o = &m->u->operands.data[operand];
	if (o->kind == LC_OP_LOAD)
		add_mask(m, o->ref);
	if (o->kind != LC_OP_CONST || o->value <= INT32_MIN ||
	    o->value >= INT32_MAX)
		return;
	for (int64_t c = o->value - 1; c <= o->value + 1; c++)
		*lc_push(&m->bounds) = c;
}

/* Where a counter of the function may well stop. */
static void find_bounds(struct sim *m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->flow->nblocks; i++) {
		const struct lc_block *b =
			&m->u->blocks.data[m->flow->first_block + i];

		if (b->term != LC_T_TEST)
			continue;
		add_bound(m, b->lhs);
		add_bound(m, b->rhs);
	}
	if (!m->bounds.len)
		return;
	qsort(m->bounds.data, m->bounds.len, sizeof(int64_t), by_value);
	for (uint32_t i = 0; i < m->bounds.len; i++)
		if (!n || m->bounds.data[n - 1] != m->bounds.data[i])
			m->bounds.data[n++] = m->bounds.data[i];
	m->bounds.len = n;
}

static void find_handlers(struct sim *m)
{
	const struct program *p = &m->s->program;

	for (uint32_t i = 0; i < m->flow->nblocks; i++) {
		const struct lc_block *b =
			&m->u->blocks.data[m->flow->first_block + i];

		for (uint32_t k = 0; k < b->ninstrs; k++) {
			const struct lc_instr *in =
				&m->u->instrs.data[b->first_instr + k];
			const struct lc_operand *o =
				&m->u->operands.data[in->operand];
			const struct lc_model *mo;

			if (in->kind != LC_I_CALL || o->kind != LC_OP_FUNC)
				continue;
			mo = p->symbols.data[p->symbol_map[m->unit][o->ref]]
				     .model;
			if (mo && mo->op == LC_MODEL_CLEANUP_NEXT &&
			    (uint32_t)mo->arg < in->nargs)
				*lc_push(&m->handlers) = (struct handler){
					m->u->args.data[in->first_arg +
							(uint32_t)mo->arg],
					i
				};
		}
	}
}

void sim_prepare(struct sim *m)
{
	uint32_t n = m->flow->nblocks;

	m->states = lc_alloc(n * sizeof(*m->states));
	m->order = lc_alloc(n * sizeof(uint32_t));
	m->rpo = lc_alloc(n * sizeof(uint32_t));
	m->loop_of = lc_alloc(n * sizeof(uint32_t));
	m->loop_end = lc_alloc(n * sizeof(uint32_t));
	m->in_loop = lc_alloc(n);
	find_order(m);
	map_instrs(m);
	find_used(m);
	find_bounds(m);
	find_handlers(m);
	pure_prepare(m);
	sim_find_live(m);
}

void sim_cleanup(struct sim *m)
{
	free(m->order);
	free(m->rpo);
	free(m->loop_of);
	free(m->loop_end);
	free(m->in_loop);
	free(m->instr_block);
	free(m->temp_used);
	free(m->live_in);
	free(m->always_live);
	plain_release(m);
	lc_array_release(&m->handlers);
	lc_array_release(&m->bounds);
	lc_array_release(&m->masks);
	lc_array_release(&m->repeated);
	lc_array_release(&m->next);
	lc_array_release(&m->lifted_keys);
	lc_array_release(&m->conditions);
	lc_map_release(&m->lifted);
	lc_array_release(&m->exits);
	lc_array_release(&m->sweeps);
	lc_array_release(&m->held_over);
	lc_array_release(&m->loop_releases);
	lc_array_release(&m->given_up_over);
	lc_array_release(&m->groups);
	lc_array_release(&m->ordered);
}
