/* SPDX-License-Identifier: MIT */
/* main takes the locks the other way round, but before the first thread is
 * there, and again after the last one is gone. */
// @silent
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t users = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t rooms = PTHREAD_MUTEX_INITIALIZER;
static int n_users, n_rooms;

static void *serve_ok(void *arg)
{
	pthread_mutex_lock(&users);
	pthread_mutex_lock(&rooms);
	n_users++;
	n_rooms++;
	pthread_mutex_unlock(&rooms);
	pthread_mutex_unlock(&users);
	return arg;
}

static void load_ok(void)
{
	pthread_mutex_lock(&rooms);
	pthread_mutex_lock(&users);
	n_users = n_rooms = 0;
	pthread_mutex_unlock(&users);
	pthread_mutex_unlock(&rooms);
}

static void save_ok(void)
{
	pthread_mutex_lock(&rooms);
	pthread_mutex_lock(&users);
	n_users += n_rooms;
	pthread_mutex_unlock(&users);
	pthread_mutex_unlock(&rooms);
}

int main(void)
{
	pthread_t t;

	load_ok();
	if (pthread_create(&t, NULL, serve_ok, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	save_ok();
	return 0;
}
