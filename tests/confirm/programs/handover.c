/* SPDX-License-Identifier: MIT */
/*
 * `two` begins when `one` says so: what the run says is possible does not
 * happen, and the reason is found by stopping `one`.
 *
 * @verdict refuted (blocked)
 * @detail two waits at handover.c:[0-9]+ for a condition
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t said = PTHREAD_COND_INITIALIZER;
static int done;

static void *one(void *arg)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	pthread_mutex_lock(&m);
	done = 1;
	pthread_cond_signal(&said);
	pthread_mutex_unlock(&m);
	return arg;
}

static void *two(void *arg)
{
	pthread_mutex_lock(&m);
	while (!done)
		pthread_cond_wait(&said, &m);
	pthread_mutex_unlock(&m);
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
