/* SPDX-License-Identifier: MIT */
/*
 * A pool of two, with three jobs: by itself the first thread does the two that
 * take the locks in opposite orders, since the second one begins later.
 *
 * @verdict confirmed
 * @replay
 */
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static int next;

static void forwards(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void backwards(void)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}

static void *work(void *late)
{
	int job;

	if (late)
		usleep(50000);
	while ((job = __atomic_fetch_add(&next, 1, __ATOMIC_SEQ_CST)) < 2) {
		if (job)
			backwards();
		else
			forwards();
	}
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	return NULL;
}

int main(void)
{
	pthread_t p, q;

	pthread_create(&p, NULL, work, NULL);
	pthread_create(&q, NULL, work, &next);
	pthread_join(p, NULL);
	pthread_join(q, NULL);
	return 0;
}
