/* SPDX-License-Identifier: MIT */
/* All locked forwards, all released backwards, nobody else uses them. A library. */
/* @silent */
#include <pthread.h>
#define N 8
static pthread_mutex_t sh[N];
static int cnt[N];
int sum_all(void)
{
	int s = 0;
	for (int i = 0; i < N; i++)
		pthread_mutex_lock(&sh[i]);
	for (int i = 0; i < N; i++)
		s += cnt[i];
	for (int i = N - 1; i >= 0; i--)
		pthread_mutex_unlock(&sh[i]);
	return s;
}
