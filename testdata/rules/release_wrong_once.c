/* SPDX-License-Identifier: MIT */
/* After the wrong lock was released, a proper lock/unlock of it is not reported
 * too. A library. */
#include <pthread.h>
static pthread_mutex_t q = PTHREAD_MUTEX_INITIALIZER, s = PTHREAD_MUTEX_INITIALIZER;
static int n;

void wrong_bad(void)
{
	pthread_mutex_lock(&q);
	n++;
	pthread_mutex_unlock(&s); // @expect release-not-held
	pthread_mutex_lock(&s);
	n++;
	pthread_mutex_unlock(&s);
} // @expect-any unreleased-lock
