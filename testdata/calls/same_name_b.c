/* SPDX-License-Identifier: MIT */
/* The other half: here helper() expects the lock to be held. */
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int state;

extern void reader_step_ok(void);

static void helper(void)
{
	state++;
}

void writer_step_ok(void)
{
	pthread_mutex_lock(&lock);
	helper();
	/* takes the other file's lock of the same name */
	reader_step_ok();
	pthread_mutex_unlock(&lock);
}

void writer_step_bad(void)
{
	pthread_mutex_lock(&lock);
	helper();
	writer_step_ok(); // @expect double-acquire
	pthread_mutex_unlock(&lock);
}
