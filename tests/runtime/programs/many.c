/* SPDX-License-Identifier: MIT */
/* No capacities: threads that come and go, locks held at once, locks in the
 * program, levels of recursion; and a thread that only ever locks in a signal
 * handler while another waits.
 *
 * @run threads
 * @run held
 * @run locks env=LOCKCHECK_INSTANCES=0
 * @run capped
 * @run signals
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOCKS = 5000, HELD = 700 };

static pthread_mutex_t locks[LOCKS];
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_spinlock_t in_handler;
static volatile int stop;

static void *nests(void *arg)
{
	long i = (long)arg;

	pthread_mutex_lock(&locks[i % 7]);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&locks[i % 7]);
	return arg;
}

static void handler(int sig)
{
	(void)sig;
	/* Not what a handler may do by the letter; a spinlock that nothing
	 * else uses works. */
	pthread_spin_lock(&in_handler);
	pthread_spin_unlock(&in_handler);
}

static void *works(void *arg)
{
	for (long i = 0; !stop; i++) {
		pthread_mutex_lock(&locks[i % 3]);
		pthread_mutex_lock(&a);
		pthread_mutex_unlock(&a);
		pthread_mutex_unlock(&locks[i % 3]);
	}
	return arg;
}

static void many_threads(void)
{
	pthread_t t[50];

	for (long round = 0; round < 20; round++) {
		for (long i = 0; i < 50; i++)
			pthread_create(&t[i], NULL, nests, (void *)i);
		for (int i = 0; i < 50; i++)
			pthread_join(t[i], NULL);
	}
}

static void signals(void)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };
	pthread_t t[2];

	sigaction(SIGUSR1, &sa, NULL);
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, works, NULL);
	for (int i = 0; i < 3000; i++) {
		pthread_kill(t[i & 1], SIGUSR1);
		if (i % 16 == 0)
			usleep(50);
	}
	stop = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "threads";

	pthread_spin_init(&in_handler, 0);
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&locks[i], NULL);
	if (!strcmp(name, "threads"))
		many_threads();
	else if (!strcmp(name, "signals"))
		signals();
	else if (!strcmp(name, "held")) {
		for (int i = 0; i < HELD; i++)
			pthread_mutex_lock(&locks[i]);
		for (int i = 0; i < HELD; i++)
			pthread_mutex_unlock(&locks[i]);
	} else {
		for (int i = 0; i < LOCKS; i++) {
			pthread_mutex_lock(&a);
			pthread_mutex_lock(&locks[i]);
			pthread_mutex_unlock(&locks[i]);
			pthread_mutex_unlock(&a);
		}
	}
	return 0;
}
