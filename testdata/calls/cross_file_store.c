/* SPDX-License-Identifier: MIT */
/* The store itself: see cross_file.c. */
#include "store.h"

int store_count_locked(const struct store *s)
{
	return s->n;
}

int store_count(struct store *s)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = store_count_locked(s);
	pthread_mutex_unlock(&s->lock);
	return n;
}

int store_begin(struct store *s, int need)
{
	pthread_mutex_lock(&s->lock);
	if (store_count_locked(s) + need > 32) {
		pthread_mutex_unlock(&s->lock);
		return -1;
	}
	return 0;
}

void store_end(struct store *s)
{
	pthread_mutex_unlock(&s->lock);
}
