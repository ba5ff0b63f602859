/* SPDX-License-Identifier: MIT */
/*
 * Words to sleep on, and queues of sleepers.
 */
#include "internal.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t lc_now_ms(void)
{
	return now_ns() / 1000000u;
}

uint64_t lc_deadline(uint64_t timeout_ms)
{
	uint64_t now = now_ns();

	/* More than 292 years are for ever. */
	if (timeout_ms > ((uint64_t)INT64_MAX - now) / 1000000u)
		return FOREVER;
	return now + timeout_ms * 1000000u;
}

bool lc_sleep(uint32_t *word, uint32_t value, uint64_t deadline)
{
	int saved = errno;
	struct timespec until = {
		.tv_sec = (time_t)(deadline / 1000000000u),
		.tv_nsec = (long)(deadline % 1000000000u),
	};
	long rc = syscall(SYS_futex, word,
			  FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, value,
			  deadline == FOREVER ? NULL : &until, NULL,
			  FUTEX_BITSET_MATCH_ANY);
	bool in_time = rc == 0 || errno != ETIMEDOUT;

	errno = saved;
	return in_time;
}

void lc_wake(uint32_t *word, uint32_t count)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG,
		count > INT32_MAX ? INT32_MAX : (int)count, NULL, NULL, 0);
	errno = saved;
}

/* Who has slept cannot know whether others still do: it takes the word as 2,
 * and its release wakes one. */
bool lc_word_block(uint32_t *word, uint64_t deadline)
{
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0)
		if (!lc_sleep(word, 2, deadline))
			/* The last chance: it may just have been given free,
			 * and its one wake-up been meant for us. */
			return __atomic_exchange_n(word, 2,
						   __ATOMIC_ACQUIRE) == 0;
	return true;
}

/* ---- queues: the caller sees to it that there is one at a time ---- */

void lc_queue_add(void **first, void **last, struct waiter *w)
{
	struct waiter *before = *last;

	w->next = NULL;
	w->before = before;
	if (before)
		before->next = w;
	else
		*first = w;
	*last = w;
}

void lc_queue_remove(void **first, void **last, struct waiter *w)
{
	if (w->before)
		w->before->next = w->next;
	else
		*first = w->next;
	if (w->next)
		w->next->before = w->before;
	else
		*last = w->before;
}

void lc_queue_wake(struct waiter *w, uint32_t word)
{
	uint32_t *address = &w->word;

	/* From the store on the waiter may return, and its stack be anything:
	 * to wake who sleeps on what is now another word does no harm. */
	__atomic_store_n(address, word, __ATOMIC_RELEASE);
	lc_wake(address, 1);
}
