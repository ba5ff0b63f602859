/* SPDX-License-Identifier: MIT */
/* A condition wait releases the mutex and takes it again. A library. */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	int len, closed;
};

int pop_ok(struct queue *qu)
{
	pthread_mutex_lock(&qu->lock);
	while (qu->len == 0 && !qu->closed)
		pthread_cond_wait(&qu->more, &qu->lock);
	if (qu->closed) {
		pthread_mutex_unlock(&qu->lock);
		return -1;
	}
	qu->len--;
	pthread_mutex_unlock(&qu->lock);
	return 0;
}

int pop_bad(struct queue *qu)
{
	pthread_mutex_lock(&qu->lock);
	while (qu->len == 0 && !qu->closed)
		pthread_cond_wait(&qu->more, &qu->lock);
	if (qu->closed)
		return -1; // @expect unreleased-lock
	qu->len--;
	pthread_mutex_unlock(&qu->lock);
	return 0;
}

/* The wait came back with the mutex: taking it again hangs. */
void relock_bad(struct queue *qu)
{
	pthread_mutex_lock(&qu->lock);
	while (qu->len == 0) {
		pthread_cond_wait(&qu->more, &qu->lock);
		pthread_mutex_lock(&qu->lock); // @expect double-acquire
	}
	qu->len--;
	pthread_mutex_unlock(&qu->lock);
}

void relock_ok(struct queue *qu)
{
	pthread_mutex_lock(&qu->lock);
	while (qu->len == 0)
		pthread_cond_wait(&qu->more, &qu->lock);
	qu->len--;
	pthread_mutex_unlock(&qu->lock);
}

/* A wait that ran out of time holds the mutex too. */
int timed_ok(struct queue *qu, const struct timespec *until)
{
	int rc = 0;

	pthread_mutex_lock(&qu->lock);
	while (qu->len == 0 && rc == 0)
		rc = pthread_cond_timedwait(&qu->more, &qu->lock, until);
	if (rc == 0)
		qu->len--;
	pthread_mutex_unlock(&qu->lock);
	return rc;
}

int timed_bad(struct queue *qu, const struct timespec *until)
{
	int rc = 0;

	pthread_mutex_lock(&qu->lock);
	while (qu->len == 0 && rc == 0)
		rc = pthread_cond_timedwait(&qu->more, &qu->lock, until);
	if (rc == ETIMEDOUT)
		return rc; // @expect unreleased-lock
	qu->len--;
	pthread_mutex_unlock(&qu->lock);
	return 0;
}

void *push_ok(void *arg)
{
	struct queue *qu = arg;

	pthread_mutex_lock(&qu->lock);
	qu->len++;
	pthread_cond_signal(&qu->more);
	pthread_mutex_unlock(&qu->lock);
	return NULL;
}
