/* SPDX-License-Identifier: MIT */
/*
 * Condition. The queue of waiters is guarded by the condition's own lock, which
 * whoever waits or notifies holds; so a notify wakes who came first, and who was
 * not notified is not woken.
 */
#include "internal.h"

/* A thread that holds neither that lock nor another's reads c->lock, too. */
static enum lc_result check(struct lc_cond *c, const struct lc_lock *l,
			    uint32_t kind, const struct lc_site *site)
{
	const void *none = NULL;

	if (get(&l->owner) != self())
		return lc_prim_misuse(LC_MISUSE_WAIT_NOT_HELD, l,
				      kind | LC_WHAT_NAMED, site,
				      get(get(&l->word) ? &l->taken :
							  &l->given),
				      get(&l->word) ? "acquired" :
						      "last released",
				      LC_NOT_HELD);
	if (get(&c->lock) != l &&
	    !__atomic_compare_exchange_n(&c->lock, &none, (const void *)l,
					 false, __ATOMIC_RELAXED,
					 __ATOMIC_RELAXED))
		return lc_prim_misuse(LC_MISUSE_OTHER_LOCK, c,
				      WHAT_KIND_ONLY(COND), site, NULL, NULL,
				      LC_OTHER_LOCK);
	return LC_OK;
}

/* Without the lock, until notified or too late. */
static void sleep_in_queue(struct lc_cond *c, struct lc_lock *l,
			   struct waiter *w, uint32_t what, uint32_t kind,
			   uint64_t deadline)
{
	struct lc_rt_wait wait = { .me = NULL };

	if (lc_rt_active()) {
		lc_rt_release(l, kind | LC_WHAT_NAMED, PLACE(w->site));
		wait = lc_rt_wait_begin(c, NULL, what, PLACE(w->site));
	}
	lc_lock_raw_give(l, w->site);
	while (!__atomic_load_n(&w->word, __ATOMIC_ACQUIRE))
		if (!lc_sleep(&w->word, 0, deadline))
			break;
	lc_rt_wait_end(&wait);
}

static enum lc_result wait(struct lc_cond *c, struct lc_lock *l, uint32_t kind,
			   uint32_t what, uint64_t deadline,
			   const struct lc_site *site)
{
	struct waiter w = { .site = site };
	enum lc_result rc = check(c, l, kind, site);
	uint32_t count = l->spare; /* of an RLock: how often it is held */

	if (rc != LC_OK)
		return rc;
	lc_queue_add(&c->first, &c->last, &w);
	if (kind == LC_KIND_RLOCK)
		put(&l->spare, 0);
	sleep_in_queue(c, l, &w, what, kind, deadline);
	lc_lock_raw_take(l, LC_WHAT(kind, LC_MODE_EXCLUSIVE, LC_HOW_BLOCK) |
				    LC_WHAT_NAMED | LC_WHAT_RELOCK, site);
	if (kind == LC_KIND_RLOCK)
		put(&l->spare, count);
	if (get(&w.word))
		return LC_OK;
	lc_queue_remove(&c->first, &c->last, &w);
	return LC_TIMEOUT;
}

enum lc_result lc_cond_wait_at(struct lc_cond *c, struct lc_lock *l,
			       const struct lc_site *site)
{
	return wait(c, l, LC_KIND_MUTEX, WHAT(COND, BLOCK), FOREVER, site);
}

enum lc_result lc_cond_rwait_at(struct lc_cond *c, struct lc_rlock *l,
				const struct lc_site *site)
{
	return wait(c, (struct lc_lock *)l, LC_KIND_RLOCK, WHAT(COND, BLOCK),
		    FOREVER, site);
}

enum lc_result lc_cond_timed_at(struct lc_cond *c, struct lc_lock *l,
				uint64_t timeout_ms,
				const struct lc_site *site)
{
	return wait(c, l, LC_KIND_MUTEX, WHAT(COND, TIMED),
		    lc_deadline(timeout_ms), site);
}

enum lc_result lc_cond_rtimed_at(struct lc_cond *c, struct lc_rlock *l,
				 uint64_t timeout_ms,
				 const struct lc_site *site)
{
	return wait(c, (struct lc_lock *)l, LC_KIND_RLOCK, WHAT(COND, TIMED),
		    lc_deadline(timeout_ms), site);
}

/* ---- notify ---- */

enum lc_result lc_cond_notify_at(struct lc_cond *c, uint32_t n,
				 const struct lc_site *site)
{
	const struct lc_lock *l = get(&c->lock);
	struct waiter *w;

	/* No lock yet: nobody has ever waited. */
	if (l && get(&l->owner) != self())
		return lc_prim_misuse(LC_MISUSE_NOTIFY_NOT_HELD, c,
				      WHAT_KIND_ONLY(COND), site,
				      get(get(&l->word) ? &l->taken :
							  &l->given),
				      get(&l->word) ?
					      "its lock was acquired" :
					      "its lock was last released",
				      LC_NOT_HELD);
	if (lc_rt_active())
		lc_rt_wake(c, WHAT_KIND_ONLY(COND), PLACE(site));
	for (; l && n && (w = c->first); n--) {
		lc_queue_remove(&c->first, &c->last, w);
		lc_queue_wake(w, 1);
	}
	return LC_OK;
}

enum lc_result lc_cond_notify_all_at(struct lc_cond *c,
				     const struct lc_site *site)
{
	return lc_cond_notify_at(c, UINT32_MAX, site);
}

/* ---- life ---- */

enum lc_result lc_cond_init_at(struct lc_cond *c, const char *name,
			       const struct lc_site *site)
{
	*c = (struct lc_cond)LC_COND_INIT;
	if (lc_rt_active())
		lc_rt_init(c, LC_KIND_COND, 0, 0, name, LC_WHAT_NAMED,
			   PLACE(site));
	return LC_OK;
}

enum lc_result lc_cond_destroy_at(struct lc_cond *c, const struct lc_site *site)
{
	const struct waiter *w = c->first;
	enum lc_result rc = LC_OK;

	if (w)
		rc = lc_prim_misuse(LC_MISUSE_DESTROY_WAITED, c,
				    WHAT_KIND_ONLY(COND), site, w->site,
				    "waited for", LC_IN_USE);
	if (lc_rt_active())
		lc_rt_destroy(c, LC_KIND_COND, LC_WHAT_NAMED, PLACE(site));
	return rc;
}
