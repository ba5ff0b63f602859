/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: two locks that lie at one address of the stack in turn
 */
#include "battery.h"

MUTEX(shared);
static pthread_mutex_t *volatile seen;

static __attribute__((noinline)) void first(void)
{
	pthread_mutex_t local = PTHREAD_MUTEX_INITIALIZER;

	seen = &local;
	LOCK(local);
	LOCK(shared);
	work++;
	UNLOCK(shared);
	UNLOCK(local);
}

static __attribute__((noinline)) void second(void)
{
	pthread_mutex_t local = PTHREAD_MUTEX_INITIALIZER;

	seen = &local;
	LOCK(shared);
	LOCK(local);
	work++;
	UNLOCK(local);
	UNLOCK(shared);
}

static void *turn(void *arg)
{
	nap();
	first();
	second();
	return arg;
}

int main(void)
{
	return together(turn, turn);
}
