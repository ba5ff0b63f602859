/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: each reads one rwlock and writes the other
 */
#include "battery.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void *forwards(void *arg)
{
	nap();
	pthread_rwlock_rdlock(&a);
	pthread_rwlock_wrlock(&b);
	work++;
	pthread_rwlock_unlock(&b);
	pthread_rwlock_unlock(&a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	pthread_rwlock_rdlock(&b);
	pthread_rwlock_wrlock(&a);
	work++;
	pthread_rwlock_unlock(&a);
	pthread_rwlock_unlock(&b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
