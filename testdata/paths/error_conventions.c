/* SPDX-License-Identifier: MIT */
/* Errors by number, errno, NULL, bool and enum, returned by macros; labels in a
 * chain, one of them wrong. A library. */
#include <pthread.h>
#include <errno.h>
#include <stdlib.h>
#include <stdbool.h>
#include <string.h>
#include <stdint.h>
typedef enum { RES_OK, RES_EMPTY, RES_NOMEM, RES_BAD } res_t;
struct tab { pthread_mutex_t mu; int n, cap; int *v; };
#define CHECK(x) do { int r_ = (x); if (r_) return r_; } while (0)
#define CHECK_GOTO(x, l) do { if ((rc = (x)) != 0) goto l; } while (0)
#define RET_IF(c, r) if (c) return (r)

static int grow(struct tab *t)
{
	int *p = realloc(t->v, 2 * t->cap * sizeof *p);
	if (!p)
		return -ENOMEM;
	t->v = p;
	t->cap *= 2;
	return 0;
}
int tab_add_bad(struct tab *t, int x)
{
	CHECK(pthread_mutex_lock(&t->mu));
	if (t->n == t->cap)
		CHECK(grow(t)); // @expect unreleased-lock
	t->v[t->n++] = x;
	CHECK(pthread_mutex_unlock(&t->mu));
	return 0;
}
int tab_add_ok(struct tab *t, int x)
{
	int rc = 0;
	CHECK(pthread_mutex_lock(&t->mu));
	if (t->n == t->cap)
		CHECK_GOTO(grow(t), out);
	t->v[t->n++] = x;
out:
	pthread_mutex_unlock(&t->mu);
	return rc;
}
res_t tab_pop_bad(struct tab *t, int *x)
{
	pthread_mutex_lock(&t->mu);
	RET_IF(t->n == 0, RES_EMPTY); // @expect unreleased-lock
	*x = t->v[--t->n];
	pthread_mutex_unlock(&t->mu);
	return RES_OK;
}
res_t tab_pop_ok(struct tab *t, int *x)
{
	res_t r = RES_EMPTY;
	pthread_mutex_lock(&t->mu);
	if (t->n) {
		*x = t->v[--t->n];
		r = RES_OK;
	}
	pthread_mutex_unlock(&t->mu);
	return r;
}
int tab_errno_bad(struct tab *t, int i)
{
	int r;
	pthread_mutex_lock(&t->mu);
	if (i >= t->n) {
		errno = ERANGE;
		return -1; // @expect unreleased-lock
	}
	r = t->v[i];
	pthread_mutex_unlock(&t->mu);
	return r;
}
bool tab_has_bad(struct tab *t, int x)
{
	pthread_mutex_lock(&t->mu);
	for (int i = 0; i < t->n; i++)
		if (t->v[i] == x)
			return true; // @expect unreleased-lock
	pthread_mutex_unlock(&t->mu);
	return false;
}
bool tab_has_ok(struct tab *t, int x)
{
	bool found = false;
	pthread_mutex_lock(&t->mu);
	for (int i = 0; i < t->n && !found; i++)
		found = t->v[i] == x;
	pthread_mutex_unlock(&t->mu);
	return found;
}
char *tab_str_bad(struct tab *t)
{
	char *s;
	pthread_mutex_lock(&t->mu);
	s = malloc(t->n + 1);
	if (!s)
		return NULL; // @expect unreleased-lock
	memset(s, 'x', t->n);
	s[t->n] = 0;
	pthread_mutex_unlock(&t->mu);
	return s;
}
void tab_void_bad(struct tab *t)
{
	pthread_mutex_lock(&t->mu);
	if (!t->v)
		return; // @expect unreleased-lock
	free(t->v);
	t->v = NULL;
	pthread_mutex_unlock(&t->mu);
}
/* two locks, error between, only one released */
struct two { pthread_mutex_t a, b; int n; };
int two_bad(struct two *t, int k)
{
	int rc;
	if ((rc = pthread_mutex_lock(&t->a)))
		return rc;
	if ((rc = pthread_mutex_lock(&t->b)))
		return rc; // @expect unreleased-lock
	t->n = k;
	pthread_mutex_unlock(&t->b);
	pthread_mutex_unlock(&t->a);
	return 0;
}
int two_ok(struct two *t, int k)
{
	int rc;
	if ((rc = pthread_mutex_lock(&t->a)))
		return rc;
	if ((rc = pthread_mutex_lock(&t->b)))
		goto una;
	t->n = k;
	pthread_mutex_unlock(&t->b);
una:
	pthread_mutex_unlock(&t->a);
	return rc;
}
int two_labels_bad(struct two *t, int k)
{
	int rc = -EINVAL;
	pthread_mutex_lock(&t->a);
	if (k < 0)
		goto out_a;
	pthread_mutex_lock(&t->b);
	if (k > 100)
		goto out_a; 
	t->n = k;
	rc = 0;
	pthread_mutex_unlock(&t->b);
out_a:
	pthread_mutex_unlock(&t->a);
	return rc; // @expect unreleased-lock
}
