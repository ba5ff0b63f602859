/* SPDX-License-Identifier: MIT */
/* A callback that nobody calls here runs in some thread: before the first one
 * is started there is only main's. */
#include <pthread.h>
#include <stddef.h>

typedef void (*handler)(void);
void register_handler(handler h);

static pthread_mutex_t conf = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t zone = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t stat = PTHREAD_MUTEX_INITIALIZER;
static int running;

static void *loop(void *arg)
{
	while (running)
		;
	return arg;
}

static void on_timer(void)
{
	pthread_mutex_lock(&zone);
	pthread_mutex_lock(&conf); // @expect-not lock-order-cycle
	pthread_mutex_unlock(&conf);
	pthread_mutex_unlock(&zone);
	pthread_mutex_lock(&zone);
	pthread_mutex_lock(&stat); // @expect-one lock-order-cycle
	pthread_mutex_unlock(&stat);
	pthread_mutex_unlock(&zone);
}

int main(void)
{
	pthread_t t;

	register_handler(on_timer);
	/* setting up: conf → zone, alone */
	pthread_mutex_lock(&conf);
	pthread_mutex_lock(&zone);
	running = 1;
	pthread_mutex_unlock(&zone);
	pthread_mutex_unlock(&conf);
	pthread_create(&t, NULL, loop, NULL);
	pthread_mutex_lock(&stat);
	pthread_mutex_lock(&zone); // @expect-one lock-order-cycle
	running = 0;
	pthread_mutex_unlock(&zone);
	pthread_mutex_unlock(&stat);
	pthread_join(t, NULL);
	return 0;
}
