/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the second tries its inner lock, and gives the outer one back until it gets it
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
	for (;;) {
		LOCK(b);
		if (pthread_mutex_trylock(&a) == 0)
			break;
		UNLOCK(b);
		nap();
	}
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
