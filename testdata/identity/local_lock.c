/* SPDX-License-Identifier: MIT */
/* Locks in local variables: those that never leave the function, and those
 * handed to a thread. */
#include <pthread.h>
#include <stddef.h>

struct job {
	pthread_mutex_t lock;
	pthread_mutex_t done_lock;
	int n;
};

/* Opposite orders of two locks that only this call knows. */
static int local_order_ok(int up)
{
	pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

	if (up) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&b);
	} else {
		pthread_mutex_lock(&b);
		pthread_mutex_lock(&a);
	}
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	return up;
}

static int local_twice_bad(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&m);
	pthread_mutex_lock(&m); // @expect double-acquire
	pthread_mutex_unlock(&m);
	return 0;
}

static void *job_run(void *arg)
{
	struct job *j = arg;

	local_order_ok(j->n);
	pthread_mutex_lock(&j->lock);
	j->n++;
	pthread_mutex_lock(&j->done_lock); // @expect-one lock-order-cycle
	j->n++;
	pthread_mutex_unlock(&j->done_lock);
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

/* The job lives on this stack, but the thread sees it. */
static int job_main_bad(void)
{
	struct job j = { .n = 0 };
	pthread_t t;

	pthread_mutex_init(&j.lock, NULL);
	pthread_mutex_init(&j.done_lock, NULL);
	if (pthread_create(&t, NULL, job_run, &j) != 0)
		return -1;
	pthread_mutex_lock(&j.done_lock);
	pthread_mutex_lock(&j.lock); // @expect-one lock-order-cycle
	j.n--;
	pthread_mutex_unlock(&j.lock);
	pthread_mutex_unlock(&j.done_lock);
	pthread_join(t, NULL);
	return j.n;
}

int main(void)
{
	local_order_ok(0);
	local_order_ok(1);
	local_twice_bad();
	return job_main_bad();
}
