/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: BA begins when AB has said by a condition that it is over
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int first_done;

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	LOCK(m);
	first_done = 1;
	pthread_cond_signal(&changed);
	UNLOCK(m);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(m);
	while (!first_done)
		pthread_cond_wait(&changed, &m);
	UNLOCK(m);
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
