/* SPDX-License-Identifier: MIT */
/*
 * The steering: makes a predicted deadlock happen (LOCKCHECK_STEER=PLAN).
 *
 * A plan (written by analyzer/confirm/plan.c, form in docs/confirm.md) has plan.members: a
 * thread that holds what it took at one of `outer` and asks for a lock at one of
 * `inner`. Such a thread is parked just before it asks, if what it holds is what
 * the member before it wants, and so on round the ring. Once all plan.members are
 * parked they are let go together: the deadlock is there, by construction
 * (DeadlockFuzzer, Joshi and others, PLDI 2009).
 *
 * Where one member waits for what has no owner (a condition, the end of a thread),
 * it is not parked: it is there as long as it waits with its lock held. The one
 * who would wake it is parked before it takes that lock.
 *
 * A parked thread may hold what a missing member needs first. That is decided
 * by the wait-for graph, when a thread blocks: if every thread that could be
 * the missing member is blocked behind a parked one, exactly that one goes on,
 * and is less likely to be parked there again. The record says who blocked on
 * what; the next plan can then tell that thread to wait earlier, before it
 * takes the lock in question (`delay`; cf. ConLock, ICSE 2014). A grace time
 * counts only while a possible partner runs or sleeps.
 *
 * Nothing parks in a try or timed call: the core does not ask us then.
 */
#include "steer.h"

#include "steer_plan.h"

#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_GRACES = 4, SETTLED_TICKS = 2 };

/* A thread that waits at a delay. */
struct waiter {
	struct lc_rt_thread *thread;
	uint32_t member;
	uint64_t since_ns;
};

static struct plan plan;
static struct waiter waiters[MAX_MEMBERS];
static uint32_t graces, stalls;
/* After the meeting: one that waits, and one that would wake it. */
static struct {
	struct lc_rt_thread *waits, *wakes;
	uint32_t serial;
	uint64_t since_ns, told_ns;
} stay_put;
static uint32_t done; /* met, or given up: nothing is parked any more */
static uint32_t busy; /* guards all of the above */
static uint32_t epoch; /* lc_rt_epoch: a child has none of these threads */

static void forget_parent(void)
{
	epoch = lc_rt_epoch;
	busy = 0;
	stay_put.waits = NULL;
	for (uint32_t i = 0; i < MAX_MEMBERS; i++)
		plan.members[i].thread = waiters[i].thread = NULL;
}

static void lock_state(void)
{
	if (epoch != lc_rt_epoch)
		forget_parent();
	while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
		syscall(SYS_sched_yield);
}

static void unlock_state(void)
{
	__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

static uint32_t random_byte(void)
{
	plan.random_state ^= plan.random_state << 13;
	plan.random_state ^= plan.random_state >> 7;
	plan.random_state ^= plan.random_state << 17;
	return (uint32_t)(plan.random_state >> 32) & 255;
}

/* ---- what matches ---- */

/* Holds the thread what it must? *held gets it: taken at an outer site of m, or
 * NULL where none is named. Who waits anywhere must hold something. */
static bool holds_outer(const struct member *m, const struct lc_rt_event *e,
			const void **held)
{
	struct lc_rt_thread *t = e->thread;

	*held = NULL;
	if (!m->nouter && m->ninner)
		return true;
	for (uint32_t i = lc_rt_depth(t); i > 0; i--) {
		const struct lc_rt_edge *h = lc_rt_edge_at(t, i);
		lc_rec_place place;

		if (!lc_rt_held_at(t, i) || h->lock == e->lock)
			continue;
		if (!m->nouter)
			return true;
		place = lc_rt_site_place(t, LC_RT_PLACE_SITE(h->place),
					 LC_RT_PLACE_WHAT(h->place));
		if (lc_rt_plan_any(m->outer, m->nouter, place) &&
		    lc_rt_plan_lock(&m->holds, lc_rt_lock_find(h->lock))) {
			*held = h->lock;
			return true;
		}
	}
	return false;
}

/* Does (held, wanted) as member i go with the neighbours that are there? What
 * is not known (NULL) goes with all. */
static bool closes_ring(uint32_t i, const void *held, const void *wanted)
{
	const struct member *before =
		&plan.members[(i + plan.nmembers - 1) % plan.nmembers];
	const struct member *after = &plan.members[(i + 1) % plan.nmembers];

	return !(before->thread && before->wanted && held &&
		 before->wanted != held) &&
	       !(after->thread && after->held && wanted &&
		 after->held != wanted);
}

/* ---- letting go ---- */

static bool is_parked(struct lc_rt_thread *t)
{
	return __atomic_load_n(&t->parked, __ATOMIC_ACQUIRE) != 0;
}

static void wake(struct lc_rt_thread *t)
{
	__atomic_store_n(&t->parked, 0, __ATOMIC_RELEASE);
	lc_rt_futex_wake(&t->parked);
}

static void release_all(void)
{
	done = 1;
	for (uint32_t i = 0; i < plan.nmembers; i++) {
		if (plan.members[i].thread)
			wake(plan.members[i].thread);
		if (waiters[i].thread)
			wake(waiters[i].thread);
		plan.members[i].thread = waiters[i].thread = NULL;
	}
}

/* All but the delayed are parked: now these may go on. */
static void release_waiters(void)
{
	uint32_t missing = 0, waiting = 0;

	for (uint32_t i = 0; i < plan.nmembers; i++) {
		if (plan.members[i].thread)
			continue;
		missing++;
		waiting += waiters[i].thread != NULL;
	}
	if (!waiting || missing != waiting)
		return;
	for (uint32_t i = 0; i < plan.nmembers; i++)
		if (waiters[i].thread) {
			wake(waiters[i].thread);
			waiters[i].thread = NULL;
		}
}

/* Which of its locks does the chain of waits from t to `holder` end at? Where
 * that was taken is what the next plan needs to know. */
static void record_blocker(uint32_t member, struct lc_rt_thread *holder,
			   struct lc_rt_thread *t)
{
	struct lc_rt_thread *first = t, *who = NULL;
	uint64_t place = 0, first_place = 0;
	const void *object = NULL, *first_object = NULL;
	lc_rec_place hold = 0;
	uint32_t id = 0;

	for (uint32_t n = 0; t && t != holder && n <= lc_rt_thread_count; n++) {
		object = lc_rt_waits_for(t, &place);
		if (!n) {
			first_object = object;
			first_place = place;
		}
		if (!object)
			break;
		if (LC_WHAT_KIND(LC_RT_PLACE_WHAT(place)) == LC_KIND_THREAD)
			who = (struct lc_rt_thread *)object;
		else if (!lc_rt_holders(object, &who, 1))
			break;
		t = who;
	}
	for (uint32_t i = lc_rt_depth(holder); i > 0 && object; i--) {
		const struct lc_rt_edge *h = lc_rt_edge_at(holder, i);

		if (h->lock == object && lc_rt_held_at(holder, i))
			hold = lc_rt_place_of(LC_RT_PLACE_SITE(h->place),
					      LC_RT_PLACE_WHAT(h->place));
	}
	if (hold && lc_rt_lock_find(object))
		id = lc_rt_lock_id(lc_rt_lock_find(object));
	lc_rt_record_steer(LC_STEER_BLOCKED, holder->id, id, 0, hold, member,
			   NULL);
	if (!first_object)
		return;
	lc_rt_record_steer(LC_STEER_BLOCKER, first->id, 0, 0,
			   lc_rt_place_of(LC_RT_PLACE_SITE(first_place),
					  LC_RT_PLACE_WHAT(first_place)),
			   LC_RT_PLACE_WHAT(first_place) & 0x1ff, NULL);
}

/* One parked or delayed thread goes on without its partners. */
static void let_go(struct lc_rt_thread *t, uint32_t why,
		   struct lc_rt_thread *blocker)
{
	for (uint32_t i = 0; i < plan.nmembers; i++) {
		if (plan.members[i].thread != t && waiters[i].thread != t)
			continue;
		if (blocker)
			record_blocker(i, t, blocker);
		else
			lc_rt_record_steer(why, t->id, 0, 0, 0, i, NULL);
		if (plan.members[i].thread == t) {
			plan.members[i].thread = NULL;
			if (plan.members[i].chance > 8)
				plan.members[i].chance /= 2;
		} else {
			waiters[i].thread = NULL;
		}
		wake(t);
	}
}

static struct lc_rt_thread *oldest(uint64_t *since_ns)
{
	struct lc_rt_thread *t = NULL;

	*since_ns = UINT64_MAX;
	for (uint32_t i = 0; i < plan.nmembers; i++) {
		const struct member *m = &plan.members[i];

		if (m->thread && m->kind == MEMBER_LOCK &&
		    m->since_ns < *since_ns) {
			t = m->thread;
			*since_ns = m->since_ns;
		}
		if (waiters[i].thread && waiters[i].since_ns < *since_ns) {
			t = waiters[i].thread;
			*since_ns = waiters[i].since_ns;
		}
	}
	return t;
}

/* ---- deciding ---- */

struct look {
	bool hope; /* a possible partner runs, or waits with a limit */
	bool unclear; /* one waits for what may still come */
	bool others; /* some other thread runs */
	struct lc_rt_thread *holder, *blocked; /* parked; who waits for it */
	struct lc_rt_thread *waiting; /* a possible partner that is unclear */
};

static bool is_possible(struct lc_rt_thread *t)
{
	for (uint32_t i = 0; i < plan.nmembers; i++)
		if (!plan.members[i].thread && lc_rt_plan_starts(&plan.members[i], t))
			return true;
	return false;
}

/* It has been woken, and has not come to run: on a busy machine that takes a
 * while. (Asked on ticks only: it reads a file.) */
static bool is_woken(struct lc_rt_thread *t)
{
	char state;

	lc_rt_run_time(t->tid, &state);
	return state == 'R';
}

static struct look look_at_all(bool by_tick)
{
	struct look l = { false, false, false, NULL, NULL, NULL };

	LC_RT_EACH_THREAD(t) {
		bool possible, waits;
		struct lc_rt_thread *holder;
		uint64_t place;

		if (t->state == LC_RT_THREAD_STARTING) {
			l.hope = true;
			continue;
		}
		if (t->state != LC_RT_THREAD_LIVE || is_parked(t))
			continue;
		possible = is_possible(t);
		waits = lc_rt_waits_for(t, &place) &&
			LC_WHAT_HOW(LC_RT_PLACE_WHAT(place)) == LC_HOW_BLOCK;
		holder = waits ? lc_rt_blocked_behind(t, is_parked) : NULL;
		if (waits && !holder && by_tick && is_woken(t))
			waits = false;
		if (!waits && possible)
			l.hope = true;
		else if (!waits)
			l.others = true;
		else if (!holder) {
			l.unclear = true;
			if (possible)
				l.waiting = t;
		} else if (!l.holder || possible) {
			l.holder = holder;
			l.blocked = t;
		}
	}
	return l;
}

static bool all_there(void)
{
	for (uint32_t i = 0; i < plan.nmembers; i++)
		if (!plan.members[i].thread)
			return false;
	return true;
}

/* Who has begun to wait may be awake in a moment: has each been looked at
 * while it waited? */
static bool all_settled(bool by_tick)
{
	bool settled = true;

	for (uint32_t i = 0; i < plan.nmembers; i++) {
		struct member *m = &plan.members[i];

		if (m->kind == MEMBER_LOCK)
			continue;
		m->ticks += by_tick;
		settled = settled && m->ticks >= SETTLED_TICKS;
	}
	return settled;
}

static void remember_meeting(void)
{
	for (uint32_t i = 0; i < plan.nmembers; i++) {
		const struct member *m = &plan.members[i];
		const struct member *by = &plan.members[(i + 1) % plan.nmembers];

		if (m->kind == MEMBER_LOCK || by->kind != MEMBER_LOCK)
			continue;
		stay_put.waits = m->thread;
		stay_put.wakes = by->thread;
		stay_put.serial = m->thread->wait_serial;
		stay_put.since_ns = stay_put.told_ns = lc_rt_now_ns();
	}
}

/* Each second: do they still wait? Where other threads go on for ever, this is
 * all that can be said (the watcher believes in stillness only). */
static void look_at_meeting(void)
{
	struct lc_rt_thread *w = stay_put.waits, *by = stay_put.wakes;
	uint64_t now = lc_rt_now_ns(), place;

	if (!w || now - stay_put.told_ns < 1000u * 1000000u)
		return;
	stay_put.told_ns = now;
	if (w->state != LC_RT_THREAD_LIVE || by->state != LC_RT_THREAD_LIVE ||
	    w->wait_serial != stay_put.serial || !w->wait_object ||
	    !lc_rt_waits_for(by, &place)) {
		stay_put.waits = NULL;
		return;
	}
	lc_rt_record_steer(LC_STEER_STAYS, by->id, 0, 0,
			   lc_rt_place_of(LC_RT_PLACE_SITE(place),
					  LC_RT_PLACE_WHAT(place)),
			   (now - stay_put.since_ns) / 1000000u, NULL);
}

/* With the state locked: all members are there, and go on together. */
static void meet(bool by_tick)
{
	const struct member *last = &plan.members[0];

	if (!all_settled(by_tick))
		return;
	for (uint32_t i = 1; i < plan.nmembers; i++)
		if (plan.members[i].since_ns > last->since_ns)
			last = &plan.members[i];
	remember_meeting();
	lc_rt_record_steer(LC_STEER_MET, last->thread->id, 0, 0, 0,
			   plan.nmembers, NULL);
	release_all();
}

/* With the state locked. by_tick: what is unclear has been so for a while. */
static void decide(bool by_tick)
{
	uint64_t since_ns;
	struct lc_rt_thread *first = oldest(&since_ns);
	struct look l;

	if (done || !first)
		return;
	if (all_there()) {
		meet(by_tick);
		return;
	}
	l = look_at_all(by_tick);
	if (l.hope || (l.others && (l.unclear || !l.holder))) {
		stalls = 0;
		if (!by_tick || lc_rt_now_ns() - since_ns < plan.grace_ns)
			return;
		let_go(first, LC_STEER_GRACE, NULL);
		if (++graces >= MAX_GRACES)
			release_all();
		return;
	}
	/* A wait that has no holder may be the moment before it gets one. */
	if (l.unclear || !l.holder) {
		stalls += by_tick;
		if (stalls < 3)
			return;
	}
	stalls = 0;
	if (l.holder)
		let_go(l.holder, LC_STEER_BLOCKED,
		       l.waiting ? l.waiting : l.blocked);
	else if (l.waiting)
		let_go(first, LC_STEER_BLOCKED, l.waiting);
	else
		let_go(first, LC_STEER_STILL, NULL);
}

/* ---- parking ---- */

static bool start_by(const char *path)
{
	epoch = lc_rt_epoch;
	plan.grace_ns = 1000u * 1000000u;
	plan.random_state = 1;
	return lc_rt_plan_read(&plan, path);
}

static void stay(struct lc_rt_thread *me)
{
	while (is_parked(me))
		lc_rt_futex_wait(&me->parked, 1, 50u * 1000000u);
}

/* The caller is member i, if it fits: parked there, or waiting. State locked. */
static bool try_member(uint32_t i, const struct lc_rt_event *e, bool waits)
{
	struct member *m = &plan.members[i];
	/* Of a relock, the mutex is not known here. */
	const void *wanted = m->kind == MEMBER_RELOCK ? NULL : e->lock;
	const void *held;

	if (m->thread || (m->kind != MEMBER_LOCK) != waits ||
	    (m->ninner && !lc_rt_plan_any(m->inner, m->ninner, e->place)) ||
	    !lc_rt_plan_starts(m, e->thread) ||
	    (wanted && !lc_rt_plan_lock(&m->wants, e->object)) ||
	    !holds_outer(m, e, &held) || !closes_ring(i, held, wanted))
		return false;
	if (m->chance < 256 && random_byte() >= m->chance)
		return false;
	m->thread = e->thread;
	m->held = held;
	m->wanted = wanted;
	m->ticks = 0;
	m->since_ns = lc_rt_now_ns();
	if (!waits)
		__atomic_store_n(&e->thread->parked, 1, __ATOMIC_RELEASE);
	lc_rt_record_steer(waits ? LC_STEER_WAITS : LC_STEER_PARKED,
			   e->thread->id, lc_rt_lock_id(e->object), 0, e->place,
			   i, NULL);
	return true;
}

/* Has m been told to wait before it takes a lock here? Once a thread. */
static bool try_delay(uint32_t i, const struct lc_rt_event *e)
{
	struct member *m = &plan.members[i];

	if (!m->ndelays || m->thread || waiters[i].thread ||
	    !lc_rt_plan_any(m->delay, m->ndelays, e->place) || !lc_rt_plan_starts(m, e->thread))
		return false;
	for (uint32_t k = 0; k < plan.nmembers; k++)
		if (waiters[k].thread)
			return false; /* two that wait for each other */
	for (uint32_t k = 0; k < plan.nmembers; k++)
		if (k != i && !plan.members[k].thread)
			goto wait;
	return false; /* all others are there */
wait:
	waiters[i].thread = e->thread;
	waiters[i].since_ns = lc_rt_now_ns();
	__atomic_store_n(&e->thread->parked, 1, __ATOMIC_RELEASE);
	lc_rt_record_steer(LC_STEER_DELAYED, e->thread->id, 0, 0, e->place, i,
			   NULL);
	return true;
}

static void before(const struct lc_rt_event *e)
{
	bool parked = false;

	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	lock_state();
	for (uint32_t i = 0; i < plan.nmembers && !parked && !done; i++)
		parked = try_member(i, e, false) || try_delay(i, e);
	if (parked) {
		release_waiters();
		decide(false);
	}
	unlock_state();
	if (parked)
		stay(e->thread);
}

static void look_again(void)
{
	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	lock_state();
	decide(false);
	unlock_state();
}

static void blocked(const struct lc_rt_event *e)
{
	(void)e;
	look_again();
}

static void waits(const struct lc_rt_event *e)
{
	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	lock_state();
	for (uint32_t i = 0; i < plan.nmembers && !done; i++)
		if (LC_WHAT_HOW(e->what) == LC_HOW_BLOCK &&
		    try_member(i, e, true)) {
			release_waiters();
			break;
		}
	decide(false);
	unlock_state();
}

/* It has been woken, by whomever. */
static void waited(const struct lc_rt_event *e)
{
	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	lock_state();
	for (uint32_t i = 0; i < plan.nmembers && !done; i++)
		if (plan.members[i].thread == e->thread &&
		    plan.members[i].kind != MEMBER_LOCK)
			plan.members[i].thread = NULL;
	unlock_state();
}

static void thread_ended(struct lc_rt_thread *t)
{
	(void)t;
	look_again();
}

static void tick(void)
{
	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		look_at_meeting();
		return;
	}
	lock_state();
	decide(true);
	unlock_state();
}

static void stop(void)
{
	lock_state();
	release_all();
	unlock_state();
}

const struct lc_rt_steer lc_rt_steer = {
	.start = start_by,
	.before = before,
	.blocked = blocked,
	.waits = waits,
	.waited = waited,
	.thread_ended = thread_ended,
	.tick = tick,
	.stop = stop,
};
