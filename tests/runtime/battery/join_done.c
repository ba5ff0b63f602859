/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: main joins with a lock held, after the thread has said that it is done with the lock
 */
#include "battery.h"

MUTEX(a);
static sem_t done_with_a;

static void *needs_a(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	sem_post(&done_with_a);
	return arg;
}

int main(void)
{
	pthread_t t;

	sem_init(&done_with_a, 0, 0);
	t = start(needs_a, NULL);
	sem_wait(&done_with_a);
	LOCK(a);
	pthread_join(t, NULL);
	UNLOCK(a);
	return 0;
}
