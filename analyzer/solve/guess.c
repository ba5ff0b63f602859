/* SPDX-License-Identifier: MIT */
/*
 * What one of several targets of a function pointer may do with what is held at
 * the call. It is told as possible, and only of functions that the program puts
 * into the very table that is called, or if all that may be called do it.
 */
#include "solve/guess.h"

#include "solve/verdict.h"

/* `h` is held whatever else is decided: not on some of the ways to the call
 * only, as a lock that is taken for those targets that do not take it. */
static bool held_for_all(const struct sim *m, const struct held *h)
{
	return h->count > 0 && !h->cond &&
	       !(h->flags & (HELD_WEAK | HELD_GUESSED | HELD_UNCHECKED |
			     HELD_JOINED)) &&
	       verdict_flow_passes(m->s, m->function, h->instr, m->instr);
}

/* The target's acquire may be made here, of a caller's lock that it has not
 * given up before. */
static bool may_acquire(const struct subst *b, const struct acquire *q)
{
	struct fact left[MAX_CONDS];
	uint32_t nleft;

	return !q->weak && !q->vague && !q->ndropped &&
	       q->blocking == LC_BLOCK_YES &&
	       b->m->s->events.data[q->event].depth < SURE_DEPTH &&
	       subst_conditions(b, q->conds, q->nconds, left, &nleft);
}

/* The first acquire of the target that waits for `h`, LC_NONE = none. exact:
 * by the lock's own name only, not by what the arguments say. */
static uint32_t may_wait(struct sim *m, struct state *st, uint32_t f,
			 const struct args *a, const struct held *h, bool exact)
{
	const struct summary *sum = &m->s->summaries[f];
	struct subst b = { m, st, a->v, a->n, ++m->bindings };

	for (uint32_t i = 0; sum->done && i < sum->acquires.len; i++) {
		const struct acquire *q = &sum->acquires.data[i];

		if ((q->mode != LC_MODE_SHARED || h->mode != LC_MODE_SHARED) &&
		    (!exact || loc_is_exact(&m->s->locs, q->lock)) &&
		    subst_loc(&b, q->lock) == h->lock && may_acquire(&b, q))
			return i;
	}
	return LC_NONE;
}

/* A guess, told as one; once for a call and a lock. */
static void tell_guess(struct sim *m, const struct state *st,
		       const struct held *h, uint32_t f, uint32_t acquire)
{
	struct acquire q = m->s->summaries[f].acquires.data[acquire];
	uint32_t event = sim_lift_event(m, q.event, h->lock);
	struct reacquire *known = NULL;

	for (uint32_t i = 0; i < m->s->reacquires.len; i++) {
		struct reacquire *r = &m->s->reacquires.data[i];

		if (r->function != m->function || r->instr != m->instr ||
		    r->held_event != h->event)
			continue;
		if (!r->weak)
			return;
		if (r->event == event)
			known = r;
	}
	if (known) {
		known->weak = st->weak;
		known->guessed = true;
		return;
	}
	q.lock = h->lock;
	ops_note_reacquire(m, st, h, &q);
}

/* ---- whose content is called ---- */

/* The local gets the address of an element of a global, the one that *symbol
 * says if it says one already, or moves on in it. */
static bool assigned_table(const struct program *p, uint32_t unit,
			   uint32_t operand, uint32_t local, uint32_t *symbol)
{
	const struct lc_unit *u = &p->units[unit];
	const struct lc_operand *o = &u->operands.data[operand];
	const struct lc_path *q;

	if (o->kind != LC_OP_ADDR)
		return false;
	q = &u->paths.data[o->ref];
	if (q->root_kind == LC_ROOT_LOCAL && q->root == local)
		return true; /* it moves on */
	for (uint32_t i = 0; i < q->nsteps; i++)
		if (u->steps.data[q->first_step + i].kind == LC_STEP_DEREF)
			return false;
	if (q->root_kind != LC_ROOT_GLOBAL)
		return false;
	if (*symbol != LC_NONE && *symbol != p->symbol_map[unit][q->root])
		return false;
	*symbol = p->symbol_map[unit][q->root];
	return true;
}

/* `for (e = table; …; e++)`: the global that a local pointer walks through. */
static uint32_t walked(struct sim *m, uint32_t local)
{
	struct instrs it = instrs_of(&m->s->program, m->function);
	const struct lc_instr *in;
	uint32_t symbol = LC_NONE;

	if (local < m->flow->nparams)
		return LC_NONE;
	while ((in = instrs_next(&it))) {
		const struct lc_path *to;

		if (in->kind != LC_I_ASSIGN)
			continue;
		to = &m->u->paths.data[in->path];
		if (to->root_kind == LC_ROOT_LOCAL && to->root == local &&
		    !to->nsteps &&
		    !assigned_table(&m->s->program, m->unit, in->operand, local,
				    &symbol))
			return LC_NONE;
	}
	return symbol;
}

/* Another field of the element that is called, with a number in it. */
static bool is_mark(const struct sim *m, uint32_t operand,
		    const struct lc_path *called, uint32_t field)
{
	const struct program *p = &m->s->program;
	const struct lc_operand *o = &m->u->operands.data[operand];
	const struct lc_path *q;

	if (o->kind != LC_OP_LOAD)
		return false;
	q = &m->u->paths.data[o->ref];
	if (q->root_kind != called->root_kind || q->root != called->root)
		return false;
	for (uint32_t i = q->nsteps; i-- > 0;) {
		const struct lc_step *s = &m->u->steps.data[q->first_step + i];
		uint32_t f;

		if (s->kind != LC_STEP_FIELD)
			continue;
		f = p->field_map[m->unit][s->ref];
		return f != field && !(p->fields.data[f].flags &
				       (LC_FIELD_POINTER | LC_FIELD_FUNCPTR));
	}
	return false;
}

/* The function asks what kind of entry of the table it is: perhaps whether the
 * target takes the lock by itself. */
static bool asks_kind(const struct sim *m, const struct lc_path *called,
		      uint32_t field)
{
	const struct lc_unit *u = m->u;

	for (uint32_t b = 0; b < m->flow->nblocks; b++) {
		const struct lc_block *x = &u->blocks.data[m->flow->first_block + b];

		if (x->term == LC_T_SWITCH && is_mark(m, x->lhs, called, field))
			return true;
		if (x->term == LC_T_TEST &&
		    u->operands.data[x->rhs].kind == LC_OP_CONST &&
		    is_mark(m, x->lhs, called, field))
			return true;
		for (uint32_t i = 0; i < x->ninstrs; i++) {
			const struct lc_instr *in =
				&u->instrs.data[x->first_instr + i];

			if (in->kind == LC_I_ASSIGN &&
			    is_mark(m, in->operand, called, field))
				return true;
		}
	}
	return false;
}

/* `f = hooks[i]; f()`: an element of a global array, no certain one. */
static uint32_t element_of(const struct sim *m, loc_t called)
{
	const struct locs *l = &m->s->locs;
	const struct loc *n = loc_at(l, called);

	if (n->kind != STEP_DEREF && !(n->kind == ROOT_SYM &&
				       n->why == SYM_HAVOC && n->parent))
		return LC_NONE;
	n = loc_at(l, n->parent);
	if (n->kind != STEP_INDEX_VALUE && n->kind != STEP_INDEX_ANY)
		return LC_NONE;
	n = loc_at(l, n->parent);
	return n->kind == ROOT_GLOBAL ? n->ref : LC_NONE;
}

/*
 * The global whose content is called, and the field in it: `g()`, `hooks[i]()`,
 * `table[i].fn()`, `for (e = table; …) e->fn()`. Not what a number names for
 * certain, and no entry of which the function asks of what kind it is.
 */
static bool called_member(struct sim *m, const struct lc_instr *in,
			  loc_t called, uint32_t *symbol, uint32_t *field)
{
	const struct lc_operand *o = &m->u->operands.data[in->operand];
	const struct lc_path *q = &m->u->paths.data[o->ref];
	enum lc_step_kind last = LC_STEP_INDEX_ANY;
	uint32_t derefs = 0;

	*field = LC_NONE;
	if (o->kind != LC_OP_LOAD)
		return false;
	for (uint32_t i = 0; i < q->nsteps; i++) {
		const struct lc_step *s = &m->u->steps.data[q->first_step + i];

		if (s->kind == LC_STEP_INDEX || s->kind == LC_STEP_CONTAINER ||
		    lc_step_computes(s->kind))
			return false;
		derefs += s->kind == LC_STEP_DEREF;
		if (s->kind == LC_STEP_FIELD)
			*field = m->s->program.field_map[m->unit][s->ref];
		last = s->kind;
	}
	if (q->root_kind == LC_ROOT_GLOBAL) {
		*symbol = m->s->program.symbol_map[m->unit][q->root];
		if (*field == LC_NONE)
			return last != LC_STEP_DEREF;
		return !derefs && !asks_kind(m, q, *field);
	}
	if (q->root_kind != LC_ROOT_LOCAL)
		return false;
	if (q->nsteps && *field != LC_NONE && derefs == 1 &&
	    m->u->steps.data[q->first_step].kind == LC_STEP_DEREF) {
		*symbol = walked(m, q->root);
		return *symbol != LC_NONE && !asks_kind(m, q, *field);
	}
	*symbol = q->nsteps ? LC_NONE : element_of(m, called);
	return *symbol != LC_NONE;
}

/* What the program puts into the very table that is called, NULL = nobody
 * knows all that there can be, or whose it is. */
static const struct targets *members(struct sim *m, const struct lc_instr *in,
				     loc_t called)
{
	const struct targets *t;
	uint32_t symbol, field;

	if (!called_member(m, in, called, &symbol, &field))
		return NULL;
	t = program_global_targets(&m->s->program, symbol, field);
	return !t || t->mixed || (t->stored && !m->s->has_main) ? NULL : t;
}

static bool is_member(const struct targets *t, uint32_t f)
{
	for (uint32_t i = 0; t && i < t->functions.len; i++)
		if (t->functions.data[i] == f)
			return true;
	return false;
}

/* The orders that it makes of locks of which there is but one each. */
static void guess_edges(struct sim *m, struct state *st, uint32_t f,
			const struct args *a)
{
	const struct summary *sum = &m->s->summaries[f];
	struct subst b = { m, st, a->v, a->n, ++m->bindings };
	loc_t *gates = lc_arena_alloc(&m->scratch,
				      (st->held.len + 1) * sizeof(loc_t));
	uint32_t n = 0;

	for (uint32_t k = 0; k < st->held.len; k++)
		if (st->held.data[k].count > 0 &&
		    st->held.data[k].mode != LC_MODE_SHARED)
			gates[n++] = st->held.data[k].lock;
	for (uint32_t i = 0; n && sum->done && i < sum->acquires.len; i++) {
		struct acquire q = sum->acquires.data[i];

		if (!loc_is_exact(&m->s->locs, q.lock) || !may_acquire(&b, &q))
			continue;
		q.guessed = true;
		q.event = sim_lift_event(m, q.event, q.lock);
		for (uint32_t k = 0; k < st->held.len; k++) {
			const struct held *h = &st->held.data[k];
			struct lockref ref = { h->lock, h->mode, h->event };

			if (h->lock != q.lock && held_for_all(m, h) &&
			    loc_is_exact(&m->s->locs, h->lock))
				edge_add(m, st, &ref, q.lock, &q, gates, n,
					 NULL, 0);
		}
	}
}

/*
 * One of targets[] is called. Would it take what is held here? Told is it of a
 * lock of which there is but one and a function that is in the called table for
 * certain; and in a whole program of a lock that all take, by whatever name.
 */
void guess_judge(struct sim *m, struct state *st, const struct lc_instr *in,
		 loc_t called, const uint32_t *targets, uint32_t n,
		 bool all_seen, const struct args *a)
{
	const struct targets *t = st->held.len ? members(m, in, called) : NULL;

	for (uint32_t i = 0; i < n && t; i++)
		if (is_member(t, targets[i]))
			guess_edges(m, st, targets[i], a);
	for (uint32_t k = 0; k < st->held.len; k++) {
		const struct held *h = &st->held.data[k];
		uint32_t waits = 0, first = LC_NONE, q;

		if (!held_for_all(m, h))
			continue;
		for (uint32_t i = 0; i < n; i++) {
			q = may_wait(m, st, targets[i], a, h, true);
			if (q != LC_NONE && is_member(t, targets[i]))
				tell_guess(m, st, h, targets[i], q);
			q = may_wait(m, st, targets[i], a, h, false);
			if (q != LC_NONE && !waits++)
				first = i;
		}
		if (first != LC_NONE && waits == n && all_seen)
			tell_guess(m, st, h, targets[first],
				   may_wait(m, st, targets[first], a, h, false));
	}
}

/* ---- more targets than are followed ---- */

void guess_later(struct sim *m, const struct state *st,
		 const struct lc_instr *in, loc_t called)
{
	const struct targets *t = st->held.len ? members(m, in, called) : NULL;

	for (uint32_t k = 0; t && !st->weak && k < st->held.len; k++) {
		const struct held *h = &st->held.data[k];
		bool known = false;

		for (uint32_t i = m->s->manycalls.len; !known && i-- > 0;) {
			const struct manycall *c = &m->s->manycalls.data[i];

			if (c->function != m->function)
				break;
			known = c->instr == m->instr &&
				c->held.event == h->event;
		}
		if (!known && held_for_all(m, h) &&
		    loc_is_exact(&m->s->locs, h->lock))
			*lc_push(&m->s->manycalls) = (struct manycall){
				m->function, m->instr, *h, t
			};
	}
}

/* The acquire that is made whatever the target is asked: the state at the call
 * is gone. */
static const struct acquire *surely_waits(const struct solver *s, uint32_t f,
					  const struct held *h)
{
	const struct summary *sum = &s->summaries[f];

	for (uint32_t i = 0; sum->done && i < sum->acquires.len; i++) {
		const struct acquire *q = &sum->acquires.data[i];

		if (q->lock == h->lock && !q->weak && !q->vague &&
		    !q->ndropped && !q->nconds && q->blocking == LC_BLOCK_YES &&
		    (q->mode != LC_MODE_SHARED || h->mode != LC_MODE_SHARED) &&
		    s->events.data[q->event].depth < SURE_DEPTH)
			return q;
	}
	return NULL;
}

void guess_verdicts(struct solver *s)
{
	for (uint32_t i = 0; i < s->manycalls.len; i++) {
		const struct manycall *c = &s->manycalls.data[i];
		struct sim m = { .s = s, .function = c->function,
				 .instr = c->instr };
		struct state st = { 0 };

		for (uint32_t k = 0; k < c->targets->functions.len; k++) {
			const struct acquire *q = surely_waits(
				s, c->targets->functions.data[k], &c->held);

			if (!q)
				continue;
			ops_note_reacquire(&m, &st, &c->held, q);
			break;
		}
	}
}
