/* SPDX-License-Identifier: MIT */
/* Statement expressions, _Generic, asm goto, ranges of cases, labels as values.
 * A library. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
_Static_assert(sizeof(int) == 4, "int");
static _Thread_local int depth;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int n;
#define with_mu(expr) ({ __typeof__(expr) r_; pthread_mutex_lock(&mu); r_ = (expr); pthread_mutex_unlock(&mu); r_; })
#define lock_any(l) _Generic((l), pthread_mutex_t *: pthread_mutex_lock, pthread_spinlock_t *: pthread_spin_lock)(l)
#define unlock_any(l) _Generic((l), pthread_mutex_t *: pthread_mutex_unlock, pthread_spinlock_t *: pthread_spin_unlock)(l)
__attribute__((noinline, warn_unused_result)) static int get(void) { return with_mu(n); }

int stmt_ok(int k)
{
	int a = with_mu(n + k);
	return with_mu(n -= a);
}
int stmt_bad(int k)
{
	return with_mu(n + get() + k); // @expect double-acquire:error
}
int generic_ok(int k)
{
	lock_any(&mu);
	n += k;
	unlock_any(&mu);
	return n;
}
int stmt_return_bad(int k)
{
	int r = ({ pthread_mutex_lock(&mu); if (k > 3) return 3; n += k; pthread_mutex_unlock(&mu); n; }); // @expect unreleased-lock
	return r;
}
int asm_ok(int k)
{
	pthread_mutex_lock(&mu);
	__asm__ volatile("" : "+r"(k) : : "memory");
	n = k;
	pthread_mutex_unlock(&mu);
	return 0;
}
int asm_goto_bad(int k)
{
	pthread_mutex_lock(&mu);
	__asm__ goto("" : : "r"(k) : "memory" : fail);
	n = k;
	pthread_mutex_unlock(&mu);
	return 0;
fail:
	return -1; // @expect unreleased-lock
}
int case_range_bad(int k)
{
	pthread_mutex_lock(&mu);
	switch (k) {
	case 0 ... 9:
		n = k;
		break;
	case 10 ... 19:
		return 1; // @expect unreleased-lock
	}
	pthread_mutex_unlock(&mu);
	return 0;
}
int elvis_ok(int k)
{
	int r = pthread_mutex_lock(&mu) ?: k;
	if (r != k)
		n = k;
	pthread_mutex_unlock(&mu);
	return r;
}
int label_val_bad(int k)
{
	void *where = k ? &&a : &&b;
	pthread_mutex_lock(&mu);
	goto *where;
a:
	n++;
	pthread_mutex_unlock(&mu);
	return 1;
b:
	return 0; // @expect unreleased-lock
}
int unreachable_ok(int k)
{
	pthread_mutex_lock(&mu);
	switch (k & 1) {
	case 0:
		pthread_mutex_unlock(&mu);
		return 0;
	case 1:
		pthread_mutex_unlock(&mu);
		return 1;
	}
	__builtin_unreachable();
}
int tls_ok(int k)
{
	if (depth == 0)
		pthread_mutex_lock(&mu);
	n += k;
	if (depth == 0)
		pthread_mutex_unlock(&mu);
	return n;
}
