/* SPDX-License-Identifier: MIT */
/* Read twice: a thread may hold several read locks of one lock; nobody writes
 * here while readers run, so no writer can come between. */
// @silent
#include <pthread.h>
#include <stddef.h>

static pthread_rwlock_t map_lock = PTHREAD_RWLOCK_INITIALIZER;
static int map[16];

static int map_get(int i)
{
	int v;

	pthread_rwlock_rdlock(&map_lock);
	v = map[i];
	pthread_rwlock_unlock(&map_lock);
	return v;
}

static void *map_sum_ok(void *arg)
{
	int sum = 0;

	pthread_rwlock_rdlock(&map_lock);
	for (int i = 0; i < 16; i++)
		sum += map_get(i);
	pthread_rwlock_unlock(&map_lock);
	return sum ? arg : NULL;
}

static void *map_pair_ok(void *arg)
{
	int rc;

	pthread_rwlock_rdlock(&map_lock);
	pthread_rwlock_rdlock(&map_lock);
	rc = map[0] + map[1];
	pthread_rwlock_unlock(&map_lock);
	pthread_rwlock_unlock(&map_lock);
	return rc ? arg : NULL;
}

int main(void)
{
	pthread_t a, b;

	pthread_create(&a, NULL, map_sum_ok, NULL);
	pthread_create(&b, NULL, map_pair_ok, NULL);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}
