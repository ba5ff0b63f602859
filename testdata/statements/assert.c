/* SPDX-License-Identifier: MIT */
/* assert: the failing side never returns; a lock call inside it counts. */
// @silent
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

struct item {
	struct item *next;
	int refs;
};
struct pool {
	pthread_mutex_t lock;
	struct item *free;
};

struct item *pool_pop_ok(struct pool *p)
{
	struct item *it;

	pthread_mutex_lock(&p->lock);
	it = p->free;
	assert(it != NULL);
	p->free = it->next;
	pthread_mutex_unlock(&p->lock);
	return it;
}

void pool_push_ok(struct pool *p, struct item *it)
{
	assert(pthread_mutex_lock(&p->lock) == 0);
	it->next = p->free;
	p->free = it;
	assert(pthread_mutex_unlock(&p->lock) == 0);
}

int pool_empty_ok(struct pool *p)
{
	int rc = pthread_mutex_lock(&p->lock);
	int empty;

	assert(!rc);
	empty = p->free == NULL;
	rc = pthread_mutex_unlock(&p->lock);
	assert(!rc);
	return empty;
}
