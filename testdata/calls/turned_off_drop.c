/* SPDX-License-Identifier: MIT */
/* A callee drops its caller's lock while it works and takes it back, if locks
 * are in use at all: a caller without the lock is one that needs none. */
#include <pthread.h>

static pthread_mutex_t read_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t always_mutex = PTHREAD_MUTEX_INITIALIZER;
static int use_lock;
static int cache[16];

int slow(int k);

static void read_lock(void)
{
	if (use_lock)
		pthread_mutex_lock(&read_mutex);
}

static void read_unlock(void)
{
	if (use_lock)
		pthread_mutex_unlock(&read_mutex);
}

static int unpack(int k)
{
	int v;

	read_unlock();
	v = slow(k);
	read_lock();
	return cache[k & 15] = v;
}

static int unpack_always(int k)
{
	int v;

	pthread_mutex_unlock(&always_mutex);
	v = slow(k);
	pthread_mutex_lock(&always_mutex);
	return cache[k & 15] = v;
}

static void *searches(void *arg)
{
	int *sum = arg;

	read_lock();
	*sum += unpack(1);
	read_unlock();
	pthread_mutex_lock(&always_mutex);
	*sum += unpack_always(1);
	pthread_mutex_unlock(&always_mutex);
	return arg;
}

static int with_threads(void)
{
	pthread_t t;
	int sum = 0;

	use_lock = 1;
	pthread_create(&t, NULL, searches, &sum);
	pthread_join(t, NULL);
	use_lock = 0;
	return sum;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return with_threads();
	if (argc < 1)
		return unpack_always(3); // @expect release-not-held
	return unpack(2);
}
