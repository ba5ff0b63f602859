/* SPDX-License-Identifier: MIT */
/* Arrays of locks: by constant index, by the same variable, by another one.
 * A library. */
#include <pthread.h>

#define SHARDS 8

struct shard {
	pthread_mutex_t lock;
	long n;
};
static pthread_mutex_t pair[2] = {
	PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
};
static struct shard shards[SHARDS];
static pthread_mutex_t grid[4][4];
static long total;

void const_index_ok(void)
{
	pthread_mutex_lock(&pair[0]);
	pthread_mutex_lock(&pair[1]);
	total++;
	pthread_mutex_unlock(&pair[1]);
	pthread_mutex_unlock(&pair[0]);
}

void const_index_bad(void)
{
	pthread_mutex_lock(&pair[1]);
	pthread_mutex_lock(&pair[1]); // @expect double-acquire
	total++;
	pthread_mutex_unlock(&pair[1]);
}

void shard_add_ok(unsigned key, long n)
{
	unsigned i = key % SHARDS;

	pthread_mutex_lock(&shards[i].lock);
	shards[i].n += n;
	pthread_mutex_unlock(&shards[i].lock);
}

int shard_add_bad(unsigned key, long n)
{
	unsigned i = key % SHARDS;

	pthread_mutex_lock(&shards[i].lock);
	if (n < 0)
		return -1; // @expect unreleased-lock
	shards[i].n += n;
	pthread_mutex_unlock(&shards[i].lock);
	return 0;
}

/* The index moves on: another element. */
long shard_sum_ok(void)
{
	long sum = 0;
	int i;

	for (i = 0; i < SHARDS; i++) {
		pthread_mutex_lock(&shards[i].lock);
		sum += shards[i].n;
		pthread_mutex_unlock(&shards[i].lock);
	}
	return sum;
}

/* All of them, always upwards. */
long shard_freeze_ok(void)
{
	long sum = 0;

	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_lock(&shards[i].lock);
	for (int i = 0; i < SHARDS; i++)
		sum += shards[i].n;
	for (int i = SHARDS - 1; i >= 0; i--)
		pthread_mutex_unlock(&shards[i].lock);
	return sum;
}

void same_var_bad(int i)
{
	pthread_mutex_lock(&shards[i].lock);
	shards[i].n++;
	pthread_mutex_lock(&shards[i].lock); // @expect double-acquire
	shards[i].n++;
	pthread_mutex_unlock(&shards[i].lock);
}

/* The variable changed: it may be another element. */
void same_var_ok(int i)
{
	pthread_mutex_lock(&shards[i].lock);
	shards[i].n++;
	pthread_mutex_unlock(&shards[i].lock);
	i = (i + 1) % SHARDS;
	pthread_mutex_lock(&shards[i].lock);
	shards[i].n++;
	pthread_mutex_unlock(&shards[i].lock);
}

void pointer_element_bad(struct shard *s)
{
	pthread_mutex_lock(&s[2].lock);
	s[2].n = 0;
	pthread_mutex_lock(&(s + 2)->lock); // @expect double-acquire
	pthread_mutex_unlock(&s[2].lock);
}

void pointer_element_ok(struct shard *s)
{
	pthread_mutex_lock(&s[2].lock);
	s[2].n = 0;
	pthread_mutex_unlock(&(s + 2)->lock);
}

void grid_ok(void)
{
	pthread_mutex_lock(&grid[1][2]);
	pthread_mutex_lock(&grid[2][1]);
	total++;
	pthread_mutex_unlock(&grid[2][1]);
	pthread_mutex_unlock(&grid[1][2]);
}

void grid_bad(void)
{
	pthread_mutex_lock(&grid[1][2]);
	pthread_mutex_lock(&grid[1][2]); // @expect double-acquire
	total++;
	pthread_mutex_unlock(&grid[1][2]);
}
