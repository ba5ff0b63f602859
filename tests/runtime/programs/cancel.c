/* SPDX-License-Identifier: MIT */
/* Threads that leave a wait by cancellation hold the mutex in their cleanup
 * handlers; the books must know.
 * @same-output
 * @no-stderr lockcheck
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static sem_t s;

static void unlock(void *mutex)
{
	printf("unlock %d\n", pthread_mutex_unlock(mutex));
}

static void *in_cond(void *arg)
{
	pthread_mutex_lock(&m);
	pthread_cleanup_push(unlock, &m);
	for (;;)
		pthread_cond_wait(&c, &m);
	pthread_cleanup_pop(1);
	return arg;
}

static void *in_sem(void *arg)
{
	pthread_mutex_lock(&m);
	pthread_cleanup_push(unlock, &m);
	sem_wait(&s);
	pthread_cleanup_pop(1);
	return arg;
}

static void *forever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *in_join(void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, forever, NULL);
	pthread_detach(pthread_self());
	pthread_mutex_lock(&m);
	pthread_cleanup_push(unlock, &m);
	pthread_join(t, NULL);
	pthread_cleanup_pop(1);
	return arg;
}

static void *by_exit(void *arg)
{
	pthread_mutex_lock(&m);
	pthread_cleanup_push(unlock, &m);
	pthread_exit(arg);
	pthread_cleanup_pop(1);
}

int main(void)
{
	void *(*routines[])(void *) = { in_cond, in_sem, by_exit };
	pthread_t t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sem_init(&s, 0, 0);
	for (int i = 0; i < 3; i++) {
		pthread_create(&t, NULL, routines[i], NULL);
		usleep(30000);
		pthread_cancel(t);
		pthread_join(t, NULL);
	}
	pthread_create(&t, NULL, in_join, NULL);
	usleep(30000);
	pthread_cancel(t);
	usleep(30000);
	printf("lock %d\n", pthread_mutex_lock(&m));
	printf("unlock %d\n", pthread_mutex_unlock(&m));
	return 0;
}
