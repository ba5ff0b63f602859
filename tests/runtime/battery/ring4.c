/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: four threads, one function, each takes its lock and the next of four
 */
#include "battery.h"

enum { N = 4 };
static pthread_mutex_t locks[N];
static const int number[N] = { 0, 1, 2, 3 };

static void *turn(void *arg)
{
	int i = *(const int *)arg;

	nap();
	LOCK(locks[i]);
	LOCK(locks[(i + 1) % N]);
	work++;
	UNLOCK(locks[(i + 1) % N]);
	UNLOCK(locks[i]);
	return arg;
}

int main(void)
{
	pthread_t t[N];

	for (int i = 0; i < N; i++)
		pthread_mutex_init(&locks[i], NULL);
	for (int i = 0; i < N; i++)
		t[i] = start(turn, (void *)&number[i]);
	for (int i = 0; i < N; i++)
		pthread_join(t[i], NULL);
	return 0;
}
