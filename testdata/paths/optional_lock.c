/* SPDX-License-Identifier: MIT */
/* A lock that may not be there: the pointer, or the owner's pointer, is tested
 * each time. A library. */
#include <pthread.h>
#include <stddef.h>

struct buffer {
	pthread_mutex_t *lock; /* NULL: not shared */
	int used, size;
	char data[64];
};

int buffer_put_ok(struct buffer *b, char c)
{
	int rc = -1;

	if (b->lock)
		pthread_mutex_lock(b->lock);
	if (b->used < b->size) {
		b->data[b->used++] = c;
		rc = 0;
	}
	if (b->lock)
		pthread_mutex_unlock(b->lock);
	return rc;
}

int buffer_put_bad(struct buffer *b, char c)
{
	if (b->lock)
		pthread_mutex_lock(b->lock);
	if (b->used == b->size)
		return -1; // @expect unreleased-lock
	b->data[b->used++] = c;
	if (b->lock)
		pthread_mutex_unlock(b->lock);
	return 0;
}

static void lock_if(pthread_mutex_t *m)
{
	if (m != NULL)
		pthread_mutex_lock(m);
}

static void unlock_if(pthread_mutex_t *m)
{
	if (m != NULL)
		pthread_mutex_unlock(m);
}

int buffer_get_ok(struct buffer *b)
{
	int c = -1;

	lock_if(b->lock);
	if (b->used > 0)
		c = b->data[--b->used];
	unlock_if(b->lock);
	return c;
}

int buffer_get_bad(struct buffer *b)
{
	int c;

	lock_if(b->lock);
	if (b->used == 0)
		return -1; // @expect unreleased-lock
	c = b->data[--b->used];
	unlock_if(b->lock);
	return c;
}

int buffer_first_ok(struct buffer *b, pthread_mutex_t *m)
{
	int c;

	lock_if(m);
	c = b->data[0];
	unlock_if(m);
	return c;
}

int buffer_first_bad(struct buffer *b, pthread_mutex_t *m)
{
	int c;

	lock_if(m);
	c = b->data[0];
	if (c == 0)
		lock_if(m); // @expect double-acquire
	unlock_if(m);
	return c;
}
