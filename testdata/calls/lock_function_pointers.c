/* SPDX-License-Identifier: MIT */
/* The API's own functions called through pointers, in functions that touch no
 * lock by another way: a const table of them, a variable. A library. */
#include <pthread.h>

struct lock_ops {
	int (*lock)(pthread_mutex_t *);
	int (*unlock)(pthread_mutex_t *);
};
static const struct lock_ops ops = { pthread_mutex_lock, pthread_mutex_unlock };
static pthread_mutex_t pool = PTHREAD_MUTEX_INITIALIZER;
static int pooled;

static void refill(void)
{
	ops.lock(&pool);
	pooled = 8;
	ops.unlock(&pool);
}

int get_bad(void)
{
	int v;

	ops.lock(&pool);
	if (!pooled)
		refill(); // @expect double-acquire
	v = --pooled;
	ops.unlock(&pool);
	return v;
}

int get_ok(void)
{
	int v;

	refill();
	ops.lock(&pool);
	v = --pooled;
	ops.unlock(&pool);
	return v;
}

int put_bad(int k)
{
	ops.lock(&pool);
	if (k < 0)
		return -1; // @expect unreleased-lock
	pooled += k;
	ops.unlock(&pool);
	return 0;
}

int put_ok(int k)
{
	ops.lock(&pool);
	if (k < 0) {
		ops.unlock(&pool);
		return -1;
	}
	pooled += k;
	ops.unlock(&pool);
	return 0;
}

void twice_bad(void)
{
	int (*lock)(pthread_mutex_t *) = pthread_mutex_lock;
	int (*unlock)(pthread_mutex_t *) = &pthread_mutex_unlock;

	(*lock)(&pool);
	pooled++;
	(*lock)(&pool); // @expect double-acquire
	(*unlock)(&pool);
}

void once_ok(void)
{
	int (*lock)(pthread_mutex_t *) = pthread_mutex_lock;
	int (*unlock)(pthread_mutex_t *) = &pthread_mutex_unlock;

	(*lock)(&pool);
	pooled++;
	(*unlock)(&pool);
}
