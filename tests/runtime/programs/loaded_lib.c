/* SPDX-License-Identifier: MIT */
/* A library that locks in its constructor and when it is asked to. */
#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

void plugin_nest(void);

void plugin_nest(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

__attribute__((constructor)) static void early(void)
{
	plugin_nest();
}
