/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: two semaphores that begin with 1, as locks, crossed
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
	sem_init(&a, 0, 1);
	sem_init(&b, 0, 1);
	return together(forwards, backwards);
}
