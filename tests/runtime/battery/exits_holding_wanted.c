/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: a thread ends with a lock held that main takes afterwards
 * hangs: always
 */
#include "battery.h"

MUTEX(a);

static void *leaves(void *arg)
{
	LOCK(a);
	work++;
	return arg;
}

int main(void)
{
	pthread_join(start(leaves, NULL), NULL);
	LOCK(a);
	work++;
	UNLOCK(a);
	return 0;
}
