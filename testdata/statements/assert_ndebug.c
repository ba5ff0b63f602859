/* SPDX-License-Identifier: MIT */
/* The same with NDEBUG: the lock call inside assert() is not there at all. */
// @flags -DNDEBUG
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t ticks_lock = PTHREAD_MUTEX_INITIALIZER;
static long ticks;

static void *tick_bad(void *arg)
{
	assert(pthread_mutex_lock(&ticks_lock) == 0);
	ticks++;
	pthread_mutex_unlock(&ticks_lock); // @expect release-not-held
	return arg;
}

static void *tick_ok(void *arg)
{
	int rc = pthread_mutex_lock(&ticks_lock);

	assert(rc == 0);
	(void)rc;
	ticks++;
	pthread_mutex_unlock(&ticks_lock);
	return arg;
}

int main(void)
{
	pthread_t a, b;

	pthread_create(&a, NULL, tick_bad, NULL);
	pthread_create(&b, NULL, tick_ok, NULL);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return ticks == 2 ? 0 : 1;
}
