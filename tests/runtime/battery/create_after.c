/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the thread that does BA is created by the other one after its AB
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);

static void *backwards(void *arg)
{
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

static void *forwards(void *arg)
{
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	*(pthread_t *)arg = start(backwards, NULL);
	return NULL;
}

int main(void)
{
	pthread_t second;

	pthread_join(start(forwards, &second), NULL);
	pthread_join(second, NULL);
	return 0;
}
