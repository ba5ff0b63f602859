/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: a chain walked hand over hand from both ends
 */
#include "battery.h"

enum { N = 4 };
static pthread_mutex_t locks[N];

static void *up(void *arg)
{
	nap();
	LOCK(locks[0]);
	for (int i = 1; i < N; i++) {
		LOCK(locks[i]);
		UNLOCK(locks[i - 1]);
	}
	UNLOCK(locks[N - 1]);
	return arg;
}

static void *down(void *arg)
{
	nap();
	LOCK(locks[N - 1]);
	for (int i = N - 2; i >= 0; i--) {
		LOCK(locks[i]);
		UNLOCK(locks[i + 1]);
	}
	UNLOCK(locks[0]);
	return arg;
}

int main(void)
{
	for (int i = 0; i < N; i++)
		pthread_mutex_init(&locks[i], NULL);
	return together(up, down);
}
