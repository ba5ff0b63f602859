/* SPDX-License-Identifier: MIT */
/* The lock of an element of a list is kept at the end of a round: not a sweep,
 * as the loop releases others of the class. A library. */
#include <pthread.h>
struct buf { pthread_mutex_t mutex; struct buf *next; int n, done; };
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct buf *bufs;

int visit_bad(void)
{
	int n;

	pthread_mutex_lock(&list_lock);
	for (struct buf *b = bufs; b; b = b->next) {
		pthread_mutex_lock(&b->mutex);
		n = b->n;
		pthread_mutex_unlock(&b->mutex);
		if (!n)
			continue;
		pthread_mutex_lock(&b->mutex);
		b->done += n; // @expect-any unreleased-lock
	} // @expect-any unreleased-lock
	pthread_mutex_unlock(&list_lock);
	return 0; // @expect unreleased-lock
}

int visit_ok(void)
{
	int n;

	pthread_mutex_lock(&list_lock);
	for (struct buf *b = bufs; b; b = b->next) {
		pthread_mutex_lock(&b->mutex);
		n = b->n;
		pthread_mutex_unlock(&b->mutex);
		if (!n)
			continue;
		pthread_mutex_lock(&b->mutex);
		b->done += n;
		pthread_mutex_unlock(&b->mutex);
	}
	pthread_mutex_unlock(&list_lock);
	return 0;
}

/* One way through the round keeps it. */
int some_bad(void)
{
	for (struct buf *b = bufs; b; b = b->next) {
		pthread_mutex_lock(&b->mutex);
		if (b->done)
			continue;
		b->n = 0;
		pthread_mutex_unlock(&b->mutex);
	} // @expect-any unreleased-lock
	return 0; // @expect unreleased-lock
}

/* Two at a time, down the list. */
int window_ok(void)
{
	struct buf *a = bufs, *b;

	if (!a || !a->next)
		return 0;
	pthread_mutex_lock(&a->mutex);
	b = a->next;
	pthread_mutex_lock(&b->mutex);
	while (b->next) {
		pthread_mutex_unlock(&a->mutex);
		a = b;
		b = b->next;
		pthread_mutex_lock(&b->mutex);
	}
	pthread_mutex_unlock(&a->mutex);
	pthread_mutex_unlock(&b->mutex);
	return 1;
}
