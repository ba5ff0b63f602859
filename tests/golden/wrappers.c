/* SPDX-License-Identifier: MIT */
/* Locks behind functions: as parameter, as field of one, by return value. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct account {
	pthread_mutex_t lock;
	long balance;
	int closed;
};

static void lock_it(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
}

static void account_lock(struct account *a)
{
	lock_it(&a->lock);
}

static void account_unlock(struct account *a)
{
	pthread_mutex_unlock(&a->lock);
}

/* Returns with the lock held if and only if it returns 0. */
int account_open(struct account *a)
{
	account_lock(a);
	if (a->closed) {
		account_unlock(a);
		return -EINVAL;
	}
	return 0;
}

int account_try(struct account *a)
{
	return pthread_mutex_trylock(&a->lock) == 0;
}

long account_take(struct account *a, long sum)
{
	if (account_open(a) < 0)
		return 0;
	if (a->balance < sum)
		return -1;
	a->balance -= sum;
	account_unlock(a);
	return sum;
}

long account_peek(struct account *a)
{
	long sum = -1;

	if (account_try(a)) {
		sum = a->balance;
		account_unlock(a);
	}
	return sum;
}
