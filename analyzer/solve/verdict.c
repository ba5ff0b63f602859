/* SPDX-License-Identifier: MIT */
/*
 * From raw observations to facts about single threads: double acquires, leaks,
 * bad releases, unchecked tries. What a function does to a lock is judged by
 * what its callers make of it, so this waits until all are simulated.
 *
 * A held lock at an exit is a leak only when the function cannot mean it:
 *   - it ends a thread or main; or
 *   - the function itself gives the lock back on another way out, no caller
 *     ever releases what this way leaves, and the two ways are not told
 *     apart by success and failure with success the one that holds.
 * A function that only ever takes (or only releases) is a wrapper: silent.
 */
#include "solve/internal.h"

#include <stdlib.h>

static enum lc_kind api_kind(const struct solver *s, uint32_t event)
{
	return (enum lc_kind)s->events.data[event].lock_kind;
}

static uint32_t lock_of(struct solver *s, loc_t lock, uint32_t event)
{
	return emit_lock(s, lock, api_kind(s, event));
}

static bool chain_reported(const struct solver *s, uint32_t event)
{
	for (uint32_t e = event; e != LC_NONE; e = s->events.data[e].inner)
		if (s->events.data[e].reported)
			return true;
	return false;
}

static bool chain_released(const struct solver *s, uint32_t event)
{
	return s->events.data[event].released;
}

/* ---- leaks ---- */

static bool is_main(struct solver *s, uint32_t f)
{
	return !strcmp(function_name(&s->program, f), "main");
}

static bool gives_back(const struct solver *s, const struct leak *k,
		       uint32_t *release)
{
	bool found = false;

	for (uint32_t i = 0; i < s->okreleases.len; i++)
		if (s->okreleases.data[i].function == k->function &&
		    s->okreleases.data[i].lock == k->lock) {
			if (!found)
				*release = s->okreleases.data[i].instr;
			found = true;
		}
	return found;
}

enum sign { SIGN_ANY, SIGN_ZERO, SIGN_NEG, SIGN_POS, SIGN_NONZERO };

static enum sign sign_of(const struct fact *f)
{
	if (f->lo == 0 && f->hi == 0)
		return SIGN_ZERO;
	if (f->hi < 0)
		return SIGN_NEG;
	if (f->lo > 0)
		return SIGN_POS;
	for (uint8_t i = 0; i < f->nne; i++)
		if (f->ne[i] == 0)
			return SIGN_NONZERO;
	return SIGN_ANY;
}

/* Signs of the exits of the function that leave without the lock. */
static uint32_t free_signs(const struct solver *s, const struct leak *k)
{
	uint32_t set = 0;

	for (uint32_t i = 0; i < s->balances.len; i++) {
		const struct balance *b = &s->balances.data[i];

		if (b->function == k->function && b->lock == k->lock)
			set |= 1u << (b->has_ret ? sign_of(&b->ret_fact)
						 : SIGN_ANY);
	}
	return set;
}

static bool returns_pointer(const struct solver *s, uint32_t f)
{
	return function_symbol(&s->program, f)->flags & LC_SYM_POINTER_RET;
}

/* Does the value say failure, next to the values of the other exits? */
static bool says_failure(const struct solver *s, const struct leak *k,
			 uint32_t others)
{
	enum sign g = k->has_ret ? sign_of(&k->ret_fact) : SIGN_ANY;

	if (returns_pointer(s, k->function))
		return g == SIGN_ZERO;
	if (g == SIGN_NEG)
		return true;
	return (g == SIGN_POS || g == SIGN_NONZERO) &&
	       (others & (1u << SIGN_ZERO)) &&
	       !(others & (1u << SIGN_POS | 1u << SIGN_NEG |
			   1u << SIGN_NONZERO));
}

static bool separated(const struct leak *k, uint32_t others)
{
	enum sign g = k->has_ret ? sign_of(&k->ret_fact) : SIGN_ANY;
	uint32_t clash = 1u << g | 1u << SIGN_ANY;

	if (!k->has_ret || g == SIGN_ANY)
		return false;
	if (g == SIGN_POS || g == SIGN_NEG)
		clash |= 1u << SIGN_NONZERO;
	if (g == SIGN_NONZERO)
		clash |= 1u << SIGN_POS | 1u << SIGN_NEG;
	return !(others & clash);
}

/* Two ways out told apart by what the caller passed: `lock only if asked`. */
static bool caller_decides(const struct solver *s, const struct leak *k)
{
	bool all = false;

	for (uint32_t i = 0; i < k->nconds; i++) {
		loc_t root = loc_at(&s->locs, k->conds[i].sym)->root;

		if (loc_at(&s->locs, root)->kind == ROOT_PARAM &&
		    loc_at(&s->locs, k->conds[i].sym)->depth == 0)
			all = true;
	}
	return all;
}

static uint32_t ret_text(struct solver *s, const struct leak *k)
{
	enum sign g;

	if (!k->has_ret)
		return emit_string(s, "%s", "");
	if (k->ret_fact.lo == k->ret_fact.hi) {
		if (returns_pointer(s, k->function) && !k->ret_fact.lo)
			return emit_string(s, "NULL");
		return emit_string(s, "%lld", (long long)k->ret_fact.lo);
	}
	g = sign_of(&k->ret_fact);
	return emit_string(s, "%s",
			   g == SIGN_NEG ? "a negative value"
			   : g == SIGN_POS || g == SIGN_NONZERO ? "non-zero"
								: "");
}

static void emit_leak(struct solver *s, const struct threads *t,
		      const struct leak *k, enum lc_exit_kind kind,
		      bool elsewhere, uint32_t release, bool failure,
		      enum lc_strength strength)
{
	uint32_t lock = lock_of(s, k->lock, k->held.event);
	struct lc_fact_exit *x;
	uint32_t site, trace, text;

	(void)t;
	if (!lock_counts(s, lock) || s->out->locks.data[lock].local)
		return;
	site = emit_site(s, k->function, k->pos);
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, k->function)));
	trace_event(s, k->held.event, LC_ROLE_ACQUIRE,
		    (enum lc_mode)k->held.mode);
	text = emit_string(
		s, "%s with %s held",
		kind == LC_EXIT_RETURN ? "returns" : "ends",
		lc_str(s->program.strings, s->out->locks.data[lock].name));
	trace_step(s, site, LC_ROLE_EXIT, text, lock);
	trace = trace_end(s);
	text = ret_text(s, k);
	x = lc_push(&s->out->exits);
	x->function = k->function;
	x->lock = lock;
	x->site = site;
	x->held_site = emit_event_site(s, k->held.event);
	x->kind = kind;
	x->mode = (enum lc_mode)k->held.mode;
	x->ret = text;
	x->released_elsewhere = elsewhere;
	x->error_path = failure;
	x->max_count = k->held.max_count;
	x->release_site =
		release == LC_NONE
			? LC_NONE
			: emit_site(s, k->function,
				    instr_pos(s, k->function, release));
	x->strength = strength;
	x->trace = trace;
	s->events.data[k->held.event].reported = true;
}

static bool thread_starts_in(const struct solver *s, uint32_t f)
{
	return s->entry[f] && !s->ncallers[f];
}

/* Is this class ever released, by anyone? */
static bool ever_released(struct solver *s, const struct leak *k)
{
	uint32_t cls = loc_class(&s->locs, k->lock, true);

	for (uint32_t i = 0; i < s->events.len; i++) {
		const struct event *e = &s->events.data[i];

		if (e->kind == EV_RELEASE && e->inner == LC_NONE &&
		    (e->lock == k->lock ||
		     loc_class(&s->locs, e->lock, true) == cls))
			return true;
	}
	return false;
}

static void judge_leak(struct solver *s, const struct threads *t,
		       const struct leak *k)
{
	uint32_t release = LC_NONE, others;
	bool mine, failure;
	enum lc_strength strength = k->weak ? LC_POSSIBLE : LC_SURE;

	if (chain_reported(s, s->events.data[k->held.event].inner) ||
	    k->held.cond)
		return;
	mine = gives_back(s, k, &release);
	others = free_signs(s, k);
	failure = says_failure(s, k, others);
	if (k->thread_exit || thread_starts_in(s, k->function)) {
		emit_leak(s, t, k, LC_EXIT_THREAD_END, mine, release, failure,
			  strength);
		return;
	}
	if (is_main(s, k->function)) {
		emit_leak(s, t, k, LC_EXIT_MAIN_END, mine, release, failure,
			  strength);
		return;
	}
	if (chain_released(s, k->held.event))
		return; /* a caller does it: a lock operation of its own */
	if (!mine) {
		/* a wrapper, or a lock nobody can ever give back */
		if (loc_is_exact(&s->locs, k->lock) && !ever_released(s, k) &&
		    s->events.data[k->held.event].inner == LC_NONE)
			emit_leak(s, t, k, LC_EXIT_RETURN, false, LC_NONE,
				  failure, LC_POSSIBLE);
		return;
	}
	if (caller_decides(s, k))
		return;
	if (separated(k, others) && !failure)
		return; /* holds on success: says so to its callers */
	emit_leak(s, t, k, LC_EXIT_RETURN, true, release, failure, strength);
}

/* ---- double acquires ---- */

static bool stuck(const struct reacquire *r)
{
	return !(r->held_mode == LC_MODE_SHARED &&
		 r->wanted_mode == LC_MODE_SHARED);
}

static void emit_reacquire(struct solver *s, const struct reacquire *r)
{
	uint32_t lock = lock_of(s, r->lock, r->event);
	uint32_t held = lock_of(s, r->lock, r->held_event);
	uint32_t trace;
	struct lc_fact_reacquire *n;

	if (!lock_counts(s, lock) || !lock_counts(s, held))
		return;
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, r->function)));
	trace_event(s, r->held_event, LC_ROLE_ACQUIRE,
		    (enum lc_mode)r->held_mode);
	trace_event(s, r->event, LC_ROLE_WANT, (enum lc_mode)r->wanted_mode);
	trace = trace_end(s);
	n = lc_push(&s->out->reacquires);
	n->function = r->function;
	n->lock = lock;
	n->held_mode = (enum lc_mode)r->held_mode;
	n->wanted_mode = (enum lc_mode)r->wanted_mode;
	n->blocking = (enum lc_blocking)r->blocking;
	n->held_site = emit_event_site(s, r->held_event);
	n->site = emit_site(s, r->function,
			    instr_pos(s, r->function, r->instr));
	n->depth = s->events.data[r->event].depth;
	n->strength = r->weak ? LC_POSSIBLE : LC_SURE;
	n->trace = trace;
}

static void emit_loop_leak(struct solver *s, const struct reacquire *r,
			   uint32_t release)
{
	uint32_t lock = lock_of(s, r->lock, r->event), trace, site;
	struct lc_fact_exit *x;

	if (!lock_counts(s, lock))
		return;
	site = emit_event_site(s, r->held_event);
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, r->function)));
	trace_event(s, r->held_event, LC_ROLE_ACQUIRE,
		    (enum lc_mode)r->held_mode);
	trace_event(s, r->event, LC_ROLE_WANT, (enum lc_mode)r->wanted_mode);
	trace = trace_end(s);
	x = lc_push(&s->out->exits);
	x->function = r->function;
	x->lock = lock;
	x->site = x->held_site = site;
	x->kind = LC_EXIT_LOOP;
	x->mode = (enum lc_mode)r->held_mode;
	x->ret = 0;
	x->released_elsewhere = true;
	x->max_count = 1;
	x->release_site = emit_site(s, r->function,
				    instr_pos(s, r->function, release));
	x->strength = r->weak ? LC_POSSIBLE : LC_SURE;
	x->trace = trace;
}

static void judge_reacquire(struct solver *s, const struct reacquire *r)
{
	struct leak k = { .function = r->function, .lock = r->lock };
	uint32_t release = LC_NONE;

	if (!stuck(r) || chain_reported(s, r->held_event))
		return;
	if (r->loop && gives_back(s, &k, &release))
		emit_loop_leak(s, r, release);
	else
		emit_reacquire(s, r);
}

/* ---- bad releases ---- */

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

static bool facts_contradict(const struct fact *a, const struct fact *b)
{
	struct fact f = *a;

	if (!fact_refine(&f, LC_GE, b->lo) || !fact_refine(&f, LC_LE, b->hi))
		return true;
	for (uint8_t i = 0; i < b->nne; i++)
		if (!fact_refine(&f, LC_NE, b->ne[i]))
			return true;
	return false;
}

static bool told_apart(const struct badrelease *b, const struct okrelease *o)
{
	for (uint32_t i = 0; i < b->nconds; i++)
		for (uint32_t k = 0; k < o->nconds; k++)
			if (b->conds[i].sym == o->conds[k].sym &&
			    facts_contradict(&b->conds[i], &o->conds[k]))
				return true;
	return false;
}

static void emit_bad(struct solver *s, const struct badrelease *b,
		     enum lc_bad_release why, uint32_t other_site,
		     enum lc_strength strength)
{
	uint32_t lock = lock_of(s, b->lock, b->event), trace;
	struct lc_fact_release *n;

	if (!lock_counts(s, lock))
		return;
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, b->function)));
	if (b->other_event != LC_NONE)
		trace_event(s, b->other_event,
			    why == LC_BAD_DOUBLE ? LC_ROLE_RELEASE
						 : LC_ROLE_NOTE,
			    LC_MODE_ANY);
	trace_event(s, b->event, LC_ROLE_RELEASE, LC_MODE_ANY);
	trace = trace_end(s);
	n = lc_push(&s->out->releases);
	n->function = b->function;
	n->lock = lock;
	n->site = emit_site(s, b->function,
			    instr_pos(s, b->function, b->instr));
	n->why = why;
	n->other_site = other_site;
	n->other_lock = LC_NONE;
	n->strength = strength;
	n->trace = trace;
}

/* A lock this function holds at an exit that gave up another: the wrong one
 * was released. */
static uint32_t held_instead(struct solver *s, const struct badrelease *b)
{
	for (uint32_t i = 0; i < s->leaks.len; i++) {
		const struct leak *k = &s->leaks.data[i];

		if (k->function == b->function && k->lock != b->lock &&
		    loc_is_exact(&s->locs, k->lock) &&
		    loc_is_exact(&s->locs, b->lock) && !k->held.cond &&
		    !s->events.data[k->held.event].released)
			return i;
	}
	return LC_NONE;
}

static bool starts_thread_or_program(struct solver *s, uint32_t f)
{
	return is_main(s, f) || thread_starts_in(s, f);
}

static void judge_bad_release(struct solver *s, const struct badrelease *b)
{
	enum lc_strength strength = b->weak ? LC_POSSIBLE : LC_SURE;
	const struct okrelease *own;
	uint32_t site, instead;

	if (b->why == LC_BAD_DOUBLE || b->why == LC_BAD_FAILED_TRY) {
		site = emit_event_site(s, b->other_event);
		emit_bad(s, b, b->why, site, strength);
		return;
	}
	own = sometimes_own(s, b);
	if (own) {
		if (!someone_held(s, b->event) && !told_apart(b, own))
			emit_bad(s, b, LC_BAD_SOME_PATH, LC_NONE,
				 LC_POSSIBLE);
		return;
	}
	instead = held_instead(s, b);
	if (instead != LC_NONE && !someone_held(s, b->event)) {
		uint32_t lock = lock_of(s, s->leaks.data[instead].lock,
					s->leaks.data[instead].held.event);

		emit_bad(s, b, LC_BAD_WRONG_LOCK,
			 emit_event_site(s,
					 s->leaks.data[instead].held.event),
			 strength);
		if (s->out->releases.len)
			lc_last(&s->out->releases)->other_lock = lock;
		return;
	}
	if (starts_thread_or_program(s, b->function))
		emit_bad(s, b, LC_BAD_NEVER, LC_NONE, strength);
}

static void emit_untested(struct solver *s, const struct untested *u)
{
	uint32_t lock = lock_of(s, u->lock, u->event), trace;
	struct lc_fact_unchecked *n;

	if (!lock_counts(s, lock))
		return;
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, u->function)));
	trace_event(s, u->event, LC_ROLE_ACQUIRE, LC_MODE_EXCLUSIVE);
	trace = trace_end(s);
	n = lc_push(&s->out->unchecked);
	n->function = u->function;
	n->lock = lock;
	n->site = emit_site(s, u->function,
			    instr_pos(s, u->function, u->instr));
	n->blocking = (enum lc_blocking)u->blocking;
	n->released = u->released;
	n->strength = u->void_cast ? LC_POSSIBLE : LC_SURE;
	n->trace = trace;
}

void solve_verdicts(struct solver *s, const struct threads *t)
{
	for (uint32_t i = 0; i < s->leaks.len; i++)
		judge_leak(s, t, &s->leaks.data[i]);
	for (uint32_t i = 0; i < s->badreleases.len; i++)
		judge_bad_release(s, &s->badreleases.data[i]);
	for (uint32_t i = 0; i < s->reacquires.len; i++)
		judge_reacquire(s, &s->reacquires.data[i]);
	for (uint32_t i = 0; i < s->untested.len; i++)
		emit_untested(s, &s->untested.data[i]);
}
