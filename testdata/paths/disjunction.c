/* SPDX-License-Identifier: MIT */
/* A lock under `a || b`, released under the same: two ways to the lock are one
 * lock state, and what they differ in must not be forgotten where they join
 * (found in unbound's libworker_setup). A library. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct worker {
	pthread_mutex_t lock;
	bool background, threaded;
	int *memory;
};

int setup_ok(struct worker *w)
{
	if (!w->background || w->threaded)
		pthread_mutex_lock(&w->lock);
	w->memory = NULL;
	if (!w->background || w->threaded)
		pthread_mutex_unlock(&w->lock);
	return 0;
}

int setup_bad(struct worker *w)
{
	if (!w->background || w->threaded)
		pthread_mutex_lock(&w->lock);
	w->memory = NULL;
	if (!w->background)
		pthread_mutex_unlock(&w->lock);
	return 0; // @expect unreleased-lock
}

/* More ways in between: they tell other things apart, not the lock. */
int setup_long_ok(struct worker *w, int *a, int *b)
{
	if (!w->background || w->threaded)
		pthread_mutex_lock(&w->lock);
	w->memory = a;
	if (w->memory && !*w->memory)
		w->memory = NULL;
	if (b && !*b)
		b = NULL;
	if (!w->background || w->threaded)
		pthread_mutex_unlock(&w->lock);
	if (!w->memory)
		return -1;
	if (!w->background || w->threaded)
		pthread_mutex_lock(&w->lock);
	if (b && !*b)
		b = NULL;
	if (!w->background || w->threaded)
		pthread_mutex_unlock(&w->lock);
	return b != NULL;
}

int setup_long_bad(struct worker *w, int *a, int *b)
{
	if (!w->background || w->threaded)
		pthread_mutex_lock(&w->lock);
	w->memory = a;
	if (w->memory && !*w->memory)
		w->memory = NULL;
	if (b && !*b)
		b = NULL;
	if (!w->threaded)
		pthread_mutex_unlock(&w->lock); // @expect-any release-not-held
	if (!w->memory)
		return -1; // @expect unreleased-lock
	return b != NULL; // @expect unreleased-lock
}

/* `copied || !shared` joins two ways without the lock, each for its own
 * reason; together they do not make a third (found in apr's epoll.c). */
struct ring {
	unsigned flags;
	pthread_mutex_t *lock;
	int *slot;
};

int ring_add_ok(struct ring *r, int *item, int n)
{
	if (r->flags & 2) {
		item = NULL;
	} else {
		if (r->flags & 1)
			pthread_mutex_lock(r->lock);
		if (!item)
			item = r->slot;
	}
	if (n)
		n--;
	if (!(r->flags & 2)) {
		r->slot = item;
		if (r->flags & 1)
			pthread_mutex_unlock(r->lock);
	}
	return n;
}

int ring_add_bad(struct ring *r, int *item, int n)
{
	if (r->flags & 2) {
		item = NULL;
	} else {
		if (r->flags & 1)
			pthread_mutex_lock(r->lock);
		if (!item)
			item = r->slot;
	}
	if (n)
		return n; // @expect unreleased-lock
	if (!(r->flags & 2)) {
		r->slot = item;
		if (r->flags & 1)
			pthread_mutex_unlock(r->lock);
	}
	return n;
}
