/* SPDX-License-Identifier: MIT */
/* Lock scopes made of macros: a for loop of one round, blocks, the cleanup
 * attribute. */
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
static inline void unlock_mutex(pthread_mutex_t **m) { if (*m) pthread_mutex_unlock(*m); }
#define CONCAT_(a, b) a##b
#define CONCAT(a, b) CONCAT_(a, b)
#define SCOPED_LOCK(m) \
	__attribute__((cleanup(unlock_mutex))) pthread_mutex_t *CONCAT(guard_, __LINE__) = (m); \
	pthread_mutex_lock(CONCAT(guard_, __LINE__))
#define WITH_LOCK(m) \
	for (pthread_mutex_t *l_ __attribute__((cleanup(unlock_mutex))) = (pthread_mutex_lock(m), (m)), *once_ = (m); once_; once_ = NULL)
#define LOCKED(m, body) do { pthread_mutex_lock(m); { body; } pthread_mutex_unlock(m); } while (0)

struct st { pthread_mutex_t m; int n; struct st *next; };
static struct st g = { PTHREAD_MUTEX_INITIALIZER, 0, NULL };

int scoped_ok(struct st *s)
{
	SCOPED_LOCK(&s->m);
	if (s->n < 0)
		return -1;
	for (int i = 0; i < s->n; i++)
		if (i == 7)
			return 7;
	return s->n++;
}

int scoped_twice_bad(struct st *s)
{
	SCOPED_LOCK(&s->m);
	s->n++;
	{
		SCOPED_LOCK(&s->m); // @expect double-acquire:error
		s->n++;
	}
	return s->n;
}

int scoped_two_scopes_ok(struct st *s)
{
	{
		SCOPED_LOCK(&s->m);
		s->n++;
	}
	{
		SCOPED_LOCK(&s->m);
		s->n++;
	}
	return 0;
}

int scoped_manual_bad(struct st *s)
{
	SCOPED_LOCK(&s->m);
	if (s->n == 0) {
		pthread_mutex_unlock(&s->m);
		return 0; // @expect release-not-held
	}
	return s->n;
}

int with_ok(struct st *s)
{
	WITH_LOCK(&s->m) {
		if (s->n == 3)
			return 3;
		s->n++;
	}
	return 0;
}

int with_call_bad(struct st *s)
{
	WITH_LOCK(&s->m) {
		if (s->n == 3)
			return with_ok(s); // @expect double-acquire
	}
	return 0;
}

int locked_macro_ok(void)
{
	int r = 0;
	LOCKED(&g.m, r = g.n++);
	return r;
}

int locked_macro_bad(void)
{
	LOCKED(&g.m, if (g.n > 3) return 1); // @expect unreleased-lock
	return 0;
}

int guard_loop_ok(struct st *s)
{
	int n = 0;
	for (; s; s = s->next) {
		SCOPED_LOCK(&s->m);
		if (s->n == 0)
			continue;
		if (s->n < 0)
			break;
		n += s->n;
	}
	return n;
}

int transfer_guard_ok(void)
{
	pthread_mutex_t *steal __attribute__((cleanup(unlock_mutex))) = &g.m;
	pthread_mutex_lock(&g.m);
	g.n++;
	pthread_mutex_unlock(steal);
	steal = NULL;
	return 0;
}
