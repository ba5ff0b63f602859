/* SPDX-License-Identifier: MIT */
/* The twin of cycle_many.c: the last pair goes down the chain like the rest. */
// @silent
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t p = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t q = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t r = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t s = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void with(pthread_mutex_t *first, pthread_mutex_t *then)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(then);
	n++;
	pthread_mutex_unlock(then);
	pthread_mutex_unlock(first);
}

static void *chain_pq_ok(void *arg)
{
	with(&p, &q);
	return arg;
}

static void *chain_qr_ok(void *arg)
{
	with(&q, &r);
	return arg;
}

static void *chain_rs_ok(void *arg)
{
	with(&r, &s);
	return arg;
}

static void *chain_ps_ok(void *arg)
{
	with(&p, &s);
	return arg;
}

int main(void)
{
	pthread_t t[4];

	pthread_create(&t[0], NULL, chain_pq_ok, NULL);
	pthread_create(&t[1], NULL, chain_qr_ok, NULL);
	pthread_create(&t[2], NULL, chain_rs_ok, NULL);
	pthread_create(&t[3], NULL, chain_ps_ok, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return n;
}
