/* SPDX-License-Identifier: MIT */
/* Guard objects by value and by the cleanup attribute, locks named by macros
 * that paste. A library. */
#include <pthread.h>
#include <stdlib.h>
#include <stdbool.h>
typedef struct { pthread_mutex_t *m; bool on; } guard;
static guard guard_make(pthread_mutex_t *m) { pthread_mutex_lock(m); return (guard){ m, true }; }
static void guard_done(guard *g) { if (g->on) { g->on = false; pthread_mutex_unlock(g->m); } }
#define GUARD(m) guard g_ __attribute__((cleanup(guard_done))) = guard_make(m)
#define G_LOCK_NAME(n) g__ ## n ## _lock
#define G_LOCK_DEFINE_STATIC(n) static pthread_mutex_t G_LOCK_NAME(n) = PTHREAD_MUTEX_INITIALIZER
#define G_LOCK(n) pthread_mutex_lock(&G_LOCK_NAME(n))
#define G_UNLOCK(n) pthread_mutex_unlock(&G_LOCK_NAME(n))
G_LOCK_DEFINE_STATIC(cache);
G_LOCK_DEFINE_STATIC(names);
static int cache_n, names_n;
struct t { pthread_mutex_t mu; int n; };

int value_ok(struct t *t)
{
	guard g = guard_make(&t->mu);
	t->n++;
	guard_done(&g);
	return 0;
}
int value_bad(struct t *t)
{
	guard g = guard_make(&t->mu);
	if (t->n > 9)
		return -1; // @expect unreleased-lock
	t->n++;
	guard_done(&g);
	return 0;
}
int cleanup_ok(struct t *t)
{
	GUARD(&t->mu);
	if (t->n > 9)
		return -1;
	return ++t->n;
}
int cleanup_early_ok(struct t *t)
{
	int r;
	GUARD(&t->mu);
	r = ++t->n;
	guard_done(&g_);
	return r;
}
int cleanup_twice_bad(struct t *t)
{
	GUARD(&t->mu);
	pthread_mutex_lock(&t->mu); // @expect double-acquire
	t->n++;
	pthread_mutex_unlock(&t->mu);
	return 0; // @expect-any release-not-held
}
int pasted_ok(void)
{
	G_LOCK(cache);
	G_LOCK(names);
	cache_n = names_n;
	G_UNLOCK(names);
	G_UNLOCK(cache);
	return 0;
}
int pasted_bad(int k)
{
	G_LOCK(cache);
	if (cache_n > k) {
		G_UNLOCK(names); // @expect release-not-held
		return -1; // @expect-any unreleased-lock
	}
	G_UNLOCK(cache);
	return 0;
}
int pasted_leak_bad(void)
{
	G_LOCK(names);
	if (names_n == 3)
		return -1; // @expect unreleased-lock:error
	names_n++;
	G_UNLOCK(names);
	return 0;
}
