/* SPDX-License-Identifier: MIT */
/* Lock calls whose error is only logged: the program takes it that locking
 * works, and a way on which it did not is no way at all (found in unbound). */
#include <pthread.h>
#include <stdio.h>
#include <stddef.h>

#define CHECKED(call)                                                          \
	do {                                                                   \
		int err_ = (call);                                             \
		if (err_ != 0)                                                 \
			fprintf(stderr, #call ": error %d\n", err_);           \
	} while (0)

struct zone {
	pthread_mutex_t lock;
	struct zone *next;
	int expired, used;
};
struct zones {
	pthread_mutex_t lock;
	struct zone *first;
};

static struct zone *find(struct zones *all, int used)
{
	struct zone *z;

	CHECKED(pthread_mutex_lock(&all->lock));
	for (z = all->first; z; z = z->next)
		if (z->used == used)
			break;
	if (z)
		CHECKED(pthread_mutex_lock(&z->lock));
	CHECKED(pthread_mutex_unlock(&all->lock));
	return z;
}

int answer_ok(struct zones *all, int used)
{
	struct zone *z = find(all, used);

	if (!z)
		return 0;
	if (z->expired) {
		CHECKED(pthread_mutex_unlock(&z->lock));
		return -1;
	}
	z->used++;
	CHECKED(pthread_mutex_unlock(&z->lock));
	return 1;
}

int answer_bad(struct zones *all, int used)
{
	struct zone *z = find(all, used);

	if (!z)
		return 0;
	if (z->expired)
		return -1; // @expect unreleased-lock
	z->used++;
	CHECKED(pthread_mutex_unlock(&z->lock));
	return 1;
}

int touch_ok(struct zone *z)
{
	CHECKED(pthread_mutex_lock(&z->lock));
	z->used++;
	CHECKED(pthread_mutex_unlock(&z->lock));
	return z->used;
}

/* The error is remembered, and there the lock is not held. */
int touch_bad(struct zone *z)
{
	int rc = pthread_mutex_lock(&z->lock);

	if (rc)
		fprintf(stderr, "error %d\n", rc);
	else
		z->used++;
	if (rc) {
		pthread_mutex_unlock(&z->lock); // @expect release-not-held
		return -1;
	}
	pthread_mutex_unlock(&z->lock);
	return 0;
}
