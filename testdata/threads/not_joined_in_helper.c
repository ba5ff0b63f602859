/* SPDX-License-Identifier: MIT */
/* Nobody waits for the thread before the locks are taken the other way round:
 * the twin of joined_in_helper.c. */
#include <pthread.h>

static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t hang_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t keeper;
static int rounds;

static void *keep_bad(void *arg)
{
	pthread_mutex_lock(&work_lock);
	pthread_mutex_lock(&hang_lock); // @expect-one lock-order-cycle
	rounds++;
	pthread_mutex_unlock(&hang_lock);
	pthread_mutex_unlock(&work_lock);
	return arg;
}

static int stop_keeper(void)
{
	return pthread_join(keeper, NULL);
}

static void shut_down_bad(void)
{
	pthread_mutex_lock(&hang_lock);
	pthread_mutex_lock(&work_lock); // @expect-one lock-order-cycle
	rounds = 0;
	pthread_mutex_unlock(&work_lock);
	pthread_mutex_unlock(&hang_lock);
}

int main(void)
{
	if (pthread_create(&keeper, NULL, keep_bad, NULL) != 0)
		return 1;
	shut_down_bad();
	return stop_keeper();
}
