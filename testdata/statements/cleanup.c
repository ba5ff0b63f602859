/* SPDX-License-Identifier: MIT */
/* __attribute__((cleanup)) as a scope guard. A library. */
#include <pthread.h>
#include <stddef.h>

struct queue {
	pthread_mutex_t lock;
	int len, max;
	int items[16];
};

static void guard_release(pthread_mutex_t **m)
{
	if (*m)
		pthread_mutex_unlock(*m); // @expect-one release-not-held
}

static inline pthread_mutex_t *guard_take(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	return m;
}

#define GUARD(m) \
	pthread_mutex_t *guard_ __attribute__((cleanup(guard_release), unused)) \
		= guard_take(m)

static int queue_len(struct queue *q)
{
	int len;

	pthread_mutex_lock(&q->lock);
	len = q->len;
	pthread_mutex_unlock(&q->lock);
	return len;
}

int queue_push_ok(struct queue *q, int item)
{
	GUARD(&q->lock);

	if (q->len == q->max)
		return -1;
	q->items[q->len++] = item;
	return 0;
}

int queue_push_bad(struct queue *q, int item)
{
	GUARD(&q->lock);

	if (queue_len(q) == q->max) // @expect double-acquire
		return -1;
	q->items[q->len++] = item;
	return 0;
}

/* The guard ends with the inner block. */
int queue_scope_ok(struct queue *q)
{
	{
		GUARD(&q->lock);
		q->max = 16;
	}
	return queue_len(q);
}

int queue_scope_bad(struct queue *q)
{
	int len;

	{
		GUARD(&q->lock);
		q->max = 16;
		len = queue_len(q); // @expect double-acquire
	}
	return len;
}

/* Every round releases, also by continue and break. */
int queue_drain_ok(struct queue *q, int want)
{
	int found = 0;

	for (int i = 0; i < 100; i++) {
		GUARD(&q->lock);
		if (q->len == 0)
			break;
		if (q->items[--q->len] != want)
			continue;
		found++;
	}
	return found + queue_len(q);
}

/* By hand, without the guard, the break keeps the lock. */
int queue_drain_bad(struct queue *q, int want)
{
	int found = 0;

	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&q->lock);
		if (q->len == 0)
			break;
		if (q->items[--q->len] == want)
			found++;
		pthread_mutex_unlock(&q->lock);
	}
	return found; // @expect unreleased-lock
}

/* Unlocked by hand, then once more by the guard. */
int queue_close_bad(struct queue *q)
{
	GUARD(&q->lock); // @expect-one release-not-held

	q->max = 0;
	pthread_mutex_unlock(&q->lock);
	return 0; // @expect-one release-not-held
} // @expect-one release-not-held

int queue_close_ok(struct queue *q)
{
	GUARD(&q->lock);

	q->max = 0;
	pthread_mutex_unlock(&q->lock);
	guard_ = NULL;
	return 0;
}
