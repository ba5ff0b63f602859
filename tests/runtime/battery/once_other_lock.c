/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: a once is waited for with a lock that its routine does not need
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void)
{
	LOCK(b);
	work++;
	UNLOCK(b);
}

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	pthread_once(&once, set_up);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	pthread_once(&once, set_up);
	LOCK(a);
	work++;
	UNLOCK(a);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
