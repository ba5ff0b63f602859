/* SPDX-License-Identifier: MIT */
// @silent
/* The thread behind a global handle is waited for by a helper, before the
 * locks are taken the other way round. Its twin that does not wait is
 * not_joined_in_helper.c. */
#include <pthread.h>

static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t hang_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t keeper;
static int rounds;

static void *keep_ok(void *arg)
{
	pthread_mutex_lock(&work_lock);
	pthread_mutex_lock(&hang_lock);
	rounds++;
	pthread_mutex_unlock(&hang_lock);
	pthread_mutex_unlock(&work_lock);
	return arg;
}

static int stop_keeper(void)
{
	return pthread_join(keeper, NULL);
}

static void shut_down_ok(void)
{
	stop_keeper();
	pthread_mutex_lock(&hang_lock);
	pthread_mutex_lock(&work_lock);
	rounds = 0;
	pthread_mutex_unlock(&work_lock);
	pthread_mutex_unlock(&hang_lock);
}

int main(void)
{
	if (pthread_create(&keeper, NULL, keep_ok, NULL) != 0)
		return 1;
	shut_down_ok();
	return rounds;
}
