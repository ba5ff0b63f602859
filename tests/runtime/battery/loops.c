/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: one loop takes all locks upwards, the other downwards
 */
#include "battery.h"

enum { N = 6 };
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

static void *downwards(void *arg)
{
	nap();
	for (int i = N - 1; i >= 0; i--)
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
	return together(upwards, downwards);
}
