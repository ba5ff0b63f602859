/* SPDX-License-Identifier: MIT */
/* Two files, each with its own static helper(), state and lock of the same
 * name: here helper() takes the lock. A library of two files. */
// @with same_name_b.c
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int state;

static void helper(void)
{
	pthread_mutex_lock(&lock);
	state++;
	pthread_mutex_unlock(&lock);
}

void reader_step_bad(void)
{
	pthread_mutex_lock(&lock);
	helper(); // @expect double-acquire
	pthread_mutex_unlock(&lock);
}

void reader_step_ok(void)
{
	helper();
	pthread_mutex_lock(&lock);
	state--;
	pthread_mutex_unlock(&lock);
}
