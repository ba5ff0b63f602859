/* SPDX-License-Identifier: MIT */
/*
 * Locks that say where: Lock, RLock, Condition, Semaphore, Event, Barrier and
 * Thread for C and C++, with the meaning they have in Python's threading. They
 * cost what pthread's cost, and a misuse is an error result and a report that
 * names both places, never silence.
 *
 *	static struct lc_lock lock = LC_LOCK_INIT;
 *
 *	LC_WITH(&lock) {
 *		…			// break, return, goto: it is released
 *	}
 *
 *	cc -pthread prog.c -llockcheck_rt	# pkg-config lockcheck_rt
 *
 * Rules that hold for all of them:
 *
 *  - An object is a struct that you place where you like; it must not move.
 *    LC_…_INIT initialises it where it is defined, lc_…_init where it is not.
 *    Nothing in it needs freeing; lc_…_destroy says that its life ends and
 *    checks that nobody uses it. What is behind "private" is not yours.
 *  - Every call is a macro that passes the place of the call, so that reports
 *    need no debug information. Arguments are evaluated once. The function
 *    behind lc_lock_acquire is lc_lock_acquire_at: for a wrapper that passes on
 *    its caller's place, and where a function's address is needed.
 *  - A call returns LC_OK (0) or says why not. Blocking calls are not
 *    cancellation points, and signals do not interrupt them. errno is kept.
 *  - Time-outs are milliseconds of the monotonic clock; 0 does not wait.
 *  - A misuse changes nothing but what the call says. What else happens is said
 *    by LOCKCHECK_ON_MISUSE: report (default), abort, exit, record, ignore.
 *  - LOCKCHECK_OFF=1 in the environment turns recording and the search for
 *    hangs off; misuse is still found and reported where it happens.
 *
 * The manual is docs/primitives.md.
 */
#ifndef LOCKCHECK_H
#define LOCKCHECK_H

#include <stdbool.h>
#include <stdint.h>

#if !defined(__GNUC__)
#error "lockcheck.h needs GCC or Clang"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call answers. */
enum lc_result {
	LC_OK = 0,
	LC_BUSY, /* not free now (only …_try) */
	LC_TIMEOUT, /* the time is over */
	LC_BROKEN, /* the barrier is broken */
	LC_NO_THREAD, /* the system gives no more threads */
	/* From here on: misuse, which is reported. */
	LC_NOT_HELD, /* released, waited or notified without the lock */
	LC_NOT_OWNER, /* an RLock that another thread holds */
	LC_DEADLOCK, /* the caller itself holds it, or is the thread */
	LC_IN_USE, /* initialised, destroyed or started while in use */
	LC_TOO_MANY, /* above the bound, or above what can be counted */
	LC_OTHER_LOCK, /* the condition belongs to another lock */
	LC_NOT_STARTED, /* the thread was not started */
};

/* "timed out", …; static. */
const char *lc_result_text(enum lc_result result);

/* ---- places ---- */

/* Where a call is. Static, made by LC_SITE. */
struct lc_site {
	const char *file;
	const char *function;
	uint32_t line;
	uint32_t id; /* private */
};

#define LC_SITE                                                               \
	(__extension__({                                                      \
		static const struct lc_site lc_site_here = { __FILE__,        \
							     __func__,        \
							     __LINE__, 0 };   \
		&lc_site_here;                                                \
	}))

/* ---- Lock ---- */

/*
 * Not reentrant. Any thread may release it (so a Lock can be handed over); to
 * acquire what one holds oneself is a misuse, as is to release what nobody
 * holds.
 */
struct lc_lock {
	/* private */
	uint32_t word;
	uint32_t spare;
	uint64_t owner;
	const struct lc_site *taken, *given;
};

#ifdef __cplusplus
#define LC_LOCK_INIT {}
#else
#define LC_LOCK_INIT { 0, 0, 0, 0, 0 }
#endif

/* Afterwards it is free. name (for reports; copied, may be NULL). LC_IN_USE:
 * the caller holds it; it is initialised nevertheless. */
#define lc_lock_init(lock, name) lc_lock_init_at((lock), (name), LC_SITE)
/* LC_IN_USE: it is held. Not to be used again without an init. */
#define lc_lock_destroy(lock) lc_lock_destroy_at((lock), LC_SITE)
/* Waits until it is free. LC_DEADLOCK: the caller holds it. */
#define lc_lock_acquire(lock) lc_lock_acquire_at((lock), LC_SITE)
/* Does not wait. LC_BUSY: somebody holds it, maybe the caller. */
#define lc_lock_try(lock) lc_lock_try_at((lock), LC_SITE)
/* LC_TIMEOUT, LC_DEADLOCK (at once). */
#define lc_lock_timed(lock, timeout_ms) \
	lc_lock_timed_at((lock), (timeout_ms), LC_SITE)
/* LC_NOT_HELD: nobody holds it. */
#define lc_lock_release(lock) lc_lock_release_at((lock), LC_SITE)

enum lc_result lc_lock_init_at(struct lc_lock *lock, const char *name,
			       const struct lc_site *site);
enum lc_result lc_lock_destroy_at(struct lc_lock *lock,
				  const struct lc_site *site);
enum lc_result lc_lock_acquire_at(struct lc_lock *lock,
				  const struct lc_site *site);
enum lc_result lc_lock_try_at(struct lc_lock *lock, const struct lc_site *site);
enum lc_result lc_lock_timed_at(struct lc_lock *lock, uint64_t timeout_ms,
				const struct lc_site *site);
enum lc_result lc_lock_release_at(struct lc_lock *lock,
				  const struct lc_site *site);
/* Does anybody hold it, at this moment? Does the caller? */
bool lc_lock_locked(const struct lc_lock *lock);
bool lc_lock_mine(const struct lc_lock *lock);

/* ---- RLock ---- */

/* Reentrant: who acquired it n times releases it n times, and nobody else. */
struct lc_rlock {
	/* private */
	uint32_t word;
	uint32_t count;
	uint64_t owner;
	const struct lc_site *taken, *given;
};

#ifdef __cplusplus
#define LC_RLOCK_INIT {}
#else
#define LC_RLOCK_INIT { 0, 0, 0, 0, 0 }
#endif

#define lc_rlock_init(lock, name) lc_rlock_init_at((lock), (name), LC_SITE)
#define lc_rlock_destroy(lock) lc_rlock_destroy_at((lock), LC_SITE)
/* LC_TOO_MANY: 2^32 - 1 times are enough. */
#define lc_rlock_acquire(lock) lc_rlock_acquire_at((lock), LC_SITE)
#define lc_rlock_try(lock) lc_rlock_try_at((lock), LC_SITE)
#define lc_rlock_timed(lock, timeout_ms) \
	lc_rlock_timed_at((lock), (timeout_ms), LC_SITE)
/* LC_NOT_HELD: nobody holds it. LC_NOT_OWNER: another thread does. */
#define lc_rlock_release(lock) lc_rlock_release_at((lock), LC_SITE)

enum lc_result lc_rlock_init_at(struct lc_rlock *lock, const char *name,
				const struct lc_site *site);
enum lc_result lc_rlock_destroy_at(struct lc_rlock *lock,
				   const struct lc_site *site);
enum lc_result lc_rlock_acquire_at(struct lc_rlock *lock,
				   const struct lc_site *site);
enum lc_result lc_rlock_try_at(struct lc_rlock *lock,
			       const struct lc_site *site);
enum lc_result lc_rlock_timed_at(struct lc_rlock *lock, uint64_t timeout_ms,
				 const struct lc_site *site);
enum lc_result lc_rlock_release_at(struct lc_rlock *lock,
				   const struct lc_site *site);
bool lc_rlock_locked(const struct lc_rlock *lock);
bool lc_rlock_mine(const struct lc_rlock *lock);

/* ---- Condition ---- */

/*
 * Belongs to a Lock or an RLock: the one its initialiser names, else the one it
 * is first waited with. Waiters are woken in the order in which they came, each
 * by one notify, and none without one. To wait or to notify one must hold the
 * lock. A wait gives an RLock back whole, however often it was acquired.
 */
struct lc_cond {
	/* private */
	const void *lock;
	void *first, *last;
};

#ifdef __cplusplus
#define LC_COND_INIT {}
#define LC_COND_OF(lock) { (lock), 0, 0 }
#else
#define LC_COND_INIT { 0, 0, 0 }
#define LC_COND_OF(lock) { (lock), 0, 0 }
#endif

#define lc_cond_init(cond, name) lc_cond_init_at((cond), (name), LC_SITE)
/* LC_IN_USE: threads wait for it. */
#define lc_cond_destroy(cond) lc_cond_destroy_at((cond), LC_SITE)
/* `lock` is a struct lc_lock * or a struct lc_rlock *. LC_NOT_HELD,
 * LC_OTHER_LOCK: did not wait. The lock is held again afterwards, whatever the
 * result. */
#define lc_cond_wait(cond, lock) \
	LC_BY_LOCK(lock, lc_cond_wait_at, lc_cond_rwait_at)((cond), (lock), \
							    LC_SITE)
#define lc_cond_timed(cond, lock, timeout_ms)                     \
	LC_BY_LOCK(lock, lc_cond_timed_at, lc_cond_rtimed_at)     \
	((cond), (lock), (timeout_ms), LC_SITE)
/* Waits until predicate(arg), which is called with the lock held. LC_TIMEOUT:
 * it is still false. */
#define lc_cond_wait_for(cond, lock, predicate, arg)                  \
	LC_BY_LOCK(lock, lc_cond_wait_for_at, lc_cond_rwait_for_at)   \
	((cond), (lock), (predicate), (arg), LC_SITE)
#define lc_cond_timed_for(cond, lock, predicate, arg, timeout_ms)     \
	LC_BY_LOCK(lock, lc_cond_timed_for_at, lc_cond_rtimed_for_at) \
	((cond), (lock), (predicate), (arg), (timeout_ms), LC_SITE)
/* Wakes at most n waiters. LC_NOT_HELD: the caller does not hold the lock that
 * the condition belongs to; nobody is woken. */
#define lc_cond_notify(cond, n) lc_cond_notify_at((cond), (n), LC_SITE)
#define lc_cond_notify_all(cond) lc_cond_notify_all_at((cond), LC_SITE)

enum lc_result lc_cond_init_at(struct lc_cond *cond, const char *name,
			       const struct lc_site *site);
enum lc_result lc_cond_destroy_at(struct lc_cond *cond,
				  const struct lc_site *site);
enum lc_result lc_cond_wait_at(struct lc_cond *cond, struct lc_lock *lock,
			       const struct lc_site *site);
enum lc_result lc_cond_rwait_at(struct lc_cond *cond, struct lc_rlock *lock,
				const struct lc_site *site);
enum lc_result lc_cond_timed_at(struct lc_cond *cond, struct lc_lock *lock,
				uint64_t timeout_ms,
				const struct lc_site *site);
enum lc_result lc_cond_rtimed_at(struct lc_cond *cond, struct lc_rlock *lock,
				 uint64_t timeout_ms,
				 const struct lc_site *site);
enum lc_result lc_cond_notify_at(struct lc_cond *cond, uint32_t n,
				 const struct lc_site *site);
enum lc_result lc_cond_notify_all_at(struct lc_cond *cond,
				     const struct lc_site *site);
/* Milliseconds of the monotonic clock. */
uint64_t lc_now_ms(void);

/* ---- Semaphore and BoundedSemaphore ---- */

/* Any thread may release. A bounded one refuses to be released above the value
 * it began with. */
struct lc_sem {
	/* private */
	uint64_t word;
	uint32_t bound, known, initial, spare;
	const struct lc_site *taken, *given;
};

/* LC_SEM_INIT and LC_BOUNDED_SEM_INIT begin with 1, the others with n. */
#define LC_SEM_INIT LC_SEM_INIT_N(1)
#define LC_SEM_INIT_N(n) { (n), 0, 0, (n), 0, 0, 0 }
#define LC_BOUNDED_SEM_INIT LC_BOUNDED_SEM_INIT_N(1)
#define LC_BOUNDED_SEM_INIT_N(n) { (n), (n), 0, (n), 0, 0, 0 }

#define lc_sem_init(sem, value, name) \
	lc_sem_init_at((sem), (value), (name), LC_SITE)
#define lc_bounded_sem_init(sem, value, name) \
	lc_bounded_sem_init_at((sem), (value), (name), LC_SITE)
/* LC_IN_USE: threads wait for it. */
#define lc_sem_destroy(sem) lc_sem_destroy_at((sem), LC_SITE)
#define lc_sem_acquire(sem) lc_sem_acquire_at((sem), LC_SITE)
#define lc_sem_try(sem) lc_sem_try_at((sem), LC_SITE)
#define lc_sem_timed(sem, timeout_ms) \
	lc_sem_timed_at((sem), (timeout_ms), LC_SITE)
/* LC_TOO_MANY: above the bound; nothing is released. */
#define lc_sem_release(sem) lc_sem_release_at((sem), LC_SITE)
#define lc_sem_release_n(sem, n) lc_sem_release_n_at((sem), (n), LC_SITE)

enum lc_result lc_sem_init_at(struct lc_sem *sem, uint32_t value,
			      const char *name, const struct lc_site *site);
enum lc_result lc_bounded_sem_init_at(struct lc_sem *sem, uint32_t value,
				      const char *name,
				      const struct lc_site *site);
enum lc_result lc_sem_destroy_at(struct lc_sem *sem,
				 const struct lc_site *site);
enum lc_result lc_sem_acquire_at(struct lc_sem *sem,
				 const struct lc_site *site);
enum lc_result lc_sem_try_at(struct lc_sem *sem, const struct lc_site *site);
enum lc_result lc_sem_timed_at(struct lc_sem *sem, uint64_t timeout_ms,
			       const struct lc_site *site);
enum lc_result lc_sem_release_at(struct lc_sem *sem,
				 const struct lc_site *site);
enum lc_result lc_sem_release_n_at(struct lc_sem *sem, uint32_t n,
				   const struct lc_site *site);
uint32_t lc_sem_value(const struct lc_sem *sem);

/* ---- Event ---- */

/* A flag to wait for. Who waits when it is set goes on, even if it is cleared
 * right afterwards. */
struct lc_event {
	/* private */
	uint32_t word;
	uint32_t spare;
};

#define LC_EVENT_INIT { 0, 0 }

#define lc_event_init(event, name) lc_event_init_at((event), (name), LC_SITE)
/* LC_IN_USE: threads wait for it. */
#define lc_event_destroy(event) lc_event_destroy_at((event), LC_SITE)
#define lc_event_set(event) lc_event_set_at((event), LC_SITE)
#define lc_event_wait(event) lc_event_wait_at((event), LC_SITE)
#define lc_event_timed(event, timeout_ms) \
	lc_event_timed_at((event), (timeout_ms), LC_SITE)

enum lc_result lc_event_init_at(struct lc_event *event, const char *name,
				const struct lc_site *site);
enum lc_result lc_event_destroy_at(struct lc_event *event,
				   const struct lc_site *site);
void lc_event_set_at(struct lc_event *event, const struct lc_site *site);
enum lc_result lc_event_wait_at(struct lc_event *event,
				const struct lc_site *site);
enum lc_result lc_event_timed_at(struct lc_event *event, uint64_t timeout_ms,
				 const struct lc_site *site);
void lc_event_clear(struct lc_event *event);
bool lc_event_is_set(const struct lc_event *event);

/* ---- Barrier ---- */

/*
 * `parties` threads wait until all of them are there. Who waits too long, and
 * who calls abort, breaks it: all that wait and all that come get LC_BROKEN,
 * until it is reset. Who waits when it is reset gets LC_BROKEN, too.
 */
struct lc_barrier {
	/* private */
	uint32_t word;
	uint32_t parties, waiting, broken;
	void *first, *last;
	void (*action)(void *);
	void *action_arg;
};

#define LC_BARRIER_INIT(parties) { 0, (parties), 0, 0, 0, 0, 0, 0 }

/* action (may be NULL) is called with its argument by the last thread to come,
 * before the others go on. It must not use the barrier. */
#define lc_barrier_init(barrier, parties, action, arg, name) \
	lc_barrier_init_at((barrier), (parties), (action), (arg), (name), LC_SITE)
#define lc_barrier_destroy(barrier) lc_barrier_destroy_at((barrier), LC_SITE)
/* *index (may be NULL): 0 … parties - 1, another for each thread. */
#define lc_barrier_wait(barrier, index) \
	lc_barrier_wait_at((barrier), (index), LC_SITE)
/* LC_TIMEOUT: the caller has broken it. */
#define lc_barrier_timed(barrier, index, timeout_ms) \
	lc_barrier_timed_at((barrier), (index), (timeout_ms), LC_SITE)
#define lc_barrier_reset(barrier) lc_barrier_reset_at((barrier), LC_SITE)
#define lc_barrier_abort(barrier) lc_barrier_abort_at((barrier), LC_SITE)

enum lc_result lc_barrier_init_at(struct lc_barrier *barrier, uint32_t parties,
				  void (*action)(void *), void *arg,
				  const char *name, const struct lc_site *site);
enum lc_result lc_barrier_destroy_at(struct lc_barrier *barrier,
				     const struct lc_site *site);
enum lc_result lc_barrier_wait_at(struct lc_barrier *barrier, uint32_t *index,
				  const struct lc_site *site);
enum lc_result lc_barrier_timed_at(struct lc_barrier *barrier, uint32_t *index,
				   uint64_t timeout_ms,
				   const struct lc_site *site);
void lc_barrier_reset_at(struct lc_barrier *barrier,
			 const struct lc_site *site);
void lc_barrier_abort_at(struct lc_barrier *barrier,
			 const struct lc_site *site);
uint32_t lc_barrier_waiting(const struct lc_barrier *barrier);
bool lc_barrier_is_broken(const struct lc_barrier *barrier);

/* ---- Thread ---- */

/*
 * exit (and the return from main) waits until all threads have ended that are
 * not daemons. A thread that nobody will join should be said to be so by
 * lc_thread_detach; else some bytes are kept for who might join it. The struct
 * may go before the thread does.
 */
struct lc_thread {
	/* private */
	void *state;
	uint64_t ident;
	uint32_t flags;
	char name[28];
};

#ifdef __cplusplus
#define LC_THREAD_INIT {}
#else
#define LC_THREAD_INIT { 0, 0, 0, { 0 } }
#endif

/* A thread that runs entry(arg). LC_IN_USE: `thread` has been started and
 * neither been joined nor detached. LC_NO_THREAD. */
#define lc_thread_start(thread, entry, arg) \
	lc_thread_start_at((thread), (entry), (arg), 0, 0, LC_SITE)
/* With a name (copied, cut to 27 bytes; NULL: Thread-N), and as a daemon. */
#define lc_thread_start_named(thread, entry, arg, name, daemon) \
	lc_thread_start_at((thread), (entry), (arg), (name), (daemon), LC_SITE)
/* Waits for its end; any number of threads may, and again. LC_DEADLOCK: it is
 * the caller. LC_NOT_STARTED. */
#define lc_thread_join(thread) lc_thread_join_at((thread), LC_SITE)
#define lc_thread_timed_join(thread, timeout_ms) \
	lc_thread_timed_join_at((thread), (timeout_ms), LC_SITE)

enum lc_result lc_thread_start_at(struct lc_thread *thread,
				  void (*entry)(void *), void *arg,
				  const char *name, bool daemon,
				  const struct lc_site *site);
enum lc_result lc_thread_join_at(struct lc_thread *thread,
				 const struct lc_site *site);
enum lc_result lc_thread_timed_join_at(struct lc_thread *thread,
				       uint64_t timeout_ms,
				       const struct lc_site *site);
void lc_thread_detach(struct lc_thread *thread);
bool lc_thread_is_alive(const struct lc_thread *thread);
bool lc_thread_is_daemon(const struct lc_thread *thread);
/* "Thread-1", "MainThread", what it was named; lives as long as the struct. */
const char *lc_thread_name(const struct lc_thread *thread);
/* Never 0 for one that was started, and never given out twice. */
uint64_t lc_thread_ident(const struct lc_thread *thread);
/* The caller, whoever started it; until it ends, and for this thread only. */
const struct lc_thread *lc_thread_current(void);

/* ---- private: what the macros need ---- */

#ifdef __cplusplus
} /* extern "C" */
#endif

/* What LC_WITH holds; one of the three. All are set, though the initialiser has
 * done so: that is what lockcheck's analyzer keeps through LC_WITH's loop. */
struct lc_guard {
	struct lc_lock *lock;
	struct lc_rlock *rlock;
	struct lc_sem *sem;
	const struct lc_site *site;
};

static inline struct lc_guard *lc_guard_lock(struct lc_guard *guard,
					     struct lc_lock *lock,
					     const struct lc_site *site)
{
	if (lc_lock_acquire_at(lock, site) != LC_OK)
		return 0;
	guard->lock = lock;
	guard->rlock = 0;
	guard->sem = 0;
	guard->site = site;
	return guard;
}

static inline struct lc_guard *lc_guard_rlock(struct lc_guard *guard,
					      struct lc_rlock *lock,
					      const struct lc_site *site)
{
	if (lc_rlock_acquire_at(lock, site) != LC_OK)
		return 0;
	guard->lock = 0;
	guard->rlock = lock;
	guard->sem = 0;
	guard->site = site;
	return guard;
}

static inline struct lc_guard *lc_guard_sem(struct lc_guard *guard,
					    struct lc_sem *sem,
					    const struct lc_site *site)
{
	if (lc_sem_acquire_at(sem, site) != LC_OK)
		return 0;
	guard->lock = 0;
	guard->rlock = 0;
	guard->sem = sem;
	guard->site = site;
	return guard;
}

static inline void lc_guard_end(struct lc_guard *guard)
{
	if (guard->lock)
		lc_lock_release_at(guard->lock, guard->site);
	if (guard->rlock)
		lc_rlock_release_at(guard->rlock, guard->site);
	if (guard->sem)
		lc_sem_release_at(guard->sem, guard->site);
}

/*
 * LC_WITH(&lock) { … }: the block runs with a Lock, an RLock or a Semaphore
 * held, which is released on every way out: its end, break, continue (both
 * leave this block only), return, goto; also pthread_exit and C++ exceptions,
 * if compiled with -fexceptions. The block is skipped if the lock cannot be
 * had (a misuse, which is reported). longjmp releases nothing.
 */
#define LC_WITH(lock) LC_WITH_NAMED(lock, LC_JOIN(lc_guard_, __COUNTER__))
#define LC_WITH_NAMED(lock, g)                                                \
	for (struct lc_guard g __attribute__((cleanup(lc_guard_end))) =       \
		     { 0, 0, 0, 0 },                                          \
		     *LC_JOIN(g, _on) = LC_GUARD(lock)(&g, (lock), LC_SITE);  \
	     LC_JOIN(g, _on); LC_JOIN(g, _on) = 0)
#define LC_JOIN(a, b) LC_JOIN_(a, b)
#define LC_JOIN_(a, b) a##b

#ifdef __cplusplus
#define LC_BY_LOCK(lock, plain, reentrant) plain
#define LC_GUARD(lock) lc_guard_any
static inline lc_guard *lc_guard_any(lc_guard *g, lc_lock *l, const lc_site *s)
{
	return lc_guard_lock(g, l, s);
}
static inline lc_guard *lc_guard_any(lc_guard *g, lc_rlock *l,
				     const lc_site *s)
{
	return lc_guard_rlock(g, l, s);
}
static inline lc_guard *lc_guard_any(lc_guard *g, lc_sem *l, const lc_site *s)
{
	return lc_guard_sem(g, l, s);
}
static inline lc_result lc_cond_wait_at(lc_cond *c, lc_rlock *l,
					const lc_site *s)
{
	return lc_cond_rwait_at(c, l, s);
}
static inline lc_result lc_cond_timed_at(lc_cond *c, lc_rlock *l, uint64_t ms,
					 const lc_site *s)
{
	return lc_cond_rtimed_at(c, l, ms, s);
}
#else
/* Other pointers (to a struct that begins with a lock, say) do not compile. */
#define LC_BY_LOCK(lock, plain, reentrant) \
	_Generic((lock), struct lc_lock *: plain, struct lc_rlock *: reentrant)
#define LC_GUARD(lock)                                \
	_Generic((lock), struct lc_lock *: lc_guard_lock, \
		struct lc_rlock *: lc_guard_rlock,    \
		struct lc_sem *: lc_guard_sem)
#endif

/* In the header so that lockcheck sees the predicate being called. */
#define LC_DEFINE_WAIT_FOR(untimed, timed_for, lock_type, wait, timed)        \
	static inline enum lc_result untimed(                                 \
		struct lc_cond *cond, struct lock_type *lock,                 \
		bool (*predicate)(void *), void *arg,                         \
		const struct lc_site *site)                                   \
	{                                                                     \
		enum lc_result rc = LC_OK;                                    \
									      \
		while (rc == LC_OK && !predicate(arg))                        \
			rc = wait(cond, lock, site);                          \
		return rc;                                                    \
	}                                                                     \
	static inline enum lc_result timed_for(                               \
		struct lc_cond *cond, struct lock_type *lock,                 \
		bool (*predicate)(void *), void *arg, uint64_t timeout_ms,    \
		const struct lc_site *site)                                   \
	{                                                                     \
		uint64_t now = lc_now_ms(), end = now + timeout_ms;           \
		enum lc_result rc = LC_OK;                                    \
									      \
		if (end < now)                                                \
			end = UINT64_MAX;                                     \
		while (!predicate(arg)) {                                     \
			if (rc != LC_OK)                                      \
				return rc;                                    \
			now = lc_now_ms();                                    \
			rc = timed(cond, lock, now < end ? end - now : 0,     \
				   site);                                     \
		}                                                             \
		return LC_OK;                                                 \
	}

LC_DEFINE_WAIT_FOR(lc_cond_wait_for_at, lc_cond_timed_for_at, lc_lock,
		   lc_cond_wait_at, lc_cond_timed_at)
#ifdef __cplusplus
LC_DEFINE_WAIT_FOR(lc_cond_wait_for_at, lc_cond_timed_for_at, lc_rlock,
		   lc_cond_rwait_at, lc_cond_rtimed_at)
#else
LC_DEFINE_WAIT_FOR(lc_cond_rwait_for_at, lc_cond_rtimed_for_at, lc_rlock,
		   lc_cond_rwait_at, lc_cond_rtimed_at)
#endif

#endif
