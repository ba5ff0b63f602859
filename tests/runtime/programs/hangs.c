/* SPDX-License-Identifier: MIT */
/* Hangs of each kind, by name; each really hangs.
 *
 * @env LOCKCHECK_ON_MISUSE=report
 * @run abba              exit=86 stderr=2.threads.wait.for.each.other
 * @run ring              exit=86 stderr=3.threads.wait.for.each.other
 * @run self              exit=86 stderr=waits.for.what.it.holds.itself
 * @run self-rw           exit=86 stderr=waits.for.what.it.holds.itself
 * @run join              exit=86 stderr=waits.for.the.end.of
 * @run rwlock            exit=86 stderr=2.threads.wait.for.each.other
 * @run writer            exit=86 stderr=2.threads.wait.for.each.other
 * @run semaphores        exit=86 stderr=semaphore
 * @run c11               exit=86 stderr=2.threads.wait.for.each.other
 * @run spin              exit=86 stderr=spinlock
 * @run stream            exit=86 stderr=stdio.stream
 * @run orphan            exit=86 stderr=though.it.has.ended
 * @run lost-signal       exit=86 stderr=every.thread.waits
 * @run barrier-short     exit=86 stderr=every.thread.waits
 * @run cond-and-mutex    exit=86 stderr=every.thread.waits
 * @run warm-mutex        exit=86 stderr=2.threads.wait.for.each.other
 * @run warm-recursive    exit=86 stderr=2.threads.wait.for.each.other
 * @run warm-adaptive     exit=86 stderr=2.threads.wait.for.each.other
 * @run warm-c11          exit=86 stderr=2.threads.wait.for.each.other
 * @run warm-writes       exit=86 stderr=2.threads.wait.for.each.other
 * @run warm-reads-write  exit=86 stderr=2.threads.wait.for.each.other
 * @run warm-writes-read  exit=86 stderr=2.threads.wait.for.each.other
 * @run once              exit=86 stderr=once
 * @run behind            exit=86 stderr=These.wait,.too
 * @run running           exit=86 stderr=2.threads.wait.for.each.other
 * @run left              exit=0 stderr=2.threads.wait.for.each.other env=LOCKCHECK_ON_HANG=report
 * @run abba              exit=-6 stderr=2.threads.wait.for.each.other env=LOCKCHECK_ON_HANG=abort
 * @run abba              exit=-3 stderr=2.threads.wait.for.each.other env=LOCKCHECK_ON_HANG=dump
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

static pthread_mutex_t m[3] = { PTHREAD_MUTEX_INITIALIZER,
				PTHREAD_MUTEX_INITIALIZER,
				PTHREAD_MUTEX_INITIALIZER };
static pthread_rwlock_t rw[2] = { PTHREAD_RWLOCK_INITIALIZER,
				  PTHREAD_RWLOCK_INITIALIZER };
static pthread_spinlock_t spin[2];
static mtx_t mtx[2];
static sem_t sem[2];
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t meet;
static pthread_once_t once[2];
static FILE *stream[2];
static int threads = 2;

static void *mutexes(void *arg)
{
	long i = (long)arg;

	pthread_mutex_lock(&m[i]);
	pthread_barrier_wait(&meet);
	pthread_mutex_lock(&m[(i + 1) % threads]);
	return arg;
}

static void *read_write(void *arg)
{
	long i = (long)arg;

	pthread_rwlock_rdlock(&rw[i]);
	pthread_barrier_wait(&meet);
	pthread_rwlock_wrlock(&rw[1 - i]);
	return arg;
}

static void *semaphores(void *arg)
{
	long i = (long)arg;

	sem_wait(&sem[i]);
	pthread_barrier_wait(&meet);
	sem_wait(&sem[1 - i]);
	return arg;
}

static int c11(void *arg)
{
	long i = (long)arg;

	mtx_lock(&mtx[i]);
	pthread_barrier_wait(&meet);
	mtx_lock(&mtx[1 - i]);
	return 0;
}

static void *spins(void *arg)
{
	long i = (long)arg;

	pthread_spin_lock(&spin[i]);
	pthread_barrier_wait(&meet);
	pthread_spin_lock(&spin[1 - i]);
	return arg;
}

static void *streams(void *arg)
{
	long i = (long)arg;

	flockfile(stream[i]);
	pthread_barrier_wait(&meet);
	flockfile(stream[1 - i]);
	return arg;
}

static void *takes_0(void *arg)
{
	pthread_mutex_lock(&m[0]);
	return arg;
}

static void *waits(void *arg)
{
	pthread_mutex_lock(&m[0]);
	for (;;)
		pthread_cond_wait(&cond, &m[0]);
	return arg;
}

/* The one that would signal needs what the waiter holds beside. */
static void *waits_holding_1(void *arg)
{
	pthread_mutex_lock(&m[1]);
	pthread_mutex_lock(&m[0]);
	pthread_barrier_wait(&meet);
	for (;;)
		pthread_cond_wait(&cond, &m[0]);
	return arg;
}

static void *signals_after_1(void *arg)
{
	pthread_barrier_wait(&meet);
	pthread_mutex_lock(&m[1]);
	pthread_cond_signal(&cond);
	return arg;
}

static void *meets_nobody(void *arg)
{
	pthread_barrier_wait(&meet);
	pthread_barrier_wait(&meet);
	pthread_barrier_wait(&meet);
	return arg;
}

static void once_0(void);
static void once_1(void)
{
	pthread_barrier_wait(&meet);
	pthread_once(&once[0], once_0);
}

static void once_0(void)
{
	pthread_barrier_wait(&meet);
	pthread_once(&once[1], once_1);
}

static void *onces(void *arg)
{
	long i = (long)arg;

	pthread_once(&once[i], i ? once_1 : once_0);
	return arg;
}

static void start(void *(*f)(void *), int n)
{
	pthread_t t[8];

	for (long i = 0; i < n; i++)
		pthread_create(&t[i], NULL, f, (void *)i);
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
}

/* It is told, and the process goes on as it is: it reads the report. */
static void left(void)
{
	int fds[2], told = dup(2);
	char text[4096];
	pthread_t t;
	ssize_t n;

	if (told < 0 || pipe(fds) || dup2(fds[1], 2) < 0)
		exit(2);
	pthread_create(&t, NULL, mutexes, (void *)0);
	pthread_create(&t, NULL, mutexes, (void *)1);
	n = read(fds[0], text, sizeof(text));
	if (n <= 0 || write(told, text, (size_t)n) != n)
		exit(2);
}

static void alone(const char *name)
{
	pthread_t t;

	if (!strcmp(name, "self")) {
		pthread_mutex_lock(&m[0]);
		pthread_mutex_lock(&m[0]);
	} else if (!strcmp(name, "self-rw")) {
		pthread_rwlock_rdlock(&rw[0]);
		pthread_rwlock_wrlock(&rw[0]);
	} else if (!strcmp(name, "join")) {
		pthread_mutex_lock(&m[0]);
		pthread_create(&t, NULL, takes_0, NULL);
		pthread_join(t, NULL);
	} else if (!strcmp(name, "orphan")) {
		pthread_create(&t, NULL, takes_0, NULL);
		pthread_join(t, NULL);
		pthread_create(&t, NULL, takes_0, NULL);
		pthread_join(t, NULL);
	} else if (!strcmp(name, "left")) {
		left();
	} else if (!strcmp(name, "running")) {
		pthread_create(&t, NULL, mutexes, (void *)0);
		pthread_create(&t, NULL, mutexes, (void *)1);
		for (;;)
			usleep(1000);
	} else if (!strcmp(name, "behind")) {
		pthread_create(&t, NULL, mutexes, (void *)0);
		pthread_create(&t, NULL, mutexes, (void *)1);
		usleep(50000);
		takes_0(NULL);
	}
}

/* A reader in, a writer waits behind it, and the reader waits for the
 * writer's mutex. */
static void *writer(void *arg)
{
	pthread_mutex_lock(&m[0]);
	pthread_barrier_wait(&meet);
	pthread_rwlock_wrlock(&rw[0]);
	return arg;
}

static void *reader(void *arg)
{
	pthread_rwlock_rdlock(&rw[0]);
	pthread_barrier_wait(&meet);
	pthread_mutex_lock(&m[0]);
	return arg;
}

/* Each thread goes all the way by itself first, some times, so that nothing is
 * new when they meet: what the fast paths leave in the books must do. */
static const char *warm;
static pthread_mutex_t odd[2];

static void take(long i, bool inner)
{
	if (!strcmp(warm, "mutex"))
		pthread_mutex_lock(&m[i]);
	else if (!strcmp(warm, "c11"))
		mtx_lock(&mtx[i]);
	else if (!strcmp(warm, inner ? "writes-read" : "reads-write"))
		pthread_rwlock_rdlock(&rw[i]);
	else if (strstr(warm, "write"))
		pthread_rwlock_wrlock(&rw[i]);
	else
		pthread_mutex_lock(&odd[i]);
}

static void give(long i)
{
	if (!strcmp(warm, "mutex"))
		pthread_mutex_unlock(&m[i]);
	else if (!strcmp(warm, "c11"))
		mtx_unlock(&mtx[i]);
	else if (strstr(warm, "write"))
		pthread_rwlock_unlock(&rw[i]);
	else
		pthread_mutex_unlock(&odd[i]);
}

static void nest(long i, bool meeting)
{
	take(i, false);
	if (meeting)
		pthread_barrier_wait(&meet);
	take(1 - i, true);
	give(1 - i);
	give(i);
}

static void *warmed(void *arg)
{
	long i = (long)arg;

	for (long turn = 0; turn < 2; turn++) {
		for (int n = 0; n < 20 && turn == i; n++)
			nest(i, false);
		pthread_barrier_wait(&meet);
	}
	nest(i, true);
	return arg;
}

static void start_warm(const char *what)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, strcmp(what, "adaptive") ?
						 PTHREAD_MUTEX_RECURSIVE :
						 PTHREAD_MUTEX_ADAPTIVE_NP);
	warm = what;
	for (int i = 0; i < 2; i++)
		pthread_mutex_init(&odd[i], &attr);
	start(warmed, 2);
}

static void two(void *(*a)(void *), void *(*b)(void *))
{
	pthread_t t[2];

	pthread_create(&t[0], NULL, a, NULL);
	pthread_create(&t[1], NULL, b, NULL);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "abba";
	thrd_t t[2];

	threads = strcmp(name, "ring") ? 2 : 3;
	pthread_barrier_init(&meet, NULL, (unsigned)threads);
	for (int i = 0; i < 2; i++) {
		pthread_spin_init(&spin[i], 0);
		mtx_init(&mtx[i], mtx_plain);
		sem_init(&sem[i], 0, 1);
		stream[i] = fopen("/dev/null", "w");
	}
	if (!strcmp(name, "abba") || !strcmp(name, "ring"))
		start(mutexes, threads);
	else if (!strcmp(name, "rwlock"))
		start(read_write, 2);
	else if (!strcmp(name, "writer"))
		two(reader, writer);
	else if (!strcmp(name, "semaphores"))
		start(semaphores, 2);
	else if (!strcmp(name, "spin"))
		start(spins, 2);
	else if (!strcmp(name, "stream"))
		start(streams, 2);
	else if (!strcmp(name, "lost-signal"))
		start(waits, 2);
	else if (!strcmp(name, "barrier-short"))
		two(meets_nobody, signals_after_1);
	else if (!strcmp(name, "cond-and-mutex"))
		two(waits_holding_1, signals_after_1);
	else if (!strcmp(name, "once"))
		start(onces, 2);
	else if (!strncmp(name, "warm-", 5))
		start_warm(name + 5);
	else if (!strcmp(name, "c11")) {
		thrd_create(&t[0], c11, (void *)0);
		thrd_create(&t[1], c11, (void *)1);
		thrd_join(t[0], NULL);
		thrd_join(t[1], NULL);
	} else {
		alone(name);
	}
	return 0;
}
