/* SPDX-License-Identifier: MIT */
/* List locking hand over hand: each node's lock is taken before the one before
 * it is let go, always down the list. A library. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct node {
	pthread_mutex_t lock;
	struct node *next;
	int key;
};
struct list {
	struct node head;
};

bool list_find_ok(struct list *l, int key)
{
	struct node *prev = &l->head;
	struct node *cur;
	bool found = false;

	pthread_mutex_lock(&prev->lock);
	while ((cur = prev->next) != NULL) {
		pthread_mutex_lock(&cur->lock);
		pthread_mutex_unlock(&prev->lock);
		prev = cur;
		if (cur->key >= key) {
			found = cur->key == key;
			break;
		}
	}
	pthread_mutex_unlock(&prev->lock);
	return found;
}

void list_insert_ok(struct list *l, struct node *n)
{
	struct node *prev = &l->head;
	struct node *cur;

	pthread_mutex_lock(&prev->lock);
	cur = prev->next;
	if (cur)
		pthread_mutex_lock(&cur->lock);
	while (cur && cur->key < n->key) {
		pthread_mutex_unlock(&prev->lock);
		prev = cur;
		cur = cur->next;
		if (cur)
			pthread_mutex_lock(&cur->lock);
	}
	n->next = cur;
	prev->next = n;
	if (cur)
		pthread_mutex_unlock(&cur->lock);
	pthread_mutex_unlock(&prev->lock);
}

/* Returns from the middle with the node's lock held. */
int list_take_bad(struct list *l)
{
	struct node *first;

	pthread_mutex_lock(&l->head.lock);
	first = l->head.next;
	if (!first) {
		pthread_mutex_unlock(&l->head.lock);
		return -1;
	}
	pthread_mutex_lock(&first->lock);
	if (first->key < 0) {
		pthread_mutex_unlock(&l->head.lock);
		return -2; // @expect unreleased-lock
	}
	l->head.next = first->next;
	pthread_mutex_unlock(&first->lock);
	pthread_mutex_unlock(&l->head.lock);
	return first->key;
}

int list_take_ok(struct list *l)
{
	struct node *first;

	pthread_mutex_lock(&l->head.lock);
	first = l->head.next;
	if (!first) {
		pthread_mutex_unlock(&l->head.lock);
		return -1;
	}
	pthread_mutex_lock(&first->lock);
	if (first->key < 0) {
		pthread_mutex_unlock(&first->lock);
		pthread_mutex_unlock(&l->head.lock);
		return -2;
	}
	l->head.next = first->next;
	pthread_mutex_unlock(&first->lock);
	pthread_mutex_unlock(&l->head.lock);
	return first->key;
}
