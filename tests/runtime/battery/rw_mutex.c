/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: one reads the rwlock and takes the mutex, the other takes the mutex and writes the rwlock
 */
#include "battery.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
MUTEX(b);

static void *forwards(void *arg)
{
	nap();
	pthread_rwlock_rdlock(&a);
	LOCK(b);
	work++;
	UNLOCK(b);
	pthread_rwlock_unlock(&a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(b);
	pthread_rwlock_wrlock(&a);
	work++;
	pthread_rwlock_unlock(&a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
