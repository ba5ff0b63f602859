/* SPDX-License-Identifier: MIT */
/* A function that gives its caller an object it found, locked: by its result
 * or through a pointer. A library. */
#include <pthread.h>
#include <stddef.h>

struct entry {
	pthread_mutex_t lock;
	struct entry *next;
	int key, ttl;
	void *data;
};
struct bin {
	struct entry *first;
};

static struct entry *scan(struct bin *b, int key)
{
	struct entry *e = b->first;

	while (e && e->key != key)
		e = e->next;
	return e;
}

/* What comes back hangs on the entry that is locked. */
void *fetch_ok(struct bin *b, int key, int now)
{
	struct entry *e = scan(b, key);

	if (!e)
		return NULL;
	pthread_mutex_lock(&e->lock);
	if (e->ttl < now) {
		pthread_mutex_unlock(&e->lock);
		return NULL;
	}
	return e->data;
}

int choose_ok(struct bin *b, int key, int now, struct entry **out)
{
	struct entry *e = scan(b, key);

	*out = NULL;
	if (!e)
		return 0;
	pthread_mutex_lock(&e->lock);
	if (e->ttl < now) {
		pthread_mutex_unlock(&e->lock);
		return 0;
	}
	*out = e;
	return 1;
}

/* Nobody gets the entry. */
int peek_bad(struct bin *b, int key, int now)
{
	struct entry *e = scan(b, key);

	if (!e)
		return 0;
	pthread_mutex_lock(&e->lock);
	if (e->ttl < now) {
		pthread_mutex_unlock(&e->lock);
		return 0;
	}
	return 1; // @expect unreleased-lock
}

/* A callee that may release, and does not say whether it did. */
static void finish(struct entry *e, int flags)
{
	e->ttl = 0;
	if (e->key != 7 || flags)
		pthread_mutex_unlock(&e->lock);
}

int renew_ok(struct entry *e, int flags)
{
	pthread_mutex_lock(&e->lock);
	if (e->ttl < 0) {
		finish(e, flags);
		return -1;
	}
	e->ttl++;
	pthread_mutex_unlock(&e->lock);
	return 0;
}
