/* SPDX-License-Identifier: MIT */
/* fork, vfork, exec: a file each; a child works; what another thread held at
 * the fork is held for ever in the child, and is explained.
 *
 * @env LOCKCHECK_ON_MISUSE=report
 * @run plain
 * @run held exit=86 stderr=though.it.has.ended
 * @run exec
 * @run spawn
 * @run storm
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t meet;
static volatile int stop;

static void nest(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void *child_thread(void *arg)
{
	nest();
	return arg;
}

static void with_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, child_thread, NULL);
	pthread_join(t, NULL);
}

static void *holds_a(void *arg)
{
	pthread_mutex_lock(&a);
	pthread_barrier_wait(&meet);
	pause();
	return arg;
}

static void *busy(void *arg)
{
	while (!stop)
		nest();
	return arg;
}

static int ended(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "plain";
	char *again[] = { argv[0], (char *)"again", NULL };
	pthread_t t;
	pid_t pid;

	if (!strcmp(name, "again")) {
		with_thread();
		return 0;
	}
	pthread_barrier_init(&meet, NULL, 2);
	if (!strcmp(name, "held")) {
		pthread_create(&t, NULL, holds_a, NULL);
		pthread_barrier_wait(&meet);
	} else if (!strcmp(name, "storm")) {
		pthread_create(&t, NULL, busy, NULL);
	} else {
		nest();
	}
	if (!strcmp(name, "spawn")) {
		if (posix_spawn(&pid, argv[0], NULL, NULL, again, environ))
			return 1;
		return ended(pid);
	}
	if (!strcmp(name, "storm")) {
		int rc = 0;

		for (int i = 0; i < 50 && !rc; i++) {
			pid = fork();
			if (pid == 0) {
				pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

				pthread_mutex_lock(&own);
				pthread_mutex_unlock(&own);
				_exit(0);
			}
			rc = ended(pid);
		}
		stop = 1;
		pthread_join(t, NULL);
		return rc;
	}
	pid = fork();
	if (pid)
		return ended(pid);
	if (!strcmp(name, "exec"))
		execv(argv[0], again);
	if (!strcmp(name, "held")) {
		pthread_create(&t, NULL, child_thread, NULL);
		pthread_join(t, NULL);
	}
	nest();
	with_thread();
	return 0;
}
