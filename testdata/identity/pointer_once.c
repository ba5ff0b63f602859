/* SPDX-License-Identifier: MIT */
/* The lock is behind a global pointer that pthread_once fills.
 * A library. */
#include <pthread.h>
#include <stdlib.h>
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t *m;
static int n;

static void make(void)
{
	m = malloc(sizeof *m);
	if (!m)
		abort();
	pthread_mutex_init(m, NULL);
}

int inc_bad(void)
{
	pthread_once(&once, make);
	pthread_mutex_lock(m);
	if (n > 4)
		return -1; // @expect unreleased-lock
	n++;
	pthread_mutex_unlock(m);
	return n;
}

int inc_ok(void)
{
	pthread_once(&once, make);
	pthread_mutex_lock(m);
	if (n > 4) {
		pthread_mutex_unlock(m);
		return -1;
	}
	n++;
	pthread_mutex_unlock(m);
	return n;
}

/* Another function's call of pthread_once means the same lock. */
int again_bad(void)
{
	int k;

	pthread_once(&once, make);
	pthread_mutex_lock(m);
	k = inc_ok(); // @expect double-acquire
	pthread_mutex_unlock(m);
	return k;
}

int after_ok(void)
{
	pthread_once(&once, make);
	pthread_mutex_lock(m);
	n--;
	pthread_mutex_unlock(m);
	return inc_ok();
}
