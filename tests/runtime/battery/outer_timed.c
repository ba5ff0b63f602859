/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: the outer locks are got by timed calls, the inner ones wait without a time
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
	struct timespec until;

	nap();
	until = soon(5000);
	if (pthread_mutex_timedlock(&a, &until))
		return arg;
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
	until = soon(5000);
	if (pthread_mutex_timedlock(&b, &until))
		return arg;
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
