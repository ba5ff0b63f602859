/* SPDX-License-Identifier: MIT */
/*
 * Semaphore and BoundedSemaphore.
 */
#include "internal.h"

/* The core takes a semaphore that begins with 1 for a lock, if it has seen it
 * begin; a static one begins with its first use. */
LC_INLINE void meet(struct lc_sem *s, const struct lc_site *site)
{
	if (LC_RT_LIKELY(get(&s->known)) ||
	    __atomic_exchange_n(&s->known, 1, __ATOMIC_RELAXED))
		return;
	lc_rt_init(s, LC_KIND_SEM, 0, s->initial, NULL, LC_WHAT_NAMED,
		   PLACE(site));
}

/* The value in the lower half of the word, who may sleep in the upper: a release
 * learns of sleepers by the step that lets one of them go on, and afterwards
 * touches nothing, since that one may end the semaphore's life. */
#define VALUE(word) ((uint32_t)(word))
#define ONE_SLEEPER ((uint64_t)1 << 32)

/* What sleepers sleep on: the half with the value. */
static uint32_t *value_of(struct lc_sem *s)
{
	return (uint32_t *)&s->word +
	       (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

/* Takes one if there is one, and `sleeper` off with it. */
static bool down(struct lc_sem *s, uint64_t sleeper)
{
	uint64_t word = get(&s->word);

	while (VALUE(word))
		if (__atomic_compare_exchange_n(&s->word, &word,
						word - 1 - sleeper, true,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

static bool block(struct lc_sem *s, uint64_t deadline)
{
	__atomic_fetch_add(&s->word, ONE_SLEEPER, __ATOMIC_RELAXED);
	do {
		if (down(s, ONE_SLEEPER))
			return true;
	} while (lc_sleep(value_of(s), 0, deadline));
	if (down(s, ONE_SLEEPER))
		return true;
	__atomic_fetch_sub(&s->word, ONE_SLEEPER, __ATOMIC_RELAXED);
	return false;
}

static enum lc_result acquire(struct lc_sem *s, uint32_t what,
			      uint64_t timeout_ms, const struct lc_site *site)
{
	struct lc_rt_sem begun = { { NULL, 0 }, { .me = NULL } };
	bool got;

	if (lc_rt_active()) {
		meet(s, site);
		begun = lc_rt_sem_begin(s, what, PLACE(site));
	}
	got = down(s, 0);
	if (!got && LC_WHAT_HOW(what) != LC_HOW_TRY) {
		if (lc_rt_steered && begun.op.me)
			lc_rt_blocked(begun.op);
		got = block(s, LC_WHAT_HOW(what) == LC_HOW_TIMED ?
				       lc_deadline(timeout_ms) :
				       FOREVER);
	}
	if (got)
		put(&s->taken, site);
	lc_rt_sem_end(&begun, got);
	if (got)
		return LC_OK;
	return LC_WHAT_HOW(what) == LC_HOW_TRY ? LC_BUSY : LC_TIMEOUT;
}

enum lc_result lc_sem_acquire_at(struct lc_sem *s, const struct lc_site *site)
{
	return acquire(s, WHAT(SEM, BLOCK), 0, site);
}

enum lc_result lc_sem_try_at(struct lc_sem *s, const struct lc_site *site)
{
	return acquire(s, WHAT(SEM, TRY), 0, site);
}

enum lc_result lc_sem_timed_at(struct lc_sem *s, uint64_t timeout_ms,
			       const struct lc_site *site)
{
	return acquire(s, WHAT(SEM, TIMED), timeout_ms, site);
}

/* ---- release ---- */

static bool fits(const struct lc_sem *s, uint64_t word, uint32_t n)
{
	uint32_t most = s->bound ? s->bound : UINT32_MAX;

	return VALUE(word) <= most && n <= most - VALUE(word);
}

static __attribute__((noinline)) enum lc_result
too_many(struct lc_sem *s, const struct lc_site *site)
{
	return lc_prim_misuse(LC_MISUSE_OVER_RELEASE, s, WHAT_KIND_ONLY(SEM),
			      site, get(&s->given), "last released",
			      LC_TOO_MANY);
}

enum lc_result lc_sem_release_n_at(struct lc_sem *s, uint32_t n,
				   const struct lc_site *site)
{
	uint64_t word = get(&s->word);

	if (!n)
		return LC_OK;
	if (!fits(s, word, n))
		return too_many(s, site);
	if (lc_rt_active()) {
		meet(s, site);
		lc_rt_sem_post(s, WHAT_KIND_ONLY(SEM), PLACE(site));
	}
	put(&s->given, site);
	do {
		if (!fits(s, word, n))
			return too_many(s, site);
	} while (!__atomic_compare_exchange_n(&s->word, &word, word + n, true,
					      __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	if (word >= ONE_SLEEPER)
		lc_wake(value_of(s), n);
	return LC_OK;
}

enum lc_result lc_sem_release_at(struct lc_sem *s, const struct lc_site *site)
{
	return lc_sem_release_n_at(s, 1, site);
}

/* ---- life, questions ---- */

static enum lc_result init(struct lc_sem *s, uint32_t value, uint32_t bound,
			   const char *name, const struct lc_site *site)
{
	*s = (struct lc_sem)LC_SEM_INIT_N(value);
	s->bound = bound;
	s->known = 1;
	if (lc_rt_active())
		lc_rt_init(s, LC_KIND_SEM, 0, value, name, LC_WHAT_NAMED,
			   PLACE(site));
	return LC_OK;
}

enum lc_result lc_sem_init_at(struct lc_sem *s, uint32_t value,
			      const char *name, const struct lc_site *site)
{
	return init(s, value, 0, name, site);
}

enum lc_result lc_bounded_sem_init_at(struct lc_sem *s, uint32_t value,
				      const char *name,
				      const struct lc_site *site)
{
	return init(s, value, value, name, site);
}

enum lc_result lc_sem_destroy_at(struct lc_sem *s, const struct lc_site *site)
{
	enum lc_result rc = LC_OK;

	if (get(&s->word) >= ONE_SLEEPER)
		rc = lc_prim_misuse(LC_MISUSE_DESTROY_WAITED, s,
				    WHAT_KIND_ONLY(SEM), site, get(&s->taken),
				    "last acquired", LC_IN_USE);
	if (lc_rt_active())
		lc_rt_destroy(s, LC_KIND_SEM, LC_WHAT_NAMED, PLACE(site));
	return rc;
}

uint32_t lc_sem_value(const struct lc_sem *s)
{
	return VALUE(get(&s->word));
}
