/* SPDX-License-Identifier: MIT */
/* Both orders are in the same thread, and there is one such thread only: it
 * cannot meet itself. */
// @silent
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static int value;

static void forth_ok(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	value++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void back_ok(void)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	value--;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}

static void *worker_ok(void *arg)
{
	forth_ok();
	back_ok();
	return arg;
}

int main(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, worker_ok, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	return value;
}
