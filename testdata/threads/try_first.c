/* SPDX-License-Identifier: MIT */
/* A lock taken by a try is held all the same: what is waited for under it
 * counts. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t d = PTHREAD_MUTEX_INITIALIZER;
static int value;

static void *try_outer_bad(void *arg)
{
	if (pthread_mutex_trylock(&a) == 0) {
		pthread_mutex_lock(&b); // @expect-one lock-order-cycle
		value++;
		pthread_mutex_unlock(&b);
		pthread_mutex_unlock(&a);
	}
	if (pthread_mutex_trylock(&c) == 0) {
		if (pthread_mutex_trylock(&d) == 0) {
			value++;
			pthread_mutex_unlock(&d);
		}
		pthread_mutex_unlock(&c);
	}
	return arg;
}

static void *wait_outer_bad(void *arg)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a); // @expect-one lock-order-cycle
	value--;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	return arg;
}

static void *both_try_ok(void *arg)
{
	pthread_mutex_lock(&d);
	pthread_mutex_lock(&c);
	value--;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
	return arg;
}

int main(void)
{
	pthread_t t, u, v;

	pthread_create(&t, NULL, try_outer_bad, NULL);
	pthread_create(&u, NULL, wait_outer_bad, NULL);
	pthread_create(&v, NULL, both_try_ok, NULL);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	pthread_join(v, NULL);
	return value;
}
