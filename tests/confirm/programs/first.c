/* SPDX-License-Identifier: MIT */
/*
 * `two` needs `a` before it takes `b`: whoever is stopped too late is in
 * the other's way. Found by stopping `one` earlier.
 *
 * @verdict confirmed
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
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	return arg;
}

static void *two(void *arg)
{
	usleep(2000);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
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
