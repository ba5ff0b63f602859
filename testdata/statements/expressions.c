/* SPDX-License-Identifier: MIT */
/* &&, ||, ?:, comma and statement expressions as control flow. A library. */
#include <pthread.h>
#include <stdbool.h>

struct cache {
	pthread_mutex_t lock;
	int hits, misses;
};

/* Entered also when the try failed and `force` was set. */
void cache_touch_bad(struct cache *c, bool force)
{
	if (pthread_mutex_trylock(&c->lock) == 0 || force) {
		c->hits++;
		pthread_mutex_unlock(&c->lock); // @expect release-not-held
	}
}

void cache_touch_ok(struct cache *c, bool force)
{
	if ((force ? pthread_mutex_lock(&c->lock)
		   : pthread_mutex_trylock(&c->lock)) == 0) {
		c->hits++;
		pthread_mutex_unlock(&c->lock);
	}
}

int cache_and_ok(struct cache *c, bool shared)
{
	bool locked = shared && pthread_mutex_lock(&c->lock) == 0;
	int n = c->hits + c->misses;

	if (locked)
		pthread_mutex_unlock(&c->lock);
	return n;
}

int cache_and_bad(struct cache *c, bool shared)
{
	bool locked = shared && pthread_mutex_lock(&c->lock) == 0;
	int n = c->hits + c->misses;

	if (locked && n > 0)
		pthread_mutex_unlock(&c->lock);
	return n; // @expect unreleased-lock
}

int cache_ternary_ok(struct cache *c, bool wait)
{
	int rc = wait ? pthread_mutex_lock(&c->lock)
		      : pthread_mutex_trylock(&c->lock);

	if (rc)
		return -1;
	c->misses++;
	return pthread_mutex_unlock(&c->lock), 0;
}

int cache_ternary_bad(struct cache *c, bool wait)
{
	int rc = wait ? pthread_mutex_lock(&c->lock)
		      : pthread_mutex_trylock(&c->lock);

	if (rc)
		return -1;
	if (c->misses < 0)
		return -2; // @expect unreleased-lock
	return pthread_mutex_unlock(&c->lock), 0;
}

/* A macro in the style of the kernel: a value computed under the lock. */
#define LOCKED(m, expr) ({ \
	pthread_mutex_lock(m); \
	__typeof__(expr) value_ = (expr); \
	pthread_mutex_unlock(m); \
	value_; })

int cache_total_ok(struct cache *c)
{
	return LOCKED(&c->lock, c->hits) + LOCKED(&c->lock, c->misses);
}

int cache_total_bad(struct cache *c)
{
	return LOCKED(&c->lock, // @expect-one double-acquire
		      c->hits + cache_total_ok(c)); // @expect-one double-acquire
}

int cache_nested_bad(struct cache *c)
{
	int hits;

	pthread_mutex_lock(&c->lock);
	hits = c->hits + LOCKED(&c->lock, c->misses); // @expect double-acquire
	pthread_mutex_unlock(&c->lock);
	return hits;
}

int cache_nested_ok(struct cache *c)
{
	int hits;

	pthread_mutex_lock(&c->lock);
	hits = c->hits;
	pthread_mutex_unlock(&c->lock);
	return hits + LOCKED(&c->lock, c->misses);
}
