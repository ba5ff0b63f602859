/* SPDX-License-Identifier: MIT */
/*
 * What the files of the primitives share: who am I, words to sleep on, books.
 *
 * All of it is built on futexes, not on pthread's locks: then nothing is counted
 * twice when the shim is loaded too, and a lock can keep its places beside its
 * word. Two invariants of Lock and RLock (lock.c):
 *
 *  - owner is the holder's ident, and 0 before the word is given free. So who
 *    reads its own ident there holds the lock, however old what it reads is.
 *  - taken and given are written by the holder only, and are hints: a reader
 *    of another thread may see the last but one. taken is the books' business
 *    where there are some.
 */
#ifndef LC_PRIMITIVES_INTERNAL_H
#define LC_PRIMITIVES_INTERNAL_H

#include "core.h"
#include "lockcheck.h"

#include <errno.h>

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define LC_ALONE __libc_single_threaded
#endif
#endif
#ifndef LC_ALONE
#define LC_ALONE 0
#endif

#define LC_HIDDEN __attribute__((visibility("hidden")))
#define LC_INLINE static inline __attribute__((always_inline))

_Static_assert(sizeof(struct lc_site) == sizeof(struct lc_rt_site),
	       "lc_site and lc_rt_site are one struct");

#define WHAT(kind, how)                                               \
	(uint32_t)(LC_WHAT(LC_KIND_##kind, LC_MODE_EXCLUSIVE,         \
			   LC_HOW_##how) | LC_WHAT_NAMED)
#define WHAT_KIND_ONLY(kind) (uint32_t)(LC_KIND_##kind | LC_WHAT_NAMED)
#define PLACE(site) ((lc_rt_site_t)(uintptr_t)(site))

#define get(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define put(p, value) __atomic_store_n((p), (value), __ATOMIC_RELAXED)

/* ---- who ---- */

/* The calling thread's number, 0 until it needs one. Never given out twice, so
 * that no thread takes another's lock for its own; kept across a fork. */
extern LC_HIDDEN LC_RT_TLS uint64_t lc_self_ident;
LC_HIDDEN uint64_t lc_self_new(void);

LC_INLINE uint64_t self(void)
{
	return LC_RT_LIKELY(lc_self_ident) ? lc_self_ident : lc_self_new();
}

/* ---- sleep (sleep.c) ---- */

/* Absolute, of the monotonic clock; FOREVER, or what deadline() says. */
#define FOREVER UINT64_MAX
LC_HIDDEN uint64_t lc_deadline(uint64_t timeout_ms);
/* Sleeps while *word == value. False: the deadline is over. Spurious returns
 * happen. errno is kept. */
LC_HIDDEN bool lc_sleep(uint32_t *word, uint32_t value, uint64_t deadline);
LC_HIDDEN void lc_wake(uint32_t *word, uint32_t count);

/* A word as a lock: 0 free, 1 held, 2 held and somebody may sleep. While the
 * process has one thread nothing needs to be atomic. */
LC_INLINE bool word_take(uint32_t *word)
{
	uint32_t is_free = 0;

	if (LC_ALONE) {
		if (get(word))
			return false;
		put(word, 1);
		return true;
	}
	return __atomic_compare_exchange_n(word, &is_free, 1, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE);
}

LC_HIDDEN bool lc_word_block(uint32_t *word, uint64_t deadline);

/* What it was: at 2 the caller wakes one. */
LC_INLINE uint32_t word_free(uint32_t *word)
{
	uint32_t before;

	if (!LC_ALONE)
		return __atomic_exchange_n(word, 0, __ATOMIC_RELEASE);
	before = get(word);
	put(word, 0);
	return before;
}

/* Was it held? */
LC_INLINE bool word_give(uint32_t *word)
{
	uint32_t before = word_free(word);

	if (LC_RT_UNLIKELY(before == 2))
		lc_wake(word, 1);
	return before != 0;
}

/* Our own short critical sections: not in the books. */
LC_INLINE void word_lock(uint32_t *word)
{
	if (!word_take(word))
		lc_word_block(word, FOREVER);
}

/* Who waits in a queue: on the waiter's own stack. */
struct waiter {
	struct waiter *next, *before;
	const struct lc_site *site;
	uint32_t word; /* 0 waits, 1 woken, 2 sent away */
	uint32_t index;
};

LC_HIDDEN void lc_queue_add(void **first, void **last, struct waiter *w);
LC_HIDDEN void lc_queue_remove(void **first, void **last, struct waiter *w);
/* Wakes it. w may be gone when this returns. */
LC_HIDDEN void lc_queue_wake(struct waiter *w, uint32_t word);

/* ---- raw locks, for Condition (lock.c) ---- */

LC_HIDDEN void lc_lock_raw_give(struct lc_lock *lock,
				const struct lc_site *site);
/* Blocks, with the books. */
LC_HIDDEN void lc_lock_raw_take(struct lc_lock *lock, uint32_t what,
				const struct lc_site *site);

/* ---- misuse (misuse.c) ---- */

/* Reports, by LOCKCHECK_ON_MISUSE; may not return. `other` is the second place
 * if the books know no holder, and `did` what happened there ("last released").
 * Returns `result`. */
LC_HIDDEN enum lc_result lc_prim_misuse(enum lc_rec_misuse_kind kind,
					const void *object, uint32_t what,
					const struct lc_site *site,
					const struct lc_site *other,
					const char *did, enum lc_result result);

#endif
