/* SPDX-License-Identifier: MIT */
/* The result of an unlock is tested: it fails only for a program that is wrong
 * anyway, so that way is none. A library. */
/* @silent */
#include <pthread.h>
#define synchronized(m) for (int i_ = pthread_mutex_lock(m); !i_; i_ = !pthread_mutex_unlock(m))
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int n;

int scoped_ok(void)
{
	synchronized(&m) {
		n++;
	}
	return n;
}

int retry_ok(void)
{
	if (pthread_mutex_lock(&m))
		return -1;
	n++;
	if (pthread_mutex_unlock(&m) != 0) {
		pthread_mutex_unlock(&m);
		return -1;
	}
	return 0;
}

int test_ok(void)
{
	int rc;

	pthread_mutex_lock(&m);
	n++;
	rc = pthread_mutex_unlock(&m);
	if (rc)
		return rc;
	pthread_mutex_lock(&m);
	n--;
	return pthread_mutex_unlock(&m);
}
