/* SPDX-License-Identifier: MIT */
/* One lock function for both modes, chosen by a parameter. A library. */
#include <pthread.h>
#include <stdbool.h>

struct index {
	pthread_rwlock_t lock;
	int keys, gen;
};

static int index_lock(struct index *ix, bool write)
{
	return write ? pthread_rwlock_wrlock(&ix->lock)
		     : pthread_rwlock_rdlock(&ix->lock);
}

static void index_unlock(struct index *ix)
{
	pthread_rwlock_unlock(&ix->lock);
}

int index_find_ok(struct index *ix)
{
	int keys;

	index_lock(ix, false);
	keys = ix->keys;
	index_unlock(ix);
	return keys;
}

int index_find_bad(struct index *ix)
{
	int keys;

	index_lock(ix, false);
	keys = ix->keys;
	if (keys == 0)
		return -1; // @expect unreleased-lock
	index_unlock(ix);
	return keys;
}

void index_grow_ok(struct index *ix)
{
	int gen;

	index_lock(ix, false);
	gen = ix->gen;
	index_unlock(ix);
	index_lock(ix, true);
	if (ix->gen == gen)
		ix->keys++;
	index_unlock(ix);
}

void index_grow_bad(struct index *ix)
{
	index_lock(ix, false);
	if (ix->keys == 0) {
		index_lock(ix, true); // @expect double-acquire
		ix->keys++;
	}
	index_unlock(ix);
}

void index_reset_bad(struct index *ix)
{
	index_lock(ix, true);
	ix->keys = index_find_ok(ix); // @expect double-acquire
	index_unlock(ix);
}

void index_reset_ok(struct index *ix)
{
	int keys = index_find_ok(ix);

	index_lock(ix, true);
	ix->keys = keys;
	index_unlock(ix);
}
