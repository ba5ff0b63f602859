/* SPDX-License-Identifier: MIT */
/* Semaphores that start at 1 and are used as locks; those that start at 0 are
 * signals between threads: waiting twice, or posting what was never waited
 * for, is what they are for. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t gate;	/* 1: a lock */
static sem_t door;	/* 1: a lock */
static sem_t ready;	/* 0: a signal */
static sem_t slots;	/* 4: counts */
static int items;

static void *sem_lock_ok(void *arg)
{
	while (sem_wait(&gate) != 0)
		;
	items++;
	sem_post(&gate);
	return arg;
}

static int sem_leak_bad(int n)
{
	sem_wait(&gate);
	if (n > items)
		return -1; // @expect unreleased-lock
	items -= n;
	sem_post(&gate);
	return 0;
}

static int sem_leak_ok(int n)
{
	int rc = -1;

	sem_wait(&gate);
	if (n <= items) {
		items -= n;
		rc = 0;
	}
	sem_post(&gate);
	return rc;
}

static int sem_twice_bad(void)
{
	int n;

	sem_wait(&door);
	n = items;
	sem_wait(&door); // @expect double-acquire
	items = 0;
	sem_post(&door);
	return n;
}

static int sem_twice_ok(void)
{
	int n;

	sem_wait(&door);
	n = items;
	items = 0;
	sem_post(&door);
	return n;
}

static void *signal_ok(void *arg)
{
	items = 1;
	sem_post(&ready);
	sem_post(&ready);
	return arg;
}

static int wait_twice_ok(void)
{
	sem_wait(&ready);
	sem_wait(&ready);
	return items;
}

static int slots_ok(void)
{
	sem_wait(&slots);
	sem_wait(&slots);
	items++;
	sem_post(&slots);
	sem_post(&slots);
	return 0;
}

static int sem_try_bad(void)
{
	sem_trywait(&gate); // @expect trylock-unchecked
	items++;
	sem_post(&gate);
	return 0;
}

static int sem_try_ok(void)
{
	if (sem_trywait(&gate) < 0)
		return errno == EAGAIN ? 0 : -1;
	items++;
	sem_post(&gate);
	return 1;
}

int main(void)
{
	pthread_t a, b;

	sem_init(&gate, 0, 1);
	sem_init(&door, 0, 1);
	sem_init(&ready, 0, 0);
	sem_init(&slots, 0, 4);
	pthread_create(&a, NULL, sem_lock_ok, NULL);
	pthread_create(&b, NULL, signal_ok, NULL);
	wait_twice_ok();
	slots_ok();
	sem_leak_bad(1);
	sem_leak_ok(1);
	sem_twice_bad();
	sem_twice_ok();
	sem_try_bad();
	sem_try_ok();
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}
