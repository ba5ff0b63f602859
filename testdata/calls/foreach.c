/* SPDX-License-Identifier: MIT */
/* Callbacks run under the lock of a list: visitors, comparators. A library. */
#include <pthread.h>
#include <stdlib.h>
#include <stddef.h>
typedef int (*visit_fn)(void *item, void *ctx);
struct reg { pthread_mutex_t mu; void **items; size_t n; };
static struct reg R = { PTHREAD_MUTEX_INITIALIZER, NULL, 0 };

int reg_foreach_ok(struct reg *r, visit_fn fn, void *ctx)
{
	int rc = 0;
	pthread_mutex_lock(&r->mu);
	for (size_t i = 0; i < r->n; i++)
		if ((rc = fn(r->items[i], ctx)) != 0)
			break;
	pthread_mutex_unlock(&r->mu);
	return rc;
}
int reg_foreach_bad(struct reg *r, visit_fn fn, void *ctx)
{
	int rc;
	pthread_mutex_lock(&r->mu);
	for (size_t i = 0; i < r->n; i++)
		if ((rc = fn(r->items[i], ctx)) != 0)
			return rc; // @expect unreleased-lock
	pthread_mutex_unlock(&r->mu);
	return 0;
}
size_t reg_count(struct reg *r)
{
	size_t n;
	pthread_mutex_lock(&r->mu);
	n = r->n;
	pthread_mutex_unlock(&r->mu);
	return n;
}
static int print_item(void *item, void *ctx)
{
	(void)item;
	return reg_count(&R) > *(size_t *)ctx;
}
static int pure_item(void *item, void *ctx)
{
	return item == ctx;
}
int print_all_bad(void)
{
	size_t max = 10;
	return reg_foreach_ok(&R, print_item, &max); // @expect double-acquire
}
int find_ok(void *p)
{
	return reg_foreach_ok(&R, pure_item, p);
}
static int cmp(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b + (int)reg_count(&R);
}
static int cmp_pure(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}
void sort_bad(struct reg *r)
{
	pthread_mutex_lock(&R.mu);
	qsort(r->items, r->n, sizeof *r->items, cmp); // @expect double-acquire
	pthread_mutex_unlock(&R.mu);
}
void sort_ok(struct reg *r)
{
	pthread_mutex_lock(&R.mu);
	qsort(r->items, r->n, sizeof *r->items, cmp_pure);
	pthread_mutex_unlock(&R.mu);
}
