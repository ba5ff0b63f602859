/* SPDX-License-Identifier: MIT */
/* release-not-held: twice, never taken, the wrong lock, on some paths, after a
 * failed try, of a wait that failed. */
#include <pthread.h>
#include <stddef.h>

struct room {
	pthread_mutex_t lock;
	pthread_mutex_t door_lock;
	int guests;
};
static struct room hall = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.door_lock = PTHREAD_MUTEX_INITIALIZER,
};

static void twice_bad(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
}

static void twice_ok(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_lock(&r->lock);
	pthread_mutex_unlock(&r->lock);
}

/* The error path has let go already. */
static int error_bad(struct room *r)
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

static int error_ok(struct room *r)
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

static void wrong_bad(struct room *r)
{
	pthread_mutex_lock(&r->door_lock);
	r->guests = 0;
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
} // @expect-any unreleased-lock

static void wrong_ok(struct room *r)
{
	pthread_mutex_lock(&r->door_lock);
	r->guests = 0;
	pthread_mutex_unlock(&r->door_lock);
}

/* A thread's own function: there is no caller that could hold it. */
static void *never_bad(void *arg)
{
	struct room *r = arg;

	r->guests++;
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
	return NULL;
}

static void *never_ok(void *arg)
{
	struct room *r = arg;

	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Expects the lock to be held: right for a helper. */
static void leave_locked(struct room *r)
{
	r->guests--;
	pthread_mutex_unlock(&r->lock);
}

static void helper_ok(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	leave_locked(r);
}

static void helper_bad(struct room *r)
{
	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	leave_locked(r); // @expect release-not-held
}

static int try_bad(struct room *r)
{
	if (pthread_mutex_trylock(&r->lock) != 0)
		goto out;
	r->guests++;
out:
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
	return r->guests;
}

static int try_ok(struct room *r)
{
	if (pthread_mutex_trylock(&r->lock) != 0)
		goto out;
	r->guests++;
	pthread_mutex_unlock(&r->lock);
out:
	return 0;
}

int main(void)
{
	pthread_t t, u;

	pthread_create(&t, NULL, never_bad, &hall);
	pthread_create(&u, NULL, never_ok, &hall);
	twice_bad(&hall);
	twice_ok(&hall);
	error_bad(&hall);
	error_ok(&hall);
	wrong_bad(&hall);
	wrong_ok(&hall);
	helper_ok(&hall);
	helper_bad(&hall);
	try_bad(&hall);
	try_ok(&hall);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return 0;
}
