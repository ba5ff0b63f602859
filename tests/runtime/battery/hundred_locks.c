/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: a hundred locks are held at once, always in one order
 */
#include "battery.h"

enum { N = 100 };
static pthread_mutex_t locks[N];

static void *upwards(void *arg)
{
	nap();
	for (int i = 0; i < N; i++)
		LOCK(locks[i]);
	work++;
	for (int i = 0; i < N; i++)
		UNLOCK(locks[i]);
	return arg;
}

static void *again(void *arg)
{
	nap();
	for (int i = 0; i < N; i++)
		LOCK(locks[i]);
	work++;
	for (int i = 0; i < N; i++)
		UNLOCK(locks[i]);
	return arg;
}

int main(void)
{
	for (int i = 0; i < N; i++)
		pthread_mutex_init(&locks[i], NULL);
	return together(upwards, again);
}
