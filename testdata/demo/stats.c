/* SPDX-License-Identifier: MIT */
/* Counters, and the report that a thread of its own writes. */
#include "kvd.h"

#include <pthread.h>
#include <string.h>

static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long nsets, ngets, nothers;

void stats_count(const char *what)
{
	pthread_mutex_lock(&stats_lock);
	if (strcmp(what, "set") == 0)
		nsets++;
	else if (strcmp(what, "get") == 0)
		ngets++;
	else
		nothers++;
	pthread_mutex_unlock(&stats_lock);
}

/* Asks the store for its size with stats_lock in hand: stats first, then
 * store. A worker in store_set goes the other way. */
void stats_report(void)
{
	pthread_mutex_lock(&stats_lock);
	log_line("%lu sets, %lu gets, %lu others, %u keys", nsets, ngets,
		 nothers, store_size()); /* @expect-one lock-order-cycle#abba */
	pthread_mutex_unlock(&stats_lock);
}
