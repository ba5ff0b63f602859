/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: the outer locks are tried and got, the inner ones wait, crossed
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);

static void *forwards(void *arg)
{
	nap();
	if (pthread_mutex_trylock(&a))
		return arg;
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	if (pthread_mutex_trylock(&b))
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
