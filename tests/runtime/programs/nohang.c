/* SPDX-License-Identifier: MIT */
/* What only looks like a hang: each ends by itself, and nothing may be said.
 *
 * @run long-hold   exit=0 no-stderr=lockcheck
 * @run timed       exit=0 no-stderr=lockcheck
 * @run recursive   exit=0 no-stderr=lockcheck
 * @run signal-wakes exit=0 no-stderr=lockcheck
 * @run idle        exit=0 no-stderr=lockcheck
 * @run handover    exit=0 no-stderr=lockcheck
 * @run busy        exit=0 no-stderr=lockcheck
 * @run readers     exit=0 no-stderr=lockcheck
 * @run main-leaves exit=0 no-stderr=lockcheck
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t meet;
static sem_t sem;
static int ready;

static void *holds_long(void *arg)
{
	pthread_mutex_lock(&a);
	usleep(900000);
	pthread_mutex_unlock(&a);
	return arg;
}

static void *wants(void *arg)
{
	usleep(20000);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	return arg;
}

/* AB and BA at once, but one of them gives up. */
static void *timed_ba(void *arg)
{
	struct timespec t;

	pthread_mutex_lock(&b);
	pthread_barrier_wait(&meet);
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec++;
	if (pthread_mutex_timedlock(&a, &t) == 0)
		pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	return arg;
}

static void *plain_ab(void *arg)
{
	pthread_mutex_lock(&a);
	pthread_barrier_wait(&meet);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	return arg;
}

static void post(int sig)
{
	(void)sig;
	sem_post(&sem);
}

static void *waits_sem(void *arg)
{
	while (sem_wait(&sem))
		;
	return arg;
}

static void *waits_cond(void *arg)
{
	pthread_mutex_lock(&a);
	while (!ready)
		pthread_cond_wait(&cond, &a);
	pthread_mutex_unlock(&a);
	return arg;
}

static void *passes_on(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&b);
		pthread_mutex_unlock(&b);
		pthread_mutex_unlock(&a);
		pthread_mutex_lock(&b);
		pthread_mutex_unlock(&b);
	}
	return arg;
}

static void *reads(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		pthread_rwlock_rdlock(&rw);
		pthread_rwlock_rdlock(&rw);
		pthread_rwlock_unlock(&rw);
		pthread_rwlock_unlock(&rw);
		if (i % 100 == 0) {
			pthread_rwlock_wrlock(&rw);
			pthread_rwlock_unlock(&rw);
		}
	}
	return arg;
}

static void *ends_late(void *arg)
{
	usleep(400000);
	return arg;
}

static void two(void *(*f)(void *), void *(*g)(void *))
{
	pthread_t t[2];

	pthread_create(&t[0], NULL, f, NULL);
	pthread_create(&t[1], NULL, g, NULL);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
}

static void signal_wakes(void)
{
	struct itimerval in = { { 0, 0 }, { 0, 900000 } };
	pthread_t t;

	signal(SIGALRM, post);
	setitimer(ITIMER_REAL, &in, NULL);
	pthread_create(&t, NULL, waits_sem, NULL);
	pthread_join(t, NULL);
}

static void recursive(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t r;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&r, &attr);
	for (int i = 0; i < 1000; i++)
		pthread_mutex_lock(&r);
	for (int i = 0; i < 1000; i++)
		pthread_mutex_unlock(&r);
	pthread_mutex_destroy(&r);
}



int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "long-hold";
	pthread_t t;

	pthread_barrier_init(&meet, NULL, 2);
	sem_init(&sem, 0, 0);
	if (!strcmp(name, "long-hold"))
		two(holds_long, wants);
	else if (!strcmp(name, "timed"))
		two(timed_ba, plain_ab);
	else if (!strcmp(name, "recursive"))
		recursive();
	else if (!strcmp(name, "signal-wakes"))
		signal_wakes();
	else if (!strcmp(name, "busy"))
		two(passes_on, passes_on);
	else if (!strcmp(name, "readers"))
		two(reads, reads);
	else if (!strcmp(name, "main-leaves")) {
		pthread_create(&t, NULL, ends_late, NULL);
		pthread_exit(NULL);
	} else if (!strcmp(name, "idle")) {
		/* Workers wait; main sleeps and then wakes them. */
		pthread_create(&t, NULL, waits_cond, NULL);
		usleep(900000);
		pthread_mutex_lock(&a);
		ready = 1;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&a);
		pthread_join(t, NULL);
	} else if (!strcmp(name, "handover")) {
		pthread_create(&t, NULL, waits_sem, NULL);
		usleep(500000);
		sem_post(&sem);
		pthread_join(t, NULL);
	}
	return 0;
}
