/* SPDX-License-Identifier: MIT */
/*
 * Verdicts on releases of what is not held: twice, of the wrong lock, where the
 * try has failed, on some of the ways. A function that releases its caller's
 * lock is none of these.
 */
#include "solve/verdict.h"

#include <stdlib.h>

static bool someone_held(const struct solver *s, uint32_t event)
{
	return s->events.data[event].satisfied;
}

/* Another way to the same release has the lock from this very function. */
static const struct okrelease *sometimes_own(const struct solver *s,
					     const struct badrelease *b)
{
	for (uint32_t i = 0; i < s->okreleases.len; i++)
		if (s->okreleases.data[i].function == b->function &&
		    s->okreleases.data[i].instr == b->instr &&
		    s->okreleases.data[i].lock == b->lock)
			return &s->okreleases.data[i];
	return NULL;
}

/* A function below has been told of for this very release on this way. */
static bool told_below(const struct solver *s, const struct badrelease *b)
{
	for (uint32_t e = s->events.data[b->event].inner; e != LC_NONE;
	     e = s->events.data[e].inner)
		if (s->events.data[e].reported)
			return true;
	return false;
}

/* NULL: not told. Valid until the next one. */
static struct lc_fact_release *emit_bad(struct solver *s, struct badrelease *b,
					enum lc_bad_release why,
					uint32_t other_site,
					enum lc_strength strength)
{
	uint32_t lock = verdict_lock_of(s, b->lock, b->event), trace;
	struct lc_fact_release *n;

	if (!lock_counts(s, lock) || told_below(s, b))
		return NULL;
	s->events.data[b->event].reported = true;
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, b->function)));
	if (b->other_event != LC_NONE)
		trace_event(s, b->other_event,
			    why == LC_BAD_DOUBLE || why == LC_BAD_WAIT
				    ? LC_ROLE_RELEASE
				    : LC_ROLE_NOTE,
			    LC_MODE_ANY);
	trace_event(s, b->event, LC_ROLE_RELEASE, LC_MODE_ANY);
	trace = trace_end(s);
	n = lc_push(&s->out->releases);
	n->function = b->function;
	n->lock = lock;
	n->site =
		emit_site(s, b->function, instr_pos(s, b->function, b->instr));
	n->why = why;
	n->other_site = other_site;
	n->other_lock = LC_NONE;
	n->strength = strength;
	n->trace = trace;
	return n;
}

/* Two locks one of which can be mistaken for the other: both single objects,
 * two fields of one object, or the held one's object moved on from. (Going the
 * other way, from the object behind to this one, is hand over hand.) */
static bool comparable(const struct solver *s, loc_t held, loc_t released)
{
	const struct locs *l = &s->locs;
	loc_t a = loc_object(l, held), b = loc_object(l, released);

	if (loc_is_exact(l, held) && loc_is_exact(l, released))
		return true;
	return loc_below(l, b, a);
}

/* A lock this function holds at an exit that gave up another: the wrong one
 * was released. */
uint32_t verdict_held_instead(const struct solver *s,
			      const struct badrelease *b)
{
	for (uint32_t i = 0; i < s->leaks.len; i++) {
		const struct leak *k = &s->leaks.data[i];

		if (k->function == b->function && k->lock != b->lock &&
		    comparable(s, k->lock, b->lock) && !k->held.cond &&
		    !s->events.data[k->held.event].released &&
		    verdict_flow_reaches(s, k->function, k->held.instr,
					 b->instr))
			return i;
	}
	return LC_NONE;
}

static bool starts_thread_or_program(struct solver *s, uint32_t f)
{
	return verdict_is_main(s, f) || verdict_thread_starts_in(s, f);
}

/* The same function leaks the lock on another way: see crossed(). */
static bool crosses(const struct solver *s, const struct badrelease *b)
{
	for (uint32_t i = 0; i < s->leaks.len; i++) {
		const struct leak *k = &s->leaks.data[i];

		if (k->function == b->function && k->lock == b->lock &&
		    !verdict_chain_released(s, k->held.event) &&
		    !someone_held(s, b->event) &&
		    verdict_flow_reaches(s, k->function, k->held.instr,
					 b->instr))
			return true;
	}
	return false;
}

/* The release itself, or a function that does just that in every case. */
static bool plain(const struct solver *s, uint32_t event)
{
	uint32_t inner = s->events.data[event].inner;

	return inner == LC_NONE ||
	       s->summaries[s->events.data[inner].function].outcomes.len == 1;
}

/* The lock is taken whenever certain things are true, and here they are: a way
 * on which they were not has been joined with this one and forgotten. */
static loc_t memory_of(const struct locs *l, loc_t sym)
{
	const struct loc *x = loc_at(l, sym);

	return x->kind == STEP_DEREF ||
			       (x->kind == ROOT_SYM && x->why == SYM_HAVOC)
		       ? x->parent
		       : sym;
}

static bool must_have_taken(const struct solver *s, const struct badrelease *b,
			    const struct okrelease *own)
{
	for (uint32_t i = 0; i < own->nwhen; i++) {
		bool same = false;

		for (uint32_t k = 0; k < b->nconds; k++)
			same |= memory_of(&s->locs, b->conds[k].sym) ==
					memory_of(&s->locs, own->when[i].sym) &&
				fact_same(&b->conds[k], &own->when[i]);
		if (!same)
			return false;
	}
	return own->nwhen > 0;
}

static bool named_as_unlock(const struct solver *s, uint32_t f)
{
	static const char *const words[] = { "release", "leave", "exit", "end",
					     "finish",  "drop",  "put",  "stop",
					     "done",    "resume" };
	const char *name = function_name(&s->program, f);

	return verdict_name_has(name, "unlock", true) ||
	       verdict_name_has_any(name, words, LC_LEN(words));
}

/* Are the ways to a release with and without the lock told apart by a flag that
 * the caller passes: then it may have the lock in the other case. */
static bool contract(const struct solver *s, const struct badrelease *b,
		     const struct okrelease *own)
{
	struct fact known[MAX_CONDS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->nconds; i++)
		if (verdict_passed_flag(s, b->function, &b->conds[i]))
			known[n++] = b->conds[i];
	return facts_told_apart(known, n, own->conds, own->nconds);
}

/* Is it called from main, by whatever way, and not through a pointer? */
static bool only_from_main(const struct solver *s, uint32_t function)
{
	bool *seen = lc_alloc(s->program.functions.len + 1), only = true;
	LC_ARRAY(uint32_t) todo = { 0 };

	*lc_push(&todo) = function;
	seen[function] = true;
	while (todo.len && only) {
		uint32_t f = todo.data[--todo.len];

		if (verdict_is_main(s, f))
			continue;
		only = s->ncallers[f] && !s->escapes[f] && !s->entry[f] &&
		       !s->summaries[f].inexact;
		for (uint32_t i = 0; only && i < s->callrecs.len; i++) {
			const struct callrec *c = &s->callrecs.data[i];

			if (c->callee == f && !seen[c->function]) {
				seen[c->function] = true;
				*lc_push(&todo) = c->function;
			}
		}
	}
	free(seen);
	lc_array_release(&todo);
	return only;
}

/* The whole program is here, and whoever calls this has not taken the one lock
 * that it releases. */
static bool nobody_has_it(const struct solver *s, const struct badrelease *b)
{
	uint32_t f = b->function;

	return s->has_main && loc_is_exact(&s->locs, b->lock) &&
	       !someone_held(s, b->event) && !s->events.data[b->event].depth &&
	       s->summaries[f].outcomes.len == 1 && only_from_main(s, f);
}

/* Another function, a hook in some table, returns with such a lock. */
static bool kept_elsewhere(struct solver *s, const struct badrelease *b)
{
	uint32_t cls = loc_class(&s->locs, b->lock, true), release;

	for (uint32_t i = 0; i < s->leaks.len; i++) {
		const struct leak *k = &s->leaks.data[i];

		if (k->function != b->function && !k->thread_exit &&
		    loc_class(&s->locs, k->lock, true) == cls &&
		    s->events.data[k->held.event].inner == LC_NONE &&
		    s->escapes[k->function] &&
		    !verdict_gives_back(s, k, &release))
			return true;
	}
	return false;
}

/* Released already, or where taking it has failed. */
static void judge_again(struct solver *s, struct badrelease *b)
{
	const struct event *first = &s->events.data[b->other_event];
	uint32_t depth = s->events.data[b->event].depth;

	if (b->why == LC_BAD_DOUBLE &&
	    (b->asked_again || (!first->matched && (depth || first->depth))))
		return; /* … or somewhere below, by a name of its own */
	/* a lock that failed is often only logged, and released with the rest:
	 * as if errors did not happen */
	if (b->why == LC_BAD_FAILED_TRY && first->blocking == LC_BLOCK_YES &&
	    (sometimes_own(s, b) || depth || first->depth))
		return;
	emit_bad(s, b, b->why, emit_event_site(s, b->other_event),
		 depth > SURE_DEPTH ? LC_POSSIBLE : LC_SURE);
}

/* Is another lock held, that was probably meant? true: yes, and it is told. */
static bool judge_wrong_lock(struct solver *s, struct badrelease *b)
{
	uint32_t instead = verdict_held_instead(s, b);
	struct lc_fact_release *n;
	struct leak *k;

	/* perhaps taken by one function and left for another */
	if (instead == LC_NONE || kept_elsewhere(s, b) ||
	    someone_held(s, b->event))
		return false;
	k = &s->leaks.data[instead];
	if (k->explains)
		return true; /* what follows from the first one */
	k->explains = true;
	n = emit_bad(s, b, LC_BAD_WRONG_LOCK,
		     emit_event_site(s, k->held.event), LC_SURE);
	if (n)
		n->other_lock = verdict_lock_of(s, k->lock, k->held.event);
	return true;
}

/* Nothing on any way to it takes the lock. */
static void judge_never(struct solver *s, struct badrelease *b)
{
	bool held = someone_held(s, b->event);
	enum lc_strength strength = LC_SURE;

	/* a thread may be given a lock by who starts it */
	if (s->entry[b->function] && !verdict_is_main(s, b->function) &&
	    (balance_of(s, b->lock) & CLASS_KEPT))
		strength = LC_POSSIBLE;
	if ((starts_thread_or_program(s, b->function) && !held) ||
	    nobody_has_it(s, b))
		emit_bad(s, b, LC_BAD_NEVER, LC_NONE, strength);
	else if (!held && !s->events.data[b->event].depth &&
		 balance_of(s, b->lock) ==
			 (CLASS_PAIRED | CLASS_RELEASED_ALONE) &&
		 balance_always_gives_up(s, b->function, b->lock) &&
		 !(verdict_outsiders(s, b->lock) &&
		   named_as_unlock(s, b->function)))
		emit_bad(s, b, LC_BAD_NEVER, LC_NONE, LC_POSSIBLE);
}

/* ---- taken and released by a function that was called before ---- */

/* The release, seen from here, of what the event takes in a function below. */
static uint32_t release_below(struct solver *s, uint32_t taken)
{
	struct event e = s->events.data[taken];
	uint32_t inner = e.inner, release = LC_NONE;

	if (inner == LC_NONE || !verdict_flow_always_runs(
					s, s->events.data[inner].function,
					s->events.data[inner].instr))
		return LC_NONE;
	for (uint32_t i = 0; i < s->okreleases.len; i++) {
		const struct okrelease *o = &s->okreleases.data[i];

		if (o->function == s->events.data[inner].function &&
		    o->taken == s->events.data[inner].instr &&
		    o->lock == s->events.data[inner].lock)
			release = o->event;
	}
	if (release == LC_NONE)
		release = release_below(s, inner);
	if (release == LC_NONE)
		return LC_NONE;
	e.kind = EV_RELEASE;
	e.inner = release;
	e.depth = s->events.data[release].depth + 1;
	e.released = e.satisfied = e.reported = e.matched = false;
	return event_get(s, e);
}

/* Does some way out of what is called there leave such a lock held, or give up
 * one of the caller's? */
static bool moves(struct solver *s, uint32_t event, loc_t lock)
{
	uint32_t inner = s->events.data[event].inner;
	uint32_t cls = loc_class(&s->locs, lock, true);
	const struct summary *sum =
		&s->summaries[s->events.data[inner].function];

	if (sum->capped || sum->inexact)
		return true;
	for (uint32_t i = 0; i < sum->outcomes.len; i++) {
		const struct outcome *o = &sum->outcomes.data[i];

		for (uint32_t k = 0; k < o->ndeltas; k++)
			if (loc_class(&s->locs, o->deltas[k].held.lock, true) ==
			    cls)
				return true;
	}
	return false;
}

/*
 * On every way to the release a function was called that takes the lock, waits
 * for it if need be, and releases it: whoever had held it before would not have
 * come back from there. The release in that function, LC_NONE = there is none.
 */
static uint32_t released_by_callee(struct solver *s, const struct badrelease *b)
{
	const struct summary *sum = &s->summaries[b->function];

	for (uint32_t i = 0; i < sum->acquires.len; i++) {
		const struct acquire *a = &sum->acquires.data[i];
		const struct event e = s->events.data[a->event];
		uint32_t release;

		if (a->lock != b->lock || a->weak || a->vague || a->nconds ||
		    a->ndropped || a->blocking != LC_BLOCK_YES ||
		    a->mode == LC_MODE_SHARED || e.inner == LC_NONE ||
		    e.function != b->function || e.depth > SURE_DEPTH ||
		    moves(s, a->event, b->lock) ||
		    !verdict_flow_passes(s, b->function, e.instr, b->instr))
			continue;
		release = release_below(s, a->event);
		if (release != LC_NONE)
			return release;
	}
	return LC_NONE;
}

/* A recursive lock may still be the caller's after that. */
static bool judge_after_callee(struct solver *s, struct badrelease *b)
{
	uint32_t first = released_by_callee(s, b);

	if (first == LC_NONE || someone_held(s, b->event) ||
	    verdict_recursive(s, b->lock, b->event))
		return false;
	b->other_event = first;
	emit_bad(s, b, LC_BAD_DOUBLE, emit_event_site(s, first), LC_SURE);
	return true;
}

static void judge_bad_release(struct solver *s, struct badrelease *b)
{
	const struct okrelease *own;

	if (b->weak || summary_doubtful(&s->summaries[b->function]) ||
	    !verdict_steady(&s->locs, b->lock) ||
	    verdict_beyond_counting(s, b->function, b->lock, b->event))
		return;
	if (b->why == LC_BAD_DOUBLE || b->why == LC_BAD_FAILED_TRY) {
		judge_again(s, b);
		return;
	}
	own = sometimes_own(s, b);
	if (own) {
		if (!someone_held(s, b->event) && plain(s, b->event) &&
		    !must_have_taken(s, b, own) && !contract(s, b, own) &&
		    !b->asked_again)
			emit_bad(s, b, LC_BAD_SOME_PATH, LC_NONE, LC_POSSIBLE);
		return;
	}
	if (judge_after_callee(s, b))
		return;
	/* some function returns with such a lock, whoever's it is: perhaps by
	 * a name that says nothing here */
	if (!loc_is_exact(&s->locs, b->lock) && s->events.data[b->event].depth &&
	    (balance_of(s, b->lock) & CLASS_KEPT))
		return;
	if (crosses(s, b))
		emit_bad(s, b, LC_BAD_SOME_PATH, LC_NONE, LC_POSSIBLE);
	else if (!judge_wrong_lock(s, b))
		judge_never(s, b);
}

/* ---- given up and taken back ---- */

/* Code that we do not see may hold the lock when it comes here. */
static bool unseen_holders(struct solver *s, const struct badrelease *b)
{
	uint32_t cls = loc_class(&s->locs, b->lock, true);

	if (s->escapes[b->function] || verdict_outsiders(s, b->lock) ||
	    !loc_is_exact(&s->locs, b->lock))
		return true;
	for (uint32_t i = 0; !s->has_main && i < s->leaks.len; i++) {
		const struct leak *k = &s->leaks.data[i];

		if (loc_class(&s->locs, k->lock, true) == cls &&
		    (s->escapes[k->function] ||
		     !(function_symbol(&s->program, k->function)->flags &
		       LC_SYM_INTERNAL)))
			return true;
	}
	return false;
}

/* Does nothing when locking is turned off: then nobody needs to have taken it. */
static bool turned_off_somewhere(const struct solver *s, uint32_t function)
{
	const struct summary *sum = &s->summaries[function];

	for (uint32_t i = 0; i < sum->outcomes.len; i++)
		if (sum->outcomes.data[i].idle)
			return true;
	return false;
}

/* On some way, one of the functions below has taken it itself: then it is not a
 * lock of its callers that is given up. */
static bool own_below(const struct solver *s, uint32_t event)
{
	for (uint32_t e = event; e != LC_NONE; e = s->events.data[e].inner) {
		const struct event *v = &s->events.data[e];

		if (turned_off_somewhere(s, v->function))
			return true;
		for (uint32_t i = 0; i < s->okreleases.len; i++)
			if (s->okreleases.data[i].function == v->function &&
			    s->okreleases.data[i].instr == v->instr)
				return true;
	}
	return false;
}

/* The function gives the lock up in another place too, and there its callers
 * have it. */
static bool held_beside(const struct solver *s, const struct badrelease *b)
{
	for (uint32_t i = 0; i < s->gaveups.len; i++) {
		const struct badrelease *o = &s->gaveups.data[i];

		if (o->function == b->function && o->lock == b->lock &&
		    someone_held(s, o->event))
			return true;
	}
	return false;
}

/* A wait with a mutex that is not held, or a callee that lets its caller's
 * lock go for a while where this caller has none. */
static void judge_given_up(struct solver *s, struct badrelease *b)
{
	const struct event *e = &s->events.data[event_innermost(s, b->event)];
	enum lc_bad_release why = e->kind == EV_WAIT ? LC_BAD_WAIT : b->why;
	enum lc_strength strength = LC_SURE;
	uint32_t other = LC_NONE;

	if (b->weak || summary_doubtful(&s->summaries[b->function]) || b->asked_again ||
	    !verdict_steady(&s->locs, b->lock) || someone_held(s, b->event) ||
	    s->events.data[b->event].depth > SURE_DEPTH ||
	    (e->kind != EV_WAIT && own_below(s, b->event)))
		return;
	/* some object, somewhere below: it may have another name here */
	if (s->events.data[b->event].depth &&
	    !loc_is_exact(&s->locs, b->lock))
		return;
	/* as judge_bad_release() */
	if (s->entry[b->function] && !verdict_is_main(s, b->function) &&
	    (balance_of(s, b->lock) & CLASS_KEPT))
		strength = LC_POSSIBLE;
	if (b->why == LC_BAD_DOUBLE) {
		other = emit_event_site(s, b->other_event);
		if (s->events.data[b->event].depth > 1)
			strength = LC_POSSIBLE;
	} else if (!starts_thread_or_program(s, b->function) &&
		 !(s->has_main && loc_is_exact(&s->locs, b->lock) &&
		   only_from_main(s, b->function))) {
		/* of an object, a caller may know it by another name */
		if (!loc_is_exact(&s->locs, b->lock) || unseen_holders(s, b) ||
		    held_beside(s, b))
			return;
		strength = LC_POSSIBLE;
	}
	emit_bad(s, b, why, other, strength);
}

/* Those nearest to the release first: see told_below(). */
static uint32_t deepest(const struct solver *s, const struct badrelease *list,
			uint32_t n)
{
	uint32_t max = 0;

	for (uint32_t i = 0; i < n; i++)
		if (s->events.data[list[i].event].depth > max)
			max = s->events.data[list[i].event].depth;
	return max;
}

static void judge_by_depth(struct solver *s, struct badrelease *list,
			   uint32_t n,
			   void (*judge)(struct solver *, struct badrelease *))
{
	uint32_t max = deepest(s, list, n);

	for (uint32_t depth = 0; depth <= max; depth++)
		for (uint32_t i = 0; i < n; i++)
			if (s->events.data[list[i].event].depth == depth)
				judge(s, &list[i]);
}

void verdict_releases(struct solver *s)
{
	judge_by_depth(s, s->badreleases.data, s->badreleases.len,
		       judge_bad_release);
	judge_by_depth(s, s->gaveups.data, s->gaveups.len, judge_given_up);
}
