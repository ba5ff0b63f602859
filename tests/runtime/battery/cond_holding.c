/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: waits for a condition with a lock that the one who signals needs first
 */
#include "battery.h"

MUTEX(a);
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int first_done;

static void *forwards(void *arg)
{
	nap();
	long_nap();
	LOCK(a);
	LOCK(m);
	while (!first_done)
		pthread_cond_wait(&changed, &m);
	UNLOCK(m);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	LOCK(m);
	first_done = 1;
	pthread_cond_signal(&changed);
	UNLOCK(m);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
