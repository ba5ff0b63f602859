/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: waits at a barrier with a lock that the other needs before it gets there
 */
#include "battery.h"

MUTEX(a);
static pthread_barrier_t meet;

static void *forwards(void *arg)
{
	nap();
	long_nap();
	LOCK(a);
	pthread_barrier_wait(&meet);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	pthread_barrier_wait(&meet);
	return arg;
}

int main(void)
{
	pthread_barrier_init(&meet, NULL, 2);
	return together(forwards, backwards);
}
