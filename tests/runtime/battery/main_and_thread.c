/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: main does BA between creating the thread that does AB and joining it
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

int main(void)
{
	pthread_t t = start(forwards, NULL);

	nap();
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	pthread_join(t, NULL);
	return 0;
}
