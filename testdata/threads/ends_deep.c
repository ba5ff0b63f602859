/* SPDX-License-Identifier: MIT */
/* The thread ends some calls down, in functions that do nothing else. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static int n;

static _Noreturn void die(void)
{
	pthread_exit(NULL); // @expect-one unreleased-lock#a
}

static void leave(void)
{
	die();
}

static void check(int k)
{
	if (k > 2)
		die(); // @expect-one unreleased-lock#a
}

static void *check_bad(void *p)
{
	pthread_mutex_lock(&a); // @expect-one unreleased-lock#a
	check(n++); // @expect-one unreleased-lock#a
	pthread_mutex_unlock(&a);
	return p;
}

static void *leave_bad(void *p)
{
	pthread_mutex_lock(&b);
	if (n++ > 1)
		leave(); // @expect unreleased-lock
	pthread_mutex_unlock(&b);
	return p;
}

static void *leave_ok(void *p)
{
	pthread_mutex_lock(&c);
	if (n++ > 1) {
		pthread_mutex_unlock(&c);
		leave();
	}
	pthread_mutex_unlock(&c);
	check(n);
	return p;
}

int main(void)
{
	static void *(*const all[])(void *) = { check_bad, leave_bad,
						leave_ok };
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, all[i], NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	return n;
}
