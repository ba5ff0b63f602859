/* SPDX-License-Identifier: MIT */
/* The same in a whole program: that its callers hold the lock is seen. */
#include <pthread.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int v;
extern int probe(int);

static void reap_ok(void)
{
	pthread_mutex_unlock(&m);
	probe(3);
	pthread_mutex_lock(&m);
}

static void collect_ok(void)
{
	if (probe(2))
		reap_ok();
}

static void bare_bad(void)
{
	reap_ok(); // @expect release-not-held:error
} // @expect-any unreleased-lock

int main(void)
{
	pthread_mutex_lock(&m);
	while (v-- > 0)
		reap_ok();
	collect_ok();
	pthread_mutex_unlock(&m);
	bare_bad();
	return 0;
}
