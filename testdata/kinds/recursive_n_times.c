/* A recursive lock taken n times in a loop and given back n times. */
#define _GNU_SOURCE
#include <pthread.h>
static int v;
static pthread_mutex_t rec2;
void init(void) {
	pthread_mutexattr_t a;
	pthread_mutexattr_init(&a);
	pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&rec2, &a);
}
int loop_rec_ok(int n)
{
	int i;
	for (i = 0; i < n; i++)
		pthread_mutex_lock(&rec2);
	v += n;
	for (i = 0; i < n; i++)
		pthread_mutex_unlock(&rec2);
	return v;
}

int three_two_bad(void)
{
	for (int i = 0; i < 3; i++)
		pthread_mutex_lock(&rec2);
	for (int i = 0; i < 2; i++)
		pthread_mutex_unlock(&rec2);
	return v; // @expect unreleased-lock
}

int three_three_ok(void)
{
	for (int i = 0; i < 3; i++)
		pthread_mutex_lock(&rec2);
	for (int i = 0; i < 3; i++)
		pthread_mutex_unlock(&rec2);
	return v;
}
