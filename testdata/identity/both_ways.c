/* SPDX-License-Identifier: MIT */
/* Two objects of one class that point to each other: parent and child here, child
 * and parent there. Going only down, or trying on the way up, is an order. A
 * library. */
#include <pthread.h>
struct dir { pthread_mutex_t lock; struct dir *up; struct dir *sub; int n; };
void down_bad(struct dir *d)
{
	pthread_mutex_lock(&d->lock);
	pthread_mutex_lock(&d->sub->lock); // @expect-one lock-order-cycle#d
	d->n += d->sub->n;
	pthread_mutex_unlock(&d->sub->lock);
	pthread_mutex_unlock(&d->lock);
}
void up_bad(struct dir *d)
{
	pthread_mutex_lock(&d->lock);
	pthread_mutex_lock(&d->up->lock); // @expect-one lock-order-cycle#d
	d->up->n += d->n;
	pthread_mutex_unlock(&d->up->lock);
	pthread_mutex_unlock(&d->lock);
}

struct node { pthread_mutex_t lock; struct node *parent, *left, *right; int n; };
void left_ok(struct node *d)
{
	pthread_mutex_lock(&d->lock);
	pthread_mutex_lock(&d->left->lock);
	d->n += d->left->n;
	pthread_mutex_unlock(&d->left->lock);
	pthread_mutex_unlock(&d->lock);
}
void right_ok(struct node *d)
{
	pthread_mutex_lock(&d->lock);
	pthread_mutex_lock(&d->right->lock);
	d->n += d->right->n;
	pthread_mutex_unlock(&d->right->lock);
	pthread_mutex_unlock(&d->lock);
}
int try_up_ok(struct node *d)
{
	pthread_mutex_lock(&d->lock);
	if (pthread_mutex_trylock(&d->parent->lock)) {
		pthread_mutex_unlock(&d->lock);
		return -1;
	}
	d->parent->n += d->n;
	pthread_mutex_unlock(&d->parent->lock);
	pthread_mutex_unlock(&d->lock);
	return 0;
}

/* Always the child first. */
struct leaf { pthread_mutex_t lock; struct leaf *parent; int n; };
void up_only_ok(struct leaf *d)
{
	pthread_mutex_lock(&d->lock);
	pthread_mutex_lock(&d->parent->lock);
	d->parent->n += d->n;
	pthread_mutex_unlock(&d->parent->lock);
	pthread_mutex_unlock(&d->lock);
}
