/* SPDX-License-Identifier: MIT */
/* A callee drops and retakes its caller's lock; one caller does not hold it.
 * A library. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int v;
extern int probe(int);
static void reap(void)
{
	pthread_mutex_unlock(&m);
	probe(3);
	pthread_mutex_lock(&m);
}
void gc_ok(void)
{
	pthread_mutex_lock(&m);
	while (v-- > 0)
		reap();
	pthread_mutex_unlock(&m);
}
void gc_bad(void)
{
	if (v > 3)
		reap(); // @expect release-not-held
} // @expect-any unreleased-lock
