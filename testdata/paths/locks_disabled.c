/* Zabbix: the wrappers do nothing if the lock was never made (NULL) or locking has been
 * turned off for good (fork, shutdown: a global set to 1 in one place). Nobody turns it off
 * between a lock and its unlock of one function: a global that a lock wrapper and its
 * unlock wrapper both test before the call is the same at both. A library. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static pthread_rwlock_t *cache_lock;
static pthread_mutex_t *trends_lock;
static int locks_disabled;
static int items[16], n;

int locks_create(pthread_rwlock_t *shared, pthread_mutex_t *shared2)
{
	cache_lock = shared;
	trends_lock = shared2;
	return pthread_rwlock_init(shared, NULL) || pthread_mutex_init(shared2, NULL);
}

void locks_disable(void)
{
	locks_disabled = 1;
}

void wr_lock(const char *file, int line, pthread_rwlock_t *l)
{
	if (!l)
		return;
	if (locks_disabled)
		return;
	if (pthread_rwlock_wrlock(l)) {
		fprintf(stderr, "%s:%d\n", file, line);
		exit(1);
	}
}

void rd_lock(const char *file, int line, pthread_rwlock_t *l)
{
	if (!l)
		return;
	if (locks_disabled)
		return;
	if (pthread_rwlock_rdlock(l)) {
		fprintf(stderr, "%s:%d\n", file, line);
		exit(1);
	}
}

void rw_unlock(const char *file, int line, pthread_rwlock_t *l)
{
	if (!l)
		return;
	if (locks_disabled)
		return;
	if (pthread_rwlock_unlock(l)) {
		fprintf(stderr, "%s:%d\n", file, line);
		exit(1);
	}
}

void mx_lock(pthread_mutex_t *l)
{
	if (!l)
		return;
	if (locks_disabled)
		return;
	if (pthread_mutex_lock(l))
		exit(1);
}

void mx_unlock(pthread_mutex_t *l)
{
	if (!l)
		return;
	if (locks_disabled)
		return;
	if (pthread_mutex_unlock(l))
		exit(1);
}

#define RDLOCK rd_lock(__FILE__, __LINE__, cache_lock)
#define WRLOCK wr_lock(__FILE__, __LINE__, cache_lock)
#define UNLOCK rw_unlock(__FILE__, __LINE__, cache_lock)

static int find(int k)
{
	for (int i = 0; i < n; i++)
		if (items[i] == k)
			return i;
	return -1;
}

int get_or_create_ok(int k)
{
	int i;

	RDLOCK;
	i = find(k);
	UNLOCK;
	if (i < 0) {
		WRLOCK;
		i = n++ & 15;
		items[i] = k;
		UNLOCK;
	}
	return i;
}

/* The caller's lock is dropped and taken again. */
static int fill(int k)
{
	int v;

	if (n > 8)
		return 0;
	UNLOCK;
	v = k * 3;
	WRLOCK;
	items[n++ & 15] = v;
	return 1;
}

int get_values_ok(int k)
{
	int i;

	RDLOCK;
	i = find(k);
	if (i < 0)
		fill(k);
	UNLOCK;
	return i;
}

void trends_ok(const int *v, int m)
{
	mx_lock(trends_lock);
	n = 0;
	mx_unlock(trends_lock);
	if (m) {
		mx_lock(trends_lock);
		for (int i = 0; i < m; i++)
			items[i & 15] = v[i];
		mx_unlock(trends_lock);
	}
}

int trends_bad(int k)
{
	mx_lock(trends_lock);
	if (k < 0)
		return -1; // @expect unreleased-lock
	n = k;
	mx_unlock(trends_lock);
	return 0;
}

int twice_bad(int k)
{
	WRLOCK;
	k = get_or_create_ok(k); // @expect double-acquire
	UNLOCK;
	return k;
}

void again_bad(int k)
{
	mx_lock(trends_lock);
	n = k;
	mx_unlock(trends_lock);
	if (k < 0)
		mx_unlock(trends_lock); // @expect release-not-held
}
