/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: waits at a barrier with a lock that the other takes when it has passed
 */
#include "battery.h"

MUTEX(a);
static pthread_barrier_t meet;

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	pthread_barrier_wait(&meet);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	pthread_barrier_wait(&meet);
	LOCK(a);
	work++;
	UNLOCK(a);
	return arg;
}

int main(void)
{
	pthread_barrier_init(&meet, NULL, 2);
	return together(forwards, backwards);
}
