/* SPDX-License-Identifier: MIT */
/* A mutex wrapper that records its owner for assertions; not recursive.
 * Cause: `d->held = true` in the lock wrapper and `= false` in the unlock wrapper: the exits
 * differ in memory behind a parameter, taken for "a parameter tells the caller". A flag that
 * belongs to the lock (written only next to acquire/release, in the wrappers) tells nobody. A library. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
struct dmtx { pthread_mutex_t m; pthread_t owner; bool held; };
struct reg { struct dmtx mu; int n, v[16]; };

static void dmtx_lock(struct dmtx *d)
{
	if (pthread_mutex_lock(&d->m))
		abort();
	d->owner = pthread_self();
	d->held = true;
}

static void dmtx_unlock(struct dmtx *d)
{
	assert(d->held);
	d->held = false;
	if (pthread_mutex_unlock(&d->m))
		abort();
}

static int reg_find(struct reg *r, int k)
{
	assert(r->mu.held && pthread_equal(r->mu.owner, pthread_self()));
	for (int i = 0; i < r->n; i++)
		if (r->v[i] == k)
			return i;
	return -1;
}

int add_bad(struct reg *r, int k)
{
	dmtx_lock(&r->mu);
	if (reg_find(r, k) >= 0)
		return -EEXIST; // @expect unreleased-lock
	r->v[r->n++] = k;
	dmtx_unlock(&r->mu);
	return 0;
}

int add_ok(struct reg *r, int k)
{
	dmtx_lock(&r->mu);
	if (reg_find(r, k) >= 0) {
		dmtx_unlock(&r->mu);
		return -EEXIST;
	}
	r->v[r->n++] = k;
	dmtx_unlock(&r->mu);
	return 0;
}

int twice_bad(struct reg *r)
{
	int n;

	dmtx_lock(&r->mu);
	n = r->n;
	dmtx_lock(&r->mu); // @expect double-acquire
	dmtx_unlock(&r->mu);
	return n;
}
