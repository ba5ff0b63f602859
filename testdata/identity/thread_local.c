/* SPDX-License-Identifier: MIT */
/* A lock in thread-local storage is one for each thread: no two threads meet at
 * it, but a thread can still hang on its own. */
#include <pthread.h>
#include <stddef.h>

static _Thread_local pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local int mine;
static int all;

static void forth_ok(void)
{
	pthread_mutex_lock(&own);
	pthread_mutex_lock(&shared);
	all += mine;
	pthread_mutex_unlock(&shared);
	pthread_mutex_unlock(&own);
}

static void back_ok(void)
{
	pthread_mutex_lock(&shared);
	pthread_mutex_lock(&own);
	mine = all;
	pthread_mutex_unlock(&own);
	pthread_mutex_unlock(&shared);
}

static void twice_bad(void)
{
	pthread_mutex_lock(&own);
	mine++;
	pthread_mutex_lock(&own); // @expect double-acquire
	mine++;
	pthread_mutex_unlock(&own);
}

static void *worker(void *arg)
{
	forth_ok();
	back_ok();
	twice_bad();
	return arg;
}

int main(void)
{
	pthread_t t, u;

	pthread_create(&t, NULL, worker, NULL);
	pthread_create(&u, NULL, worker, NULL);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return all;
}
