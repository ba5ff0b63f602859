/* SPDX-License-Identifier: MIT */
/*
 * Who waits for whom, by the books of all threads, at this moment.
 *
 * The books are read while their threads write them. So an answer is a guess
 * until it has been had twice with nothing moved in between; see watch.c.
 */
#include "internal.h"

uint32_t lc_rt_holders(const void *lock, struct lc_rt_thread **who,
		       uint32_t max)
{
	uint32_t count = 0;

	LC_RT_EACH_THREAD(t) {
		uint32_t state = LC_RT_GET(t->state);

		if (state == LC_RT_THREAD_FREE ||
		    state == LC_RT_THREAD_STARTING || !lc_rt_find_held(t, lock))
			continue;
		if (count < max)
			who[count] = t;
		count++;
	}
	return count;
}

const void *lc_rt_waits_for(struct lc_rt_thread *t, uint64_t *place)
{
	uint32_t depth = lc_rt_depth(t);
	uint64_t asked = LC_RT_GET(lc_rt_edge_at(t, depth)->place);
	const void *object = lc_rt_lock_at(t, depth);

	if (depth && object && !lc_rt_held_at(t, depth) &&
	    LC_WHAT_HOW(LC_RT_PLACE_WHAT(asked)) != LC_HOW_TRY) {
		*place = asked;
		return object;
	}
	object = __atomic_load_n(&t->wait_object, __ATOMIC_ACQUIRE);
	*place = LC_RT_GET(t->wait_place);
	return object;
}

/* Is the object one whose waiters are let in by its holders only? */
static bool has_owner(uint32_t what, const void *object)
{
	const struct lc_rt_lock *l;

	switch (LC_WHAT_KIND(what)) {
	case LC_KIND_MUTEX:
	case LC_KIND_RWLOCK:
	case LC_KIND_SPIN:
	case LC_KIND_FILE:
	case LC_KIND_ONCE:
	case LC_KIND_RLOCK:
	case LC_KIND_LOADER:
		l = lc_rt_lock_find(object);
		return !l || !(l->flags & (LC_LOCK_SIGNALS | LC_LOCK_SHARED));
	case LC_KIND_SEM:
		l = lc_rt_lock_find(object);
		return l && l->init_seen && l->initial == 1 &&
		       !(l->flags & (LC_LOCK_SIGNALS | LC_LOCK_SHARED));
	default:
		return false;
	}
}

/* The next thread t is blocked on, through an owner or a join. */
static struct lc_rt_thread *blocker(struct lc_rt_thread *t)
{
	uint64_t place;
	const void *object = lc_rt_waits_for(t, &place);
	uint32_t what = LC_RT_PLACE_WHAT(place);

	if (!object)
		return NULL;
	if (LC_WHAT_KIND(what) == LC_KIND_THREAD)
		return (struct lc_rt_thread *)object;
	LC_RT_EACH_THREAD(h) {
		uint32_t i;

		if (h == t || h->state != LC_RT_THREAD_LIVE)
			continue;
		i = lc_rt_find_held(h, object);
		if (i && lc_rt_conflict(what,
					LC_RT_PLACE_WHAT(lc_rt_edge_at(h, i)->place)))
			return h;
	}
	return NULL;
}

struct lc_rt_thread *
lc_rt_blocked_behind(struct lc_rt_thread *t,
		     bool (*is_target)(struct lc_rt_thread *))
{
	/* A chain longer than there are threads goes round in a circle. */
	for (uint32_t n = 0; n <= lc_rt_thread_count; n++) {
		t = blocker(t);
		if (!t)
			return NULL;
		if (is_target(t))
			return t;
	}
	return NULL;
}

/* ---- hangs ---- */

/* In look[0] of a thread: is it, by what is known so far, stuck? */
enum { FREE = 0, STUCK = 1 };

static bool live(const struct lc_rt_thread *t)
{
	return t->state == LC_RT_THREAD_LIVE ||
	       t->state == LC_RT_THREAD_STARTING;
}

/* A holder that will not let go: stuck, or gone with the lock. */
static uint32_t stuck_holder(struct lc_rt_thread *t, const void *object,
			     uint32_t what, struct lc_rt_thread **who)
{
	LC_RT_EACH_THREAD(h) {
		uint32_t i;

		if (h->state != LC_RT_THREAD_ENDED &&
		    !(live(h) && h->look[0] == STUCK))
			continue;
		i = lc_rt_find_held(h, object);
		if (!i || (h == t && LC_WHAT_KIND(what) == LC_KIND_SEM))
			continue;
		if (lc_rt_conflict(what, LC_RT_PLACE_WHAT(lc_rt_edge_at(h, i)->place))) {
			*who = h;
			return i;
		}
	}
	return 0;
}

/* A reader also waits behind a writer that waits (where writers go first): the
 * writer must be stuck, and nothing else may be in the reader's way. */
static struct lc_rt_thread *stuck_writer(struct lc_rt_thread *t,
					 const void *object, uint32_t what)
{
	uint64_t place;

	if (LC_WHAT_KIND(what) != LC_KIND_RWLOCK ||
	    LC_WHAT_MODE(what) != LC_MODE_SHARED)
		return NULL;
	LC_RT_EACH_THREAD(w)
		if (w != t && live(w) && w->look[0] == STUCK &&
		    lc_rt_waits_for(w, &place) == object &&
		    LC_WHAT_MODE(LC_RT_PLACE_WHAT(place)) == LC_MODE_EXCLUSIVE)
			return w;
	return NULL;
}

static bool all_stuck(void)
{
	LC_RT_EACH_THREAD(t)
		if (live(t) && t->look[0] != STUCK)
			return false;
	return true;
}

/* Can t, as it waits, still be let go by a thread that is not stuck? */
static bool can_go_on(struct lc_rt_thread *t, bool still)
{
	uint64_t place;
	const void *object = lc_rt_waits_for(t, &place);
	uint32_t what = LC_RT_PLACE_WHAT(place);
	struct lc_rt_thread *who;

	if (!object)
		return true;
	if (LC_WHAT_KIND(what) == LC_KIND_THREAD) {
		who = (struct lc_rt_thread *)object;
		return !live(who) || who->look[0] != STUCK;
	}
	if (has_owner(what, object))
		return !stuck_holder(t, object, what, &who) &&
		       !stuck_writer(t, object, what);
	/* Another process may wake it, or was it made where we did not see? */
	return !still || !lc_rt_ours_alone(object, what);
}

static bool candidate(struct lc_rt_thread *t,
		      bool (*still)(struct lc_rt_thread *))
{
	uint64_t place;

	return t->state == LC_RT_THREAD_LIVE && lc_rt_waits_for(t, &place) &&
	       LC_WHAT_HOW(LC_RT_PLACE_WHAT(place)) == LC_HOW_BLOCK &&
	       still(t);
}

/* Removes who can go on until nobody does. */
static void settle(bool still)
{
	bool changed;

	do {
		changed = false;
		LC_RT_EACH_THREAD(t)
			if (live(t) && t->look[0] == STUCK &&
			    can_go_on(t, still)) {
				t->look[0] = FREE;
				changed = true;
			}
	} while (changed);
}

/* The next of a stuck thread, for the report. */
static struct lc_rt_thread *stuck_next(struct lc_rt_thread *t,
				       struct lc_rec_edge *e)
{
	uint64_t place;
	const void *object = lc_rt_waits_for(t, &place);
	uint32_t what = LC_RT_PLACE_WHAT(place);
	struct lc_rt_thread *who = NULL;
	uint32_t i;

	memset(e, 0, sizeof(*e));
	if (!object)
		return NULL;
	e->waiter = t->id;
	e->what = what & (0x1ffu | LC_WHAT_RELOCK);
	e->wait_site = lc_rt_place_of(LC_RT_PLACE_SITE(place), what);
	e->wait_stack = place == t->wait_place && object == t->wait_object ?
				t->wait_stack :
				lc_rt_entry_stack(t, lc_rt_depth(t));
	if (LC_WHAT_KIND(what) == LC_KIND_THREAD) {
		who = (struct lc_rt_thread *)object;
	} else if (!has_owner(what, object)) {
		e->flags = LC_EDGE_STILL;
	} else {
		i = stuck_holder(t, object, what, &who);
		if (i) {
			e->hold_site = lc_rt_place_of(
				LC_RT_PLACE_SITE(lc_rt_edge_at(who, i)->place),
				LC_RT_PLACE_WHAT(lc_rt_edge_at(who, i)->place));
			e->hold_stack = lc_rt_entry_stack(who, i);
			e->hold_what = LC_RT_PLACE_WHAT(lc_rt_edge_at(who, i)->place) &
				       0x1ff;
			if (who->state == LC_RT_THREAD_ENDED)
				e->flags = LC_EDGE_HOLDER_ENDED;
		} else {
			who = stuck_writer(t, object, what);
			e->flags = LC_EDGE_WAKER;
		}
	}
	e->holder = who ? who->id : 0;
	e->lock = 0;
	if (LC_WHAT_KIND(what) != LC_KIND_THREAD && lc_rt_tls.me) {
		/* One of many need not have been named yet. */
		struct lc_rt_lock *l =
			lc_rt_lock_get(lc_rt_tls.me, object, what,
				       LC_RT_PLACE_SITE(place));

		e->lock = lc_rt_lock_record(lc_rt_tls.me, l);
	}
	return who;
}

/* Walks from t until it comes to a thread for the second time. Marks the
 * threads of the cycle in look[1]; one of them, or NULL if there is none. */
static struct lc_rt_thread *find_cycle(struct lc_rt_thread *t, uint64_t mark)
{
	struct lc_rec_edge unused;

	while (t && t->state == LC_RT_THREAD_LIVE && t->look[1] != mark) {
		t->look[1] = mark;
		t = stuck_next(t, &unused);
	}
	return t && t->state == LC_RT_THREAD_LIVE ? t : NULL;
}

static uint32_t list(struct lc_rec_edge *edges, uint32_t max, uint32_t *cycle)
{
	struct lc_rt_thread *on = NULL, *t;
	uint64_t mark = 1;
	uint32_t n = 0;

	*cycle = 0;
	LC_RT_EACH_THREAD(each)
		each->look[1] = each->look[2] = 0;
	LC_RT_EACH_THREAD(from)
		if (!on && live(from) && from->look[0] == STUCK)
			on = find_cycle(from, mark++);
	/* look[1] of earlier walks is a smaller mark: they met this one. */
	if (on) {
		t = on;
		do {
			t->look[2] = 1;
			t = stuck_next(t, &edges[n++]);
		} while (t && t != on && n < max);
		*cycle = n;
	}
	LC_RT_EACH_THREAD(other)
		if (live(other) && other->look[0] == STUCK &&
		    !other->look[2] && n < max)
			stuck_next(other, &edges[n++]);
	return n;
}

uint32_t lc_rt_find_hang(bool (*still)(struct lc_rt_thread *),
			 struct lc_rec_edge *edges, uint32_t max,
			 uint32_t *cycle)
{
	uint32_t n;

	/* First owners and joins only, which need no stillness; then all. */
	LC_RT_EACH_THREAD(t)
		t->look[0] = candidate(t, still) ? STUCK : FREE;
	settle(false);
	n = list(edges, max, cycle);
	if (n)
		return n;
	LC_RT_EACH_THREAD(t)
		t->look[0] = candidate(t, still) ? STUCK : FREE;
	if (!all_stuck() || !lc_rt_no_others())
		return 0;
	settle(true);
	return all_stuck() ? list(edges, max, cycle) : 0;
}
