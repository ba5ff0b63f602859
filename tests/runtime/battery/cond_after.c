/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: waits with a lock that the one who signals takes only afterwards
 */
#include "battery.h"

MUTEX(a);
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int first_done;

static void *forwards(void *arg)
{
	nap();
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
	LOCK(m);
	first_done = 1;
	pthread_cond_signal(&changed);
	UNLOCK(m);
	LOCK(a);
	work++;
	UNLOCK(a);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
