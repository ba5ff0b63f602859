/* @silent: errorcheck mutexes, every return code looked at in many ways */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define CHECK(e) do { int rc_ = (e); if (rc_) { fprintf(stderr, "%s: %s\n", #e, strerror(rc_)); abort(); } } while (0)
#define TRY(e) do { if ((rc = (e)) != 0) goto fail; } while (0)
static pthread_mutex_t m;
static int value;
static void setup(void)
{
	pthread_mutexattr_t a;
	CHECK(pthread_mutexattr_init(&a));
	CHECK(pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK));
	CHECK(pthread_mutex_init(&m, &a));
	CHECK(pthread_mutexattr_destroy(&a));
}
static int set(int v)
{
	int rc;
	if ((rc = pthread_mutex_lock(&m)))
		return rc;
	value = v;
	return pthread_mutex_unlock(&m);
}
static int get(int *v)
{
	int rc = pthread_mutex_lock(&m);
	if (rc == EDEADLK) {
		*v = value;
		return 0;
	} else if (rc) {
		return rc;
	}
	*v = value;
	if ((rc = pthread_mutex_unlock(&m)) != 0) {
		errno = rc;
		return -1;
	}
	return 0;
}
static int swap(int *v)
{
	int rc, old;
	TRY(pthread_mutex_lock(&m));
	old = value;
	value = *v;
	*v = old;
	TRY(pthread_mutex_unlock(&m));
	return 0;
fail:
	fprintf(stderr, "swap: %s\n", strerror(rc));
	return -rc;
}
static void *run(void *arg)
{
	int v = 0;
	(void)arg;
	CHECK(set(3));
	if (get(&v) == 0 && swap(&v) == 0)
		printf("%d\n", v);
	return NULL;
}
int main(void)
{
	pthread_t a, b;
	setup();
	CHECK(pthread_create(&a, NULL, run, NULL));
	CHECK(pthread_create(&b, NULL, run, NULL));
	CHECK(pthread_join(a, NULL));
	CHECK(pthread_join(b, NULL));
	CHECK(pthread_mutex_destroy(&m));
	return 0;
}
