/* SPDX-License-Identifier: MIT */
/* The lock call is missing, the unlock is there, and no function leaves this
 * lock held for others. The mirror of sole_acquire.c. A library. */
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static int hits;
struct table { pthread_mutex_t lock; int n, max; };

void hit_ok(void)
{
	pthread_mutex_lock(&stats_lock);
	hits++;
	pthread_mutex_unlock(&stats_lock);
}

int hits_bad(void)
{
	int n = hits;

	pthread_mutex_unlock(&stats_lock); // @expect release-not-held
	return n;
}

int add_ok(struct table *t)
{
	int rc = -1;

	pthread_mutex_lock(&t->lock);
	if (t->n < t->max)
		rc = t->n++;
	pthread_mutex_unlock(&t->lock);
	return rc;
}

int size_bad(struct table *t)
{
	int n = t->n;

	pthread_mutex_unlock(&t->lock); // @expect release-not-held
	return n;
}

/* Here a caller holds it: right. */
struct box { pthread_mutex_t lock; int n; };

static void box_done(struct box *b)
{
	b->n++;
	pthread_mutex_unlock(&b->lock);
}

void box_ok(struct box *b)
{
	pthread_mutex_lock(&b->lock);
	if (b->n < 0)
		b->n = 0;
	box_done(b);
}
