/* SPDX-License-Identifier: MIT */
/* Double-checked initialisation: what was read before the lock was got may have
 * changed when it is read again. A library. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int inited, uses;

int setup_bad(void)
{
	if (inited)
		return 0;
	pthread_mutex_lock(&m);
	if (inited)
		return 0; // @expect unreleased-lock
	uses = 1;
	inited = 1;
	pthread_mutex_unlock(&m);
	return 0;
}

int setup_ok(void)
{
	if (inited)
		return 0;
	pthread_mutex_lock(&m);
	if (inited) {
		pthread_mutex_unlock(&m);
		return 0;
	}
	uses = 1;
	inited = 1;
	pthread_mutex_unlock(&m);
	return 0;
}
