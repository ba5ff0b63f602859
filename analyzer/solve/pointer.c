/* SPDX-License-Identifier: MIT */
/*
 * Calls of functions, through pointers above all: which of several targets it
 * was nobody knows, but what all of them do happens.
 */
#include "solve/apply.h"
#include "solve/verdict.h"

/* ---- what all targets do ---- */

struct args {
	struct value v[16];
	uint32_t n;
};

/* The one lock that the function always takes or always releases. */
static const struct held *only_effect(const struct sim *m, uint32_t f)
{
	const struct summary *sum = &m->s->summaries[f];
	const struct outcome *o = sum->outcomes.data;

	if (!sum->done || sum->capped || sum->outcomes.len != 1 || o->weak ||
	    o->ndeltas != 1 || o->deltas->cond_return)
		return NULL;
	return &o->deltas->held;
}

/* All targets take one lock, or all release one: *count says which. */
static bool same_effect(const struct sim *m, const uint32_t *targets,
			uint32_t n, int *count)
{
	const struct held *first = only_effect(m, targets[0]);

	for (uint32_t i = 1; first && i < n; i++) {
		const struct held *h = only_effect(m, targets[i]);

		if (!h || h->count != first->count)
			return false;
	}
	*count = first ? first->count : 0;
	return first != NULL;
}

/* The back end whose lock is held is the one that releases it. */
static bool find_releaser(struct sim *m, struct state *st,
			  const uint32_t *targets, uint32_t n,
			  const struct args *a, uint32_t *chosen)
{
	for (uint32_t i = 0; i < n; i++) {
		loc_t lock = apply_name(m, st, a->v, a->n,
					only_effect(m, targets[i])->lock);
		const struct held *h = lock ? state_held(st, lock) : NULL;

		if (h && h->count > 0) {
			*chosen = i;
			return true;
		}
	}
	return false;
}

static bool waits_for(struct sim *m, struct state *st, uint32_t f,
		      const struct args *a, const struct held *h)
{
	const struct summary *sum = &m->s->summaries[f];

	for (uint32_t i = 0; i < sum->acquires.len; i++) {
		const struct acquire *q = &sum->acquires.data[i];

		if (!q->weak && !q->vague && !q->nconds && !q->ndropped &&
		    q->blocking == LC_BLOCK_YES &&
		    (q->mode != LC_MODE_SHARED || h->mode != LC_MODE_SHARED) &&
		    apply_name(m, st, a->v, a->n, q->lock) == h->lock)
			return true;
	}
	return false;
}

/* One thing that is wrong with the call is told once, and as sure if all
 * targets do it. */
static void tell_once(struct sim *m, const struct held *h, bool all, bool weak)
{
	bool told = false;

	for (uint32_t i = 0; i < m->s->reacquires.len; i++) {
		struct reacquire *r = &m->s->reacquires.data[i];

		if (r->function != m->function || r->instr != m->instr ||
		    r->lock != h->lock || r->held_event != h->event)
			continue;
		if (all && !told)
			r->weak = weak;
		else if (told)
			r->weak = true;
		told |= !r->weak;
	}
}

static void judge_together(struct sim *m, struct state *st,
			   const uint32_t *targets, uint32_t n,
			   const struct args *a)
{
	for (uint32_t k = 0; k < st->held.len; k++) {
		const struct held *h = &st->held.data[k];
		bool all = true;

		if (h->count <= 0)
			continue;
		for (uint32_t i = 0; i < n; i++)
			all = all && waits_for(m, st, targets[i], a, h);
		tell_once(m, h, all, st->weak || (h->flags & HELD_WEAK));
	}
}

/*
 * Calls one of targets[], we do not know which. What each of them acquires is
 * looked at; what is held afterwards is what the first one that moves locks
 * says. The others are the other back ends of one table (a no-op lock, a
 * checking lock): to mix them, one back end's lock with another's unlock, would
 * make imbalance out of nothing.
 */
bool sim_call_functions(struct sim *m, struct state *st,
			const struct lc_instr *in, const uint32_t *targets,
			uint32_t n, bool weak)
{
	struct args a = { .n = in->nargs < 16 ? in->nargs : 16 };
	uint32_t chosen = 0;
	bool was = st->weak, agreed = false, back;
	struct state *pre = n > 1 ? state_clone(&m->arena, st) : NULL;
	int count = 0;

	for (uint32_t i = 0; i < a.n; i++)
		a.v[i] = sim_arg(m, st, in, (int)i);
	for (uint32_t i = n; i-- > 0;)
		if (sim_moves_locks(m, targets[i]))
			chosen = i;
	if (n > 1 && weak && same_effect(m, targets, n, &count))
		agreed = count > 0 ||
			 find_releaser(m, st, targets, n, &a, &chosen);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t forks = m->next.len;

		if (i == chosen)
			continue;
		apply_function(m, state_clone(&m->arena, st), targets[i], a.v,
			       a.n, in, weak);
		m->next.len = forks;
	}
	back = apply_function(m, st, targets[chosen], a.v, a.n, in, weak);
	if (n == 1)
		return back;
	judge_together(m, pre, targets, n, &a);
	for (uint32_t i = 0; agreed && i < st->held.len; i++)
		if (st->held.data[i].instr == m->instr)
			st->held.data[i].flags |= HELD_GUESSED;
	if (agreed)
		st->weak = was;
	return true;
}

/* ---- what one of several targets may do ---- */

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

/* The global whose content is called, and the field in it. */
static bool called_member(struct sim *m, const struct lc_instr *in, loc_t x,
			  uint32_t *symbol, uint32_t *field)
{
	const struct locs *l = &m->s->locs;
	const struct loc *n = loc_at(l, x);

	*field = LC_NONE;
	if (n->kind != STEP_DEREF && !(n->kind == ROOT_SYM &&
				       n->why == SYM_HAVOC && n->parent))
		return program_called_table(&m->s->program, m->function,
					    in->operand, symbol, field);
	for (n = loc_at(l, n->parent);
	     n->kind == STEP_FIELD || n->kind == STEP_INDEX ||
	     n->kind == STEP_INDEX_VALUE || n->kind == STEP_INDEX_ANY;
	     n = loc_at(l, n->parent))
		if (n->kind == STEP_FIELD && *field == LC_NONE)
			*field = n->ref;
	*symbol = n->ref;
	return n->kind == ROOT_GLOBAL ||
	       program_called_table(&m->s->program, m->function, in->operand,
				    symbol, field);
}

/* The program puts the function into the very table that is called. */
static bool is_member(struct sim *m, const struct lc_instr *in, loc_t called,
		      uint32_t f)
{
	const struct targets *t;
	uint32_t symbol, field;

	if (!called_member(m, in, called, &symbol, &field))
		return false;
	t = program_global_targets(&m->s->program, symbol, field);
	if (!t || t->mixed || (t->stored && !m->s->has_main))
		return false;
	for (uint32_t i = 0; i < t->functions.len; i++)
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
static void judge_guesses(struct sim *m, struct state *st,
			  const struct lc_instr *in, loc_t called,
			  const uint32_t *targets, uint32_t n, bool all_seen,
			  const struct args *a)
{
	for (uint32_t i = 0; i < n && st->held.len; i++)
		if (m->s->summaries[targets[i]].acquires.len &&
		    is_member(m, in, called, targets[i]))
			guess_edges(m, st, targets[i], a);
	for (uint32_t k = 0; k < st->held.len; k++) {
		const struct held *h = &st->held.data[k];
		uint32_t waits = 0, first = LC_NONE, q;

		if (!held_for_all(m, h))
			continue;
		for (uint32_t i = 0; i < n; i++) {
			q = may_wait(m, st, targets[i], a, h, true);
			if (q != LC_NONE && is_member(m, in, called, targets[i]))
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

/* It may have locked anything. */
static void forget_marks(struct state *st)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->marks.len; i++)
		if (st->marks.data[i].kind == MARK_CLEANUP)
			st->marks.data[n++] = st->marks.data[i];
	st->marks.len = n;
}

/* The pointer's value: a function we know, something a caller knows, or
 * what may ever have been stored there. */
bool sim_call_pointer(struct sim *m, struct state *st,
		      const struct lc_instr *in)
{
	struct locs *l = &m->s->locs;
	struct value v = sim_operand(m, st, in->operand);
	uint32_t targets[MAX_GUESSES], n;
	enum guess guess = GUESS_SURE;
	struct args a = { .n = in->nargs < 16 ? in->nargs : 16 };
	const struct loc *x;

	if (!v.loc) {
		sim_unknown_call(m, st, in, NULL);
		return true;
	}
	x = loc_at(l, v.loc);
	if (x->kind == ROOT_FUNCTION) {
		uint32_t f = x->ref;

		return sim_call_functions(m, st, in, &f, 1, false);
	}
	if (x->kind == ROOT_MODEL)
		return ops_call(m, st, in,
				m->s->program.symbols.data[x->ref].model);
	if (x->kind == ROOT_PARAM && m->s->ncallers[m->function]) {
		sim_lift_callback(m, st, in, v.loc);
		sim_unknown_call(m, st, in, NULL);
		return true;
	}
	n = order_call_targets(m->s, m->function, in, targets, MAX_GUESSES,
			       &guess);
	if (n && guess == GUESS_SURE)
		return sim_call_functions(m, st, in, targets, n, false);
	for (uint32_t i = 0; i < a.n; i++)
		a.v[i] = sim_arg(m, st, in, (int)i);
	if (n && guess == GUESS_TABLE) {
		struct state *pre = state_clone(&m->arena, st);
		bool back = sim_call_functions(m, st, in, targets, n, true);

		judge_guesses(m, pre, in, v.loc, targets, n, false, &a);
		return back;
	}
	judge_guesses(m, st, in, v.loc, targets, n, m->s->has_main, &a);
	/* a callback somebody registered: it runs here, but which one, and
	 * for which object, is anybody's guess */
	for (uint32_t i = 0; i < n; i++)
		if (m->s->summaries[targets[i]].relevant)
			note_callrec(m, st, targets[i], true);
	if (!n && loc_is_open(l, v.loc))
		sim_lift_callback(m, st, in, v.loc);
	else if (!n)
		m->s->out->ncalls_unresolved++;
	sim_unknown_call(m, st, in, NULL);
	forget_marks(st);
	return true;
}
