/* SPDX-License-Identifier: MIT */
/* Loops: lock and unlock in each round, break and continue with the lock held,
 * locked once before and once more inside. A library. */
#include <pthread.h>
#include <stddef.h>

struct ring {
	pthread_mutex_t lock;
	int items[64];
	int head, tail, closed;
};

extern int item_handle(int item);

int ring_sum_ok(struct ring *r)
{
	int sum = 0;

	for (int i = 0; i < 64; i++) {
		pthread_mutex_lock(&r->lock);
		sum += r->items[i];
		pthread_mutex_unlock(&r->lock);
	}
	return sum;
}

int ring_sum_bad(struct ring *r)
{
	int sum = 0;

	for (int i = 0; i < 64; i++) {
		pthread_mutex_lock(&r->lock); // @expect unreleased-lock
		sum += r->items[i];
	}
	pthread_mutex_unlock(&r->lock); // @expect-any release-not-held
	return sum;
}

int ring_find_ok(struct ring *r, int want)
{
	int at = -1;

	for (int i = 0; i < 64; i++) {
		pthread_mutex_lock(&r->lock);
		if (r->items[i] == want) {
			pthread_mutex_unlock(&r->lock);
			at = i;
			break;
		}
		pthread_mutex_unlock(&r->lock);
	}
	return at;
}

int ring_find_bad(struct ring *r, int want)
{
	int at = -1;

	for (int i = 0; i < 64; i++) {
		pthread_mutex_lock(&r->lock);
		if (r->items[i] == want) {
			at = i;
			break;
		}
		pthread_mutex_unlock(&r->lock);
	}
	return at; // @expect unreleased-lock
}

/* continue goes round with the lock held. */
void ring_skip_bad(struct ring *r)
{
	for (int i = 0; i < 64; i++) {
		pthread_mutex_lock(&r->lock); // @expect unreleased-lock
		if (r->items[i] == 0)
			continue;
		r->items[i]--;
		pthread_mutex_unlock(&r->lock);
	} // @expect-any unreleased-lock
} // @expect-any unreleased-lock

void ring_skip_ok(struct ring *r)
{
	for (int i = 0; i < 64; i++) {
		pthread_mutex_lock(&r->lock);
		if (r->items[i] != 0)
			r->items[i]--;
		pthread_mutex_unlock(&r->lock);
	}
}

/* Held over the loop, dropped around the slow part of each round. */
void ring_drain_ok(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->head != r->tail) {
		int item = r->items[r->head++ % 64];

		pthread_mutex_unlock(&r->lock);
		item_handle(item);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
}

void ring_drain_bad(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->head != r->tail) {
		int item = r->items[r->head++ % 64];

		pthread_mutex_unlock(&r->lock);
		if (item_handle(item) < 0)
			break;
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
}

int ring_wait_ok(struct ring *r)
{
	int closed;

	do {
		pthread_mutex_lock(&r->lock);
		closed = r->closed;
		pthread_mutex_unlock(&r->lock);
	} while (!closed);
	return 0;
}

int ring_wait_bad(struct ring *r)
{
	int closed;

	do {
		pthread_mutex_lock(&r->lock);
		closed = r->closed;
		if (r->head < 0)
			return -1; // @expect unreleased-lock
		pthread_mutex_unlock(&r->lock);
	} while (!closed);
	return 0;
}
