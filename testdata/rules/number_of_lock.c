/* SPDX-License-Identifier: MIT */
/* The number of the lock that was taken goes out through a pointer; -1, as it was
 * before, says that none was. What the number is, only its lock function asks. */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

struct table {
	pthread_mutex_t all, *lock;
	unsigned size, count;
	int items[100];
};

static void lock_one(struct table *t, int id)
{
	assert(id > -1);
	pthread_mutex_lock(t->lock + id);
}

static void unlock_one(struct table *t, int id)
{
	assert(id > -1);
	pthread_mutex_unlock(t->lock + id);
}

void step(struct table *t, unsigned *id);

static int *find(struct table *t, unsigned key, int *lock)
{
	unsigned id;

	if (key == 0)
		return NULL;
	pthread_mutex_lock(&t->all);
	id = key % t->size;
	if (t->count > 4)
		step(t, &id);
	*lock = id % t->count;
	lock_one(t, *lock);
	pthread_mutex_unlock(&t->all);
	return &t->items[id];
}

static int count_ok(struct table *t, unsigned key)
{
	int lock = -1, n;
	int *item = find(t, key, &lock);

	if (!item) {
		if (lock > -1)
			unlock_one(t, lock);
		return -1;
	}
	n = ++*item;
	if (lock > -1)
		unlock_one(t, lock);
	return n;
}

static int count_bad(struct table *t, unsigned key)
{
	int lock = -1, n;
	int *item = find(t, key, &lock);

	if (!item)
		return -1;
	n = ++*item;
	if (n > 100)
		return n; // @expect unreleased-lock
	if (lock > -1)
		unlock_one(t, lock);
	return n;
}

int main(int argc, char **argv)
{
	static pthread_mutex_t locks[8];
	static struct table t = { .lock = locks, .size = 100, .count = 8 };

	(void)argv;
	return count_ok(&t, (unsigned)argc) + count_bad(&t, 2);
}
