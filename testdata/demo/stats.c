/* SPDX-License-Identifier: MIT */
/* Counters, and the report that a thread of its own writes. */
#include "kvd.h"

#include <pthread.h>
#include <string.h>

static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long nsets, ngets;

void stats_count(const char *what)
{
	pthread_mutex_lock(&stats_lock);
	if (strcmp(what, "set") == 0)
		nsets++;
	else if (strcmp(what, "get") == 0)
		ngets++;
	pthread_mutex_unlock(&stats_lock);
}

/* Asks the store for its size with stats_lock in hand: stats first, then
 * store. A worker in store_set goes the other way. */
void stats_report(void)
{
	pthread_mutex_lock(&stats_lock);
	/* @expect-one lock-order-cycle#abba */
	log_line("%lu sets, %lu gets, %u keys", nsets, ngets, store_size());
	pthread_mutex_unlock(&stats_lock);
}
