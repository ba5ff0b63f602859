/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: waits with a lock for the end of a pipeline whose first stage needs the lock
 */
#include "battery.h"

MUTEX(a);
static sem_t first_done, second_done;

static void *first(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	sem_post(&first_done);
	return arg;
}

static void *second(void *arg)
{
	sem_wait(&first_done);
	work++;
	sem_post(&second_done);
	return arg;
}

int main(void)
{
	pthread_t t, u;

	sem_init(&first_done, 0, 0);
	sem_init(&second_done, 0, 0);
	t = start(first, NULL);
	u = start(second, NULL);
	long_nap();
	LOCK(a);
	sem_wait(&second_done);
	UNLOCK(a);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return 0;
}
