/* SPDX-License-Identifier: MIT */
/*
 * Which locals and call results are still looked at from a block on (backward
 * may-analysis over the flow). What is dead is dropped from states between
 * blocks: it would only grow them and hinder their joining.
 *
 * Locals whose address is taken, and aggregates, are always live.
 */
#include "solve/sim.h"

#include <stdlib.h>

struct live_work {
	struct sim *m;
	uint32_t words; /* per block */
	uint64_t *gen, *kill;
};

static void set(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= 1ull << (i % 64);
}

static void clear(uint64_t *bits, uint32_t i)
{
	bits[i / 64] &= ~(1ull << (i % 64));
}

static bool get(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

static uint32_t variable(const struct sim *m, const struct lc_path *q)
{
	if (q->root_kind == LC_ROOT_LOCAL)
		return q->root;
	if (q->root_kind == LC_ROOT_TEMP)
		return m->flow->nlocals + q->root;
	return LC_NONE;
}

static void use_operand(struct live_work *w, uint64_t *gen, uint32_t operand);

static void use_path(struct live_work *w, uint64_t *gen, uint32_t path,
		     bool root)
{
	const struct lc_path *q = &w->m->u->paths.data[path];
	uint32_t v = variable(w->m, q);

	if (root && v != LC_NONE)
		set(gen, v);
	for (uint32_t i = 0; i < q->nsteps; i++) {
		const struct lc_step *s =
			&w->m->u->steps.data[q->first_step + i];

		if (s->kind == LC_STEP_INDEX_VAR)
			use_operand(w, gen, s->ref);
	}
	/* an aggregate, or one whose address may be kept */
	if (v != LC_NONE && q->nsteps &&
	    w->m->u->steps.data[q->first_step].kind != LC_STEP_DEREF &&
	    !lc_step_computes(w->m->u->steps.data[q->first_step].kind))
		set(w->m->always_live, v);
}

static void use_operand(struct live_work *w, uint64_t *gen, uint32_t operand)
{
	const struct lc_operand *o;

	if (operand == LC_NONE)
		return;
	o = &w->m->u->operands.data[operand];
	if (o->kind == LC_OP_LOAD || o->kind == LC_OP_ADDR)
		use_path(w, gen, o->ref, true);
	if (o->kind == LC_OP_ADDR) {
		const struct lc_path *q = &w->m->u->paths.data[o->ref];
		uint32_t v = variable(w->m, q);

		if (v != LC_NONE &&
		    (!q->nsteps ||
		     w->m->u->steps.data[q->first_step].kind !=
			     LC_STEP_DEREF))
			set(w->m->always_live, v);
	}
}

static void define(struct live_work *w, uint64_t *gen, uint64_t *kill,
		   uint32_t path)
{
	const struct lc_path *q = &w->m->u->paths.data[path];
	uint32_t v = variable(w->m, q);

	if (v != LC_NONE && !q->nsteps) {
		clear(gen, v);
		set(kill, v);
	} else {
		use_path(w, gen, path, true);
	}
}

/* Backward through a block. */
static void scan_block(struct live_work *w, const struct lc_block *b,
		       uint64_t *gen, uint64_t *kill)
{
	struct sim *m = w->m;

	if (b->term == LC_T_TEST || b->term == LC_T_SWITCH ||
	    b->term == LC_T_RETURN)
		use_operand(w, gen, b->lhs);
	if (b->term == LC_T_TEST)
		use_operand(w, gen, b->rhs);
	for (uint32_t i = b->ninstrs; i-- > 0;) {
		const struct lc_instr *in =
			&m->u->instrs.data[b->first_instr + i];

		if (in->kind == LC_I_ASSIGN) {
			define(w, gen, kill, in->path);
			if (in->flags & LC_INSTR_STEP)
				use_path(w, gen, in->path, true);
			use_operand(w, gen, in->operand);
		} else if (in->kind == LC_I_DECL) {
			define(w, gen, kill, in->path);
		} else if (in->kind == LC_I_CALL) {
			if (in->temp != LC_NONE) {
				clear(gen, m->flow->nlocals + in->temp);
				set(kill, m->flow->nlocals + in->temp);
			}
			use_operand(w, gen, in->operand);
			for (uint32_t k = 0; k < in->nargs; k++)
				use_operand(w, gen,
					    m->u->args.data[in->first_arg + k]);
		}
	}
}

void sim_find_live(struct sim *m)
{
	uint32_t n = m->flow->nblocks;
	uint32_t words = (m->flow->nlocals + m->flow->ntemps) / 64 + 1;
	struct live_work w = { .m = m, .words = words };
	bool changed = true;

	m->live_words = words;
	m->live_in = lc_alloc((size_t)n * words * sizeof(uint64_t));
	m->always_live = lc_alloc(words * sizeof(uint64_t));
	w.gen = lc_alloc((size_t)n * words * sizeof(uint64_t));
	w.kill = lc_alloc((size_t)n * words * sizeof(uint64_t));
	for (uint32_t b = 0; b < n; b++)
		scan_block(&w, &m->u->blocks.data[m->flow->first_block + b],
			   w.gen + (size_t)b * words,
			   w.kill + (size_t)b * words);
	while (changed) {
		changed = false;
		for (uint32_t i = n; i-- > 0;) {
			uint32_t b = m->order[i];
			const struct lc_block *blk =
				&m->u->blocks.data[m->flow->first_block + b];
			uint64_t *in = m->live_in + (size_t)b * words;

			for (uint32_t k = 0; k < words; k++) {
				uint64_t out = 0, now;

				for (uint32_t s = flow_successors(blk); s-- > 0;)
					out |= m->live_in
						[(size_t)flow_successor(
							 m->u, blk, s) *
							 words +
						 k];
				now = w.gen[(size_t)b * words + k] |
				      (out & ~w.kill[(size_t)b * words + k]);
				if (now != in[k]) {
					in[k] = now;
					changed = true;
				}
			}
		}
	}
	/* a thread may come to a cleanup handler from anywhere */
	for (uint32_t i = 0; i < m->handlers.len; i++)
		for (uint32_t k = 0; k < words; k++)
			m->always_live[k] |=
				m->live_in[(size_t)m->handlers.data[i].block *
						   words +
					   k];
	free(w.gen);
	free(w.kill);
}

static bool is_dead(const struct sim *m, const uint64_t *live, loc_t x)
{
	const struct loc *n = loc_at(&m->s->locs, x);

	if (n->kind != ROOT_LOCAL || n->ref != m->function || n->value < 0 ||
	    (uint64_t)n->value >= (uint64_t)m->live_words * 64)
		return false;
	return !get(live, (uint32_t)n->value) &&
	       !get(m->always_live, (uint32_t)n->value);
}

/* ---- objects without a name ---- */

/*
 * An object that came from a call, or of which two stood at one place, has a
 * symbol for a root: there is no other way to it than a value that is stored
 * where one can still get, or a lock of it that is held.
 */
static bool is_reached(const struct sim *m, loc_t root)
{
	return root < m->s->reached.len &&
	       m->s->reached.data[root] == m->s->reach;
}

static bool reach(struct sim *m, loc_t x)
{
	loc_t root = loc_at(&m->s->locs, x)->root;

	if (loc_at(&m->s->locs, root)->kind != ROOT_SYM ||
	    is_reached(m, root))
		return false;
	while (m->s->reached.len <= root)
		*lc_push(&m->s->reached) = 0;
	m->s->reached.data[root] = m->s->reach;
	return true;
}

static bool is_nameless(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, loc_at(l, x)->root);

	return n->kind == ROOT_SYM && n->why != SYM_ANSWER;
}

static void find_reached(struct sim *m, const struct state *st)
{
	const struct locs *l = &m->s->locs;
	bool more = true;

	m->s->reach++;
	for (uint32_t i = 0; i < st->held.len; i++) {
		reach(m, st->held.data[i].lock);
		reach(m, st->held.data[i].cond);
	}
	for (uint32_t i = 0; i < st->store.len; i++)
		if (!is_nameless(l, st->store.data[i].loc))
			reach(m, st->store.data[i].value.loc);
	while (more) {
		more = false;
		for (uint32_t i = 0; i < st->store.len; i++) {
			const struct bind *b = &st->store.data[i];

			if (is_nameless(l, b->loc) &&
			    is_reached(m, loc_at(l, b->loc)->root))
				more |= reach(m, b->value.loc);
		}
	}
}

static bool referenced(const struct sim *m, loc_t sym)
{
	const struct locs *l = &m->s->locs;
	const struct loc *n = loc_at(l, sym);

	if (n->kind == ROOT_SYM && n->why == SYM_CMP)
		return (!is_nameless(l, n->parent) ||
			is_reached(m, loc_at(l, n->parent)->root)) &&
		       (!is_nameless(l, n->ref) ||
			is_reached(m, loc_at(l, n->ref)->root));
	return !is_nameless(l, sym) || is_reached(m, n->root);
}

/* Forgets what nobody can ask for from block `to` on. */
void sim_forget_dead(struct sim *m, struct state *st, uint32_t to)
{
	const uint64_t *live = m->live_in + (size_t)to * m->live_words;
	const struct locs *l = &m->s->locs;
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->store.len; i++)
		if (!is_dead(m, live, st->store.data[i].loc))
			st->store.data[n++] = st->store.data[i];
	st->store.len = n;
	find_reached(m, st);
	n = 0;
	for (uint32_t i = 0; i < st->store.len; i++)
		if (!is_nameless(l, st->store.data[i].loc) ||
		    is_reached(m, loc_at(l, st->store.data[i].loc)->root))
			st->store.data[n++] = st->store.data[i];
	st->store.len = n;
	n = 0;
	for (uint32_t i = 0; i < st->facts.len; i++)
		if (referenced(m, st->facts.data[i].sym))
			st->facts.data[n++] = st->facts.data[i];
	st->facts.len = n;
}
