/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: comes back from a wait with A held and takes the wait's own lock again, which is crossed
 */
#include "battery.h"

MUTEX(a);
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int first_done;

static void *forwards(void *arg)
{
	long_nap();
	LOCK(m);
	LOCK(a);
	while (!first_done)
		pthread_cond_wait(&changed, &m);
	UNLOCK(a);
	UNLOCK(m);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(m);
	first_done = 1;
	pthread_cond_signal(&changed);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(m);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
