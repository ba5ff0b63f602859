/* SPDX-License-Identifier: MIT */
/*
 * Two readers cross.
 *
 * @verdict infeasible (shared)
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t s = PTHREAD_RWLOCK_INITIALIZER;

static void *one(void *arg)
{
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_rwlock_rdlock(&r);
	pthread_rwlock_rdlock(&s);
	pthread_rwlock_unlock(&s);
	pthread_rwlock_unlock(&r);
	return arg;
}

static void *two(void *arg)
{
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_rwlock_rdlock(&s);
	pthread_rwlock_rdlock(&r);
	pthread_rwlock_unlock(&r);
	pthread_rwlock_unlock(&s);
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
