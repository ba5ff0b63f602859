/* SPDX-License-Identifier: MIT */
/* The last values asked for, so that readers leave the store alone. */
#include "kvd.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define CACHE_LEN 16

struct slot {
	char key[KEY_MAX_LEN];
	char value[VALUE_MAX_LEN];
	unsigned long used; /* 0: empty */
};

static struct {
	pthread_mutex_t lock;
	struct slot slots[CACHE_LEN];
	unsigned long clock;
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct slot *lookup(const char *key)
{
	for (unsigned int i = 0; i < CACHE_LEN; i++)
		if (cache.slots[i].used && !strcmp(cache.slots[i].key, key))
			return &cache.slots[i];
	return NULL;
}

static struct slot *empty_slot(void)
{
	for (unsigned int i = 0; i < CACHE_LEN; i++)
		if (!cache.slots[i].used)
			return &cache.slots[i];
	return NULL;
}

/* For those who do not hold the lock … */
void cache_remove(const char *key)
{
	struct slot *s;

	pthread_mutex_lock(&cache.lock);
	s = lookup(key);
	if (s)
		s->used = 0;
	pthread_mutex_unlock(&cache.lock);
}

/* … but this one is called with it, from cache_put through make_room. */
static void evict_oldest(void)
{
	struct slot *oldest = &cache.slots[0];

	for (unsigned int i = 1; i < CACHE_LEN; i++)
		if (cache.slots[i].used < oldest->used)
			oldest = &cache.slots[i];
	cache_remove(oldest->key);
}

static struct slot *make_room(void)
{
	struct slot *s = empty_slot();

	if (s)
		return s;
	evict_oldest();
	return empty_slot();
}

int cache_get(const char *key, char *value)
{
	struct slot *s;

	pthread_mutex_lock(&cache.lock);
	s = lookup(key);
	if (s) {
		s->used = ++cache.clock;
		memcpy(value, s->value, VALUE_MAX_LEN);
	}
	pthread_mutex_unlock(&cache.lock);
	return s ? 0 : -1;
}

void cache_put(const char *key, const char *value)
{
	struct slot *s;

	pthread_mutex_lock(&cache.lock);
	s = lookup(key);
	if (!s)
		/* @expect double-acquire:error */
		s = make_room();
	if (s) {
		snprintf(s->key, sizeof(s->key), "%s", key);
		snprintf(s->value, sizeof(s->value), "%s", value);
		s->used = ++cache.clock;
	}
	pthread_mutex_unlock(&cache.lock);
}
