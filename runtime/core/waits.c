/* SPDX-License-Identifier: MIT */
/*
 * Waits for what has no owner, and semaphores, which may have one.
 */
#include "internal.h"

/* ---- waits without an owner ---- */

static void begin_waiting(struct lc_rt_thread *me, struct lc_rt_wait *w,
			  struct lc_rt_lock *object)
{
	w->me = me;
	me->wait_stack = lc_rt_tuple(me, object, w->what, w->site);
	me->wait_place = LC_RT_PLACE(w->site, w->what);
	me->wait_serial++;
	__atomic_store_n(&me->wait_object, (const void *)object->node.key,
			 __ATOMIC_RELEASE);
	if (lc_rt_steered && lc_rt_steer.waits) {
		struct lc_rt_event e = lc_rt_event(me, object, w->what, w->site);

		lc_rt_steer.waits(&e);
	}
}

static void drop_mutex(struct lc_rt_thread *me, struct lc_rt_wait *w)
{
	uint32_t i = lc_rt_find_held(me, w->mutex);
	/* libc's wait undoes one level of a recursive mutex; lockcheck.h's
	 * Condition undoes all. */
	uint32_t levels = w->what & LC_WHAT_LIBC ? 1 : UINT32_MAX;

	if (!i) {
		if (w->what & LC_WHAT_LIBC && lc_rt_probe) {
			int64_t owner =
				lc_rt_probe->owner(w->mutex, LC_KIND_MUTEX);

			if (owner >= 0 && owner != me->tid)
				lc_rt_misuse(
					LC_MISUSE_WAIT_NOT_HELD, w->mutex,
					LC_WHAT(LC_KIND_MUTEX, 0, 0) |
						(w->what & (LC_WHAT_NAMED |
							    LC_WHAT_LIBC)),
					w->site);
		}
		return;
	}
	w->mutex_place = lc_rt_edge_at(me, i)->place;
	for (; i && w->count < levels; i = lc_rt_find_held(me, w->mutex)) {
		lc_rt_take_out(me, i);
		w->count++;
	}
	if (lc_rt_steered)
		lc_rt_released(me, w->mutex, LC_RT_PLACE_WHAT(w->mutex_place),
			 w->site);
}

struct lc_rt_wait lc_rt_wait_begin(const void *object, const void *mutex,
				   uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_wait w = { .mutex = mutex, .site = site, .what = what };
	struct lc_rt_thread *me = lc_rt_in();

	if (!me)
		return w;
	if (mutex)
		drop_mutex(me, &w);
	begin_waiting(me, &w, lc_rt_lock_get(me, object, what, site));
	lc_rt_out(me);
	return w;
}

void lc_rt_wait_end(struct lc_rt_wait *w)
{
	struct lc_rt_thread *me = w->me ? lc_rt_in() : NULL;
	uint32_t what;

	if (!me)
		return;
	if (lc_rt_steered && lc_rt_steer.waited) {
		struct lc_rt_event e = lc_rt_event(
			me,
			lc_rt_lock_get(me, me->wait_object, w->what, w->site),
			w->what, w->site);

		lc_rt_steer.waited(&e);
	}
	__atomic_store_n(&me->wait_object, NULL, __ATOMIC_RELEASE);
	me->wait_serial++;
	what = (LC_RT_PLACE_WHAT(w->mutex_place) &
		~(uint32_t)LC_WHAT_NAMED) |
	       LC_WHAT_RELOCK | (w->what & LC_WHAT_NAMED);
	for (uint32_t i = 0; i < w->count; i++) {
		if (!lc_rt_find_held(me, w->mutex))
			lc_rt_tuple(me,
				    lc_rt_lock_get(me, w->mutex, what, w->site),
				    what, w->site);
		lc_rt_push(me, w->mutex, LC_RT_PLACE(w->site, what),
			   LC_RT_HELD, false);
	}
	w->me = NULL;
	lc_rt_out(me);
}

/* ---- semaphores ---- */

/* Is it used as a lock, as far as one has seen? */
static bool is_lock(const struct lc_rt_lock *l)
{
	return l && l->init_seen && l->initial == 1 &&
	       !(l->flags & (LC_LOCK_SIGNALS | LC_LOCK_SHARED));
}

struct lc_rt_sem lc_rt_sem_begin(const void *sem, uint32_t what,
				 lc_rt_site_t site)
{
	struct lc_rt_sem begun = { { NULL, 0 }, { .me = NULL } };

	if (!lc_rt_active() || lc_rt_tls.inside)
		return begun;
	if (is_lock(lc_rt_lock_find(sem)))
		begun.op = lc_rt_acquire_slow(sem, what, site);
	else if (LC_WHAT_HOW(what) != LC_HOW_TRY)
		begun.wait = lc_rt_wait_begin(sem, NULL, what, site);
	return begun;
}

void lc_rt_sem_end(struct lc_rt_sem *begun, bool got)
{
	if (begun->op.me) {
		const void *sem =
			lc_rt_lock_at(begun->op.me, begun->op.index);
		struct lc_rt_lock *l = sem ? lc_rt_lock_find(sem) : NULL;

		/* Found out while we waited that it is no lock? */
		lc_rt_acquire_end(begun->op, got && l && is_lock(l));
	}
	if (begun->wait.me)
		lc_rt_wait_end(&begun->wait);
}

void lc_rt_sem_post(const void *sem, uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rt_lock *l;
	uint32_t i;

	if (!me)
		return;
	l = lc_rt_lock_get(me, sem, what, site);
	i = lc_rt_find_held(me, sem);
	if (i) {
		lc_rt_take_out(me, i);
		lc_rt_released(me, sem, what, site);
	} else {
		if (is_lock(l)) {
			l->flags |= LC_LOCK_SIGNALS;
			LC_RT_EACH_THREAD(t)
				lc_rt_entry_drop(t, sem);
		}
		lc_rt_wake_by(me, sem, what, site);
	}
	lc_rt_out(me);
}
