/* SPDX-License-Identifier: MIT */
/* One address, several locks: initialised again, destroyed between, or in the
 * frames of two functions; and one lock whose tuples lie in two segments.
 *
 * @run init
 * @run frames
 * @run segments
 */
#include <pthread.h>
#include <string.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t moving;

__attribute__((noinline)) static void under(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(m);
}

__attribute__((noinline)) static void over(pthread_mutex_t *m)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(m);
	pthread_mutex_unlock(m);
	pthread_mutex_unlock(&a);
}

__attribute__((noinline)) static void first(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	under(&m);
}

__attribute__((noinline)) static void second(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	over(&m);
}

static void *nothing(void *arg)
{
	return arg;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "init";
	pthread_t t;

	if (!strcmp(name, "init")) {
		pthread_mutex_init(&moving, NULL);
		under(&moving);
		pthread_mutex_destroy(&moving);
		pthread_mutex_init(&moving, NULL);
		over(&moving);
	} else if (!strcmp(name, "frames")) {
		first();
		second();
	} else {
		for (int i = 0; i < 2; i++) {
			under(&moving);
			under(&moving);
			pthread_create(&t, NULL, nothing, NULL);
			pthread_join(t, NULL);
		}
	}
	return 0;
}
