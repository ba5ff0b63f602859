/* SPDX-License-Identifier: MIT */
/* Threads that end with a lock, by return, by an exit function, after a loop. */
#include <pthread.h>
#include <threads.h>
#include <stdlib.h>
#include <unistd.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t m;
static int v;
static void *plain_bad(void *p)
{
	pthread_mutex_lock(&a);
	v++;
	return p; // @expect unreleased-lock:error
}
static void quit(void *p)
{
	pthread_exit(p);
}
static void *helper_exit_bad(void *p)
{
	pthread_mutex_lock(&b);
	if (!p)
		quit(p); // @expect unreleased-lock
	v++;
	pthread_mutex_unlock(&b);
	return p;
}
static void *helper_exit_ok(void *p)
{
	pthread_mutex_lock(&b);
	v++;
	pthread_mutex_unlock(&b);
	if (!p)
		quit(p);
	return p;
}
static void *read_bad(void *p)
{
	pthread_rwlock_rdlock(&r);
	if (v > 3) {
		pthread_rwlock_unlock(&r);
		return NULL;
	}
	return p; // @expect unreleased-lock:error
}
static int c11_bad(void *p)
{
	mtx_lock(&m);
	while (v < 100) {
		if (v == *(int *)p)
			thrd_exit(3); // @expect unreleased-lock:error
		v++;
	}
	mtx_unlock(&m);
	return 0;
}
static void *loop_ok(void *p)
{
	for (;;) {
		pthread_mutex_lock(&c);
		if (v > 1000) {
			pthread_mutex_unlock(&c);
			break;
		}
		v++;
		pthread_mutex_unlock(&c);
		pthread_testcancel();
	}
	return p;
}
static void *loop_bad(void *p)
{
	for (;;) {
		pthread_mutex_lock(&c);
		if (v > 1000)
			break;
		v++;
		pthread_mutex_unlock(&c);
	}
	return p; // @expect unreleased-lock:error
}
int main(void)
{
	pthread_t t[6];
	thrd_t u;
	int k = 5;
	mtx_init(&m, mtx_plain);
	pthread_create(&t[0], NULL, plain_bad, NULL);
	pthread_create(&t[1], NULL, helper_exit_bad, NULL);
	pthread_create(&t[2], NULL, helper_exit_ok, NULL);
	pthread_create(&t[3], NULL, read_bad, NULL);
	pthread_create(&t[4], NULL, loop_ok, NULL);
	pthread_create(&t[5], NULL, loop_bad, NULL);
	thrd_create(&u, c11_bad, &k);
	for (int i = 0; i < 6; i++)
		pthread_join(t[i], NULL);
	thrd_join(u, NULL);
	return 0;
}
