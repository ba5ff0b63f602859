/* SPDX-License-Identifier: MIT */
/*
 * A thread ends with a lock.
 *
 * @verdict confirmed
 * @detail mutex a: thread ends with a lock held
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void *one(void *arg)
{
	pthread_mutex_lock(&a);
	return arg;
}

static void *two(void *arg)
{
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	return arg;
}

int main(void)
{
	pthread_t p, q;

	pthread_create(&p, NULL, one, NULL);
	pthread_create(&q, NULL, two, NULL);
	pthread_join(p, NULL);
	pthread_join(q, NULL);
	return 0;
}
