/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: the once routine needs a lock that another holds while it waits for the once
 */
#include "battery.h"

MUTEX(a);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void)
{
	LOCK(a);
	work++;
	UNLOCK(a);
}

static void *forwards(void *arg)
{
	nap();
	pthread_once(&once, set_up);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	long_nap();
	LOCK(a);
	pthread_once(&once, set_up);
	UNLOCK(a);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
