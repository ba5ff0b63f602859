/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: waits for a condition as a reader of what the one who signals only reads
 */
#include "battery.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int first_done;

static void *forwards(void *arg)
{
	nap();
	pthread_rwlock_rdlock(&a);
	LOCK(m);
	while (!first_done)
		pthread_cond_wait(&changed, &m);
	UNLOCK(m);
	pthread_rwlock_unlock(&a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	long_nap();
	pthread_rwlock_rdlock(&a);
	work++;
	pthread_rwlock_unlock(&a);
	LOCK(m);
	first_done = 1;
	pthread_cond_signal(&changed);
	UNLOCK(m);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
