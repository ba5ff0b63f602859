/* SPDX-License-Identifier: MIT */
/* Waits in a library: only of a static lock it is known that nobody holds it. */
#include <pthread.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	int n;
};

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cv = PTHREAD_COND_INITIALIZER;
static int go;

int queue_wait_ok(struct queue *q)
{
	return pthread_cond_wait(&q->filled, &q->lock);
}

void unlocked_bad(void)
{
	while (!go)
		pthread_cond_wait(&cv, &m); // @expect release-not-held:warning
}

void locked_ok(void)
{
	pthread_mutex_lock(&m);
	while (!go)
		pthread_cond_wait(&cv, &m);
	pthread_mutex_unlock(&m);
}
