/* SPDX-License-Identifier: MIT */
/* Two elements of one array by indices that nothing orders. A library. */
#include <pthread.h>
#include <stdlib.h>
#define NA 10
struct acct { pthread_mutex_t m; int bal; };
static struct acct bank[NA], vault[NA], purse[NA], till[NA];

int move_bad(int from, int to, int n)
{
	if (from == to)
		return 0;
	pthread_mutex_lock(&bank[from].m);
	pthread_mutex_lock(&bank[to].m); // @expect lock-order-cycle
	bank[from].bal -= n;
	bank[to].bal += n;
	pthread_mutex_unlock(&bank[to].m);
	pthread_mutex_unlock(&bank[from].m);
	return n;
}

int move_ok(int from, int to, int n)
{
	if (from == to)
		return 0;
	if (from < to) {
		pthread_mutex_lock(&vault[from].m);
		pthread_mutex_lock(&vault[to].m);
	} else {
		pthread_mutex_lock(&vault[to].m);
		pthread_mutex_lock(&vault[from].m);
	}
	vault[from].bal -= n;
	vault[to].bal += n;
	pthread_mutex_unlock(&vault[to].m);
	pthread_mutex_unlock(&vault[from].m);
	return n;
}

int minmax_ok(int i, int j)
{
	int lo = i < j ? i : j, hi = i < j ? j : i;

	if (i == j)
		return 0;
	pthread_mutex_lock(&purse[lo].m);
	pthread_mutex_lock(&purse[hi].m);
	purse[i].bal--;
	purse[j].bal++;
	pthread_mutex_unlock(&purse[hi].m);
	pthread_mutex_unlock(&purse[lo].m);
	return 1;
}

/* Always upwards. */
int next_ok(int i)
{
	if (i + 1 >= NA)
		return 0;
	pthread_mutex_lock(&till[i].m);
	pthread_mutex_lock(&till[i + 1].m);
	till[i].bal--;
	till[i + 1].bal++;
	pthread_mutex_unlock(&till[i + 1].m);
	pthread_mutex_unlock(&till[i].m);
	return 1;
}
