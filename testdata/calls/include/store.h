/* SPDX-License-Identifier: MIT */
/* Shared by cross_file.c and cross_file_store.c. */
#ifndef STORE_H
#define STORE_H

#include <pthread.h>

struct store {
	pthread_mutex_t lock;
	int n;
	int keys[32];
};

/* Takes and releases s->lock. */
int store_count(struct store *s);
/* The caller holds s->lock. */
int store_count_locked(const struct store *s);
/* Returns 0 with s->lock held, or -1 without it. */
int store_begin(struct store *s, int need);
void store_end(struct store *s);

/* Defined here, so every file has its own. */
static inline int store_first(struct store *s)
{
	int key;

	pthread_mutex_lock(&s->lock);
	key = s->n ? s->keys[0] : -1;
	pthread_mutex_unlock(&s->lock);
	return key;
}

#endif
