/* SPDX-License-Identifier: MIT */
/* Callbacks passed as arguments, kept in a struct, and given to the C library
 * (qsort). A library. */
#include <pthread.h>
#include <stdlib.h>

struct watch {
	pthread_mutex_t lock;
	int n;
	int values[8];
	void (*notify)(struct watch *);
};

static void for_each(struct watch *w, void (*fn)(struct watch *, int))
{
	for (int i = 0; i < w->n; i++)
		fn(w, i);
}

static void bump(struct watch *w, int i)
{
	w->values[i]++;
}

static void bump_locked(struct watch *w, int i)
{
	pthread_mutex_lock(&w->lock);
	w->values[i]++;
	pthread_mutex_unlock(&w->lock);
}

void watch_bump_ok(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	for_each(w, bump);
	pthread_mutex_unlock(&w->lock);
	for_each(w, bump_locked);
}

void watch_bump_bad(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	for_each(w, bump_locked); // @expect double-acquire
	pthread_mutex_unlock(&w->lock);
}

static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static int compared;

static int compare_plain(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int compare_counted(const void *a, const void *b)
{
	pthread_mutex_lock(&order_lock);
	compared++;
	pthread_mutex_unlock(&order_lock);
	return compare_plain(a, b);
}

void watch_sort_ok(struct watch *w)
{
	pthread_mutex_lock(&order_lock);
	compared = 0;
	qsort(w->values, w->n, sizeof(w->values[0]), compare_plain);
	pthread_mutex_unlock(&order_lock);
}

void watch_sort_bad(struct watch *w)
{
	pthread_mutex_lock(&order_lock);
	compared = 0;
	qsort(w->values, w->n, sizeof(w->values[0]), compare_counted); // @expect double-acquire
	pthread_mutex_unlock(&order_lock);
}

static void watch_changed(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->n = 0;
	pthread_mutex_unlock(&w->lock);
}

void watch_setup_ok(struct watch *w)
{
	pthread_mutex_init(&w->lock, NULL);
	w->notify = watch_changed;
}

void watch_fire_ok(struct watch *w)
{
	void (*notify)(struct watch *);

	pthread_mutex_lock(&w->lock);
	notify = w->notify;
	pthread_mutex_unlock(&w->lock);
	notify(w);
}

void watch_fire_bad(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->notify(w); // @expect double-acquire
	pthread_mutex_unlock(&w->lock);
}
