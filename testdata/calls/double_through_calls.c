/* SPDX-License-Identifier: MIT */
/* f holds a lock and calls g, which calls h, which takes it: the lock is a
 * global, a parameter, a field of a parameter, an element. A library. */
#include <pthread.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int log_lines;

struct account {
	pthread_mutex_t lock;
	long balance;
	long history[8];
};

static void log_line(void)
{
	pthread_mutex_lock(&log_lock);
	log_lines++;
	pthread_mutex_unlock(&log_lock);
}

static void log_twice(void)
{
	log_line();
	log_line();
}

static void log_report(int n)
{
	if (n > 0)
		log_twice();
}

int log_flush_bad(void)
{
	int n;

	pthread_mutex_lock(&log_lock);
	n = log_lines;
	log_report(n); // @expect double-acquire
	log_lines = 0;
	pthread_mutex_unlock(&log_lock);
	return n;
}

int log_flush_ok(void)
{
	int n;

	pthread_mutex_lock(&log_lock);
	n = log_lines;
	log_lines = 0;
	pthread_mutex_unlock(&log_lock);
	log_report(n);
	return n;
}

static void add_to(pthread_mutex_t *m, long *where, long n)
{
	pthread_mutex_lock(m);
	*where += n;
	pthread_mutex_unlock(m);
}

void account_param_bad(struct account *a, long n)
{
	pthread_mutex_lock(&a->lock);
	add_to(&a->lock, &a->balance, n); // @expect double-acquire
	pthread_mutex_unlock(&a->lock);
}

void account_param_ok(struct account *a, long n)
{
	pthread_mutex_lock(&a->lock);
	a->history[0] = n;
	pthread_mutex_unlock(&a->lock);
	add_to(&a->lock, &a->balance, n);
}

static long account_balance(struct account *a)
{
	long n;

	pthread_mutex_lock(&a->lock);
	n = a->balance;
	pthread_mutex_unlock(&a->lock);
	return n;
}

static long account_history(struct account *a, int i)
{
	return a->history[i] + account_balance(a);
}

int account_field_bad(struct account *a, long n)
{
	int rc = -1;

	pthread_mutex_lock(&a->lock);
	if (account_history(a, 0) >= n) { // @expect double-acquire
		a->balance -= n;
		rc = 0;
	}
	pthread_mutex_unlock(&a->lock);
	return rc;
}

int account_field_ok(struct account *a, long n)
{
	int rc = -1;

	pthread_mutex_lock(&a->lock);
	if (a->history[0] + a->balance >= n) {
		a->balance -= n;
		rc = 0;
	}
	pthread_mutex_unlock(&a->lock);
	return rc;
}

/* The callee locks only when told to. */
static long account_read(struct account *a, int lock)
{
	long n;

	if (lock)
		pthread_mutex_lock(&a->lock);
	n = a->balance;
	if (lock)
		pthread_mutex_unlock(&a->lock);
	return n;
}

long account_told_ok(struct account *a)
{
	long n;

	pthread_mutex_lock(&a->lock);
	n = account_read(a, 0);
	pthread_mutex_unlock(&a->lock);
	return n + account_read(a, 1);
}

long account_told_bad(struct account *a)
{
	long n;

	pthread_mutex_lock(&a->lock);
	n = account_read(a, 1); // @expect double-acquire
	pthread_mutex_unlock(&a->lock);
	return n + account_read(a, 1);
}
