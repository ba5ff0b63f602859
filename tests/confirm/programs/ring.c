/* SPDX-License-Identifier: MIT */
/*
 * Three philosophers: locks and threads in arrays.
 *
 * @verdict confirmed
 * @replay
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t forks[3] = { PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };

static void *eat(void *arg)
{
	long i = (long)arg;

	usleep((useconds_t)i * 3000);
	pthread_mutex_lock(&forks[i]);
	pthread_mutex_lock(&forks[(i + 1) % 3]);
	pthread_mutex_unlock(&forks[(i + 1) % 3]);
	pthread_mutex_unlock(&forks[i]);
	return arg;
}

int main(void)
{
	pthread_t t[3];

	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, eat, (void *)i);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	return 0;
}
