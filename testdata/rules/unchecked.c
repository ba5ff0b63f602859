/* SPDX-License-Identifier: MIT */
/* trylock-unchecked: the result of a try or timed lock that nobody looks at.
 * Ignoring the result of a plain lock is what everybody does. A library. */
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>
#include <time.h>

struct cell {
	pthread_mutex_t lock;
	mtx_t mtx;
	pthread_rwlock_t rw;
	int n;
};

void discard_bad(struct cell *c)
{
	pthread_mutex_trylock(&c->lock); // @expect trylock-unchecked
	c->n++;
	pthread_mutex_unlock(&c->lock);
}

void discard_ok(struct cell *c)
{
	pthread_mutex_lock(&c->lock);
	c->n++;
	pthread_mutex_unlock(&c->lock);
}

void cast_bad(struct cell *c)
{
	(void)mtx_trylock(&c->mtx); // @expect trylock-unchecked
	c->n++;
	mtx_unlock(&c->mtx);
}

void cast_ok(struct cell *c)
{
	if (mtx_trylock(&c->mtx) != thrd_success)
		return;
	c->n++;
	mtx_unlock(&c->mtx);
}

int timed_bad(struct cell *c, const struct timespec *until)
{
	pthread_rwlock_timedwrlock(&c->rw, until); // @expect trylock-unchecked
	c->n = 0;
	pthread_rwlock_unlock(&c->rw);
	return 0;
}

int timed_ok(struct cell *c, const struct timespec *until)
{
	int rc = pthread_rwlock_timedwrlock(&c->rw, until);

	if (rc)
		return rc;
	c->n = 0;
	return pthread_rwlock_unlock(&c->rw);
}

/* The result is kept, but nobody asks. */
int stored_bad(struct cell *c)
{
	int rc = pthread_mutex_trylock(&c->lock); // @expect trylock-unchecked

	(void)rc;
	c->n++;
	pthread_mutex_unlock(&c->lock);
	return 0;
}

int stored_ok(struct cell *c)
{
	int rc = pthread_mutex_trylock(&c->lock);

	if (rc == 0) {
		c->n++;
		pthread_mutex_unlock(&c->lock);
	}
	return rc;
}

/* Passing the result on is looking at it: the caller decides. */
int cell_try_ok(struct cell *c)
{
	return pthread_mutex_trylock(&c->lock);
}

int passed_bad(struct cell *c)
{
	cell_try_ok(c); // @expect trylock-unchecked
	c->n--;
	pthread_mutex_unlock(&c->lock);
	return c->n;
}

int passed_ok(struct cell *c)
{
	if (cell_try_ok(c) != 0)
		return -1;
	c->n--;
	pthread_mutex_unlock(&c->lock);
	return 0;
}
