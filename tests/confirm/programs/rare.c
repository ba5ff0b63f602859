/* SPDX-License-Identifier: MIT */
/*
 * The same, at random times: natural runs hardly ever meet.
 *
 * @verdict confirmed
 * @replay
 * @one-run
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void pause_some(unsigned int n)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	n += (unsigned int)t.tv_nsec;
	usleep((useconds_t)rand_r(&n) % 20000);
}

static void *one(void *arg)
{
	pause_some(1);
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	return arg;
}

static void *two(void *arg)
{
	pause_some(2);
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
