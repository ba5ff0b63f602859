/* SPDX-License-Identifier: MIT */
/*
 * Event. Its word: bit 0 is the flag, bit 1 says that somebody may sleep, the
 * others count how often it was set: who sleeps and finds another count was
 * there when it was set, though it may be clear again.
 */
#include "internal.h"

enum { SET = 1, SLEEPERS = 2, ONE = 4 };

static bool block(struct lc_event *e, uint64_t deadline)
{
	uint32_t word = get(&e->word), times = word / ONE;

	for (;;) {
		word = __atomic_load_n(&e->word, __ATOMIC_ACQUIRE);
		if (word & SET || word / ONE != times)
			return true;
		if (!(word & SLEEPERS) &&
		    !__atomic_compare_exchange_n(&e->word, &word,
						 word | SLEEPERS, false,
						 __ATOMIC_RELAXED,
						 __ATOMIC_RELAXED))
			continue;
		if (!lc_sleep(&e->word, word | SLEEPERS, deadline)) {
			word = __atomic_load_n(&e->word, __ATOMIC_ACQUIRE);
			return word & SET || word / ONE != times;
		}
	}
}

static enum lc_result wait(struct lc_event *e, uint32_t what,
			   uint64_t deadline, const struct lc_site *site)
{
	struct lc_rt_wait w = { .me = NULL };
	bool set;

	if (lc_rt_active())
		w = lc_rt_wait_begin(e, NULL, what, PLACE(site));
	set = block(e, deadline);
	lc_rt_wait_end(&w);
	return set ? LC_OK : LC_TIMEOUT;
}

enum lc_result lc_event_wait_at(struct lc_event *e, const struct lc_site *site)
{
	return wait(e, WHAT(EVENT, BLOCK), FOREVER, site);
}

enum lc_result lc_event_timed_at(struct lc_event *e, uint64_t timeout_ms,
				 const struct lc_site *site)
{
	return wait(e, WHAT(EVENT, TIMED), lc_deadline(timeout_ms), site);
}

void lc_event_set_at(struct lc_event *e, const struct lc_site *site)
{
	uint32_t word = get(&e->word);

	if (lc_rt_active())
		lc_rt_wake(e, WHAT_KIND_ONLY(EVENT), PLACE(site));
	do {
		if (word & SET)
			return;
	} while (!__atomic_compare_exchange_n(
		&e->word, &word, ((word + ONE) & ~(uint32_t)SLEEPERS) | SET,
		true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	if (word & SLEEPERS)
		lc_wake(&e->word, UINT32_MAX);
}

void lc_event_clear(struct lc_event *e)
{
	__atomic_fetch_and(&e->word, ~(uint32_t)SET, __ATOMIC_RELAXED);
}

bool lc_event_is_set(const struct lc_event *e)
{
	return __atomic_load_n(&e->word, __ATOMIC_ACQUIRE) & SET;
}

/* ---- life ---- */

enum lc_result lc_event_init_at(struct lc_event *e, const char *name,
				const struct lc_site *site)
{
	*e = (struct lc_event)LC_EVENT_INIT;
	if (lc_rt_active())
		lc_rt_init(e, LC_KIND_EVENT, 0, 0, name, LC_WHAT_NAMED,
			   PLACE(site));
	return LC_OK;
}

/* The books know who waits; without them nobody does but bit 1, and that is
 * also set if the sleeper has given up. */
enum lc_result lc_event_destroy_at(struct lc_event *e,
				   const struct lc_site *site)
{
	bool used = false;

	if (lc_rt_active())
		used = lc_rt_destroy(e, LC_KIND_EVENT, LC_WHAT_NAMED,
				     PLACE(site));
	return used ? LC_IN_USE : LC_OK;
}
