/* SPDX-License-Identifier: MIT */
/* A function that returns an object locked: one it finds, or its argument. */
#include <pthread.h>
#include <stddef.h>

struct entry { pthread_rwlock_t lock; struct entry *next; int key; };
struct table { pthread_mutex_t lock; struct entry *first; };

struct entry *insert_or_find(struct table *t, struct entry *e)
{
	struct entry *f;

	pthread_mutex_lock(&t->lock);
	for (f = t->first; f; f = f->next)
		if (f->key == e->key)
			break;
	if (f) {
		pthread_rwlock_wrlock(&f->lock);
	} else {
		e->next = t->first;
		t->first = e;
		f = e;
		pthread_rwlock_wrlock(&f->lock);
	}
	pthread_mutex_unlock(&t->lock);
	return f;
}

void bump(struct entry *e)
{
	pthread_rwlock_wrlock(&e->lock);
	e->key++;
	pthread_rwlock_unlock(&e->lock);
}

/* Not the same: it comes back locked or not, and nobody can tell. */
struct entry *bad_update(struct entry *e, int by)
{
	pthread_rwlock_wrlock(&e->lock);
	if (e->key > 100)
		return e; /* @expect unreleased-lock */
	e->key += by;
	pthread_rwlock_unlock(&e->lock);
	return e;
}
