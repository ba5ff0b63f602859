/* SPDX-License-Identifier: MIT */
/*
 * A pool whose first thread is the only one that ever does both: one run does
 * not prove that, so it is not called infeasible.
 *
 * @verdict undecided (same-thread)
 * @detail in this run only thread 2 .work. does both, but other threads
 */
#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *is_first)
{
	if (is_first) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&b);
		pthread_mutex_unlock(&b);
		pthread_mutex_unlock(&a);
		pthread_mutex_lock(&b);
		pthread_mutex_lock(&a);
		pthread_mutex_unlock(&a);
		pthread_mutex_unlock(&b);
	}
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	return NULL;
}

int main(void)
{
	pthread_t p, q;

	pthread_create(&p, NULL, work, &p);
	pthread_create(&q, NULL, work, NULL);
	pthread_join(p, NULL);
	pthread_join(q, NULL);
	return 0;
}
