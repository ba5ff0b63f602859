/* SPDX-License-Identifier: MIT */
/*
 * Calls of functions, through pointers above all: which of several targets it
 * was nobody knows, but what all of them do happens.
 */
#include "solve/guess.h"

/* ---- what all targets do ---- */

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
		st->weak = st->maybe_weak = was;
	return true;
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

		guess_judge(m, pre, in, v.loc, targets, n, false, &a);
		return back;
	}
	guess_judge(m, st, in, v.loc, targets, n, m->s->has_main, &a);
	/* a callback somebody registered: it runs here, but which one, and
	 * for which object, is anybody's guess */
	for (uint32_t i = 0; i < n; i++)
		if (m->s->summaries[targets[i]].relevant)
			note_callrec(m, st, targets[i], true);
	if (!n)
		guess_later(m, st, in, v.loc);
	if (!n && loc_is_open(l, v.loc))
		sim_lift_callback(m, st, in, v.loc);
	else if (!n)
		m->s->out->ncalls_unresolved++;
	sim_unknown_call(m, st, in, NULL);
	forget_marks(st);
	return true;
}
