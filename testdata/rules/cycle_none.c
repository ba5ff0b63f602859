/* SPDX-License-Identifier: MIT */
/* The twins of cycle_two.c: the same order everywhere, also through calls, or
 * one lock at a time. */
// @silent
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void direct_ab_ok(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void direct_again_ok(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	n--;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}

static void take_c(void)
{
	pthread_mutex_lock(&c);
	n++;
	pthread_mutex_unlock(&c);
}

static void call_bc_ok(void)
{
	pthread_mutex_lock(&b);
	take_c();
	pthread_mutex_unlock(&b);
}

static void call_ac_ok(void)
{
	pthread_mutex_lock(&a);
	take_c();
	pthread_mutex_unlock(&a);
}

static void one_by_one_ok(void)
{
	take_c();
	pthread_mutex_lock(&b);
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_lock(&a);
	n++;
	pthread_mutex_unlock(&a);
}

static void *work(void *arg)
{
	direct_ab_ok();
	direct_again_ok();
	call_bc_ok();
	call_ac_ok();
	one_by_one_ok();
	return arg;
}

int main(void)
{
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, work, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	return n;
}
