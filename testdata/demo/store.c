/* SPDX-License-Identifier: MIT */
/* The table of keys and values, under one lock. */
#include "kvd.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define STORE_LEN 256

struct entry {
	char key[KEY_MAX_LEN];
	char value[VALUE_MAX_LEN];
};

static pthread_mutex_t store_lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry entries[STORE_LEN];
static unsigned int nentries;

/* The caller holds store_lock, here and in the next. */
static struct entry *find(const char *key)
{
	for (unsigned int i = 0; i < nentries; i++)
		if (strcmp(entries[i].key, key) == 0)
			return &entries[i];
	return NULL;
}

static struct entry *find_or_add(const char *key)
{
	struct entry *e = find(key);

	if (e || nentries == STORE_LEN)
		return e;
	e = &entries[nentries++];
	snprintf(e->key, sizeof(e->key), "%s", key);
	return e;
}

/* Counts while it still holds store_lock: store first, then stats. The other
 * way round is in stats.c. */
int store_set(const char *key, const char *value)
{
	struct entry *e;
	int rc = -1;

	pthread_mutex_lock(&store_lock);
	e = find_or_add(key);
	if (!e)
		goto out;
	snprintf(e->value, sizeof(e->value), "%s", value);
	/* @expect-one lock-order-cycle#abba */
	stats_count("set");
	rc = 0;
out:
	pthread_mutex_unlock(&store_lock);
	return rc;
}

int store_get(const char *key, char *value)
{
	struct entry *e;

	pthread_mutex_lock(&store_lock);
	e = find(key);
	if (e)
		memcpy(value, e->value, VALUE_MAX_LEN);
	pthread_mutex_unlock(&store_lock);
	return e ? 0 : -1;
}

/* The first refusal remembers the lock, the second one does not. */
int store_rename(const char *from, const char *to)
{
	struct entry *e;

	pthread_mutex_lock(&store_lock);
	e = find(from);
	if (!e) {
		pthread_mutex_unlock(&store_lock);
		return -1;
	}
	if (find(to))
		/* @expect unreleased-lock:error */
		return -1;
	snprintf(e->key, sizeof(e->key), "%s", to);
	pthread_mutex_unlock(&store_lock);
	return 0;
}

unsigned int store_size(void)
{
	unsigned int n;

	pthread_mutex_lock(&store_lock);
	n = nentries;
	pthread_mutex_unlock(&store_lock);
	return n;
}

unsigned int store_copy(char (*values)[VALUE_MAX_LEN], unsigned int max)
{
	unsigned int n = 0;

	pthread_mutex_lock(&store_lock);
	while (n < nentries && n < max) {
		memcpy(values[n], entries[n].value, VALUE_MAX_LEN);
		n++;
	}
	pthread_mutex_unlock(&store_lock);
	return n;
}
