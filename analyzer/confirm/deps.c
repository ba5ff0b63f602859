/* SPDX-License-Identifier: MIT */
/*
 * From records to dependencies, as predict.h wants them.
 *
 * A wait for what has no owner (condition, event, barrier, semaphore, the end of
 * a thread) is a dependency, too, if a lock is held meanwhile. Who will end it is
 * taken to hold the object until then: by this, a lock that it takes before it
 * signals closes a cycle (Agarwal and Stoller, PADTAD 2006).
 */
#include <stdlib.h>

#include "confirm/targets.h"

/* Is it something a thread has until it gives it back? */
bool lc_deps_is_owned(const struct lc_record *r, uint32_t id, uint32_t what)
{
	const struct lc_rec_lock *l;

	switch (LC_WHAT_KIND(what)) {
	case LC_KIND_COND:
	case LC_KIND_BARRIER:
	case LC_KIND_THREAD:
	case LC_KIND_EVENT:
		return false;
	case LC_KIND_SEM:
		l = lc_record_lock(r, id);
		return l && l->initial == 1 && !(l->flags & LC_LOCK_SIGNALS);
	default:
		l = lc_record_lock(r, id);
		return !l || !(l->flags & LC_LOCK_SIGNALS);
	}
}

/* One who ends waits for `lock`: by a signal, or (THREAD) by its end. */
struct waker {
	uint32_t thread, lock;
	uint64_t seq, site;
};
struct wakers {
	LC_ARRAY(struct waker) list;
};

static bool holds_owned(const struct lc_record *r, const struct lc_rec_tuple *t)
{
	for (uint32_t i = 0; i < t->held_count; i++)
		if (lc_deps_is_owned(r, t->held[i].lock, t->held[i].what))
			return true;
	return false;
}

static bool is_wait(const struct lc_record *r, const struct lc_rec_tuple *t)
{
	return !lc_deps_is_owned(r, t->lock, t->what) &&
	       LC_WHAT_KIND(t->what) != LC_KIND_MUTEX &&
	       LC_WHAT_HOW(t->what) == LC_HOW_BLOCK;
}

static bool knows(const struct wakers *w, uint32_t lock)
{
	for (uint32_t i = 0; i < w->list.len; i++)
		if (w->list.data[i].lock == lock)
			return true;
	return false;
}

/* Will it wake one of those that are known already, after t? */
static bool wakes(const struct wakers *w, const struct lc_rec_tuple *t)
{
	for (uint32_t i = 0; i < w->list.len; i++)
		if (w->list.data[i].thread == t->thread &&
		    w->list.data[i].seq > t->rec.seq)
			return true;
	return false;
}

/* The last wake at each place is enough: what came before an earlier one came
 * before this one, too. */
static void add_wake(struct wakers *out, const struct lc_rec_wake *w)
{
	for (uint32_t i = 0; i < out->list.len; i++) {
		struct waker *k = &out->list.data[i];

		if (k->thread == w->thread && k->lock == w->lock &&
		    k->site == w->site) {
			k->seq = w->rec.seq > k->seq ? w->rec.seq : k->seq;
			return;
		}
	}
	*lc_push(&out->list) = (struct waker){ w->thread, w->lock, w->rec.seq,
					       w->site };
}

static void add_wakers(const struct lc_record *r, const struct lc_rec_tuple *t,
		       struct wakers *out)
{
	const struct lc_rec_lock *l = lc_record_lock(r, t->lock);

	if (LC_WHAT_KIND(t->what) == LC_KIND_THREAD && l)
		*lc_push(&out->list) = (struct waker){
			(uint32_t)l->address, t->lock, UINT64_MAX, 0
		};
	for (uint32_t k = 0; k < r->wakes.len; k++) {
		if (r->wakes.data[k]->lock == t->lock)
			add_wake(out, r->wakes.data[k]);
	}
}

/* Who can end the waits of those that hold something, and the waits of these,
 * and so on. */
static void find_wakers(const struct lc_record *r, struct wakers *out)
{
	bool more;

	do {
		more = false;
		for (uint32_t i = 0; i < r->tuples.len; i++) {
			const struct lc_rec_tuple *t = r->tuples.data[i];
			uint32_t before = out->list.len;

			if (!is_wait(r, t) || knows(out, t->lock) ||
			    !(holds_owned(r, t) || wakes(out, t)))
				continue;
			add_wakers(r, t, out);
			more = more || out->list.len > before;
		}
	} while (more);
}

static void add_real_holds(const struct lc_record *r, struct lc_deps *d,
			   struct lc_dep *dep, const struct lc_rec_tuple *t)
{
	for (uint32_t k = 0; k < t->held_count; k++) {
		const struct lc_rec_held *h = &t->held[k];

		if (!lc_deps_is_owned(r, h->lock, h->what))
			continue;
		*lc_push(&d->holds) = (struct lc_hold){
			h->lock, LC_WHAT_MODE(h->what) == LC_MODE_SHARED,
			false, h->site
		};
		dep->nholds++;
	}
}

/* What its thread will signal later, once each. */
static void add_wakes(const struct wakers *w, struct lc_deps *d,
		      struct lc_dep *dep, const struct lc_rec_tuple *t)
{
	uint32_t first = d->holds.len;

	for (uint32_t i = 0; i < w->list.len; i++) {
		const struct waker *k = &w->list.data[i];
		bool known = k->lock == t->lock;

		if (k->thread != t->thread || k->seq < t->rec.seq)
			continue;
		for (uint32_t m = first; m < d->holds.len && !known; m++)
			known = d->holds.data[m].lock == k->lock;
		if (known)
			continue;
		*lc_push(&d->holds) = (struct lc_hold){ k->lock, false, true,
							k->site };
		dep->nholds++;
	}
}

static void add_tuple(const struct lc_record *r, struct lc_deps *d,
		      const struct wakers *w, uint32_t i)
{
	const struct lc_rec_tuple *t = r->tuples.data[i];
	bool wait = is_wait(r, t);
	struct lc_dep dep = {
		.thread = t->thread,
		.segment = t->segment,
		.wanted = t->lock,
		.shared = LC_WHAT_MODE(t->what) == LC_MODE_SHARED,
		.bounded = LC_WHAT_HOW(t->what) != LC_HOW_BLOCK,
		.wait = wait,
		.relock = t->what & LC_WHAT_RELOCK,
		.site = t->site,
		.origin = i,
		.first_hold = d->holds.len,
	};

	if (!wait && !lc_deps_is_owned(r, t->lock, t->what))
		return;
	add_real_holds(r, d, &dep, t);
	if (!dep.relock)
		add_wakes(w, d, &dep, t);
	if (dep.nholds)
		*lc_push(&d->deps) = dep;
}

static int by_start(const void *pa, const void *pb)
{
	const struct lc_role *a = pa, *b = pb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static int by_thread(const void *pa, const void *pb)
{
	const struct lc_role *a = pa, *b = pb;

	return a->thread < b->thread ? -1 : a->thread > b->thread;
}

static int by_lock(const void *pa, const void *pb)
{
	const struct lc_visit *a = pa, *b = pb;

	if (a->lock != b->lock)
		return a->lock < b->lock ? -1 : 1;
	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return a->segment < b->segment ? -1 : a->segment > b->segment;
}

static void count_twins(struct lc_deps *d)
{
	struct lc_role *r = d->roles.data;
	uint32_t n = d->roles.len;

	qsort(r, n, sizeof(*r), by_start);
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && r[end].start == r[i].start;)
			end++;
		for (uint32_t k = i; k < end; k++)
			r[k].twins = end - i - 1;
	}
	qsort(r, n, sizeof(*r), by_thread);
}

/* Threads with the same start routine, and which locks they came by. */
static void add_pools(const struct lc_record *r, struct lc_deps *d)
{
	for (uint32_t i = 0; i < r->threads.len; i++) {
		const struct lc_rec_thread *t = r->threads.data[i];

		if (!(t->flags & LC_THREAD_MAIN) && t->start)
			*lc_push(&d->roles) =
				(struct lc_role){ t->id, t->start, 0 };
	}
	if (d->roles.len)
		count_twins(d);
	for (uint32_t i = 0; i < r->tuples.len; i++) {
		const struct lc_rec_tuple *t = r->tuples.data[i];
		const struct lc_role *role = lc_deps_role(d, t->thread);

		if (role && role->twins)
			*lc_push(&d->visits) = (struct lc_visit){
				t->lock, t->thread, t->segment
			};
	}
	if (d->visits.len)
		qsort(d->visits.data, d->visits.len, sizeof(*d->visits.data),
		      by_lock);
}

void lc_deps_make(const struct lc_record *r, struct lc_deps *d)
{
	struct wakers w = {{0}};

	add_pools(r, d);
	find_wakers(r, &w);
	for (uint32_t i = 0; i < r->tuples.len; i++)
		add_tuple(r, d, &w, i);
	lc_array_release(&w.list);
	for (uint32_t i = 0; i < r->segments.len; i++) {
		const struct lc_rec_segment *s = r->segments.data[i];

		if (s->other)
			*lc_push(&d->orders) = (struct lc_order){
				s->thread, s->segment, s->other,
				s->other_segment
			};
	}
}
