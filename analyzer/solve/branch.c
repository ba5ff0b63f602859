/* SPDX-License-Identifier: MIT */
/*
 * The end of a block: where a state goes on, and what a test teaches it. A way
 * that contradicts what is known is not taken.
 */
#include "solve/sim.h"

#include <errno.h>

static enum lc_cmp negated(enum lc_cmp op)
{
	static const enum lc_cmp n[] = { LC_NE, LC_EQ, LC_GE,
					 LC_GT, LC_LE, LC_LT };

	return n[op];
}

static enum lc_cmp mirrored(enum lc_cmp op)
{
	static const enum lc_cmp n[] = { LC_EQ, LC_NE, LC_GT,
					 LC_GE, LC_LT, LC_LE };

	return n[op];
}

static bool compare_const(enum lc_cmp op, int64_t a, int64_t b)
{
	switch (op) {
	case LC_EQ:
		return a == b;
	case LC_NE:
		return a != b;
	case LC_LT:
		return a < b;
	case LC_LE:
		return a <= b;
	case LC_GT:
		return a > b;
	default:
		return a >= b;
	}
}

struct value sim_same(struct sim *m, struct value a, struct value b)
{
	if (!a.loc || !b.loc || a.loc == b.loc)
		return value_const(value_same(a, b));
	return value_addr(loc_sym(&m->s->locs, SYM_CMP,
				  a.loc > b.loc ? a.loc : b.loc, 0,
				  a.loc > b.loc ? b.loc : a.loc));
}

/* `a op b` over two unknowns as "cmp symbol != 0", perhaps negated. */
static struct value compare_symbol(struct sim *m, loc_t a, loc_t b,
				   enum lc_cmp *op)
{
	bool equality = *op == LC_EQ || *op == LC_NE;
	bool not = *op == LC_NE || *op == LC_GE || *op == LC_LE;

	if (*op == LC_GT || *op == LC_LE || (equality && a > b)) {
		loc_t t = a; /* a > b is b < a; a <= b is not b < a */

		a = b;
		b = t;
	}
	*op = not ? LC_EQ : LC_NE; /* against 0 */
	return value_addr(
		loc_sym(&m->s->locs, SYM_CMP, b, equality ? 0 : 1, a));
}

/* The owner of a robust mutex has died: nobody asks any other call for that,
 * and this one has taken the lock. false = v is not the result of a lock call,
 * or of one that is known to have failed. */
static bool owner_died(const struct state *st, struct value v)
{
	for (uint32_t i = 0; i < st->held.len; i++)
		if (st->held.data[i].cond == v.loc) {
			st->held.data[i].cond = 0;
			return true;
		}
	return false;
}

/* Codes that a try does not fail with: of a mutex whose owner has died it is
 * held then, EAGAIN is of recursive locks taken too often, and thrd_error says
 * that the call was wrong. */
static bool no_failed_try(int64_t c)
{
	enum { THRD_ERROR = 2 }; /* of glibc and musl */

	return c == EOWNERDEAD || c == EAGAIN || c == THRD_ERROR;
}

static bool assume(struct sim *m, struct state *st, struct value v,
		   enum lc_cmp op, int64_t c)
{
	if (!v.loc)
		return compare_const(op, v.constant, c);
	if (c == EOWNERDEAD && op == LC_EQ && state_nheld(st))
		owner_died(st, v);
	if (c && (op == LC_EQ || op == LC_NE)) {
		struct fact f = state_fact(st, &m->s->locs, v);

		if (f.failed && no_failed_try(c))
			return op == LC_NE;
		if (f.failed && fact_test(&f, LC_EQ, c) == -1)
			return op == LC_EQ;
	}
	if (!state_assume(&m->arena, st, &m->s->locs, v, op, c))
		return false;
	sim_settle(m, st, v);
	return true;
}

static bool block_releases(const struct sim *m, uint32_t block)
{
	const struct program *p = &m->s->program;
	const struct lc_block *b =
		&m->u->blocks.data[m->flow->first_block + block];

	for (uint32_t i = 0; i < b->ninstrs; i++) {
		const struct lc_instr *in =
			&m->u->instrs.data[b->first_instr + i];
		const struct lc_operand *o = &m->u->operands.data[in->operand];
		const struct symbol *sym;

		if (in->kind != LC_I_CALL || o->kind != LC_OP_FUNC)
			continue;
		sym = &p->symbols.data[p->symbol_map[m->unit][o->ref]];
		if (sym->model ? sym->model->op == LC_MODEL_RELEASE
			       : sym->function != LC_NONE &&
					 sim_moves_locks(m, sym->function))
			return true;
	}
	return false;
}

/* Does the block, or one soon after it, release something and come to `end`
 * then? So it is with `if (shared) unlock();`, macros and all. */
static bool releases_before(const struct sim *m, uint32_t block, uint32_t end,
			    bool released, int depth)
{
	const struct lc_block *b =
		&m->u->blocks.data[m->flow->first_block + block];

	if (block == end)
		return released;
	released = released || block_releases(m, block);
	for (uint32_t i = 0; depth && i < flow_successors(b); i++)
		if (releases_before(m, flow_successor(m->u, b, i), end,
				    released, depth - 1))
			return true;
	return false;
}

/*
 * `if (done) return; lock(); if (done) …`: what was read before the lock was
 * got may have changed. But `if (shared) lock(); … if (shared) unlock();` is
 * one decision: then states with and without the lock are here, or the way
 * that the old value takes releases it.
 */
static void read_again(struct sim *m, const struct lc_block *b,
		       struct state *st, struct value v, enum lc_cmp op,
		       int64_t c)
{
	const struct block_states *bs = &m->states[m->block];
	struct locs *l = &m->s->locs;
	struct fact f;
	int decided;

	if (!v.loc || !state_nheld(st) ||
	    loc_at(l, v.loc)->kind != STEP_DEREF ||
	    !loc_is_concurrent(l, loc_at(l, v.loc)->parent))
		return;
	f = state_fact(st, l, v);
	decided = fact_test(&f, op, c);
	if (f.guarded || f.implied || decided == -1 ||
	    releases_before(m, b->succ[decided ? 0 : 1],
			    b->succ[decided ? 1 : 0], false, 4))
		return;
	for (uint32_t i = 1; i < bs->len; i++)
		if (!state_same_shape(bs->data[0].state, bs->data[i].state,
				      false))
			return;
	f = fact_any(v.loc);
	f.guarded = true;
	state_put_fact(&m->arena, st, l, f);
}

/* Where what a call may have changed is stored, 0 = that is not it. */
static loc_t changed_place(const struct sim *m, loc_t root)
{
	const struct loc *n = loc_at(&m->s->locs, root);

	if (n->kind != ROOT_SYM || n->why != SYM_HAVOC ||
	    n->ref != m->function || n->value < m->first_instr ||
	    m->u->instrs.data[n->value].kind != LC_I_CALL)
		return 0;
	return n->parent;
}

static bool excluded(struct sim *m, const struct state *st, loc_t x,
		     enum lc_cmp op, int64_t c)
{
	struct fact f = state_fact(st, &m->s->locs, value_addr(x));

	return fact_test(&f, op, c) == 0;
}

/*
 * `if (o->shared) lock(); fill(o); if (o->shared) unlock();` where fill() can
 * write to o or o->shared: who asks again means the same, and that the answer
 * is another one is a guess.
 */
static void doubt_if_changed(struct sim *m, struct state *st, struct value v,
			     enum lc_cmp op, int64_t c)
{
	struct locs *l = &m->s->locs;
	loc_t root, place;
	bool doubt;

	if (!v.loc || !state_nheld(st))
		return;
	root = loc_at(l, v.loc)->root;
	place = changed_place(m, root);
	if (!place)
		return;
	doubt = excluded(m, st, loc_rebase(l, v.loc, root, loc_deref(l, place)),
			 op, c);
	for (uint32_t i = 0; !doubt && i < st->held.len; i++) {
		loc_t old = loc_at(l, st->held.data[i].lock)->root;

		doubt = loc_at(l, old)->kind == ROOT_SYM && old != root &&
			loc_at(l, old)->parent == place &&
			excluded(m, st, loc_rebase(l, v.loc, root, old), op, c);
	}
	for (uint32_t i = 0; doubt && i < st->held.len; i++)
		if (st->held.data[i].count > 0)
			st->held.data[i].flags |= HELD_WEAK;
}

static bool handles_cleanup(const struct sim *m, uint32_t block)
{
	for (uint32_t i = 0; i < m->handlers.len; i++)
		if (m->handlers.data[i].block == block)
			return true;
	return false;
}

static void do_test(struct sim *m, const struct lc_block *b, struct state *st)
{
	struct value lhs = sim_operand(m, st, b->lhs);
	struct value rhs = sim_operand(m, st, b->rhs);
	enum lc_cmp op = b->cmp;
	struct state *other;

	if (!lhs.loc && rhs.loc) {
		struct value t = lhs;

		lhs = rhs;
		rhs = t;
		op = mirrored(op);
	}
	if (lhs.loc && rhs.loc) {
		m->owner_asked |= lhs.loc == sim_self(m) ||
				  rhs.loc == sim_self(m);
		if (lhs.loc == rhs.loc) {
			lhs = rhs = value_const(0);
		} else {
			lhs = compare_symbol(m, lhs.loc, rhs.loc, &op);
			rhs = value_const(0);
		}
	}
	read_again(m, b, st, lhs, op, rhs.constant);
	other = state_clone(&m->arena, st);
	/* to a cleanup handler comes only a thread that ends */
	if (!handles_cleanup(m, b->succ[0]) &&
	    assume(m, st, lhs, op, rhs.constant)) {
		doubt_if_changed(m, st, lhs, op, rhs.constant);
		sim_flow_to(m, b->succ[0], st);
	}
	if (!handles_cleanup(m, b->succ[1]) &&
	    assume(m, other, lhs, negated(op), rhs.constant)) {
		doubt_if_changed(m, other, lhs, negated(op), rhs.constant);
		sim_flow_to(m, b->succ[1], other);
	}
}

static void do_switch(struct sim *m, const struct lc_block *b,
		      struct state *st)
{
	struct value v = sim_operand(m, st, b->lhs);
	struct state *all = state_clone(&m->arena, st);
	bool possible = true;

	for (uint32_t i = 0; i < b->ncases; i++) {
		const struct lc_case *c = &m->u->cases.data[b->first_case + i];
		struct state *one = state_clone(&m->arena, all);

		if (c->lo == c->hi ? assume(m, one, v, LC_EQ, c->lo)
				   : assume(m, one, v, LC_GE, c->lo) &&
					     assume(m, one, v, LC_LE, c->hi))
			sim_flow_to(m, c->target, one);
		if (c->lo == c->hi && i < MAX_NE)
			possible = possible && assume(m, st, v, LC_NE, c->lo);
		else if (!v.loc && v.constant >= c->lo && v.constant <= c->hi)
			possible = false;
	}
	if (possible)
		sim_flow_to(m, b->succ[0], st);
}

void sim_leave_block(struct sim *m, const struct lc_block *b,
			struct state *st)
{
	switch (b->term) {
	case LC_T_JUMP:
		sim_flow_to(m, b->succ[0], st);
		break;
	case LC_T_TEST:
		do_test(m, b, st);
		break;
	case LC_T_CHOICE:
		sim_flow_to(m, b->succ[1], state_clone(&m->arena, st));
		sim_flow_to(m, b->succ[0], st);
		break;
	case LC_T_SWITCH:
		do_switch(m, b, st);
		break;
	case LC_T_COMPUTED:
		for (uint32_t i = 0; i < b->ncases; i++)
			sim_flow_to(m,
				    m->u->cases.data[b->first_case + i].target,
				    state_clone(&m->arena, st));
		break;
	case LC_T_RETURN: {
		struct exitrec e = { .state = st, .pos = b->pos,
				     .block = m->block,
				     .has_ret = b->lhs != LC_NONE };

		if (e.has_ret) {
			e.ret = sim_operand(m, st, b->lhs);
			e.record = sim_loaded_from(m, st, b->lhs);
		}
		outcome_add_exit(m, &e);
		break;
	}
	default:
		break;
	}
}
