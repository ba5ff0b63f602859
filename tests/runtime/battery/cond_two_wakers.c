/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: one of two who signal needs the lock of the one who waits; the other does not, and comes, too
 */
#include "battery.h"

MUTEX(a);
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int done;

static void *forwards(void *arg)
{
	nap();
	long_nap();
	LOCK(a);
	LOCK(m);
	while (!done)
		pthread_cond_wait(&changed, &m);
	UNLOCK(m);
	UNLOCK(a);
	return arg;
}

static void *needs_a(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	LOCK(m);
	work++;
	pthread_cond_broadcast(&changed);
	UNLOCK(m);
	return arg;
}

static void *needs_nothing(void *arg)
{
	nap();
	long_nap();
	long_nap();
	LOCK(m);
	done = 1;
	pthread_cond_broadcast(&changed);
	UNLOCK(m);
	return arg;
}

int main(void)
{
	pthread_t t = start(forwards, NULL);

	together(needs_a, needs_nothing);
	pthread_join(t, NULL);
	return 0;
}
