/* SPDX-License-Identifier: MIT */
/* A member decides about the lock and is asked again after a call that may
 * have changed the object: mostly it has not. */
#include <pthread.h>
#include <stddef.h>

struct body { pthread_mutex_t lock; void *reader; int size; };
struct conn { struct body *body; int state; };

static void drop(struct conn *c)
{
	c->body = NULL;
	c->state = -1;
}

static int fill(struct conn *c)
{
	if (c->body->size > 100) {
		if (c->body->reader)
			pthread_mutex_unlock(&c->body->lock);
		drop(c);
		return 0;
	}
	return 1;
}

int serve(struct conn *c)
{
	while (c->state > 0) {
		if (c->state == 3) {
			drop(c);
			return 0;
		}
		c->state--;
		if (c->body->reader)
			pthread_mutex_lock(&c->body->lock);
		if (!fill(c))
			return 0;
		if (c->body->reader)
			pthread_mutex_unlock(&c->body->lock);
	}
	return 1;
}

int bad_serve(struct conn *c)
{
	if (c->body->reader)
		pthread_mutex_lock(&c->body->lock);
	if (!fill(c))
		return 0;
	if (c->state == 4)
		return -1; /* @expect unreleased-lock */
	if (c->body->reader)
		pthread_mutex_unlock(&c->body->lock);
	return 1;
}
