/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: one of the inner locks is only tried
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);

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
	nap();
	LOCK(b);
	if (pthread_mutex_trylock(&a) == 0) {
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
