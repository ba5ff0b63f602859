/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: a barrier between AB and BA
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
static pthread_barrier_t phase;

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	pthread_barrier_wait(&phase);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	pthread_barrier_wait(&phase);
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	pthread_barrier_init(&phase, NULL, 2);
	return together(forwards, backwards);
}
