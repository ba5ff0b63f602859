/* SPDX-License-Identifier: MIT */
/* Keeps the lock if asked, shared or not; only one of the two is asked for. */
#include <pthread.h>
#include <stddef.h>

struct zone { struct zone *next; int name; };
struct zones { pthread_rwlock_t lock; struct zone *first; };

static struct zones all = { PTHREAD_RWLOCK_INITIALIZER, NULL };

static struct zone *find_zone(struct zones *zs, int name, int write, int keep)
{
	struct zone *z;

	if (write)
		pthread_rwlock_wrlock(&zs->lock);
	else
		pthread_rwlock_rdlock(&zs->lock);
	for (z = zs->first; z; z = z->next)
		if (z->name == name)
			break;
	if (!z) {
		pthread_rwlock_unlock(&zs->lock);
		return NULL;
	}
	if (!keep)
		pthread_rwlock_unlock(&zs->lock);
	return z;
}

static void rename_zone(int from, int to)
{
	struct zone *z = find_zone(&all, from, 1, 1);

	if (!z)
		return;
	z->name = to;
	pthread_rwlock_unlock(&all.lock);
}

static void bad_rename(int from, int to)
{
	struct zone *z = find_zone(&all, from, 1, 1);

	if (!z)
		return;
	if (z->name == to)
		return; /* @expect unreleased-lock */
	z->name = to;
	pthread_rwlock_unlock(&all.lock);
}

int main(int argc, char **argv)
{
	(void)argv;
	rename_zone(argc, 2);
	bad_rename(argc, 3);
	return find_zone(&all, argc, 0, 0) != NULL;
}
