/* SPDX-License-Identifier: MIT */
/* The kind is set far from the use: in a helper, under a condition, through a
 * shared attribute object; errorcheck and adaptive mutexes. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t helper_lock;
static pthread_mutex_t normal_lock;
static pthread_mutex_t check_lock = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t adaptive_lock = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
static int counter;

static void init_kind(pthread_mutex_t *m, int kind)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, kind);
	pthread_mutex_init(m, &attr);
	pthread_mutexattr_destroy(&attr);
}

static void by_helper_ok(void)
{
	pthread_mutex_lock(&helper_lock);
	pthread_mutex_lock(&helper_lock);
	counter++;
	pthread_mutex_unlock(&helper_lock);
	pthread_mutex_unlock(&helper_lock);
}

static void by_helper_bad(void)
{
	pthread_mutex_lock(&normal_lock);
	pthread_mutex_lock(&normal_lock); // @expect double-acquire
	counter++;
	pthread_mutex_unlock(&normal_lock);
	pthread_mutex_unlock(&normal_lock);
}

/* An errorcheck mutex tells instead of hanging; who asks is right. */
static void check_ask_ok(void)
{
	int mine = pthread_mutex_lock(&check_lock);

	if (mine != 0)
		return;
	counter++;
	pthread_mutex_unlock(&check_lock);
}

/* Who does not ask lets go too early: the second lock failed with EDEADLK. */
static void check_twice_bad(void)
{
	pthread_mutex_lock(&check_lock);
	pthread_mutex_lock(&check_lock); // @expect double-acquire
	counter++;
	pthread_mutex_unlock(&check_lock);
}

static void adaptive_bad(void)
{
	pthread_mutex_lock(&adaptive_lock);
	pthread_mutex_lock(&adaptive_lock); // @expect double-acquire
	counter++;
	pthread_mutex_unlock(&adaptive_lock);
}

static void adaptive_ok(void)
{
	pthread_mutex_lock(&adaptive_lock);
	counter++;
	pthread_mutex_unlock(&adaptive_lock);
	pthread_mutex_lock(&adaptive_lock);
	counter++;
	pthread_mutex_unlock(&adaptive_lock);
}

int main(void)
{
	init_kind(&helper_lock, PTHREAD_MUTEX_RECURSIVE);
	init_kind(&normal_lock, PTHREAD_MUTEX_NORMAL);
	by_helper_ok();
	by_helper_bad();
	check_ask_ok();
	check_twice_bad();
	adaptive_bad();
	adaptive_ok();
	return counter;
}
