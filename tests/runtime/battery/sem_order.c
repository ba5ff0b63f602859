/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: BA begins when AB has said by a semaphore that it is over
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
static sem_t first_done;

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	sem_post(&first_done);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	sem_wait(&first_done);
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	sem_init(&first_done, 0, 0);
	return together(forwards, backwards);
}
