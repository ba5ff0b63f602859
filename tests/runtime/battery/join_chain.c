/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: main joins with a lock held; the thread joins another one, which needs the lock
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

static void *starts_another(void *arg)
{
	pthread_join(start(needs_a, NULL), NULL);
	return arg;
}

int main(void)
{
	pthread_t t = start(starts_another, NULL);

	long_nap();
	LOCK(a);
	pthread_join(t, NULL);
	UNLOCK(a);
	return 0;
}
