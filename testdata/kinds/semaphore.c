/* SPDX-License-Identifier: MIT */
/* Semaphores that start at 1 and are used as locks; those that start at 0 are
 * signals between threads: waiting twice, or posting what was never waited
 * for, is what they are for. A library. */
#include <errno.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t gate;	/* 1: a lock */
static sem_t door;	/* 1: a lock */
static sem_t ready;	/* 0: a signal */
static sem_t slots;	/* 4: counts */
static int items;

void *sem_lock_ok(void *arg)
{
	while (sem_wait(&gate) != 0)
		;
	items++;
	sem_post(&gate);
	return arg;
}

int sem_leak_bad(int n)
{
	sem_wait(&gate);
	if (n > items)
		return -1; // @expect unreleased-lock
	items -= n;
	sem_post(&gate);
	return 0;
}

int sem_leak_ok(int n)
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

int sem_twice_bad(void)
{
	int n;

	sem_wait(&door);
	n = items;
	sem_wait(&door); // @expect double-acquire
	items = 0;
	sem_post(&door);
	return n;
}

int sem_twice_ok(void)
{
	int n;

	sem_wait(&door);
	n = items;
	items = 0;
	sem_post(&door);
	return n;
}

void *signal_ok(void *arg)
{
	items = 1;
	sem_post(&ready);
	sem_post(&ready);
	return arg;
}

int wait_twice_ok(void)
{
	sem_wait(&ready);
	sem_wait(&ready);
	return items;
}

int slots_ok(void)
{
	sem_wait(&slots);
	sem_wait(&slots);
	items++;
	sem_post(&slots);
	sem_post(&slots);
	return 0;
}

int sem_try_bad(void)
{
	sem_trywait(&gate); // @expect trylock-unchecked
	items++;
	sem_post(&gate);
	return 0;
}

int sem_try_ok(void)
{
	if (sem_trywait(&gate) < 0)
		return errno == EAGAIN ? 0 : -1;
	items++;
	sem_post(&gate);
	return 1;
}

void sems_init(void)
{
	sem_init(&gate, 0, 1);
	sem_init(&door, 0, 1);
	sem_init(&ready, 0, 0);
	sem_init(&slots, 0, 4);
}
