/* SPDX-License-Identifier: MIT */
/* A mutex belongs to the thread that took it; who starts a thread cannot have
 * it released there. What one thread takes and another gives is a semaphore. */
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static sem_t turn;
static int n;

static void *unlocks_bad(void *arg)
{
	n++;
	pthread_mutex_unlock(&m); // @expect release-not-held
	return arg;
}

static void *takes_ok(void *arg)
{
	pthread_mutex_lock(&m);
	n++;
	pthread_mutex_unlock(&m);
	return arg;
}

static void *posts_ok(void *arg)
{
	n++;
	sem_post(&turn);
	return arg;
}

int main(void)
{
	pthread_t a, b, c;

	pthread_create(&a, NULL, takes_ok, NULL);
	pthread_join(a, NULL);
	sem_init(&turn, 0, 1);
	sem_wait(&turn);
	pthread_create(&b, NULL, posts_ok, NULL);
	pthread_join(b, NULL);
	pthread_mutex_lock(&m);
	pthread_create(&c, NULL, unlocks_bad, NULL);
	pthread_join(c, NULL);
	return n;
}
