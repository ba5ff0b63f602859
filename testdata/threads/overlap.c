/* SPDX-License-Identifier: MIT */
/* Opposite orders count only where two threads can be in them at once: here
 * worker against worker (two of them), and main between start and join. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t cfg = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t net = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t logm = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t outm = PTHREAD_MUTEX_INITIALIZER;
static int value;

static void *worker_bad(void *arg)
{
	pthread_mutex_lock(&cfg);
	pthread_mutex_lock(&net); // @expect-one lock-order-cycle#main
	value++;
	pthread_mutex_unlock(&net);
	pthread_mutex_unlock(&cfg);

	pthread_mutex_lock(&logm);
	pthread_mutex_lock(&outm); // @expect-one lock-order-cycle#self
	value++;
	pthread_mutex_unlock(&outm);
	pthread_mutex_unlock(&logm);

	pthread_mutex_lock(&outm);
	pthread_mutex_lock(&logm); // @expect-one lock-order-cycle#self
	value--;
	pthread_mutex_unlock(&logm);
	pthread_mutex_unlock(&outm);
	return arg;
}

static void reload_bad(void)
{
	pthread_mutex_lock(&net);
	pthread_mutex_lock(&cfg); // @expect-one lock-order-cycle#main
	value = 0;
	pthread_mutex_unlock(&cfg);
	pthread_mutex_unlock(&net);
}

int main(void)
{
	pthread_t t[2];

	for (int i = 0; i < 2; i++)
		if (pthread_create(&t[i], NULL, worker_bad, NULL) != 0)
			return 1;
	reload_bad();
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return 0;
}
