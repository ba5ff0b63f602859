/* SPDX-License-Identifier: MIT */
/* The most ordinary bug: the only unlock of a function is missing. It is no lock
 * function, since nobody releases this lock for others. A library. */
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static int hits, misses;
struct table { pthread_mutex_t lock; int n, max; };
struct job_queue { pthread_mutex_t lock; pthread_cond_t cond; int n; };
static struct job_queue queues[4];

void stats_hit_ok(void)
{
	pthread_mutex_lock(&stats_lock);
	hits++;
	pthread_mutex_unlock(&stats_lock);
}

void stats_print_bad(FILE *f)
{
	pthread_mutex_lock(&stats_lock);
	fprintf(f, "%d %d\n", hits, misses);
} // @expect unreleased-lock

int table_add_ok(struct table *t)
{
	int rc = -1;

	pthread_mutex_lock(&t->lock);
	if (t->n < t->max)
		rc = t->n++;
	pthread_mutex_unlock(&t->lock);
	return rc;
}

void table_status_bad(struct table *t)
{
	pthread_mutex_lock(&t->lock);
	printf("%d of %d\n", t->n, t->max);
} // @expect unreleased-lock

int table_size_bad(struct table *t)
{
	pthread_mutex_lock(&t->lock);
	return t->n; // @expect unreleased-lock
}

void table_maybe_bad(struct table *t, int sync)
{
	if (sync)
		pthread_mutex_lock(&t->lock);
	t->n = 0;
} // @expect unreleased-lock

void submit_bad(int type)
{
	pthread_mutex_lock(&queues[type].lock);
	queues[type].n++;
	pthread_cond_signal(&queues[type].cond);
} // @expect unreleased-lock

int pending_ok(int type)
{
	int n;

	pthread_mutex_lock(&queues[type].lock);
	n = queues[type].n;
	pthread_mutex_unlock(&queues[type].lock);
	return n;
}
