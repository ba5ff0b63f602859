/* SPDX-License-Identifier: MIT */
/* Every exit holds the lock; inside, it is dropped and taken again for fairness.
 * A release that is always followed by a new acquire is not "another path that
 * releases it": exits must be compared. (fio check_overlap, false error.) A library. */
/* @silent */
#include <pthread.h>
struct td { struct td *next; int busy, flight; };
static pthread_mutex_t overlap = PTHREAD_MUTEX_INITIALIZER;
static struct td *threads;

static void check_overlap(struct td *self)
{
	pthread_mutex_lock(&overlap);
retry:
	for (struct td *t = threads; t; t = t->next) {
		if (t == self || !t->busy)
			continue;
		pthread_mutex_unlock(&overlap);
		pthread_mutex_lock(&overlap);
		goto retry;
	}
}

/* Elsewhere, by way of a flag that nobody here can follow. */
void queue_ok(struct td *t)
{
	t->flight = 1;
	if (t->busy)
		pthread_mutex_unlock(&overlap);
}

int submit_ok(struct td *t, int (*queue)(struct td *))
{
	check_overlap(t);
	return queue(t);
}
