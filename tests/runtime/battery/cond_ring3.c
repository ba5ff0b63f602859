/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: A is held across a wait, another holds B and wants A, and who signals needs B first
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
MUTEX(m);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int first_done;

static void *waits(void *arg)
{
	long_nap();
	LOCK(a);
	LOCK(m);
	while (!first_done)
		pthread_cond_wait(&changed, &m);
	UNLOCK(m);
	UNLOCK(a);
	return arg;
}

static void *between(void *arg)
{
	nap();
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

static void *signals(void *arg)
{
	nap();
	LOCK(b);
	work++;
	UNLOCK(b);
	long_nap();
	long_nap();
	LOCK(m);
	first_done = 1;
	pthread_cond_signal(&changed);
	UNLOCK(m);
	return arg;
}

int main(void)
{
	pthread_t t = start(waits, NULL);

	together(between, signals);
	pthread_join(t, NULL);
	return 0;
}
