/* SPDX-License-Identifier: MIT */
/* A callee gives the caller's lock up through the object that it belongs to,
 * and takes it back by the caller's own name for it: as often given back as
 * taken. */
#include <pthread.h>
#include <stddef.h>

struct rmutex { pthread_mutex_t lock; };
struct conn { struct rmutex *mutex; int n; };
struct call { struct conn *owner; int refs; };

struct call *first_call(struct conn *c);
void last_reference(struct call *p);

static void rm_lock(struct rmutex *m)
{
	if (m)
		pthread_mutex_lock(&m->lock);
}

static void rm_unlock(struct rmutex *m)
{
	if (m)
		pthread_mutex_unlock(&m->lock);
}

static void unref_and_unlock(struct call *p)
{
	int refs = --p->refs;

	rm_unlock(p->owner->mutex);
	if (!refs)
		last_reference(p);
}

static void end_calls(struct conn *c)
{
	while (c->n > 0) {
		unref_and_unlock(first_call(c));
		rm_lock(c->mutex);
	}
}

void close_ok(struct conn *c)
{
	rm_lock(c->mutex);
	end_calls(c);
	rm_unlock(c->mutex);
}

int close_early_bad(struct conn *c)
{
	rm_lock(c->mutex);
	if (c->n > 100)
		return -1; // @expect unreleased-lock
	end_calls(c);
	rm_unlock(c->mutex);
	return 0;
}

static void end_calls_twice(struct conn *c)
{
	rm_lock(c->mutex);
	c->n = 0;
	rm_unlock(c->mutex);
}

void close_twice_bad(struct conn *c)
{
	rm_lock(c->mutex);
	end_calls_twice(c); // @expect double-acquire
	rm_unlock(c->mutex);
}
