/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: recursive mutexes help one thread only: crossed by two
 */
#include "battery.h"

static pthread_mutex_t a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t b = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
