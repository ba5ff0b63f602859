/* SPDX-License-Identifier: MIT */
/*
 * The second waits until the first is done, by a condition whose lock the first
 * has all the while: whoever is made to wait, early or late, the other one
 * cannot come.
 *
 * @verdict infeasible (constraint)
 * @detail whoever was made to wait: two waits at constraint.c:[0-9]+ for
 */
#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool done;

static void *one(void *arg)
{
	pthread_mutex_lock(&m);
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	done = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&m);
	return arg;
}

static void *two(void *arg)
{
	pthread_mutex_lock(&m);
	while (!done)
		pthread_cond_wait(&changed, &m);
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
