/* SPDX-License-Identifier: MIT */
/* Pointers to locks and to their owners, copied, cast, changed in between.
 * A library. */
#include <pthread.h>
#include <stddef.h>

struct node {
	pthread_mutex_t lock;
	struct node *parent;
	int value;
};
struct handle {
	struct node *node;
	pthread_mutex_t *mutex;
};

int pointer_copy_ok(struct node *n)
{
	pthread_mutex_t *m = &n->lock;
	int value;

	pthread_mutex_lock(m);
	value = n->value;
	pthread_mutex_unlock(&n->lock);
	return value;
}

int pointer_copy_bad(struct node *n)
{
	pthread_mutex_t *m = &n->lock;
	int value;

	pthread_mutex_lock(m);
	value = n->value;
	pthread_mutex_lock(&n->lock); // @expect double-acquire
	n->value = 0;
	pthread_mutex_unlock(m);
	return value;
}

int owner_copy_ok(struct handle *h)
{
	struct node *n = h->node;
	int value;

	pthread_mutex_lock(&n->lock);
	value = n->value;
	pthread_mutex_unlock(&h->node->lock);
	return value;
}

int owner_copy_bad(struct handle *h)
{
	struct node *n = h->node;
	int value;

	pthread_mutex_lock(&n->lock);
	value = n->value;
	if (value < 0)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&h->node->lock);
	return value;
}

void *void_pointer_ok(void *arg)
{
	struct node *n = (struct node *)arg;

	pthread_mutex_lock(&n->lock);
	n->value++;
	pthread_mutex_unlock(&((struct node *)arg)->lock);
	return NULL;
}

void *void_pointer_bad(void *arg)
{
	struct node *n = arg;

	pthread_mutex_lock(&n->lock);
	n->value++;
	pthread_mutex_lock(&((struct node *)arg)->lock); // @expect double-acquire
	pthread_mutex_unlock(&n->lock);
	return NULL;
}

int stored_pointer_ok(struct handle *h)
{
	pthread_mutex_lock(h->mutex);
	h->node->value++;
	pthread_mutex_unlock(h->mutex);
	return 0;
}

int stored_pointer_bad(struct handle *h)
{
	pthread_mutex_lock(h->mutex);
	h->node->value++;
	pthread_mutex_lock(h->mutex); // @expect double-acquire
	pthread_mutex_unlock(h->mutex);
	return 0;
}

/* Up the tree, one lock at a time: n is another node each round. */
int climb_ok(struct node *n)
{
	int sum = 0;

	while (n) {
		struct node *up;

		pthread_mutex_lock(&n->lock);
		sum += n->value;
		up = n->parent;
		pthread_mutex_unlock(&n->lock);
		n = up;
	}
	return sum;
}

/* The pointer moves on before the unlock: the parent's lock is let go. */
int climb_bad(struct node *n)
{
	int value;

	pthread_mutex_lock(&n->lock);
	value = n->value;
	n = n->parent;
	pthread_mutex_unlock(&n->lock); // @expect release-not-held
	return value; // @expect-any unreleased-lock
}
