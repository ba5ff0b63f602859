/* SPDX-License-Identifier: MIT */
/* Hand-over-hand search: an early return keeps the current node. A library. */
#include <pthread.h>
struct node { pthread_mutex_t lock; int key; struct node *next; };

int find_bad(struct node *head, int key)
{
	struct node *prev = head, *cur;

	pthread_mutex_lock(&prev->lock);
	while ((cur = prev->next)) {
		pthread_mutex_lock(&cur->lock);
		pthread_mutex_unlock(&prev->lock);
		if (cur->key == key)
			return 1; // @expect unreleased-lock
		prev = cur;
	}
	pthread_mutex_unlock(&prev->lock);
	return 0;
}

int find_ok(struct node *head, int key)
{
	struct node *prev = head, *cur;

	pthread_mutex_lock(&prev->lock);
	while ((cur = prev->next)) {
		pthread_mutex_lock(&cur->lock);
		pthread_mutex_unlock(&prev->lock);
		if (cur->key == key) {
			pthread_mutex_unlock(&cur->lock);
			return 1;
		}
		prev = cur;
	}
	pthread_mutex_unlock(&prev->lock);
	return 0;
}

int break_bad(struct node *head, int key)
{
	struct node *prev = head, *cur;
	int found = 0;

	pthread_mutex_lock(&prev->lock);
	for (cur = prev->next; cur; cur = cur->next) {
		pthread_mutex_lock(&cur->lock);
		if (cur->key == key) {
			found = 1;
			pthread_mutex_unlock(&cur->lock);
			break;
		}
		pthread_mutex_unlock(&prev->lock);
		prev = cur;
	}
	return found; // @expect unreleased-lock
}
