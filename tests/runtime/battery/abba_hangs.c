/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: AB and BA, with a barrier that makes both hold their first
 * hangs: always
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
static pthread_barrier_t both;

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	pthread_barrier_wait(&both);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(b);
	pthread_barrier_wait(&both);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	pthread_barrier_init(&both, NULL, 2);
	return together(forwards, backwards);
}
