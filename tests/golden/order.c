/* SPDX-License-Identifier: MIT */
/* Two threads, two locks in opposite orders, a third one as a gate once. */
#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;

static void take_b(void)
{
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
}

static void *forward(void *arg)
{
	pthread_mutex_lock(&a);
	take_b();
	pthread_mutex_unlock(&a);

	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&c);
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&gate);
	return arg;
}

static void *backward(void *arg)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);

	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&c);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&gate);
	return arg;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&one, NULL, forward, NULL);
	pthread_create(&two, NULL, backward, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
