/* SPDX-License-Identifier: MIT */
/* The twin of before_start.c: the thread is detached, so that it may still run
 * when main saves. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t users = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t rooms = PTHREAD_MUTEX_INITIALIZER;
static int n_users, n_rooms;

static void *serve_bad(void *arg)
{
	pthread_mutex_lock(&users);
	pthread_mutex_lock(&rooms); // @expect-one lock-order-cycle
	n_users++;
	n_rooms++;
	pthread_mutex_unlock(&rooms);
	pthread_mutex_unlock(&users);
	return arg;
}

static void save_bad(void)
{
	pthread_mutex_lock(&rooms);
	pthread_mutex_lock(&users); // @expect-one lock-order-cycle
	n_users += n_rooms;
	pthread_mutex_unlock(&users);
	pthread_mutex_unlock(&rooms);
}

int main(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, serve_bad, NULL) != 0)
		return 1;
	pthread_detach(t);
	save_bad();
	return 0;
}
