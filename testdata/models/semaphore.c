/* SPDX-License-Identifier: MIT */
/*
 * Every entry of rules/models/semaphore.yaml, used right and silent, and one
 * misuse for each family of operations. A library: no main.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stddef.h>
#include <time.h>

struct box {
	sem_t mutex;	/* starts at 1: a lock */
	sem_t signal;	/* starts at 0 */
	int value, last;
};

static struct timespec soon(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec++;
	return ts;
}

int box_init_ok(struct box *b)
{
	if (sem_init(&b->mutex, 0, 1) != 0)
		return -1;
	return sem_init(&b->signal, 0, 0);
}

void box_destroy_ok(struct box *b)
{
	sem_destroy(&b->mutex);
	sem_destroy(&b->signal);
}

int lock_ok(struct box *b)
{
	struct timespec until = soon();

	while (sem_wait(&b->mutex) != 0)
		if (errno != EINTR)
			return -1;
	b->value++;
	sem_post(&b->mutex);
	if (sem_trywait(&b->mutex) == 0) {
		b->value++;
		sem_post(&b->mutex);
	}
	if (sem_timedwait(&b->mutex, &until) == 0) {
		b->value++;
		sem_post(&b->mutex);
	}
	if (sem_clockwait(&b->mutex, CLOCK_REALTIME, &until) == 0) {
		b->value++;
		sem_post(&b->mutex);
	}
	return 0;
}

int lock_leak_bad(struct box *b)
{
	sem_wait(&b->mutex);
	if (b->value == 0)
		return -1; // @expect unreleased-lock
	b->value--;
	sem_post(&b->mutex);
	return 0;
}

void lock_twice_bad(struct box *b)
{
	sem_wait(&b->mutex);
	b->value++;
	sem_wait(&b->mutex); // @expect double-acquire
	b->value++;
	sem_post(&b->mutex);
}

void lock_unchecked_bad(struct box *b)
{
	struct timespec until = soon();

	sem_timedwait(&b->mutex, &until); // @expect trylock-unchecked
	b->value++;
	sem_post(&b->mutex);
}

/* A semaphore that starts at 0 is posted by one thread and waited for by
 * another: neither is a lock. */
int signal_wait_ok(struct box *b)
{
	sem_wait(&b->signal);
	sem_wait(&b->signal);
	return b->value;
}

int signal_post_ok(struct box *b)
{
	int n;

	sem_post(&b->signal);
	sem_post(&b->signal);
	return sem_getvalue(&b->signal, &n) == 0 ? n : -1;
}

int named_ok(void)
{
	sem_t *s = sem_open("/lockcheck", O_CREAT, 0600, 1);

	if (s == SEM_FAILED)
		return -1;
	if (sem_wait(s) == 0)
		sem_post(s);
	sem_close(s);
	return sem_unlink("/lockcheck");
}

int named_bad(int n)
{
	sem_t *s = sem_open("/lockcheck", O_CREAT, 0600, 1);

	if (s == SEM_FAILED)
		return -1;
	if (sem_wait(s) != 0)
		goto out;
	if (n < 0)
		return -1; // @known-miss unreleased-lock
	sem_post(s);
out:
	sem_close(s);
	return 0;
}
