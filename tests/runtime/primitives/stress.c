/* SPDX-License-Identifier: MIT */
/*
 * All primitives under load at once, with invariants. Silent and 0 if they held.
 * With an argument only a little of it, for slow tools.
 */
#include <lockcheck.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 6, BUFFER = 4 };

static int rounds = 3000;
static struct lc_lock lock = LC_LOCK_INIT, lock2 = LC_LOCK_INIT;
static struct lc_rlock rlock = LC_RLOCK_INIT;
static struct lc_cond not_empty = LC_COND_OF(&lock2);
static struct lc_cond not_full = LC_COND_OF(&lock2);
static struct lc_sem two = LC_BOUNDED_SEM_INIT_N(2), one = LC_SEM_INIT;
static struct lc_barrier barrier = LC_BARRIER_INIT(THREADS);
static struct lc_event begin = LC_EVENT_INIT;
static long by_lock, by_rlock, by_sem, taken, timeouts, bad;
static int inside_two;
static int buffer[BUFFER], count;

static void wrong(const char *what)
{
	printf("not ok: %s\n", what);
	__atomic_store_n(&bad, 1, __ATOMIC_SEQ_CST);
}

static void use_locks(int i)
{
	if (i % 3 == 0) {
		lc_lock_acquire(&lock);
	} else if (i % 3 == 1) {
		while (lc_lock_try(&lock) != LC_OK)
			;
	} else {
		while (lc_lock_timed(&lock, 1) != LC_OK)
			__atomic_fetch_add(&timeouts, 1, __ATOMIC_RELAXED);
	}
	by_lock++;
	lc_lock_release(&lock);
	LC_WITH(&rlock) {
		LC_WITH(&rlock)
			by_rlock++;
	}
}

static void use_sems(int i)
{
	if (i & 1)
		lc_sem_acquire(&two);
	else
		while (lc_sem_timed(&two, 1) != LC_OK)
			;
	if (__atomic_add_fetch(&inside_two, 1, __ATOMIC_SEQ_CST) > 2)
		wrong("more than two inside");
	__atomic_sub_fetch(&inside_two, 1, __ATOMIC_SEQ_CST);
	if (lc_sem_release(&two) != LC_OK)
		wrong("bounded semaphore");
	LC_WITH(&one)
		by_sem++;
}

static bool has_room(void *arg)
{
	(void)arg;
	return count < BUFFER;
}

static bool has_some(void *arg)
{
	(void)arg;
	return count > 0;
}

static void produce(int n)
{
	for (int i = 1; i <= n; i++)
		LC_WITH(&lock2) {
			lc_cond_wait_for(&not_full, &lock2, has_room, NULL);
			buffer[count++] = i;
			lc_cond_notify(&not_empty, 1);
		}
}

static void consume(int n)
{
	for (int i = 0; i < n; i++)
		LC_WITH(&lock2) {
			/* Also waits that end by time, and begin again. */
			while (lc_cond_timed_for(&not_empty, &lock2, has_some,
						 NULL, 1) != LC_OK)
				timeouts++;
			taken += buffer[--count];
			lc_cond_notify(&not_full, 1);
		}
}

static void work(void *arg)
{
	long number = (long)(intptr_t)arg;
	uint32_t index;

	lc_event_wait(&begin);
	for (int i = 0; i < rounds; i++) {
		use_locks(i);
		use_sems(i);
		if (i % 100 == 0 && lc_barrier_wait(&barrier, &index) != LC_OK)
			wrong("barrier");
	}
	if (number % 2)
		produce(rounds);
	else
		consume(rounds);
}

static void short_life(void *arg)
{
	LC_WITH(&lock)
		++*(long *)arg;
}

/* Threads come and go, joined and detached. */
static void many_threads(void)
{
	struct lc_thread t[THREADS];
	long ran = 0;
	int n = rounds / 100;

	memset(t, 0, sizeof(t));
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < THREADS; k++)
			if (lc_thread_start(&t[k], short_life, &ran) != LC_OK)
				wrong("start");
		for (int k = 0; k < THREADS; k++)
			if (lc_thread_join(&t[k]) != LC_OK)
				wrong("join");
	}
	if (ran != (long)n * THREADS)
		wrong("threads have not run");
}

int main(int argc, char **argv)
{
	struct lc_thread t[THREADS];
	long want;

	(void)argv;
	if (argc > 1)
		rounds = 300;
	memset(t, 0, sizeof(t));
	for (long i = 0; i < THREADS; i++)
		if (lc_thread_start(&t[i], work, (void *)(intptr_t)i) != LC_OK)
			wrong("start");
	lc_event_set(&begin);
	for (int i = 0; i < THREADS; i++)
		if (lc_thread_join(&t[i]) != LC_OK)
			wrong("join");
	want = (long)rounds * THREADS;
	if (by_lock != want || by_rlock != want || by_sem != want)
		wrong("mutual exclusion");
	if (taken != THREADS / 2 * ((long)rounds * (rounds + 1) / 2))
		wrong("produced and consumed");
	many_threads();
	return bad ? 1 : 0;
}
