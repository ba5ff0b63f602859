/* SPDX-License-Identifier: MIT */
/* An inner acquire that tries or gives up after a while does not deadlock;
 * readers do not wait for readers, but a writer in between makes them. */
#include <pthread.h>
#include <stddef.h>
#include <time.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t d = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t r1 = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t r2 = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t w1 = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t w2 = PTHREAD_RWLOCK_INITIALIZER;
static int value;

static void wait_forth_ok(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	value++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void try_back_ok(void)
{
	pthread_mutex_lock(&b);
	if (pthread_mutex_trylock(&a) == 0) {
		value--;
		pthread_mutex_unlock(&a);
	}
	pthread_mutex_unlock(&b);
}

static void timed_forth_ok(void)
{
	struct timespec until = { .tv_sec = time(NULL) + 1 };

	pthread_mutex_lock(&c);
	if (pthread_mutex_timedlock(&d, &until) == 0) {
		value++;
		pthread_mutex_unlock(&d);
	}
	pthread_mutex_unlock(&c);
}

static void wait_back_ok(void)
{
	pthread_mutex_lock(&d);
	pthread_mutex_lock(&c);
	value--;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
}

/* Nobody writes r1 or r2. */
static int read_forth_ok(void)
{
	int v;

	pthread_rwlock_rdlock(&r1);
	pthread_rwlock_rdlock(&r2);
	v = value;
	pthread_rwlock_unlock(&r2);
	pthread_rwlock_unlock(&r1);
	return v;
}

static int read_back_ok(void)
{
	int v;

	pthread_rwlock_rdlock(&r2);
	pthread_rwlock_rdlock(&r1);
	v = value;
	pthread_rwlock_unlock(&r1);
	pthread_rwlock_unlock(&r2);
	return v;
}

static int read_write_bad(void)
{
	pthread_rwlock_rdlock(&w1);
	pthread_rwlock_wrlock(&w2); // @expect-one lock-order-cycle
	value++;
	pthread_rwlock_unlock(&w2);
	pthread_rwlock_unlock(&w1);
	return 0;
}

static int write_back_bad(void)
{
	pthread_rwlock_rdlock(&w2);
	pthread_rwlock_wrlock(&w1); // @expect-one lock-order-cycle
	value--;
	pthread_rwlock_unlock(&w1);
	pthread_rwlock_unlock(&w2);
	return 0;
}

static void *forth(void *arg)
{
	wait_forth_ok();
	timed_forth_ok();
	read_forth_ok();
	read_write_bad();
	return arg;
}

static void *back(void *arg)
{
	try_back_ok();
	wait_back_ok();
	read_back_ok();
	write_back_bad();
	return arg;
}

int main(void)
{
	pthread_t t, u;

	pthread_create(&t, NULL, forth, NULL);
	pthread_create(&u, NULL, back, NULL);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return value;
}
