/* SPDX-License-Identifier: MIT */
/* Condition waits with a mutex that is not held, is another one, or has been
 * released; helpers that wait for their callers. A whole program. */
#include <pthread.h>
#include <stddef.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	int n;
};

static struct queue q = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
			  0 };
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cv = PTHREAD_COND_INITIALIZER;
static int go;

/* Its callers hold the lock, one of them does not. */
static void wait_filled(struct queue *x)
{
	while (!x->n)
		pthread_cond_wait(&x->filled, &x->lock);
}

static void *take_ok(void *p)
{
	pthread_mutex_lock(&q.lock);
	wait_filled(&q);
	q.n--;
	pthread_mutex_unlock(&q.lock);
	return p;
}

static void *take_bad(void *p)
{
	wait_filled(&q); // @expect release-not-held:error
	return p;
}

static void *never_bad(void *p)
{
	while (!go)
		pthread_cond_wait(&cv, &m); // @expect release-not-held:error
	return p;
}

static void *other_bad(void *p)
{
	pthread_mutex_lock(&other);
	while (!go)
		pthread_cond_wait(&cv, &m); // @expect release-not-held:error
	pthread_mutex_unlock(&other);
	return p;
}

static void *late_bad(void *p)
{
	pthread_mutex_lock(&m);
	go = 0;
	pthread_mutex_unlock(&m);
	pthread_cond_wait(&cv, &m); // @expect release-not-held:error
	return p;
}

/* The wait gets it back, so that the release at the end is right. */
static void *refactored_bad(void *p)
{
	int empty;

	pthread_mutex_lock(&m);
	empty = !go;
	pthread_mutex_unlock(&m);
	if (empty)
		pthread_cond_wait(&cv, &m); // @expect release-not-held:error
	else
		pthread_mutex_lock(&m);
	go--;
	pthread_mutex_unlock(&m);
	return p;
}

static void wait_twice(void)
{
	if (go < 0)
		pthread_cond_wait(&cv, &m);
	while (!go)
		pthread_cond_wait(&cv, &m);
}

static void deeper(void)
{
	wait_twice();
}

static void *deeper_ok(void *p)
{
	pthread_mutex_lock(&m);
	deeper();
	pthread_mutex_unlock(&m);
	return p;
}

int main(void)
{
	static void *(*const all[])(void *) = { take_ok, take_bad, never_bad,
						other_bad, late_bad,
						deeper_ok, refactored_bad };
	pthread_t t[7];

	for (int i = 0; i < 7; i++)
		pthread_create(&t[i], NULL, all[i], NULL);
	pthread_mutex_lock(&m);
	go = 1;
	pthread_cond_broadcast(&cv);
	pthread_mutex_unlock(&m);
	for (int i = 0; i < 7; i++)
		pthread_join(t[i], NULL);
	return 0;
}
