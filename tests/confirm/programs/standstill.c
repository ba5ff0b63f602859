/* SPDX-License-Identifier: MIT */
/*
 * Hangs by itself, in the first run already: one waits for a condition with a
 * lock that the one who signals wants first. Nearly always: the schedule is
 * needed for the rest.
 *
 * @verdict confirmed
 * @detail waits for condition changed
 * @replay
 */
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool ready;

static void *waiter(void *arg)
{
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	while (!ready)
		pthread_cond_wait(&changed, &inner);
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
	return arg;
}

static void *waker(void *arg)
{
	usleep(20000);
	pthread_mutex_lock(&outer);
	pthread_mutex_unlock(&outer);
	pthread_mutex_lock(&inner);
	ready = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&inner);
	return arg;
}

int main(void)
{
	pthread_t p, q;

	pthread_create(&p, NULL, waiter, NULL);
	pthread_create(&q, NULL, waker, NULL);
	pthread_join(p, NULL);
	pthread_join(q, NULL);
	return 0;
}
