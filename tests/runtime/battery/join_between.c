/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: AB is over and joined before BA begins
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
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	pthread_join(start(forwards, NULL), NULL);
	pthread_join(start(backwards, NULL), NULL);
	return 0;
}
