/* SPDX-License-Identifier: MIT */
/* A lock call whose result is tested: held only where it was zero. A library. */
#include <pthread.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct meter {
	pthread_mutex_t lock;
	long count;
	long limit;
};

int meter_add_ok(struct meter *m, long n)
{
	int rc;

	if ((rc = pthread_mutex_lock(&m->lock)) != 0)
		return rc;
	m->count += n;
	return pthread_mutex_unlock(&m->lock);
}

int meter_add_bad(struct meter *m, long n)
{
	int rc;

	if ((rc = pthread_mutex_lock(&m->lock)) != 0)
		return rc;
	if (m->count + n > m->limit)
		return ERANGE; // @expect unreleased-lock
	m->count += n;
	return pthread_mutex_unlock(&m->lock);
}

int meter_reset_ok(struct meter *m)
{
	int rc = pthread_mutex_lock(&m->lock);

	if (rc == 0) {
		m->count = 0;
		rc = pthread_mutex_unlock(&m->lock);
	}
	if (rc)
		fprintf(stderr, "reset: %s\n", strerror(rc));
	return rc;
}

/* Unlocks where the lock failed. */
int meter_reset_bad(struct meter *m)
{
	int rc = pthread_mutex_lock(&m->lock);

	if (rc) {
		pthread_mutex_unlock(&m->lock); // @expect release-not-held
		return rc;
	}
	m->count = 0;
	pthread_mutex_unlock(&m->lock);
	return 0;
}

int meter_not_ok(struct meter *m)
{
	if (!pthread_mutex_lock(&m->lock)) {
		m->limit++;
		pthread_mutex_unlock(&m->lock);
		return 1;
	}
	return 0;
}

int meter_not_bad(struct meter *m)
{
	if (!pthread_mutex_lock(&m->lock)) {
		m->limit++;
		return 1; // @expect unreleased-lock
	}
	pthread_mutex_unlock(&m->lock); // @expect release-not-held
	return 0;
}
