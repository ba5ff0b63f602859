/* SPDX-License-Identifier: MIT */
/* "Decrement and lock": true = last reference, lock held; the caller releases
 * through a copy of the pointer. A library. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
struct obj { pthread_mutex_t *lock; atomic_int refs; };
struct own { pthread_mutex_t lock; atomic_int refs; };

static bool dec_and_lock(struct obj *o)
{
	pthread_mutex_lock(o->lock);
	if (atomic_fetch_sub(&o->refs, 1) == 1)
		return true;
	pthread_mutex_unlock(o->lock);
	return false;
}

void put_ok(struct obj *o)
{
	pthread_mutex_t *l;

	if (!dec_and_lock(o))
		return;
	l = o->lock;
	free(o);
	pthread_mutex_unlock(l);
}

void put_bad(struct obj *o)
{
	if (!dec_and_lock(o))
		return;
	free(o);
} // @expect unreleased-lock

static bool own_dec_and_lock(struct own *o)
{
	pthread_mutex_lock(&o->lock);
	if (--o->refs == 0)
		return true;
	pthread_mutex_unlock(&o->lock);
	return false;
}

void own_put_ok(struct own *o)
{
	if (!own_dec_and_lock(o))
		return;
	pthread_mutex_unlock(&o->lock);
	pthread_mutex_destroy(&o->lock);
	free(o);
}
