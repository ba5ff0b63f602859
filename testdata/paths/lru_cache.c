/* SPDX-License-Identifier: MIT */
/* A cache with a lock of its own and one for each entry, pins and eviction.
 * A library. @silent */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>
#include <stdint.h>
#include <errno.h>
#include <time.h>

struct lru_entry {
	struct lru_entry *hnext;
	struct lru_entry *prev, *next;
	uint64_t hash;
	void *key, *val;
	size_t ksz;
	unsigned pins;
	bool loading, doomed;
	pthread_mutex_t lock;
	pthread_cond_t loaded;
};
struct lru {
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct lru_entry **tab;
	size_t mask, count, max;
	struct lru_entry lru;
	int (*load)(void *ctx, const void *key, size_t ksz, void **val);
	void (*drop)(void *ctx, void *val);
	void *ctx;
	struct { uint64_t hit, miss, evict, wait; } stat;
	bool closing;
};

static uint64_t hash(const void *p, size_t n)
{
	const unsigned char *s = p;
	uint64_t h = 1469598103934665603ull;
	while (n--)
		h = (h ^ *s++) * 1099511628211ull;
	return h;
}
static void lru_unlink(struct lru_entry *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
}
static void lru_front(struct lru *l, struct lru_entry *e)
{
	e->next = l->lru.next;
	e->prev = &l->lru;
	e->next->prev = e;
	l->lru.next = e;
}
static struct lru_entry **slot(struct lru *l, uint64_t h)
{
	return &l->tab[h & l->mask];
}
static struct lru_entry *find_locked(struct lru *l, uint64_t h, const void *key, size_t ksz)
{
	struct lru_entry *e;
	for (e = *slot(l, h); e != NULL; e = e->hnext)
		if (e->hash == h && e->ksz == ksz && memcmp(e->key, key, ksz) == 0 && !e->doomed)
			return e;
	return NULL;
}
static void entry_free(struct lru *l, struct lru_entry *e)
{
	if (e->val)
		l->drop(l->ctx, e->val);
	pthread_mutex_destroy(&e->lock);
	pthread_cond_destroy(&e->loaded);
	free(e->key);
	free(e);
}
/* called with l->lock held; may drop it; returns with it held */
static int make_room(struct lru *l)
{
	while (l->count >= l->max) {
		struct lru_entry *e = l->lru.prev, **pp;
		while (e != &l->lru && e->pins)
			e = e->prev;
		if (e == &l->lru) {
			if (l->closing)
				return -ESHUTDOWN;
			l->stat.wait++;
			pthread_cond_wait(&l->room, &l->lock);
			continue;
		}
		for (pp = slot(l, e->hash); *pp != e; pp = &(*pp)->hnext)
			;
		*pp = e->hnext;
		lru_unlink(e);
		l->count--;
		l->stat.evict++;
		pthread_mutex_unlock(&l->lock);
		entry_free(l, e);
		pthread_mutex_lock(&l->lock);
	}
	return 0;
}
int lru_get_ok(struct lru *l, const void *key, size_t ksz, struct lru_entry **out)
{
	uint64_t h = hash(key, ksz);
	struct lru_entry *e, *fresh = NULL;
	int rc;

	pthread_mutex_lock(&l->lock);
again:
	if (l->closing) {
		rc = -ESHUTDOWN;
		goto out;
	}
	e = find_locked(l, h, key, ksz);
	if (e) {
		e->pins++;
		lru_unlink(e);
		lru_front(l, e);
		l->stat.hit++;
		pthread_mutex_unlock(&l->lock);
		free(fresh);
		pthread_mutex_lock(&e->lock);
		while (e->loading)
			pthread_cond_wait(&e->loaded, &e->lock);
		rc = e->val ? 0 : -ENOENT;
		pthread_mutex_unlock(&e->lock);
		*out = e;
		return rc;
	}
	if (!fresh) {
		pthread_mutex_unlock(&l->lock);
		fresh = calloc(1, sizeof *fresh);
		if (!fresh || !(fresh->key = malloc(ksz))) {
			free(fresh);
			return -ENOMEM;
		}
		memcpy(fresh->key, key, ksz);
		pthread_mutex_lock(&l->lock);
		goto again;
	}
	if ((rc = make_room(l)) < 0)
		goto out;
	e = fresh;
	fresh = NULL;
	e->hash = h;
	e->ksz = ksz;
	e->pins = 1;
	e->loading = true;
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->loaded, NULL);
	e->hnext = *slot(l, h);
	*slot(l, h) = e;
	lru_front(l, e);
	l->count++;
	l->stat.miss++;
	pthread_mutex_unlock(&l->lock);

	void *val = NULL;
	rc = l->load(l->ctx, key, ksz, &val);
	pthread_mutex_lock(&e->lock);
	e->val = val;
	e->loading = false;
	pthread_cond_broadcast(&e->loaded);
	pthread_mutex_unlock(&e->lock);
	*out = e;
	return rc;
out:
	pthread_mutex_unlock(&l->lock);
	if (fresh) {
		free(fresh->key);
		free(fresh);
	}
	return rc;
}
void lru_put_ok(struct lru *l, struct lru_entry *e)
{
	bool dead = false;
	pthread_mutex_lock(&l->lock);
	if (--e->pins == 0) {
		dead = e->doomed;
		pthread_cond_signal(&l->room);
	}
	pthread_mutex_unlock(&l->lock);
	if (dead)
		entry_free(l, e);
}
bool lru_invalidate_ok(struct lru *l, const void *key, size_t ksz)
{
	uint64_t h = hash(key, ksz);
	struct lru_entry **pp, *e;
	pthread_mutex_lock(&l->lock);
	for (pp = slot(l, h); (e = *pp) != NULL; pp = &e->hnext) {
		if (e->hash != h || e->ksz != ksz || memcmp(e->key, key, ksz))
			continue;
		*pp = e->hnext;
		lru_unlink(e);
		l->count--;
		if (e->pins) {
			e->doomed = true;
			pthread_mutex_unlock(&l->lock);
		} else {
			pthread_mutex_unlock(&l->lock);
			entry_free(l, e);
		}
		return true;
	}
	pthread_mutex_unlock(&l->lock);
	return false;
}
int lru_wait_idle_ok(struct lru *l, int ms)
{
	struct timespec ts;
	int rc = 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += ms / 1000;
	pthread_mutex_lock(&l->lock);
	for (;;) {
		struct lru_entry *e;
		bool busy = false;
		for (e = l->lru.next; e != &l->lru; e = e->next)
			if (e->pins) {
				busy = true;
				break;
			}
		if (!busy)
			break;
		rc = pthread_cond_timedwait(&l->room, &l->lock, &ts);
		if (rc == ETIMEDOUT)
			break;
	}
	pthread_mutex_unlock(&l->lock);
	return rc ? -rc : 0;
}
void lru_close_ok(struct lru *l)
{
	struct lru_entry *e, *n;
	pthread_mutex_lock(&l->lock);
	l->closing = true;
	pthread_cond_broadcast(&l->room);
	e = l->lru.next;
	l->lru.next = l->lru.prev = &l->lru;
	pthread_mutex_unlock(&l->lock);
	for (; e != &l->lru; e = n) {
		n = e->next;
		entry_free(l, e);
	}
}
