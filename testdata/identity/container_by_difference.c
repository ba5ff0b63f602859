/* SPDX-License-Identifier: MIT */
/* From a member to its struct by a difference that is not written as such. What
 * has been locked is there. */
#include <pthread.h>
#include <stddef.h>

struct node { struct node *l, *r; };
struct cache { pthread_mutex_t mtx; int refs; struct node k; };
struct conn { struct cache *cache; };

static pthread_mutex_t all = PTHREAD_MUTEX_INITIALIZER;

struct node *lookup(int key);
struct cache *make(int key);

#define containerof(ptr, structure, member) \
	((structure *)((char *)(ptr)-(char *)offsetof(structure, member)))

struct cache *get_ok(struct conn *c, int key)
{
	struct cache *e = NULL;
	struct node *n;

	pthread_mutex_lock(&all);
	n = lookup(key);
	if (n) {
		struct cache *found = containerof(n, struct cache, k);

		pthread_mutex_lock(&found->mtx);
		e = found;
	}
	if (!e) {
		e = make(key);
		pthread_mutex_lock(&e->mtx);
	}
	c->cache = e;
	e->refs++;
	pthread_mutex_unlock(&all);
	e->refs++;
	pthread_mutex_unlock(&e->mtx);
	return e;
}

struct cache *get_bad(struct conn *c, int key)
{
	struct node *n;
	struct cache *e;

	pthread_mutex_lock(&all);
	n = lookup(key);
	if (!n) {
		pthread_mutex_unlock(&all);
		return NULL;
	}
	e = containerof(n, struct cache, k);
	pthread_mutex_lock(&e->mtx);
	pthread_mutex_unlock(&all);
	if (e->refs < 0)
		return NULL; // @expect unreleased-lock
	c->cache = e;
	pthread_mutex_unlock(&e->mtx);
	return e;
}
