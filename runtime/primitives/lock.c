/* SPDX-License-Identifier: MIT */
/*
 * Lock and RLock. The invariants are in internal.h.
 */
#include "internal.h"

/* An RLock is a Lock whose owner counts: what does not touch the count is
 * written once. */
_Static_assert(sizeof(struct lc_lock) == sizeof(struct lc_rlock) &&
		       offsetof(struct lc_lock, owner) ==
			       offsetof(struct lc_rlock, owner),
	       "Lock and RLock have one layout");

LC_INLINE struct lc_lock *plain(const struct lc_rlock *lock)
{
	return (struct lc_lock *)(uintptr_t)lock;
}

/* ---- acquire ---- */

LC_INLINE void taken(struct lc_lock *l, uint64_t me, const struct lc_site *site)
{
	put(&l->owner, me);
	put(&l->taken, site);
}

static __attribute__((noinline)) enum lc_result
contended(struct lc_lock *l, struct lc_rt_op op, const struct lc_site *site,
	  uint64_t deadline)
{
	bool got;

	if (lc_rt_steered)
		lc_rt_blocked(op);
	got = lc_word_block(&l->word, deadline);
	if (got)
		taken(l, self(), site);
	lc_rt_acquire_end(op, got);
	return got ? LC_OK : LC_TIMEOUT;
}

/* The caller does not hold it. timeout_ms counts for TIMED only. */
LC_INLINE enum lc_result acquire(struct lc_lock *l, uint32_t what,
				 uint64_t timeout_ms,
				 const struct lc_site *site)
{
	struct lc_rt_op op = { NULL, 0 };

	if (LC_RT_LIKELY(lc_rt_active()))
		op = lc_rt_acquire_begin(l, what, PLACE(site));
	if (LC_RT_LIKELY(word_take(&l->word))) {
		taken(l, self(), site);
		lc_rt_acquire_end(op, true);
		return LC_OK;
	}
	if (LC_WHAT_HOW(what) == LC_HOW_TRY) {
		lc_rt_acquire_end(op, false);
		return LC_BUSY;
	}
	return contended(l, op, site,
			 LC_WHAT_HOW(what) == LC_HOW_TIMED ?
				 lc_deadline(timeout_ms) :
				 FOREVER);
}

/*
 * The hot half of an acquire: no call but at its very end, so that it saves no
 * registers. It takes the lock first: who need not wait is in nobody's way, and
 * the books can be written afterwards (a run that is steered never comes here).
 */
enum hot { NOTHING = 0, GOT, UNBOOKED };

LC_INLINE enum hot book(struct lc_lock *l, uint32_t what,
			const struct lc_site *site)
{
	return LC_RT_LIKELY(lc_rt_hot_begin(l, what, PLACE(site),
					    LC_RT_HELD) != NULL) ?
		       GOT :
		       UNBOOKED;
}

LC_INLINE enum hot hot_acquire(struct lc_lock *l, uint32_t what,
			       const struct lc_site *site)
{
	struct lc_rt_thread *me = lc_rt_tls.fast;
	uint64_t ident = lc_self_ident;

	if (LC_RT_UNLIKELY(get(&l->owner) == ident || !ident))
		return NOTHING;
	if (LC_RT_UNLIKELY(!me && lc_rt_active()))
		return NOTHING;
	if (LC_RT_UNLIKELY(!word_take(&l->word)))
		return NOTHING;
	put(&l->owner, ident);
	if (LC_RT_LIKELY(me)) /* and the books know where */
		return book(l, what, site);
	put(&l->taken, site);
	return GOT;
}

/* Taken, and new to the books. */
static __attribute__((noinline)) enum lc_result
book_slowly(struct lc_lock *l, uint32_t what, const struct lc_site *site)
{
	lc_rt_acquire_end(lc_rt_acquire_slow(l, what, PLACE(site)), true);
	return LC_OK;
}

/* Also gives the thread its number: before it has one, it seems to own what
 * nobody does. */
LC_INLINE bool mine(const struct lc_lock *l)
{
	return LC_RT_UNLIKELY(get(&l->owner) == lc_self_ident) &&
	       get(&l->owner) == self();
}

static __attribute__((noinline)) enum lc_result
twice(struct lc_lock *l, uint32_t what, const struct lc_site *site)
{
	return lc_prim_misuse(LC_MISUSE_DOUBLE_ACQUIRE, l, what, site,
			      get(&l->taken), "acquired", LC_DEADLOCK);
}

static __attribute__((noinline)) enum lc_result
cold_acquire(struct lc_lock *l, const struct lc_site *site)
{
	if (mine(l))
		return twice(l, WHAT(MUTEX, BLOCK), site);
	return acquire(l, WHAT(MUTEX, BLOCK), 0, site);
}

enum lc_result lc_lock_acquire_at(struct lc_lock *l, const struct lc_site *site)
{
	enum hot done = hot_acquire(l, WHAT(MUTEX, BLOCK), site);

	if (LC_RT_LIKELY(done == GOT))
		return LC_OK;
	if (done == UNBOOKED)
		return book_slowly(l, WHAT(MUTEX, BLOCK), site);
	return cold_acquire(l, site);
}

enum lc_result lc_lock_try_at(struct lc_lock *l, const struct lc_site *site)
{
	if (mine(l))
		return LC_BUSY;
	return acquire(l, WHAT(MUTEX, TRY), 0, site);
}

enum lc_result lc_lock_timed_at(struct lc_lock *l, uint64_t timeout_ms,
				const struct lc_site *site)
{
	if (mine(l))
		return twice(l, WHAT(MUTEX, TIMED), site);
	return acquire(l, WHAT(MUTEX, TIMED), timeout_ms, site);
}

/* The books have the outermost acquire of an RLock only: the others neither
 * wait nor set anybody free. */
static enum lc_result again(struct lc_rlock *l, uint32_t what,
			    const struct lc_site *site)
{
	if (l->count == UINT32_MAX)
		return lc_prim_misuse(LC_MISUSE_TOO_MANY, l, what, site,
				      l->taken, "acquired", LC_TOO_MANY);
	put(&l->count, l->count + 1);
	return LC_OK;
}

LC_INLINE enum lc_result racquire(struct lc_rlock *l, uint32_t what,
				  uint64_t timeout_ms,
				  const struct lc_site *site)
{
	enum lc_result rc;

	if (mine(plain(l)))
		return again(l, what, site);
	rc = acquire(plain(l), what, timeout_ms, site);
	if (rc == LC_OK)
		put(&l->count, 1);
	return rc;
}

static __attribute__((noinline)) enum lc_result
cold_racquire(struct lc_rlock *l, const struct lc_site *site)
{
	return racquire(l, WHAT(RLOCK, BLOCK), 0, site);
}

enum lc_result lc_rlock_acquire_at(struct lc_rlock *l,
				   const struct lc_site *site)
{
	enum hot done = hot_acquire(plain(l), WHAT(RLOCK, BLOCK), site);

	if (LC_RT_UNLIKELY(done == NOTHING))
		return cold_racquire(l, site);
	put(&l->count, 1);
	if (LC_RT_UNLIKELY(done == UNBOOKED))
		return book_slowly(plain(l), WHAT(RLOCK, BLOCK), site);
	return LC_OK;
}

enum lc_result lc_rlock_try_at(struct lc_rlock *l, const struct lc_site *site)
{
	return racquire(l, WHAT(RLOCK, TRY), 0, site);
}

enum lc_result lc_rlock_timed_at(struct lc_rlock *l, uint64_t timeout_ms,
				 const struct lc_site *site)
{
	return racquire(l, WHAT(RLOCK, TIMED), timeout_ms, site);
}

/* ---- release ---- */

LC_INLINE bool give(struct lc_lock *l, uint32_t what,
		    const struct lc_site *site)
{
	if (LC_RT_LIKELY(lc_rt_active()))
		lc_rt_release(l, what, PLACE(site));
	put(&l->given, site);
	put(&l->owner, 0);
	return word_give(&l->word);
}

static __attribute__((noinline)) enum lc_result
not_held(struct lc_lock *l, uint32_t what, const struct lc_site *site)
{
	return lc_prim_misuse(LC_MISUSE_RELEASE_NOT_HELD, l, what, site,
			      get(&l->given), "last released", LC_NOT_HELD);
}

/* The hot half: the caller holds it, and it is the innermost in its books. */
LC_INLINE bool hot_release(struct lc_lock *l, const struct lc_site *site)
{
	if (LC_RT_UNLIKELY(!lc_rt_hot_release(l)) &&
	    (lc_rt_active() || !get(&l->word)))
		return false;
	put(&l->given, site);
	put(&l->owner, 0);
	return true;
}

static __attribute__((noinline)) enum lc_result
woken(struct lc_lock *l)
{
	lc_wake(&l->word, 1);
	return LC_OK;
}

static __attribute__((noinline)) enum lc_result
cold_release(struct lc_lock *l, const struct lc_site *site)
{
	uint32_t what = WHAT_KIND_ONLY(MUTEX);

	/* Two that release it at once may both come by here; then one of them
	 * finds out below. */
	if (LC_RT_UNLIKELY(!get(&l->word)) || !give(l, what, site))
		return not_held(l, what, site);
	return LC_OK;
}

enum lc_result lc_lock_release_at(struct lc_lock *l, const struct lc_site *site)
{
	if (LC_RT_UNLIKELY(!hot_release(l, site)))
		return cold_release(l, site);
	if (LC_RT_UNLIKELY(word_free(&l->word) == 2))
		return woken(l);
	return LC_OK;
}

static __attribute__((noinline)) enum lc_result
not_mine(struct lc_rlock *l, const struct lc_site *site)
{
	if (!get(&l->word))
		return not_held(plain(l), WHAT_KIND_ONLY(RLOCK), site);
	return lc_prim_misuse(LC_MISUSE_RELEASE_OTHERS, l,
			      WHAT_KIND_ONLY(RLOCK), site, get(&l->taken),
			      "acquired", LC_NOT_OWNER);
}

static __attribute__((noinline)) enum lc_result
cold_rrelease(struct lc_rlock *l, const struct lc_site *site)
{
	if (get(&l->owner) != self())
		return not_mine(l, site);
	if (l->count > 1) {
		put(&l->count, l->count - 1);
		return LC_OK;
	}
	put(&l->count, 0);
	give(plain(l), WHAT_KIND_ONLY(RLOCK), site);
	return LC_OK;
}

/* Who is not the owner may find any count: give up what is not clear. */
enum lc_result lc_rlock_release_at(struct lc_rlock *l,
				   const struct lc_site *site)
{
	if (LC_RT_UNLIKELY(get(&l->owner) != lc_self_ident ||
			   get(&l->count) != 1))
		return cold_rrelease(l, site);
	if (LC_RT_UNLIKELY(!hot_release(plain(l), site)))
		return cold_rrelease(l, site);
	put(&l->count, 0);
	if (LC_RT_UNLIKELY(word_free(&l->word) == 2))
		return woken(plain(l));
	return LC_OK;
}

/* ---- for Condition ---- */

/* The books are the caller's business here: it is about to wait. */
void lc_lock_raw_give(struct lc_lock *l, const struct lc_site *site)
{
	put(&l->given, site);
	put(&l->owner, 0);
	word_give(&l->word);
}

void lc_lock_raw_take(struct lc_lock *l, uint32_t what,
		      const struct lc_site *site)
{
	acquire(l, what, 0, site);
}

/* ---- life, questions ---- */

static enum lc_result init(struct lc_lock *l, uint32_t kind, uint32_t flags,
			   const char *name, const struct lc_site *site)
{
	enum lc_result rc = LC_OK;

	if (lc_rt_active()) {
		if (lc_rt_holds(l))
			rc = LC_IN_USE; /* lc_rt_init says so */
		lc_rt_init(l, kind, flags, 0, name, LC_WHAT_NAMED, PLACE(site));
	}
	*l = (struct lc_lock)LC_LOCK_INIT;
	return rc;
}

static enum lc_result destroy(struct lc_lock *l, uint32_t kind,
			      const struct lc_site *site)
{
	bool used = get(&l->word) != 0;

	if (used)
		lc_prim_misuse(LC_MISUSE_DESTROY_HELD, l,
			       kind | LC_WHAT_NAMED, site, get(&l->taken),
			       "acquired", LC_IN_USE);
	if (lc_rt_active())
		used |= lc_rt_destroy(l, kind, LC_WHAT_NAMED, PLACE(site));
	return used ? LC_IN_USE : LC_OK;
}

enum lc_result lc_lock_init_at(struct lc_lock *l, const char *name,
			       const struct lc_site *site)
{
	return init(l, LC_KIND_MUTEX, 0, name, site);
}

enum lc_result lc_lock_destroy_at(struct lc_lock *l, const struct lc_site *site)
{
	return destroy(l, LC_KIND_MUTEX, site);
}

bool lc_lock_locked(const struct lc_lock *l)
{
	return get(&l->word) != 0;
}

bool lc_lock_mine(const struct lc_lock *l)
{
	return mine(l);
}

enum lc_result lc_rlock_init_at(struct lc_rlock *l, const char *name,
				const struct lc_site *site)
{
	return init(plain(l), LC_KIND_RLOCK, LC_LOCK_RECURSIVE, name, site);
}

enum lc_result lc_rlock_destroy_at(struct lc_rlock *l,
				   const struct lc_site *site)
{
	return destroy(plain(l), LC_KIND_RLOCK, site);
}

bool lc_rlock_locked(const struct lc_rlock *l)
{
	return get(&l->word) != 0;
}

bool lc_rlock_mine(const struct lc_rlock *l)
{
	return mine(plain(l));
}
