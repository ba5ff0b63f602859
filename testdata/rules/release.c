/* SPDX-License-Identifier: MIT */
/* release-not-held: twice, the wrong lock, on some paths, after a failed try.
 * A library; in a thread's own function: release_thread.c. */
#include <pthread.h>

struct room {
	pthread_mutex_t lock;
	pthread_mutex_t door_lock;
	int guests;
};

void twice_bad(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
}

void twice_ok(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_lock(&r->lock);
	pthread_mutex_unlock(&r->lock);
}

/* The error path has let go already. */
int error_bad(struct room *r)
{
	int rc = 0;

	pthread_mutex_lock(&r->lock);
	if (r->guests == 0) {
		pthread_mutex_unlock(&r->lock);
		rc = -1;
		goto out;
	}
	r->guests--;
out:
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
	return rc;
}

int error_ok(struct room *r)
{
	int rc = 0;

	pthread_mutex_lock(&r->lock);
	if (r->guests == 0) {
		rc = -1;
		goto out;
	}
	r->guests--;
out:
	pthread_mutex_unlock(&r->lock);
	return rc;
}

void wrong_bad(struct room *r)
{
	pthread_mutex_lock(&r->door_lock);
	r->guests = 0;
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
} // @expect-any unreleased-lock

void wrong_ok(struct room *r)
{
	pthread_mutex_lock(&r->door_lock);
	r->guests = 0;
	pthread_mutex_unlock(&r->door_lock);
}

/* Expects the lock to be held: right for a helper. */
static void leave_locked(struct room *r)
{
	r->guests--;
	pthread_mutex_unlock(&r->lock);
}

void helper_ok(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	leave_locked(r);
}

void helper_bad(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	leave_locked(r); // @expect release-not-held
}

int try_bad(struct room *r)
{
	if (pthread_mutex_trylock(&r->lock) != 0)
		goto out;
	r->guests++;
out:
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
	return r->guests;
}

int try_ok(struct room *r)
{
	if (pthread_mutex_trylock(&r->lock) != 0)
		goto out;
	r->guests++;
	pthread_mutex_unlock(&r->lock);
out:
	return 0;
}
