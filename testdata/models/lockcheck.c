/* SPDX-License-Identifier: MIT */
/*
 * Every entry of rules/models/lockcheck.yaml, used right and silent, and one
 * misuse for each family of operations. A library: no main. The same ideas in
 * a program that is run: tests/runtime/primitives.
 */
#include <stddef.h>

#include "../../runtime/include/lockcheck.h"

struct box {
	struct lc_lock lock;
	struct lc_rlock again;
	struct lc_cond filled;
	struct lc_sem permit; /* starts at 1: a lock */
	struct lc_sem slots; /* starts at 4 */
	struct lc_event closed;
	struct lc_barrier start;
	int value, full;
};

static struct lc_lock first = LC_LOCK_INIT, second = LC_LOCK_INIT;
static struct lc_rlock nested = LC_RLOCK_INIT;
static struct lc_sem one = LC_SEM_INIT;
static struct lc_sem bounded = LC_BOUNDED_SEM_INIT;
static int total;

static bool is_full(void *arg)
{
	return ((struct box *)arg)->full;
}

int box_init_ok(struct box *b)
{
	lc_lock_init(&b->lock, "box");
	lc_rlock_init(&b->again, NULL);
	lc_cond_init(&b->filled, NULL);
	lc_sem_init(&b->permit, 1, "permit");
	lc_bounded_sem_init(&b->slots, 4, "slots");
	lc_event_init(&b->closed, NULL);
	lc_barrier_init(&b->start, 2, NULL, NULL, NULL);
	return 0;
}

void box_destroy_ok(struct box *b)
{
	lc_lock_destroy(&b->lock);
	lc_rlock_destroy(&b->again);
	lc_cond_destroy(&b->filled);
	lc_sem_destroy(&b->permit);
	lc_sem_destroy(&b->slots);
	lc_event_destroy(&b->closed);
	lc_barrier_destroy(&b->start);
}

/* ---- Lock ---- */

int lock_ok(struct box *b)
{
	if (lc_lock_locked(&b->lock) && lc_lock_mine(&b->lock))
		return -1;
	lc_lock_acquire(&b->lock);
	b->value++;
	lc_lock_release(&b->lock);
	if (lc_lock_try(&b->lock) == LC_OK) {
		b->value++;
		lc_lock_release(&b->lock);
	}
	if (lc_lock_timed(&b->lock, 10) == LC_OK) {
		b->value++;
		lc_lock_release(&b->lock);
	}
	return 0;
}

int lock_checked_ok(struct box *b)
{
	enum lc_result rc = lc_lock_acquire(&b->lock);

	if (rc != LC_OK) {
		total += lc_result_text(rc)[0];
		return -1;
	}
	b->value++;
	return lc_lock_release(&b->lock) == LC_OK ? 0 : -1;
}

int lock_leak_bad(struct box *b)
{
	lc_lock_acquire(&b->lock);
	if (b->value == 0)
		return -1; // @expect unreleased-lock
	b->value--;
	lc_lock_release(&b->lock);
	return 0;
}

void lock_twice_bad(struct box *b)
{
	lc_lock_acquire(&b->lock);
	b->value++;
	lc_lock_acquire(&b->lock); // @expect double-acquire
	b->value++;
	lc_lock_release(&b->lock);
}

void lock_release_bad(struct box *b)
{
	lc_lock_acquire(&b->lock);
	b->value++;
	lc_lock_release(&b->lock);
	lc_lock_release(&b->lock); // @expect release-not-held
}

void lock_unchecked_bad(struct box *b)
{
	lc_lock_try(&b->lock); // @expect trylock-unchecked
	b->value++;
	lc_lock_release(&b->lock);
}

/* ---- LC_WITH ---- */

int with_ok(struct box *b)
{
	LC_WITH(&b->lock) {
		if (b->value == 0)
			return -1;
		b->value--;
	}
	LC_WITH(&b->lock)
		b->value++;
	for (int i = 0; i < 10; i++) {
		LC_WITH(&b->again) {
			LC_WITH(&b->again) {
				if (b->full)
					goto out;
				if (b->value == i)
					break;
				if (b->value > i)
					continue;
				b->value++;
			}
		}
	}
out:
	LC_WITH(&b->permit)
		b->value++;
	lc_lock_acquire(&b->lock);
	b->value++;
	lc_lock_release(&b->lock);
	return 0;
}

void with_twice_bad(struct box *b)
{
	LC_WITH(&b->lock) {
		b->value++;
		LC_WITH(&b->lock) // @expect double-acquire
			b->value++;
	}
}

void with_released_bad(struct box *b)
{
	LC_WITH(&b->lock) {
		b->value++;
		lc_lock_release(&b->lock);
	} // @expect release-not-held
}

/* ---- RLock ---- */

int rlock_ok(struct box *b)
{
	if (lc_rlock_locked(&b->again) && !lc_rlock_mine(&b->again))
		return -1;
	lc_rlock_acquire(&b->again);
	lc_rlock_acquire(&b->again);
	b->value++;
	lc_rlock_release(&b->again);
	lc_rlock_release(&b->again);
	if (lc_rlock_try(&nested) == LC_OK) {
		total++;
		lc_rlock_release(&nested);
	}
	if (lc_rlock_timed(&nested, 10) == LC_OK) {
		total++;
		lc_rlock_release(&nested);
	}
	return 0;
}

int rlock_leak_bad(struct box *b)
{
	lc_rlock_acquire(&b->again);
	if (b->value == 0)
		return -1; // @expect unreleased-lock
	lc_rlock_release(&b->again);
	return 0;
}

/* ---- Condition ---- */

int wait_ok(struct box *b)
{
	int value;

	lc_lock_acquire(&b->lock);
	while (!b->full)
		lc_cond_wait(&b->filled, &b->lock);
	while (!b->full)
		if (lc_cond_timed(&b->filled, &b->lock, 10) != LC_OK)
			break;
	lc_cond_wait_for(&b->filled, &b->lock, is_full, b);
	lc_cond_timed_for(&b->filled, &b->lock, is_full, b, 10);
	value = b->value;
	lc_lock_release(&b->lock);
	return value;
}

int rwait_ok(struct box *b)
{
	int value;

	lc_rlock_acquire(&b->again);
	while (!b->full)
		lc_cond_wait(&b->filled, &b->again);
	while (!b->full)
		if (lc_cond_timed(&b->filled, &b->again, 10) != LC_OK)
			break;
	lc_cond_wait_for(&b->filled, &b->again, is_full, b);
	value = b->value;
	lc_rlock_release(&b->again);
	return value;
}

void notify_ok(struct box *b)
{
	LC_WITH(&b->lock) {
		b->full = 1;
		lc_cond_notify(&b->filled, 1);
		lc_cond_notify_all(&b->filled);
	}
}

int wait_leak_bad(struct box *b)
{
	lc_lock_acquire(&b->lock);
	while (!b->full)
		if (lc_cond_timed(&b->filled, &b->lock, 10) == LC_TIMEOUT)
			return -1; // @expect unreleased-lock
	lc_lock_release(&b->lock);
	return 0;
}

/* ---- Semaphore ---- */

int sem_ok(struct box *b)
{
	lc_sem_acquire(&b->permit);
	b->value++;
	lc_sem_release(&b->permit);
	if (lc_sem_try(&b->permit) == LC_OK)
		lc_sem_release(&b->permit);
	if (lc_sem_timed(&b->slots, 10) == LC_OK && lc_sem_value(&b->slots) > 2)
		return 1; /* four may be taken, and given back elsewhere */
	lc_sem_release_n(&b->slots, 1);
	lc_sem_acquire(&one);
	total++;
	lc_sem_release(&one);
	LC_WITH(&bounded)
		total++;
	return 0;
}

void sem_twice_bad(struct box *b)
{
	lc_sem_acquire(&b->permit);
	b->value++;
	lc_sem_acquire(&b->permit); // @expect double-acquire
	b->value++;
	lc_sem_release(&b->permit);
}

int sem_leak_bad(struct box *b)
{
	lc_sem_acquire(&b->permit);
	if (b->value == 0)
		return -1; // @expect unreleased-lock
	lc_sem_release(&b->permit);
	return 0;
}

/* ---- Event, Barrier ---- */

void meet_ok(struct box *b)
{
	uint32_t index;

	if (lc_barrier_wait(&b->start, &index) != LC_OK)
		lc_barrier_reset(&b->start);
	if (lc_barrier_timed(&b->start, NULL, 10) == LC_TIMEOUT &&
	    lc_barrier_is_broken(&b->start) && !lc_barrier_waiting(&b->start))
		lc_barrier_abort(&b->start);
	lc_event_wait(&b->closed);
	if (lc_event_timed(&b->closed, 10) == LC_OK)
		lc_event_clear(&b->closed);
	if (!lc_event_is_set(&b->closed))
		lc_event_set(&b->closed);
}

/* ---- Thread ---- */

static void forwards(void *arg)
{
	(void)arg;
	LC_WITH(&first) {
		LC_WITH(&second) // @expect-one lock-order-cycle
			total++;
	}
}

static void backwards(void *arg)
{
	(void)arg;
	LC_WITH(&second) {
		LC_WITH(&first) // @expect-one lock-order-cycle
			total++;
	}
}

/* The cycle is reported in one of the two above. */
uint64_t threads_start(void)
{
	struct lc_thread one_way = LC_THREAD_INIT, other_way = LC_THREAD_INIT;

	lc_thread_start(&one_way, forwards, NULL);
	lc_thread_start_named(&other_way, backwards, NULL, "other", true);
	if (!lc_thread_is_alive(&one_way) || lc_thread_is_daemon(&one_way))
		lc_thread_detach(&one_way);
	else
		lc_thread_join(&one_way);
	lc_thread_timed_join(&other_way, 10);
	return lc_thread_ident(lc_thread_current()) +
	       (uint64_t)lc_thread_name(&one_way)[0] + lc_now_ms();
}
