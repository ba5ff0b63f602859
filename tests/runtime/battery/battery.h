/* SPDX-License-Identifier: MIT */
/*
 * What the programs of the battery share. A program's head says
 *
 *	battery: real | none | misuse
 *	why: one line
 *
 * real: some schedule of this very program deadlocks; none: no schedule does;
 * misuse: none does, but a lock is used wrongly in each. Further lines: `cc:`
 * arguments of the compiler, `library: FILE` is built to FILE's name with .so
 * beside the program, `hangs: always` (else a run ends by itself, nearly
 * always: threads begin after a random nap and hold locks for microseconds),
 * `header` for programs with lockcheck.h.
 */
#ifndef BATTERY_H
#define BATTERY_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef void *entry(void *);

/* 0 to 20 ms. */
static inline void nap(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec ^= (long)(size_t)&t >> 4;
	t.tv_nsec = t.tv_nsec * 7919 % 20000 * 1000;
	t.tv_sec = 0;
	nanosleep(&t, NULL);
}

/* Longer than any nap: what comes afterwards comes last, nearly always. */
static inline void long_nap(void)
{
	struct timespec t = { 0, 40 * 1000 * 1000 };

	nanosleep(&t, NULL);
}

static inline pthread_t start(entry *f, void *arg)
{
	pthread_t t;

	if (pthread_create(&t, NULL, f, arg)) {
		perror("pthread_create");
		exit(2);
	}
	return t;
}

/* Both at once, to their ends. */
static inline int together(entry *f, entry *g)
{
	pthread_t a = start(f, NULL), b = start(g, NULL);

	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}

#define MUTEX(name) \
	static pthread_mutex_t name = PTHREAD_MUTEX_INITIALIZER
#define LOCK(m) pthread_mutex_lock(&(m))
#define UNLOCK(m) pthread_mutex_unlock(&(m))

static volatile int work;

#endif
