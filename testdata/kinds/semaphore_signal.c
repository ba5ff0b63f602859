/* SPDX-License-Identifier: MIT */
/* Ping-pong with a semaphore that starts at 1: waited for in one thread, posted
 * in the other. It is a signal, no lock. */
/* @silent */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
static sem_t ping, pong;

static void *one(void *p)
{
	for (int i = 0; i < 3; i++) {
		sem_wait(&ping);
		puts("ping");
		sem_post(&pong);
	}
	return p;
}

static void *two(void *p)
{
	for (int i = 0; i < 3; i++) {
		sem_wait(&pong);
		puts("pong");
		sem_post(&ping);
	}
	return p;
}

int main(void)
{
	pthread_t t, u;

	sem_init(&ping, 0, 1);
	sem_init(&pong, 0, 0);
	pthread_create(&t, NULL, one, NULL);
	pthread_create(&u, NULL, two, NULL);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return 0;
}
