/* SPDX-License-Identifier: MIT */
/* Scope guards that a function returns by value: which lock it is goes with the
 * fields of the structure. */
#include <pthread.h>
#include <stddef.h>
typedef struct { pthread_mutex_t lock; } own_mutex;
typedef struct guard guard;
struct guard { own_mutex *mutex; int depth; };
static own_mutex m = { PTHREAD_MUTEX_INITIALIZER };
static own_mutex other = { PTHREAD_MUTEX_INITIALIZER };
static int n;
static void own_lock(own_mutex *x) { pthread_mutex_lock(&x->lock); }
static void own_unlock(own_mutex *x) { pthread_mutex_unlock(&x->lock); }
static inline void *steal(void *pp)
{
	void **ptr = pp, *ref = *ptr;

	*ptr = NULL;
	return ref;
}
static guard guard_lock(own_mutex *x)
{
	guard l = { x, 1 };

	own_lock(x);
	return l;
}
static guard guard_relay(own_mutex *x)
{
	guard l = guard_lock(x), copy;

	copy = l;
	return copy;
}
static void guard_unlock(guard *l)
{
	if (!l || !l->mutex)
		return;
	own_unlock(steal(&l->mutex));
}
static inline void guard_clear(guard *l) { guard_unlock(l); }
#define GUARD __attribute__((cleanup(guard_clear))) guard
#define WITH_LOCK(x)                                                           \
	for (GUARD g = guard_lock(x); g.mutex; g.mutex = (guard_unlock(&g), NULL))

int scope_ok(int x)
{
	GUARD g = guard_lock(&m);

	if (x)
		return -1;
	return ++n;
}
int relayed_ok(int x)
{
	GUARD g = guard_relay(&m);

	return x ? n : -1;
}
int two_calls_ok(void)
{
	return scope_ok(1) + scope_ok(2) + relayed_ok(3);
}
int with_ok(int x)
{
	WITH_LOCK(&m) {
		if (x)
			return 0;
		n++;
	}
	WITH_LOCK(&m)
		n++;
	return scope_ok(x);
}
int steal_ok(void)
{
	GUARD g = guard_lock(&m);

	guard_unlock(&g);
	n++;
	return scope_ok(1);
}
int scope_bad(void)
{
	GUARD g = guard_lock(&m);

	return scope_ok(n); // @expect double-acquire:error
}
int with_bad(int x)
{
	WITH_LOCK(&m)
		n += scope_ok(x); // @expect double-acquire:error
	return n;
}
int relayed_bad(void)
{
	GUARD g = guard_relay(&m);

	return with_ok(1); // @expect double-acquire:error
}
int no_guard_bad(int x)
{
	guard g = guard_lock(&other);

	if (x)
		return -1; // @expect unreleased-lock
	guard_unlock(&g);
	return 0;
}
int after_with_bad(int x)
{
	WITH_LOCK(&m)
		n++;
	own_lock(&other);
	if (x)
		return -1; // @expect unreleased-lock:error
	own_unlock(&other);
	return 0;
}
