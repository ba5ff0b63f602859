/* SPDX-License-Identifier: MIT */
/* Lock macros with hidden returns and gotos, blocks and loops between them,
 * calls in assert(). A library. */
#include <pthread.h>
#include <assert.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#define XLOCK(l) do { int err_ = pthread_mutex_lock(l); if (err_) { fprintf(stderr, "lock: %s\n", strerror(err_)); abort(); } } while (0)
#define XUNLOCK(l) do { int err_ = pthread_mutex_unlock(l); if (err_) { fprintf(stderr, "unlock: %s\n", strerror(err_)); abort(); } } while (0)
#define LOCK_OR_FAIL(l, r) if (pthread_mutex_lock(l)) return (r)
#define REQUIRE(c) do { if (!(c)) return -1; } while (0)
#define TRY(x) do { rc = (x); if (rc < 0) goto fail; } while (0)
#define BEGIN(o) XLOCK(&(o)->mu); {
#define END(o) } XUNLOCK(&(o)->mu)
#define FOREACH_LOCKED(o, i) for (int i = (pthread_mutex_lock(&(o)->mu), 0); i < (o)->n || (pthread_mutex_unlock(&(o)->mu), 0); i++)
struct o { pthread_mutex_t mu; int n; int v[10]; };
extern int io(int);

int req_bad(struct o *o, int k)
{
	XLOCK(&o->mu);
	REQUIRE(o->n > k); // @expect unreleased-lock:error
	o->v[k] = 1;
	XUNLOCK(&o->mu);
	return 0;
}
int req_ok(struct o *o, int k)
{
	REQUIRE(k >= 0);
	XLOCK(&o->mu);
	o->v[k] = 1;
	XUNLOCK(&o->mu);
	REQUIRE(k < 5);
	return 0;
}
int try_macro_ok(struct o *o)
{
	int rc;
	LOCK_OR_FAIL(&o->mu, -2);
	TRY(io(1));
	TRY(io(2));
	rc = 0;
fail:
	XUNLOCK(&o->mu);
	return rc;
}
int try_macro_bad(struct o *o)
{
	int rc;
	LOCK_OR_FAIL(&o->mu, -2);
	TRY(io(1));
	TRY(io(2));
	XUNLOCK(&o->mu);
	return 0;
fail:
	return rc; // @expect unreleased-lock:error
}
int block_ok(struct o *o)
{
	int s = 0;
	BEGIN(o)
		for (int i = 0; i < o->n; i++)
			s += o->v[i];
	END(o);
	return s;
}
int foreach_ok(struct o *o)
{
	int s = 0;
	FOREACH_LOCKED(o, i)
		s += o->v[i];
	return s;
}
int foreach_bad(struct o *o)
{
	int s = 0;
	FOREACH_LOCKED(o, i) {
		if (o->v[i] < 0)
			break;
		s += o->v[i];
	}
	return s; // @expect unreleased-lock
}
int assert_ok(struct o *o)
{
	int rc = pthread_mutex_lock(&o->mu);
	assert(rc == 0);
	assert(o->n < 10);
	o->n++;
	rc = pthread_mutex_unlock(&o->mu);
	assert(!rc);
	(void)rc;
	return 0;
}
int assert_bad(struct o *o)
{
	assert(pthread_mutex_lock(&o->mu) == 0);
	if (o->n == 10)
		return -1; // @expect unreleased-lock
	o->n++;
	assert(pthread_mutex_unlock(&o->mu) == 0);
	return 0;
}
