/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: recursive mutexes, taken again by their holder and in one order
 */
#include "battery.h"

static pthread_mutex_t a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t b = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
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

int main(void)
{
	return together(forwards, backwards);
}
