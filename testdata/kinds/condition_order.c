/* SPDX-License-Identifier: MIT */
/* Waiting with another lock held: when the wait takes its mutex back, the order
 * is other → mutex, which is a finding only against the reverse order. That
 * the other lock is held during the wait (nested monitor) is another rule's. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int state;

/* outer, then inner; the wait gives back only inner. */
static void *nested_ok(void *arg)
{
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	while (!state)
		pthread_cond_wait(&changed, &inner);
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
	return arg;
}

static void *setter_ok(void *arg)
{
	pthread_mutex_lock(&inner);
	state = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&inner);
	return arg;
}

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t go = PTHREAD_COND_INITIALIZER;

/* first, then second: but the wait on first takes it back while second is
 * still held. */
static void *reorder_bad(void *arg)
{
	pthread_mutex_lock(&first);
	pthread_mutex_lock(&second); // @expect-one lock-order-cycle
	while (!state)
		pthread_cond_wait(&go, &first); // @expect-one lock-order-cycle
	pthread_mutex_unlock(&second);
	pthread_mutex_unlock(&first);
	return arg;
}

static void *starter(void *arg)
{
	pthread_mutex_lock(&first);
	pthread_mutex_lock(&second); // @expect-one lock-order-cycle
	state++;
	pthread_cond_signal(&go);
	pthread_mutex_unlock(&second);
	pthread_mutex_unlock(&first);
	return arg;
}

int main(void)
{
	pthread_t t[4];

	pthread_create(&t[0], NULL, nested_ok, NULL);
	pthread_create(&t[1], NULL, setter_ok, NULL);
	pthread_create(&t[2], NULL, reorder_bad, NULL);
	pthread_create(&t[3], NULL, starter, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return 0;
}
