/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: waits with the lock that the one who signals needs first, but not for ever
 */
#include "battery.h"

MUTEX(a);
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int first_done;

static void *forwards(void *arg)
{
	struct timespec until;

	nap();
	long_nap();
	LOCK(a);
	LOCK(m);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 100 * 1000 * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (!first_done &&
	       !pthread_cond_timedwait(&changed, &m, &until))
		;
	UNLOCK(m);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	LOCK(m);
	first_done = 1;
	pthread_cond_signal(&changed);
	UNLOCK(m);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
