/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: main joins with a lock that the thread may still need
 */
#include "battery.h"

MUTEX(a);

static void *needs_a(void *arg)
{
	LOCK(a);
	work++;
	UNLOCK(a);
	return arg;
}

int main(void)
{
	pthread_t t = start(needs_a, NULL);

	long_nap();
	LOCK(a);
	pthread_join(t, NULL);
	UNLOCK(a);
	return 0;
}
