/* SPDX-License-Identifier: MIT */
/* Callees that let go of the caller's lock, for good or for a while. A library. */
#include <pthread.h>
#include <stdlib.h>

struct task {
	pthread_mutex_t lock;
	int refs, runs;
	void (*work)(struct task *);
};

extern int slow_io(int n);

/* Called with the lock held; unlocks, and frees the last reference. */
static void task_put_unlock(struct task *t)
{
	int refs = --t->refs;

	pthread_mutex_unlock(&t->lock);
	if (refs == 0)
		free(t);
}

/* Called with the lock held; drops it around the slow part. */
static int task_io_relock(struct task *t)
{
	int n = t->runs, rc;

	pthread_mutex_unlock(&t->lock);
	rc = slow_io(n);
	pthread_mutex_lock(&t->lock);
	return rc;
}

/* The same, but an error comes back without the lock. */
static int task_io_or_drop(struct task *t)
{
	int n = t->runs;

	pthread_mutex_unlock(&t->lock);
	if (slow_io(n) < 0)
		return -1;
	pthread_mutex_lock(&t->lock);
	return 0;
}

void task_done_ok(struct task *t)
{
	pthread_mutex_lock(&t->lock);
	t->runs++;
	task_put_unlock(t);
}

void task_done_bad(struct task *t)
{
	pthread_mutex_lock(&t->lock);
	t->runs++;
	task_put_unlock(t);
	pthread_mutex_unlock(&t->lock); // @expect release-not-held
}

int task_io_ok(struct task *t)
{
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = task_io_relock(t);
	t->runs++;
	pthread_mutex_unlock(&t->lock);
	return rc;
}

/* The callee came back with the lock: taking it again hangs. */
int task_io_bad(struct task *t)
{
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = task_io_relock(t);
	pthread_mutex_lock(&t->lock); // @expect double-acquire
	t->runs++;
	pthread_mutex_unlock(&t->lock);
	return rc;
}

int task_drop_ok(struct task *t)
{
	pthread_mutex_lock(&t->lock);
	if (task_io_or_drop(t) < 0)
		return -1;
	t->runs++;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

int task_drop_bad(struct task *t)
{
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = task_io_or_drop(t);
	if (rc == 0)
		t->runs++;
	pthread_mutex_unlock(&t->lock); // @expect release-not-held
	return rc;
}
