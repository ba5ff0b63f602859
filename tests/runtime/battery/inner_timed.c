/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: one of the inner locks is taken with a time limit: the wait ends
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);

static struct timespec soon(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	struct timespec until;

	nap();
	LOCK(b);
	until = soon(50);
	if (pthread_mutex_timedlock(&a, &until) == 0) {
		work++;
		UNLOCK(a);
	}
	UNLOCK(b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
