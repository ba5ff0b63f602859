/* SPDX-License-Identifier: MIT */
/* All locks are taken one by one and given up in a loop, on a condition each:
 * no lock state for every element. */
#include <pthread.h>
#include <stddef.h>

struct tree { pthread_mutex_t lock; int shared, n; };
struct db { pthread_mutex_t lock; struct tree **trees; int count, state; };

static void enter(struct tree *t)
{
	if (t->shared)
		pthread_mutex_lock(&t->lock);
}

static void leave(struct tree *t)
{
	if (t->shared)
		pthread_mutex_unlock(&t->lock);
}

static void enter_all(struct db *db)
{
	for (int i = 0; i < db->count; i++)
		enter(db->trees[i]);
}

static void leave_all(struct db *db)
{
	for (int i = 0; i < db->count; i++)
		leave(db->trees[i]);
}

int sum(struct db *db)
{
	int n = 0;

	pthread_mutex_lock(&db->lock);
	enter_all(db);
	for (int i = 0; i < db->count; i++)
		n += db->trees[i]->n;
	leave_all(db);
	pthread_mutex_unlock(&db->lock);
	return n;
}

int bad_sum(struct db *db)
{
	int n = 0;

	pthread_mutex_lock(&db->lock);
	enter_all(db);
	for (int i = 0; i < db->count; i++)
		n += db->trees[i]->n;
	leave_all(db);
	if (n < 0)
		return -1; /* @expect unreleased-lock */
	pthread_mutex_unlock(&db->lock);
	return n;
}
