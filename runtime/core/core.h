/* SPDX-License-Identifier: MIT */
/*
 * The runtime's core: what the shim, the primitives and the steering call.
 *
 * The core keeps the books (which thread holds what, which asks for what),
 * writes the record file (record.h), recognises hangs, and reports misuse. It
 * does no locking for anybody: whoever calls it does the real operation, and
 * tells the core before and after:
 *
 *	struct lc_rt_op op = lc_rt_acquire_begin(m, what, site);
 *	int rc = real_lock(m);
 *	lc_rt_acquire_end(op, rc == 0);
 *	…
 *	lc_rt_release(m, what, site);
 *	real_unlock(m);
 *
 * Rules for all callers:
 *  - A call that comes from inside the core, or between lc_rt_enter() and
 *    lc_rt_leave(), passes through: it is not in the books. So primitives that
 *    are built on pthread calls wrap those in enter/leave, and nothing is
 *    counted twice when the shim is loaded too.
 *  - Every function may be called in any state: before the core has started,
 *    in a thread it has never seen, in a signal handler, with the core off.
 *  - Nothing here allocates by malloc, and nothing here locks by pthread.
 *  - errno is kept.
 *
 * All names are exported (lc_rt_…) from the shim and from liblockcheck_rt: with
 * both in one process the dynamic linker gives everybody the first copy, so that
 * there is one set of books.
 */
#ifndef LC_RUNTIME_CORE_H
#define LC_RUNTIME_CORE_H

#include "record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LC_RT_TLS __thread __attribute__((tls_model("initial-exec")))
/* What other threads read or write at the same time: a plain move. */
#define LC_RT_GET(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define LC_RT_PUT(x, value) __atomic_store_n(&(x), (value), __ATOMIC_RELAXED)
#define LC_RT_LIKELY(x) __builtin_expect(!!(x), 1)
#define LC_RT_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* ---- sites ---- */

/* A place of a call. Either a return address, as it is, or the address of a
 * static struct lc_rt_site with LC_WHAT_NAMED in `what`. */
typedef uintptr_t lc_rt_site_t;

/* Made at compile time by lockcheck.h; lives as long as the program. */
struct lc_rt_site {
	const char *file;
	const char *function;
	uint32_t line;
	uint32_t id; /* the core's: 0 until it is in the record */
};

/* In a function that the user calls: where from. */
#define LC_RT_CALLER ((lc_rt_site_t)__builtin_return_address(0))

/* ---- options: the environment, read once at the start ---- */

enum lc_rt_on_hang {
	LC_RT_HANG_REPORT = 0, /* explain on stderr, leave it hanging */
	LC_RT_HANG_ABORT, /* explain, then abort() */
	LC_RT_HANG_DUMP, /* explain, then end with a core dump (SIGQUIT) */
	LC_RT_HANG_EXIT, /* explain, then _exit(LC_RT_EXIT_HANG) */
	LC_RT_HANG_IGNORE, /* do not look */
};

enum lc_rt_on_misuse {
	LC_RT_MISUSE_REPORT = 0, /* say it once per place, go on */
	LC_RT_MISUSE_ABORT,
	LC_RT_MISUSE_EXIT, /* _exit(LC_RT_EXIT_MISUSE) */
	LC_RT_MISUSE_RECORD, /* only into the record file */
	LC_RT_MISUSE_IGNORE,
};

enum { LC_RT_EXIT_HANG = 86, LC_RT_EXIT_MISUSE = 87 };

struct lc_rt_options {
	const char *record; /* LOCKCHECK_RECORD: path, %p = pid; NULL = none */
	const char *steer; /* LOCKCHECK_STEER: file for the steering, or NULL */
	enum lc_rt_on_hang on_hang; /* LOCKCHECK_ON_HANG */
	enum lc_rt_on_misuse on_misuse; /* LOCKCHECK_ON_MISUSE */
	bool children; /* LOCKCHECK_CHILDREN: 0 = stay out of forks and execs */
	bool deepbind_off; /* LOCKCHECK_DEEPBIND=drop */
	uint32_t instances; /* LOCKCHECK_INSTANCES: see books.c; 0 = all */
	uint32_t tick_ms; /* LOCKCHECK_TICK_MS: how often hangs are looked for */
	uint64_t max_bytes; /* LOCKCHECK_MAX_MB: of the record file */
	int report_fd; /* LOCKCHECK_REPORT_FD: texts go there; 2 */
	bool off; /* LOCKCHECK_OFF: nothing is done */
	bool passing; /* LOCKCHECK_PASSING: the record is not said to be there */
};

extern struct lc_rt_options lc_rt_options;

/* ---- the books of a thread ---- */

/*
 * A situation: this lock is asked for here, in this way, after what is on the
 * books already. Mostly in one of the two caches of its thread; does not change
 * while an entry of the books points to it, but for `path`.
 */
struct lc_rt_edge {
	uint64_t path; /* what it is found by; 0 = not to be found */
	const void *lock; /* NULL: no entry (any more); or LC_RT_ANY */
	uint64_t key; /* of all that is on the books with this one on top */
	uint64_t place; /* site in bits 0–47, what in 48–63 */
};

/* Which lock it is says the entry: one of a table of too many to tell apart. */
#define LC_RT_ANY ((const void *)1)

/* User addresses have no more than 48 bits on the machines we know. */
#define LC_RT_PLACE(site, what) ((uint64_t)(site) | (uint64_t)(what) << 48)
#define LC_RT_PLACE_SITE(place) ((lc_rt_site_t)((place) & 0xffffffffffffu))
#define LC_RT_PLACE_WHAT(place) ((uint32_t)((place) >> 48))

/*
 * An entry of the books: address of an edge, with one of these. A mutex or
 * rwlock of libc is mostly not marked when it has been acquired: it says itself
 * whether it is held or waited for, and nothing is left to do after the real
 * call, which then is a jump.
 */
struct lc_rt_entry {
	uintptr_t edge;
	const void *lock; /* where edge->lock is LC_RT_ANY */
};
enum lc_rt_entry_state {
	LC_RT_PLAIN = 0, /* ask the lock */
	LC_RT_HELD = 1,
	LC_RT_ASKED = 2,
	LC_RT_STATE = 3, /* mask */
};

/* The lowest bits of a key are LC_RT_KEY_REAL, those of lc_rt_no_edge are not:
 * so nothing is found in the cache after a cleared entry. */
enum { LC_RT_KEY_BITS = 31, LC_RT_KEY_REAL = 16, LC_RT_KEY_NONE = 8 };

/* The first cache: found by what is on the books and the place. */
enum { LC_RT_EDGES = 1024, LC_RT_EDGE_SHIFT = 5 };

/* The third: what is on top after the lock below it has been released, found by
 * the key before that (which is in `path` here). */
enum { LC_RT_BELOW = 64 };

enum { LC_RT_GENERATIONS = 1024 };

enum lc_rt_thread_state {
	LC_RT_THREAD_FREE = 0, /* the books may be taken by a new thread */
	LC_RT_THREAD_STARTING, /* made by the creator, not running yet */
	LC_RT_THREAD_LIVE,
	LC_RT_THREAD_ENDED, /* gone; kept while something asks for it */
};

struct lc_rt_lock;
struct lc_rt_steer_thread; /* steer.c's own */

/*
 * Written by its own thread only, but for what is said; read by others
 * (the watcher, the steering) at any time, so a reader looks twice.
 * held[0] is a sentinel; held[1 … depth] are the locks held, and at most one
 * per nesting of signal handlers that is asked for. Read them by
 * lc_rt_depth, lc_rt_edge_at, lc_rt_held_at.
 */
struct lc_rt_thread {
	/* hot: one cache line */
	struct lc_rt_entry *top; /* &held[depth] */
	struct lc_rt_edge *edges; /* the first cache: LC_RT_EDGES */
	struct lc_rt_edge *more; /* the second: more_mask + 1 of them, found */
	uint64_t more_mask; /* by the lock, too */
	struct lc_rt_entry *held;
	struct lc_rt_edge *below; /* the third: LC_RT_BELOW */
	struct lc_rt_thread *next; /* all threads; never unlinked */

	/* cold */
	struct lc_rt_edge base; /* what held[0] points to: key = the segment */
	struct lc_rt_edge *own; /* of entries whose edge is in no cache */
	uint32_t capacity; /* of held and own */
	uint32_t misses; /* of the cache, for what had been seen */
	uint32_t id; /* 1, 2, … in order of creation */
	uint32_t tid; /* the kernel's; 0 until it runs */
	uint32_t state; /* enum lc_rt_thread_state, atomic */
	uint32_t segment; /* from 1; ticked by create and join */
	uint32_t creator; /* thread id, 0 = none */
	uint32_t creator_segment;
	lc_rec_place create; /* (creator, create, nth) is its lasting name */
	uint32_t create_stack; /* record id */
	lc_rec_place start;
	uint32_t nth;
	uint32_t flags; /* enum lc_rec_thread_flags */
	bool joined, detached;
	bool of_parent; /* was a thread of the process this was forked from */
	uint32_t forked_depth; /* depth at the fork, in the child */
	uintptr_t run; /* for who creates threads: the user's routine, */
	void *run_arg; /* and its argument */
	uintptr_t handle; /* pthread_t, 0 until known */
	uintptr_t stack_low, stack_high; /* 0 = unknown */
	int saved_errno;

	/* What it waits for if that is not an entry of held: a join, a
	 * condition, a barrier. wait_object NULL = not waiting. */
	const void *wait_object;
	uint64_t wait_place; /* as lc_rt_edge.place */
	uint32_t wait_stack; /* record id */
	uint32_t wait_serial; /* counts waits */

	struct lc_rt_seen *seen; /* all tuples recorded, key → stack id */
	struct lc_rt_writer *writer; /* its open block of the record file */
	struct lc_rt_steer_thread *steer;
	uint32_t parked; /* set by the steering while it holds the thread */
	uint32_t signals; /* has posted, signalled, set */
	uint32_t situations; /* tuples that were new to it, so far */
	uint64_t look[6]; /* the watcher's */
};

/* What cleared entries point to. */
extern struct lc_rt_edge lc_rt_no_edge;

/* Of any thread; 0 while its books are being moved. */
static inline uint32_t lc_rt_depth(const struct lc_rt_thread *t)
{
	struct lc_rt_entry *held = __atomic_load_n(&t->held, __ATOMIC_ACQUIRE);
	struct lc_rt_entry *top = __atomic_load_n(&t->top, __ATOMIC_ACQUIRE);
	size_t depth = (size_t)(top - held);

	return depth < LC_RT_GET(t->capacity) ? (uint32_t)depth : 0;
}

static inline const struct lc_rt_edge *
lc_rt_edge_at(const struct lc_rt_thread *t, uint32_t i)
{
	struct lc_rt_entry *held = __atomic_load_n(&t->held, __ATOMIC_ACQUIRE);
	uintptr_t edge = __atomic_load_n(&held[i].edge, __ATOMIC_ACQUIRE);

	return (const struct lc_rt_edge *)(edge & ~(uintptr_t)LC_RT_STATE);
}

/* NULL where an entry was cleared. */
static inline const void *lc_rt_lock_at(const struct lc_rt_thread *t,
					uint32_t i)
{
	const void *lock = LC_RT_GET(lc_rt_edge_at(t, i)->lock);

	return lock == LC_RT_ANY ? LC_RT_GET(LC_RT_GET(t->held)[i].lock) : lock;
}

/* Is entry i a lock that is held? (Else it is asked for, or cleared.) */
bool lc_rt_plain_held(const struct lc_rt_thread *t, uint32_t i);
static inline bool lc_rt_held_at(const struct lc_rt_thread *t, uint32_t i)
{
	uintptr_t state = LC_RT_GET(LC_RT_GET(t->held)[i].edge) & LC_RT_STATE;

	if (!LC_RT_GET(lc_rt_edge_at(t, i)->lock) || state == LC_RT_ASKED)
		return false;
	return state == LC_RT_HELD || lc_rt_plain_held(t, i);
}

/* `fast` is `me` while the thread is booked, not inside the core, and not
 * steered; else NULL: one load decides. */
struct lc_rt_tls {
	struct lc_rt_thread *fast;
	struct lc_rt_thread *me;
	uint32_t inside; /* nesting of lc_rt_enter */
	uint32_t gone; /* thread has ended its books */
};

extern LC_RT_TLS struct lc_rt_tls lc_rt_tls;

/* Bumped by init and destroy of any lock that hashes there: part of the keys, so
 * that none of a lock's earlier life is found again. */
extern uint32_t lc_rt_generations[LC_RT_GENERATIONS];

/* 0 = not started, 1 = on, 2 = off for good. */
extern uint32_t lc_rt_state;
enum { LC_RT_COLD = 0, LC_RT_ON = 1, LC_RT_OFF = 2 };

/* ---- life ---- */

/* Reads the environment, opens the record. Idempotent, callable from the first
 * lock of an early constructor; the constructor of the core calls it too. */
void lc_rt_start(void);

/* Is there anything to do: record, hang, misuse or steer? */
static inline bool lc_rt_active(void)
{
	return __atomic_load_n(&lc_rt_state, __ATOMIC_RELAXED) != LC_RT_OFF;
}

/* Between these, calls pass through (see top). Nest. */
void lc_rt_enter(void);
void lc_rt_leave(void);

/* The caller's books; made if it has none. NULL: off, inside, or ended. */
struct lc_rt_thread *lc_rt_me(void);

/* ---- acquire and release ---- */

/* me NULL: passed through, lc_rt_acquire_end does nothing. */
struct lc_rt_op {
	struct lc_rt_thread *me;
	uint32_t index; /* of its entry in held */
};

struct lc_rt_op lc_rt_acquire_slow(const void *lock, uint32_t what,
				   lc_rt_site_t site);
void lc_rt_acquire_end_slow(struct lc_rt_op op, bool got);

/*
 * The fast path, for callers that want their own hot function free of everything
 * else. It looks into the first cache by what is on the books and the place (so
 * a cycle or two are enough, and whoever has many locks but few places needs
 * little memory), and only if another lock was seen there last, into the second.
 * No capacity is looked at: who found the edge a first time made room.
 *
 * The path is different for any two places and ways: site and `what` do not
 * overlap in it, and the key that is mixed in is the same for one books.
 */
static inline __attribute__((always_inline)) uint64_t
lc_rt_path(uint64_t key, uint32_t what, lc_rt_site_t site)
{
	/* The commonest `what` is left as 0: that is one instruction less. */
	uint64_t way = (what ^ LC_WHAT(LC_KIND_MUTEX, LC_MODE_EXCLUSIVE,
				       LC_HOW_BLOCK)) & 0x1ff;

	way |= what & LC_WHAT_RELOCK ? 0x200 : 0;
	return key ^ (uint64_t)site << LC_RT_EDGE_SHIFT ^ way << 53;
}

/* The lock is compared as well, so this has to spread and no more. The lowest
 * bits stay those of the key. */
static inline __attribute__((always_inline)) uint64_t
lc_rt_lock_path(uint64_t path, const void *lock)
{
	return path ^ ((uintptr_t)lock * 0x9e3779b97f4a7c15u &
		       ~(uint64_t)LC_RT_KEY_BITS);
}

static inline __attribute__((always_inline)) struct lc_rt_edge *
lc_rt_first_edge(const struct lc_rt_thread *me, uint64_t path)
{
	return (struct lc_rt_edge *)((char *)me->edges +
				     (path & (uint64_t)(LC_RT_EDGES - 1)
						     << LC_RT_EDGE_SHIFT));
}

/* By the upper bits, which are the better mixed ones. */
static inline __attribute__((always_inline)) struct lc_rt_edge *
lc_rt_second_edge(const struct lc_rt_thread *me, uint64_t lock_path)
{
	return &me->more[lock_path >> 40 & me->more_mask];
}

/* Its neighbour, in the same cache line: the second place for a path. */
static inline __attribute__((always_inline)) struct lc_rt_edge *
lc_rt_other_way(const struct lc_rt_edge *e)
{
	return (struct lc_rt_edge *)((uintptr_t)e ^ sizeof(*e));
}

/* NULL: this is new. */
static inline __attribute__((always_inline)) struct lc_rt_edge *
lc_rt_hot_find(const struct lc_rt_thread *me, struct lc_rt_entry *top,
	       const void *lock, uint32_t what, lc_rt_site_t site)
{
	const struct lc_rt_edge *before =
		(const struct lc_rt_edge *)(LC_RT_GET(top->edge) &
					    ~(uintptr_t)LC_RT_STATE);
	uint64_t path = lc_rt_path(before->key, what, site);
	struct lc_rt_edge *e = lc_rt_first_edge(me, path);

	if (LC_RT_LIKELY(LC_RT_GET(e->path) == path && e->lock == lock))
		return e;
	if (LC_RT_GET(e->path) != path)
		e = lc_rt_other_way(e);
	if (LC_RT_GET(e->path) == path) {
		if (e->lock == lock)
			return e;
		if (e->lock == LC_RT_ANY) {
			/* Nobody reads this before the edge is there. */
			LC_RT_PUT(top[1].lock, lock);
			return e;
		}
	}
	path = lc_rt_lock_path(path, lock);
	e = lc_rt_second_edge(me, path);
	return LC_RT_GET(e->path) == path && e->lock == lock ? e : NULL;
}

/* In this order, for signal handlers: what comes in between sees an entry
 * without a lock. */
static inline __attribute__((always_inline)) void
lc_rt_hot_push(struct lc_rt_thread *me, struct lc_rt_entry *top,
	       struct lc_rt_edge *e, enum lc_rt_entry_state state)
{
	LC_RT_PUT(me->top, top + 1);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	LC_RT_PUT(top[1].edge, (uintptr_t)e | state);
}

/*
 * NULL = nothing was done, take lc_rt_acquire_slow. Else call lc_rt_hot_end
 * after a real call that acquired, or, if it did not,
 * lc_rt_acquire_end_slow(lc_rt_hot_op(), false). With state LC_RT_PLAIN (which
 * only the shim may say, of a lock that cannot fail and can be asked) there is
 * nothing to be called afterwards.
 */
static inline __attribute__((always_inline)) struct lc_rt_edge *
lc_rt_hot_begin(const void *lock, uint32_t what, lc_rt_site_t site,
		enum lc_rt_entry_state state)
{
	struct lc_rt_thread *me = lc_rt_tls.fast;
	struct lc_rt_edge *e;
	struct lc_rt_entry *top;

	if (LC_RT_UNLIKELY(!me))
		return NULL;
	top = me->top;
	e = lc_rt_hot_find(me, top, lock, what, site);
	if (LC_RT_LIKELY(e != NULL))
		lc_rt_hot_push(me, top, e, state);
	return e;
}

/* `me` is lc_rt_tls.fast as it was before lc_rt_hot_begin. A signal handler in
 * between may have moved the books, so top is read again. */
static inline __attribute__((always_inline)) void
lc_rt_hot_end(struct lc_rt_thread *me, struct lc_rt_edge *e)
{
	LC_RT_PUT(me->top->edge, (uintptr_t)e | LC_RT_HELD);
}

static inline struct lc_rt_op lc_rt_hot_op(void)
{
	struct lc_rt_thread *me = lc_rt_tls.me;

	return (struct lc_rt_op){ me, me ? lc_rt_depth(me) : 0 };
}

/*
 * Before the real call. `what` = LC_WHAT(kind, mode, how), a constant where it
 * can be. On a hit of the edge cache nothing but the thread's own
 * memory is touched. On a miss the tuple is recorded (and, with steering,
 * the thread may be parked in here). From here to the end the thread counts
 * as waiting for the lock, unless `how` is TRY.
 */
static inline __attribute__((always_inline)) struct lc_rt_op
lc_rt_acquire_begin(const void *lock, uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_tls.fast;

	if (LC_RT_LIKELY(lc_rt_hot_begin(lock, what, site, LC_RT_ASKED) !=
			 NULL))
		return (struct lc_rt_op){ me,
					  (uint32_t)(me->top - me->held) };
	if (!lc_rt_active())
		return (struct lc_rt_op){ NULL, 0 };
	return lc_rt_acquire_slow(lock, what, site);
}

/* Is a schedule being steered? Then a blocking acquire tries first, and if the
 * lock is not free says so by lc_rt_blocked before it blocks:
 *
 *	op = lc_rt_acquire_begin(m, what, site);
 *	if (LC_RT_UNLIKELY(lc_rt_steered)) {
 *		rc = real_trylock(m);
 *		if (rc == EBUSY) {
 *			lc_rt_blocked(op);
 *			rc = real_lock(m);
 *		}
 *	} else …
 */
extern bool lc_rt_steered;
void lc_rt_blocked(struct lc_rt_op op);

static inline void lc_rt_mark_held(struct lc_rt_entry *entry)
{
	LC_RT_PUT(entry->edge,
		  (LC_RT_GET(entry->edge) & ~(uintptr_t)LC_RT_STATE) |
			  LC_RT_HELD);
}

/* After the real call: did it acquire? (EOWNERDEAD did, EBUSY did not.) */
static inline __attribute__((always_inline)) void
lc_rt_acquire_end(struct lc_rt_op op, bool got)
{
	if (LC_RT_LIKELY(got && op.me && op.me == lc_rt_tls.fast))
		lc_rt_mark_held(&op.me->held[op.index]);
	else if (op.me)
		lc_rt_acquire_end_slow(op, got);
}

/* Verdicts on a release. Misuse of libc's own locks (LC_WHAT_LIBC) has been
 * reported; of others only the caller knows what is allowed. */
enum lc_rt_release {
	LC_RT_RELEASE_OK = 0,
	LC_RT_RELEASE_UNKNOWN, /* passed through, or not in the books */
	LC_RT_RELEASE_OTHERS, /* another thread holds it; its books are mended */
	LC_RT_RELEASE_NOT_HELD, /* nobody holds it */
};

enum lc_rt_release lc_rt_release_slow(const void *lock, uint32_t what,
				      lc_rt_site_t site);

static inline __attribute__((always_inline)) void
lc_rt_hot_pop(struct lc_rt_thread *me, struct lc_rt_entry *top)
{
	LC_RT_PUT(top->edge, (uintptr_t)&lc_rt_no_edge);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	LC_RT_PUT(me->top, top - 1);
}

/* The fast path by itself: false = nothing was done. */
static inline __attribute__((always_inline)) bool
lc_rt_hot_release(const void *lock)
{
	struct lc_rt_thread *me = lc_rt_tls.fast;
	const struct lc_rt_edge *e;
	struct lc_rt_entry *top;

	if (LC_RT_UNLIKELY(!me))
		return false;
	top = me->top;
	e = (const struct lc_rt_edge *)(LC_RT_GET(top->edge) &
					~(uintptr_t)LC_RT_STATE);
	if (LC_RT_UNLIKELY(LC_RT_GET(top->edge) & LC_RT_ASKED))
		return false;
	if (LC_RT_UNLIKELY(e->lock != lock) &&
	    (e->lock != LC_RT_ANY || top->lock != lock))
		return false;
	lc_rt_hot_pop(me, top);
	return true;
}

/* The same of a lock that is likely to be plain, and known to be told apart.
 * The mark of any other entry moves what is read by a byte or two, into the key,
 * whose lowest byte is never 0: no address. */
static inline __attribute__((always_inline)) bool
lc_rt_hot_release_plain(const void *lock)
{
	struct lc_rt_thread *me = lc_rt_tls.fast;
	struct lc_rt_entry *top;
	uintptr_t its;

	if (LC_RT_UNLIKELY(!me))
		return false;
	top = me->top;
	__builtin_memcpy(&its,
			 (const char *)LC_RT_GET(top->edge) +
				 offsetof(struct lc_rt_edge, lock),
			 sizeof(its));
	if (LC_RT_UNLIKELY(its != (uintptr_t)lock))
		return false;
	lc_rt_hot_pop(me, top);
	return true;
}

static inline __attribute__((always_inline)) struct lc_rt_edge *
lc_rt_below_edge(const struct lc_rt_thread *me, uint64_t key)
{
	return &me->below[key >> 32 & (LC_RT_BELOW - 1)];
}

/*
 * Of a lock that is not on top but right below: whoever takes two and lets go
 * of the first before the second. False = nothing was done. What comes in
 * between sees the upper one twice.
 */
static inline __attribute__((always_inline)) bool
lc_rt_hot_release_below(const void *lock)
{
	struct lc_rt_thread *me = lc_rt_tls.fast;
	const struct lc_rt_edge *upper, *lower;
	struct lc_rt_edge *e;
	struct lc_rt_entry *top;
	uintptr_t state;

	if (LC_RT_UNLIKELY(!me))
		return false;
	top = me->top;
	if (top <= me->held + 1 ||
	    (LC_RT_GET(top->edge) | LC_RT_GET(top[-1].edge)) & LC_RT_ASKED)
		return false;
	state = LC_RT_GET(top->edge) & LC_RT_STATE;
	upper = (const struct lc_rt_edge *)(LC_RT_GET(top->edge) - state);
	lower = (const struct lc_rt_edge *)(LC_RT_GET(top[-1].edge) &
					    ~(uintptr_t)LC_RT_STATE);
	if (lower->lock != lock &&
	    (lower->lock != LC_RT_ANY || top[-1].lock != lock))
		return false;
	e = lc_rt_below_edge(me, upper->key);
	if (e->path != upper->key)
		return false;
	if (e->lock == LC_RT_ANY)
		LC_RT_PUT(top[-1].lock, LC_RT_GET(top->lock));
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	LC_RT_PUT(top[-1].edge, (uintptr_t)e | state);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	lc_rt_hot_pop(me, top);
	return true;
}

/* Before the real call. `what` has the kind only; the mode is in the books. */
static inline __attribute__((always_inline)) enum lc_rt_release
lc_rt_release(const void *lock, uint32_t what, lc_rt_site_t site)
{
	if (LC_RT_LIKELY(lc_rt_hot_release(lock)) ||
	    lc_rt_hot_release_below(lock))
		return LC_RT_RELEASE_OK;
	if (!lc_rt_active())
		return LC_RT_RELEASE_UNKNOWN;
	return lc_rt_release_slow(lock, what, site);
}

/* Does the calling thread hold it, by the books? */
bool lc_rt_holds(const void *lock);

/*
 * What a libc's own objects can be asked, for locks with LC_WHAT_LIBC: the shim's
 * lc_shim_probe; NULL where there is no shim.
 */
struct lc_rt_probe {
	/* enum lc_rec_lock_flags by the object itself. */
	uint32_t (*flags)(const void *lock, uint32_t kind);
	/* Who holds it: a kernel thread id, 0 = nobody, -1 = cannot be told. */
	int64_t (*owner)(const void *lock, uint32_t kind);
	/* Of a copy of a plain one that this thread has asked for in this way
	 * (`what`): has it been given? */
	bool (*given)(const void *copy, uint32_t what, uint32_t tid);
	uint32_t file_flags; /* enum lc_rec_file_flags, for the record */
};
extern const struct lc_rt_probe *lc_rt_probe;

/* ---- objects ---- */

/* A lock begins (again). name may be NULL; it is copied. `initial` is a
 * semaphore's value or a barrier's count. The core knows every lock without
 * this; it learns kind, birth and place by it. Reports INIT_HELD. */
void lc_rt_init(const void *lock, uint32_t kind, uint32_t lock_flags,
		uint64_t initial, const char *name, uint32_t what,
		lc_rt_site_t site);

/* A lock ends. True if it was in use (reported). */
bool lc_rt_destroy(const void *lock, uint32_t kind, uint32_t what,
		   lc_rt_site_t site);

/* ---- waiting for what has no owner ---- */

/*
 * A wait for a condition, barrier, event, once, or a semaphore that is no
 * lock. `mutex` is released by the wait (NULL if none); it leaves the books
 * in begin and is back in end, with how it was held before. Between
 * begin and end the thread counts as waiting for `object`. lc_rt_wait_end must
 * run on every way out, also on cancellation (push a cleanup handler).
 */
struct lc_rt_wait {
	struct lc_rt_thread *me;
	const void *mutex;
	uint64_t mutex_place;
	uint32_t count; /* times mutex was held */
	lc_rt_site_t site;
	uint32_t what;
};

struct lc_rt_wait lc_rt_wait_begin(const void *object, const void *mutex,
				   uint32_t what, lc_rt_site_t site);
void lc_rt_wait_end(struct lc_rt_wait *wait);

/* A signal, broadcast, post, set, barrier arrival, once completed. */
void lc_rt_wake(const void *object, uint32_t what, lc_rt_site_t site);

/* Semaphores. One whose initial value is 1 and that is posted by who waited
 * for it is a lock: it is in the held set. Others are not. Begin before
 * sem_wait, end after; post before sem_post. */
struct lc_rt_sem {
	struct lc_rt_op op;
	struct lc_rt_wait wait;
};

struct lc_rt_sem lc_rt_sem_begin(const void *sem, uint32_t what,
				 lc_rt_site_t site);
void lc_rt_sem_end(struct lc_rt_sem *begun, bool got);
void lc_rt_sem_post(const void *sem, uint32_t what, lc_rt_site_t site);

/* ---- threads ---- */

/* Before the real create: books for the child, NULL if off. Then either the
 * child calls lc_rt_thread_run first of all, or the creator calls
 * lc_rt_thread_failed. `start` is the user's routine. */
struct lc_rt_thread *lc_rt_thread_create(uintptr_t start, uint32_t flags,
					 uint32_t what, lc_rt_site_t site);
void lc_rt_thread_failed(struct lc_rt_thread *child);
/* In the creator, after the real create of a joinable thread. */
void lc_rt_thread_created(struct lc_rt_thread *child, uintptr_t handle);
void lc_rt_thread_run(struct lc_rt_thread *self);
/* In the thread, at its very end: reports locks held, frees the books. Called
 * by the core's own thread-specific-data destructor, too. */
void lc_rt_thread_end(void);
void lc_rt_thread_name(uintptr_t handle, const char *name);
void lc_rt_thread_detached(uintptr_t handle);

/* A join: between begin and end the caller waits for the thread. `how` is in
 * `what`. got = the thread was joined. */
struct lc_rt_wait lc_rt_join_begin(uintptr_t handle, uint32_t what,
				   lc_rt_site_t site);
void lc_rt_join_end(struct lc_rt_wait *wait, bool got);

/* ---- misuse that the caller has found itself ---- */

/* Records and reports by LOCKCHECK_ON_MISUSE (and may not return). The place
 * where the lock was acquired is taken from the books where it is there. */
void lc_rt_misuse(enum lc_rec_misuse_kind kind, const void *lock,
		  uint32_t what, lc_rt_site_t site);
/* Where the books know no holder, the second place is `other` (of the same sort
 * as `site`; 0 = none), and `did` says what happened there. */
void lc_rt_misuse_with(enum lc_rec_misuse_kind kind, const void *lock,
		       uint32_t what, lc_rt_site_t site, lc_rt_site_t other,
		       const char *did);
/* "is destroyed while it is held", … */
const char *lc_rt_misuse_text(enum lc_rec_misuse_kind kind);

/* A full sentence for the record and for report_fd, once per text. */
void lc_rt_note(enum lc_rec_note_kind kind, const char *text);

/* ---- libraries and programs ---- */

/* A library has been unloaded (or loaded): look at what is there. */
void lc_rt_modules_changed(void);
/* A library is loaded with RTLD_DEEPBIND: its locks will not be seen. */
void lc_rt_deepbind(const char *path);
/* This program is about to be replaced. False: not ours to say (off, or the
 * child of a vfork). Failed: it was not replaced. */
bool lc_rt_exec_begin(lc_rt_site_t site);
void lc_rt_exec_failed(void);

/* ---- for the steering (core/steer.c) ---- */

/* What an acquire is, as the hooks get it. Valid during the hook. */
struct lc_rt_event {
	struct lc_rt_thread *thread; /* the calling thread */
	const void *lock; /* address */
	struct lc_rt_lock *object; /* its identity */
	uint32_t what;
	lc_rt_site_t site; /* as given */
	lc_rec_place place; /* of site: stable between runs */
};

/*
 * All hooks run in the thread they speak of, inside the core (lock calls pass
 * through), with none of the core's own states held; they may block.
 * With LOCKCHECK_STEER set every operation takes the slow path, so they see all.
 * Every member may be NULL.
 */
struct lc_rt_steer {
	/* Once, at the start. False: not steered after all (has been said). */
	bool (*start)(const char *file);
	/* Before a lock is asked for; the books are as before. May park. */
	void (*before)(const struct lc_rt_event *);
	/* The lock is not free; the thread is about to block (the books say it
	 * waits). Decides by the wait-for graph whom to un-park. May not park. */
	void (*blocked)(const struct lc_rt_event *);
	/* After: got or not; the books are up to date. */
	void (*after)(const struct lc_rt_event *, bool got);
	/* After a release left the books, before the real one. */
	void (*released)(const struct lc_rt_event *);
	/* Begins to wait without a lock (condition, join, semaphore, …). */
	void (*waits)(const struct lc_rt_event *);
	void (*waited)(const struct lc_rt_event *);
	void (*thread_started)(struct lc_rt_thread *);
	void (*thread_ended)(struct lc_rt_thread *);
	/* By the watcher, each tick; its thread has no books. */
	void (*tick)(void);
	/* A real hang was found (and written); before LOCKCHECK_ON_HANG. */
	void (*hang)(const struct lc_rec_edge *edges, uint32_t count,
		     uint32_t cycle);
	/* At exit. */
	void (*stop)(void);
};

/* Defined by steer.c. */
extern const struct lc_rt_steer lc_rt_steer;

/* The thread list; entries are never freed, look at state. */
struct lc_rt_thread *lc_rt_threads(void);
#define LC_RT_EACH_THREAD(t) \
	for (struct lc_rt_thread *t = lc_rt_threads(); t; \
	     t = __atomic_load_n(&t->next, __ATOMIC_ACQUIRE))

/* Holders of a lock, by the books: up to max are written, all are counted. */
uint32_t lc_rt_holders(const void *lock, struct lc_rt_thread **who,
		       uint32_t max);

/* What a thread waits for: a lock it has asked for, or an object; NULL if it
 * runs. *place gets site and what. */
const void *lc_rt_waits_for(struct lc_rt_thread *t, uint64_t *place);

/*
 * Is t blocked, through any chain of waits for owners and joins, on a thread
 * that `is_target` accepts? Returns that thread, or NULL. A thread that is not
 * waiting ends its chain. A snapshot: the caller looks again before it acts.
 */
struct lc_rt_thread *lc_rt_blocked_behind(struct lc_rt_thread *t,
					  bool (*is_target)(struct lc_rt_thread *));

/* Identity of a lock (made if new): id as in the record, kind, name parts. */
struct lc_rt_lock *lc_rt_lock_of(const void *lock, uint32_t what,
				 lc_rt_site_t site);
uint32_t lc_rt_lock_id(struct lc_rt_lock *lock);
/* The parts of its lasting name, as in struct lc_rec_lock. */
void lc_rt_lock_name(struct lc_rt_lock *lock, lc_rec_place *where,
		     lc_rec_place *init, uint32_t *nth);

/* A place that is the same in every run of the same files. */
lc_rec_place lc_rt_place_of(lc_rt_site_t site, uint32_t what);
/* Path of a module (by LC_REC_MODULE_OF), NULL if there is none; build_id may
 * be NULL. Lives for ever. */
const char *lc_rt_module_path(uint32_t module, const uint8_t **build_id,
			      uint32_t *build_id_len);

/* The stack of the calling thread into the record; its id. */
uint32_t lc_rt_stack(void);
/* The places of the calling thread's stack, innermost first; how many. */
uint32_t lc_rt_stack_places(lc_rec_place *places, uint32_t max);

/* A record of the steering (kinds and texts are steer.c's). */
void lc_rt_record_steer(uint32_t event, uint32_t thread, uint32_t lock,
			uint32_t stack, lc_rec_place site, uint64_t value,
			const char *text);

/* Sleep while *word == value, at most timeout_ns (0 = for ever). Spurious
 * returns happen. Wake all sleepers. Raw futexes, no errno. */
void lc_rt_futex_wait(uint32_t *word, uint32_t value, uint64_t timeout_ns);
void lc_rt_futex_wake(uint32_t *word);
uint64_t lc_rt_now_ns(void); /* monotonic */

/* Is the thread stopped in the kernel? Its run time so far in ns, and its
 * state letter (R, S, D, …) from /proc; 0 if it cannot be read. */
uint64_t lc_rt_run_time(uint32_t tid, char *state);

/* Memory for ever, zeroed, from mmap; never NULL (ends the process if there
 * is no memory, as the record says). */
void *lc_rt_alloc(size_t size_bytes);

/* Formats (%s %u %x %lu %lx %d %% only, no locale, no malloc) to report_fd,
 * in one write per call where it fits. */
void lc_rt_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
