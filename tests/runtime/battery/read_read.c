/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: crossed, but both only read, and nobody writes
 */
#include "battery.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void *forwards(void *arg)
{
	nap();
	pthread_rwlock_rdlock(&a);
	pthread_rwlock_rdlock(&b);
	work++;
	pthread_rwlock_unlock(&b);
	pthread_rwlock_unlock(&a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	pthread_rwlock_rdlock(&b);
	pthread_rwlock_rdlock(&a);
	work++;
	pthread_rwlock_unlock(&a);
	pthread_rwlock_unlock(&b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
