/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: waits for a semaphore with a lock that the one who posts needs first
 */
#include "battery.h"

MUTEX(a);
static sem_t done;

static void *forwards(void *arg)
{
	nap();
	long_nap();
	LOCK(a);
	sem_wait(&done);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	sem_post(&done);
	return arg;
}

int main(void)
{
	sem_init(&done, 0, 0);
	return together(forwards, backwards);
}
