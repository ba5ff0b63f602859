/* SPDX-License-Identifier: MIT */
/* A fresh object's lock cannot be waited for before the object is published:
 * no order against it counts until then. A library. */
#include <pthread.h>
#include <stdlib.h>

struct obj {
	pthread_mutex_t lock;
	struct obj *next;
	int value;
};
struct buf {
	pthread_mutex_t lock;
	struct buf *next;
	int value;
};
static pthread_mutex_t objs_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t bufs_lock = PTHREAD_MUTEX_INITIALIZER;
static struct obj *objs;
static struct buf *bufs;

int obj_publish_ok(int value)
{
	struct obj *o = calloc(1, sizeof(*o));

	if (!o)
		return -1;
	pthread_mutex_init(&o->lock, NULL);
	pthread_mutex_lock(&o->lock);
	o->value = value;
	pthread_mutex_lock(&objs_lock);
	o->next = objs;
	objs = o;
	pthread_mutex_unlock(&objs_lock);
	pthread_mutex_unlock(&o->lock);
	return 0;
}

int obj_first_ok(void)
{
	int value = -1;

	pthread_mutex_lock(&objs_lock);
	if (objs) {
		pthread_mutex_lock(&objs->lock);
		value = objs->value;
		pthread_mutex_unlock(&objs->lock);
	}
	pthread_mutex_unlock(&objs_lock);
	return value;
}

/* Published first, then locked: somebody can have it already. */
int buf_publish_bad(int value)
{
	struct buf *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	pthread_mutex_init(&b->lock, NULL);
	b->value = value;
	pthread_mutex_lock(&bufs_lock);
	b->next = bufs;
	bufs = b;
	pthread_mutex_unlock(&bufs_lock);

	pthread_mutex_lock(&b->lock);
	b->value++;
	pthread_mutex_lock(&bufs_lock); // @expect-one lock-order-cycle
	if (bufs == b)
		b->value++;
	pthread_mutex_unlock(&bufs_lock);
	pthread_mutex_unlock(&b->lock);
	return 0;
}

int buf_first_bad(void)
{
	int value = -1;

	pthread_mutex_lock(&bufs_lock);
	if (bufs) {
		pthread_mutex_lock(&bufs->lock); // @expect-one lock-order-cycle
		value = bufs->value;
		pthread_mutex_unlock(&bufs->lock);
	}
	pthread_mutex_unlock(&bufs_lock);
	return value;
}
