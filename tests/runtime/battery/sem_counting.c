/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the semaphores begin with 2, and there are two threads
 */
#include "battery.h"

static sem_t a, b;

static void *forwards(void *arg)
{
	nap();
	sem_wait(&a);
	sem_wait(&b);
	work++;
	sem_post(&b);
	sem_post(&a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	sem_wait(&b);
	sem_wait(&a);
	work++;
	sem_post(&a);
	sem_post(&b);
	return arg;
}

int main(void)
{
	sem_init(&a, 0, 2);
	sem_init(&b, 0, 2);
	return together(forwards, backwards);
}
