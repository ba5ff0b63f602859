/* SPDX-License-Identifier: MIT */
/*
 * Mutexes, rwlocks, spinlocks: what has an owner. A function here is one
 * line of LOCKING: books, the real call, books by its result.
 */
#include "real.h"

/* EOWNERDEAD has acquired; EBUSY, ETIMEDOUT, EDEADLK, EAGAIN have not. */
static inline __attribute__((always_inline)) bool acquired(int rc)
{
	return rc == 0 || rc == EOWNERDEAD;
}

/*
 * The halves of a call that acquires. The hot one, on a hit of the caches, keeps
 * nothing over the real call but what it finds again in thread-local memory, so
 * that it saves no registers: that is a third of its time. The cold one, in a
 * function of its own, knows steering and early callers. REAL is lc_shim_real's
 * own member in the hot half: there the core runs, so it is set.
 */
#define HOT(object, what, site, real, cold)                                 \
	do {                                                                \
		struct lc_rt_thread *me = lc_rt_tls.fast;                   \
		struct lc_rt_edge *edge =                                   \
			lc_rt_hot_begin(object, what, site, LC_RT_ASKED);   \
		int rc;                                                     \
									    \
		if (LC_RT_UNLIKELY(!edge)) {                                \
			if (lc_rt_state == LC_RT_OFF)                       \
				return (real);                              \
			return (cold);                                      \
		}                                                           \
		rc = (real);                                                \
		if (LC_RT_UNLIKELY(rc != 0))                                \
			return odd_end(rc);                                 \
		lc_rt_hot_end(me, edge);                                    \
		return 0;                                                   \
	} while (0)

/* Not acquired, or acquired from a dead owner. */
static __attribute__((noinline)) int odd_end(int rc)
{
	lc_rt_acquire_end_slow(lc_rt_hot_op(), acquired(rc));
	return rc;
}

#define COLD static __attribute__((noinline, cold)) int

#define ACQUIRE(object, what, site, real)                                   \
	do {                                                                \
		struct lc_rt_op op =                                        \
			lc_rt_acquire_slow(object, what, site);             \
		int rc = (real);                                            \
									    \
		if (op.me)                                                  \
			lc_rt_acquire_end(op, acquired(rc));                \
		return rc;                                                  \
	} while (0)

/* One that blocks: with a schedule to be steered, the steering is told before
 * it does. */
#define ACQUIRE_BLOCKING(object, what, site, try_first, real)               \
	do {                                                                \
		struct lc_rt_op op =                                        \
			lc_rt_acquire_slow(object, what, site);             \
		int rc;                                                     \
									    \
		if (lc_rt_steered) {                                        \
			rc = (try_first);                                   \
			if (rc == EBUSY) {                                  \
				lc_rt_blocked(op);                          \
				rc = (real);                                \
			}                                                   \
		} else {                                                    \
			rc = (real);                                        \
		}                                                           \
		lc_rt_acquire_end(op, acquired(rc));                        \
		return rc;                                                  \
	} while (0)

#define RELEASE(object, kind, site, real)                                   \
	do {                                                                \
		lc_rt_release(object, WHAT_KIND_ONLY(kind), site);          \
		return (real);                                              \
	} while (0)

/* Its hot half is a jump. Plain ones first, then those that a trylock took and
 * one of many, then what is below the top. */
#define HOT_RELEASE(object, real, cold)                                     \
	do {                                                                \
		if (LC_RT_LIKELY(lc_rt_hot_release_plain(object)) ||        \
		    lc_rt_hot_release(object) ||                            \
		    lc_rt_hot_release_below(object) ||                      \
		    LC_RT_UNLIKELY(lc_rt_state == LC_RT_OFF))               \
			return (real);                                      \
		return (cold);                                              \
	} while (0)

/*
 * glibc: a mutex that cannot fail to be acquired has an owner word that says
 * whether it has been, an rwlock a writer's and its state. So the hot half ends
 * in a jump. Where readers give way to writers that wait, the state does not say
 * whether a reader waits, and to its own writer an rwlock answers EDEADLK.
 */
#ifdef __GLIBC__
#define IS_PLAIN(m) ((m)->__data.__kind == PTHREAD_MUTEX_TIMED_NP)
#define IS_PLAIN_TOO(m)                                    \
	((m)->__data.__kind == PTHREAD_MUTEX_RECURSIVE_NP || \
	 (m)->__data.__kind == PTHREAD_MUTEX_ADAPTIVE_NP)
#define IS_PLAIN_RWLOCK(l)                                       \
	(((unsigned)LC_RT_GET((l)->__data.__cur_writer) |        \
	  (l)->__data.__flags) == PTHREAD_RWLOCK_PREFER_READER_NP)
#else
#define IS_PLAIN(m) false
#define IS_PLAIN_TOO(m) false
#define IS_PLAIN_RWLOCK(l) false
#endif

#define HOT_PLAIN(object, what, site, real, cold)                           \
	do {                                                                \
		if (LC_RT_LIKELY(lc_rt_hot_begin(object, what, site,        \
						 LC_RT_PLAIN) != NULL) ||   \
		    LC_RT_UNLIKELY(lc_rt_state == LC_RT_OFF))               \
			return (real);                                      \
		return (cold);                                              \
	} while (0)

/* ---- mutexes ---- */

COLD cold_pthread_mutex_lock(pthread_mutex_t *m, lc_rt_site_t site)
{
	ACQUIRE_BLOCKING(m, WHAT(MUTEX, EXCLUSIVE, BLOCK), site,
			 REAL(pthread_mutex_trylock)(m),
			 REAL(pthread_mutex_lock)(m));
}

static __attribute__((noinline)) int odd_mutex_lock(pthread_mutex_t *m,
						    lc_rt_site_t site)
{
	if (IS_PLAIN_TOO(m))
		HOT_PLAIN(m, WHAT(MUTEX, EXCLUSIVE, BLOCK), site,
			  HOT_REAL(pthread_mutex_lock)(m),
			  cold_pthread_mutex_lock(m, site));
	HOT(m, WHAT(MUTEX, EXCLUSIVE, BLOCK), site,
	    HOT_REAL(pthread_mutex_lock)(m), cold_pthread_mutex_lock(m, site));
}

LC_SHIM_EXPORT int SHIM(pthread_mutex_lock)(pthread_mutex_t *m)
{
	if (LC_RT_UNLIKELY(!IS_PLAIN(m)))
		return odd_mutex_lock(m, LC_RT_CALLER);
	HOT_PLAIN(m, WHAT(MUTEX, EXCLUSIVE, BLOCK), LC_RT_CALLER,
		  HOT_REAL(pthread_mutex_lock)(m),
		  cold_pthread_mutex_lock(m, LC_RT_CALLER));
}

COLD cold_pthread_mutex_trylock(pthread_mutex_t *m, lc_rt_site_t site)
{
	ACQUIRE(m, WHAT(MUTEX, EXCLUSIVE, TRY), site,
		REAL(pthread_mutex_trylock)(m));
}

LC_SHIM_EXPORT int SHIM(pthread_mutex_trylock)(pthread_mutex_t *m)
{
	HOT(m, WHAT(MUTEX, EXCLUSIVE, TRY), LC_RT_CALLER,
	    HOT_REAL(pthread_mutex_trylock)(m),
	    cold_pthread_mutex_trylock(m, LC_RT_CALLER));
}

LC_SHIM_EXPORT int SHIM(pthread_mutex_timedlock)(pthread_mutex_t *m,
						 const struct timespec *until)
{
	ACQUIRE(m, WHAT(MUTEX, EXCLUSIVE, TIMED), LC_RT_CALLER,
		REAL(pthread_mutex_timedlock)(m, until));
}

LC_SHIM_EXPORT int SHIM(pthread_mutex_clocklock)(pthread_mutex_t *m,
						 clockid_t clock,
						 const struct timespec *until)
{
	ACQUIRE(m, WHAT(MUTEX, EXCLUSIVE, TIMED), LC_RT_CALLER,
		REAL(pthread_mutex_clocklock)(m, clock, until));
}

COLD cold_pthread_mutex_unlock(pthread_mutex_t *m, lc_rt_site_t site)
{
	RELEASE(m, MUTEX, site, REAL(pthread_mutex_unlock)(m));
}

LC_SHIM_EXPORT int SHIM(pthread_mutex_unlock)(pthread_mutex_t *m)
{
	HOT_RELEASE(m, HOT_REAL(pthread_mutex_unlock)(m),
		    cold_pthread_mutex_unlock(m, LC_RT_CALLER));
}

LC_SHIM_EXPORT int SHIM(pthread_mutex_init)(pthread_mutex_t *m,
					    const pthread_mutexattr_t *attr)
{
	int rc = REAL(pthread_mutex_init)(m, attr);

	if (rc == 0)
		lc_rt_init(m, LC_KIND_MUTEX,
			   lc_shim_probe.flags(m, LC_KIND_MUTEX), 0, NULL,
			   LC_WHAT_LIBC, LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT int SHIM(pthread_mutex_destroy)(pthread_mutex_t *m)
{
	lc_rt_destroy(m, LC_KIND_MUTEX, LC_WHAT_LIBC, LC_RT_CALLER);
	return REAL(pthread_mutex_destroy)(m);
}

/* ---- rwlocks ---- */

COLD cold_pthread_rwlock_rdlock(pthread_rwlock_t *l, lc_rt_site_t site)
{
	ACQUIRE_BLOCKING(l, WHAT(RWLOCK, SHARED, BLOCK), site,
			 REAL(pthread_rwlock_tryrdlock)(l),
			 REAL(pthread_rwlock_rdlock)(l));
}

static __attribute__((noinline)) int odd_rwlock_rdlock(pthread_rwlock_t *l,
						       lc_rt_site_t site)
{
	HOT(l, WHAT(RWLOCK, SHARED, BLOCK), site,
	    HOT_REAL(pthread_rwlock_rdlock)(l),
	    cold_pthread_rwlock_rdlock(l, site));
}

LC_SHIM_EXPORT int SHIM(pthread_rwlock_rdlock)(pthread_rwlock_t *l)
{
	if (LC_RT_UNLIKELY(!IS_PLAIN_RWLOCK(l)))
		return odd_rwlock_rdlock(l, LC_RT_CALLER);
	HOT_PLAIN(l, WHAT(RWLOCK, SHARED, BLOCK), LC_RT_CALLER,
		  HOT_REAL(pthread_rwlock_rdlock)(l),
		  cold_pthread_rwlock_rdlock(l, LC_RT_CALLER));
}

COLD cold_pthread_rwlock_wrlock(pthread_rwlock_t *l, lc_rt_site_t site)
{
	ACQUIRE_BLOCKING(l, WHAT(RWLOCK, EXCLUSIVE, BLOCK), site,
			 REAL(pthread_rwlock_trywrlock)(l),
			 REAL(pthread_rwlock_wrlock)(l));
}

static __attribute__((noinline)) int odd_rwlock_wrlock(pthread_rwlock_t *l,
						       lc_rt_site_t site)
{
	HOT(l, WHAT(RWLOCK, EXCLUSIVE, BLOCK), site,
	    HOT_REAL(pthread_rwlock_wrlock)(l),
	    cold_pthread_rwlock_wrlock(l, site));
}

LC_SHIM_EXPORT int SHIM(pthread_rwlock_wrlock)(pthread_rwlock_t *l)
{
	if (LC_RT_UNLIKELY(!IS_PLAIN_RWLOCK(l)))
		return odd_rwlock_wrlock(l, LC_RT_CALLER);
	HOT_PLAIN(l, WHAT(RWLOCK, EXCLUSIVE, BLOCK), LC_RT_CALLER,
		  HOT_REAL(pthread_rwlock_wrlock)(l),
		  cold_pthread_rwlock_wrlock(l, LC_RT_CALLER));
}

COLD cold_pthread_rwlock_tryrdlock(pthread_rwlock_t *l, lc_rt_site_t site)
{
	ACQUIRE(l, WHAT(RWLOCK, SHARED, TRY), site,
		REAL(pthread_rwlock_tryrdlock)(l));
}

LC_SHIM_EXPORT int SHIM(pthread_rwlock_tryrdlock)(pthread_rwlock_t *l)
{
	HOT(l, WHAT(RWLOCK, SHARED, TRY), LC_RT_CALLER,
	    HOT_REAL(pthread_rwlock_tryrdlock)(l),
	    cold_pthread_rwlock_tryrdlock(l, LC_RT_CALLER));
}

COLD cold_pthread_rwlock_trywrlock(pthread_rwlock_t *l, lc_rt_site_t site)
{
	ACQUIRE(l, WHAT(RWLOCK, EXCLUSIVE, TRY), site,
		REAL(pthread_rwlock_trywrlock)(l));
}

LC_SHIM_EXPORT int SHIM(pthread_rwlock_trywrlock)(pthread_rwlock_t *l)
{
	HOT(l, WHAT(RWLOCK, EXCLUSIVE, TRY), LC_RT_CALLER,
	    HOT_REAL(pthread_rwlock_trywrlock)(l),
	    cold_pthread_rwlock_trywrlock(l, LC_RT_CALLER));
}

LC_SHIM_EXPORT int
SHIM(pthread_rwlock_timedrdlock)(pthread_rwlock_t *l,
				 const struct timespec *until)
{
	ACQUIRE(l, WHAT(RWLOCK, SHARED, TIMED), LC_RT_CALLER,
		REAL(pthread_rwlock_timedrdlock)(l, until));
}

LC_SHIM_EXPORT int
SHIM(pthread_rwlock_timedwrlock)(pthread_rwlock_t *l,
				 const struct timespec *until)
{
	ACQUIRE(l, WHAT(RWLOCK, EXCLUSIVE, TIMED), LC_RT_CALLER,
		REAL(pthread_rwlock_timedwrlock)(l, until));
}

LC_SHIM_EXPORT int
SHIM(pthread_rwlock_clockrdlock)(pthread_rwlock_t *l, clockid_t clock,
				 const struct timespec *until)
{
	ACQUIRE(l, WHAT(RWLOCK, SHARED, TIMED), LC_RT_CALLER,
		REAL(pthread_rwlock_clockrdlock)(l, clock, until));
}

LC_SHIM_EXPORT int
SHIM(pthread_rwlock_clockwrlock)(pthread_rwlock_t *l, clockid_t clock,
				 const struct timespec *until)
{
	ACQUIRE(l, WHAT(RWLOCK, EXCLUSIVE, TIMED), LC_RT_CALLER,
		REAL(pthread_rwlock_clockwrlock)(l, clock, until));
}

COLD cold_pthread_rwlock_unlock(pthread_rwlock_t *l, lc_rt_site_t site)
{
	RELEASE(l, RWLOCK, site, REAL(pthread_rwlock_unlock)(l));
}

LC_SHIM_EXPORT int SHIM(pthread_rwlock_unlock)(pthread_rwlock_t *l)
{
	HOT_RELEASE(l, HOT_REAL(pthread_rwlock_unlock)(l),
		    cold_pthread_rwlock_unlock(l, LC_RT_CALLER));
}

LC_SHIM_EXPORT int SHIM(pthread_rwlock_init)(pthread_rwlock_t *l,
					     const pthread_rwlockattr_t *attr)
{
	int rc = REAL(pthread_rwlock_init)(l, attr);

	if (rc == 0)
		lc_rt_init(l, LC_KIND_RWLOCK,
			   lc_shim_probe.flags(l, LC_KIND_RWLOCK), 0, NULL,
			   LC_WHAT_LIBC, LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT int SHIM(pthread_rwlock_destroy)(pthread_rwlock_t *l)
{
	lc_rt_destroy(l, LC_KIND_RWLOCK, LC_WHAT_LIBC, LC_RT_CALLER);
	return REAL(pthread_rwlock_destroy)(l);
}

/* ---- spinlocks ---- */

COLD cold_pthread_spin_lock(pthread_spinlock_t *l, lc_rt_site_t site)
{
	ACQUIRE_BLOCKING((const void *)l, WHAT(SPIN, EXCLUSIVE, BLOCK), site,
			 REAL(pthread_spin_trylock)(l),
			 REAL(pthread_spin_lock)(l));
}

LC_SHIM_EXPORT int SHIM(pthread_spin_lock)(pthread_spinlock_t *l)
{
	HOT((const void *)l, WHAT(SPIN, EXCLUSIVE, BLOCK), LC_RT_CALLER,
	    HOT_REAL(pthread_spin_lock)(l),
	    cold_pthread_spin_lock(l, LC_RT_CALLER));
}

COLD cold_pthread_spin_trylock(pthread_spinlock_t *l, lc_rt_site_t site)
{
	ACQUIRE((const void *)l, WHAT(SPIN, EXCLUSIVE, TRY), site,
		REAL(pthread_spin_trylock)(l));
}

LC_SHIM_EXPORT int SHIM(pthread_spin_trylock)(pthread_spinlock_t *l)
{
	HOT((const void *)l, WHAT(SPIN, EXCLUSIVE, TRY), LC_RT_CALLER,
	    HOT_REAL(pthread_spin_trylock)(l),
	    cold_pthread_spin_trylock(l, LC_RT_CALLER));
}

LC_SHIM_EXPORT int SHIM(pthread_spin_unlock)(pthread_spinlock_t *l)
{
	RELEASE((const void *)l, SPIN, LC_RT_CALLER,
		REAL(pthread_spin_unlock)(l));
}

LC_SHIM_EXPORT int SHIM(pthread_spin_init)(pthread_spinlock_t *l, int shared)
{
	int rc = REAL(pthread_spin_init)(l, shared);

	if (rc == 0)
		lc_rt_init((const void *)l, LC_KIND_SPIN,
			   shared == PTHREAD_PROCESS_SHARED ? LC_LOCK_SHARED :
							      0,
			   0, NULL, LC_WHAT_LIBC, LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT int SHIM(pthread_spin_destroy)(pthread_spinlock_t *l)
{
	lc_rt_destroy((const void *)l, LC_KIND_SPIN, LC_WHAT_LIBC,
		      LC_RT_CALLER);
	return REAL(pthread_spin_destroy)(l);
}

/* ---- stdio streams ---- */

LC_SHIM_EXPORT void SHIM(flockfile)(FILE *f)
{
	struct lc_rt_op op = lc_rt_acquire_begin(
		f, WHAT(FILE, EXCLUSIVE, BLOCK), LC_RT_CALLER);

	if (LC_RT_UNLIKELY(lc_rt_steered) && REAL(ftrylockfile)(f) == 0) {
		lc_rt_acquire_end(op, true);
		return;
	}
	if (LC_RT_UNLIKELY(lc_rt_steered))
		lc_rt_blocked(op);
	REAL(flockfile)(f);
	lc_rt_acquire_end(op, true);
}

LC_SHIM_EXPORT int SHIM(ftrylockfile)(FILE *f)
{
	struct lc_rt_op op = lc_rt_acquire_begin(f, WHAT(FILE, EXCLUSIVE, TRY),
						 LC_RT_CALLER);
	int rc = REAL(ftrylockfile)(f);

	lc_rt_acquire_end(op, rc == 0);
	return rc;
}

LC_SHIM_EXPORT void SHIM(funlockfile)(FILE *f)
{
	lc_rt_release(f, WHAT_KIND_ONLY(FILE), LC_RT_CALLER);
	REAL(funlockfile)(f);
}

/* ---- C11 ---- */

/* An mtx_t of glibc is a pthread_mutex_t with fewer kinds (mtx_recursive is
 * its recursive). Results are thrd_success, thrd_busy, thrd_timedout. */
#define ACQUIRE_MTX(object, what, real)                                     \
	do {                                                                \
		struct lc_rt_op op =                                        \
			lc_rt_acquire_begin(object, what, LC_RT_CALLER);    \
		int rc = (real);                                            \
									    \
		lc_rt_acquire_end(op, rc == thrd_success);                  \
		return rc;                                                  \
	} while (0)

static __attribute__((noinline)) int odd_mtx_lock(mtx_t *m, lc_rt_site_t site)
{
	struct lc_rt_op op = lc_rt_acquire_begin(
		m, WHAT(MUTEX, EXCLUSIVE, BLOCK), site);
	int rc = thrd_busy;

	if (LC_RT_UNLIKELY(lc_rt_steered)) {
		rc = REAL(mtx_trylock)(m);
		if (rc == thrd_busy)
			lc_rt_blocked(op);
	}
	if (rc != thrd_success)
		rc = REAL(mtx_lock)(m);
	lc_rt_acquire_end(op, rc == thrd_success);
	return rc;
}

LC_SHIM_EXPORT int SHIM(mtx_lock)(mtx_t *m)
{
	if (LC_RT_UNLIKELY(!IS_PLAIN((pthread_mutex_t *)m)))
		return odd_mtx_lock(m, LC_RT_CALLER);
	HOT_PLAIN(m, WHAT(MUTEX, EXCLUSIVE, BLOCK), LC_RT_CALLER,
		  HOT_REAL(mtx_lock)(m), odd_mtx_lock(m, LC_RT_CALLER));
}

LC_SHIM_EXPORT int SHIM(mtx_trylock)(mtx_t *m)
{
	ACQUIRE_MTX(m, WHAT(MUTEX, EXCLUSIVE, TRY), REAL(mtx_trylock)(m));
}

LC_SHIM_EXPORT int SHIM(mtx_timedlock)(mtx_t *m, const struct timespec *until)
{
	ACQUIRE_MTX(m, WHAT(MUTEX, EXCLUSIVE, TIMED),
		    REAL(mtx_timedlock)(m, until));
}

static __attribute__((noinline)) int odd_mtx_unlock(mtx_t *m,
						    lc_rt_site_t site)
{
	RELEASE(m, MUTEX, site, REAL(mtx_unlock)(m));
}

LC_SHIM_EXPORT int SHIM(mtx_unlock)(mtx_t *m)
{
	HOT_RELEASE(m, HOT_REAL(mtx_unlock)(m),
		    odd_mtx_unlock(m, LC_RT_CALLER));
}

LC_SHIM_EXPORT int SHIM(mtx_init)(mtx_t *m, int type)
{
	int rc = REAL(mtx_init)(m, type);

	if (rc == thrd_success)
		lc_rt_init(m, LC_KIND_MUTEX,
			   type & mtx_recursive ? LC_LOCK_RECURSIVE : 0, 0,
			   NULL, LC_WHAT_LIBC, LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT void SHIM(mtx_destroy)(mtx_t *m)
{
	lc_rt_destroy(m, LC_KIND_MUTEX, LC_WHAT_LIBC, LC_RT_CALLER);
	REAL(mtx_destroy)(m);
}
