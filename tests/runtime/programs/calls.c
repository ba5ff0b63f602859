/* SPDX-License-Identifier: MIT */
/* Every call once in each way it can end. Prints the results: they must be the
 * same with and without the shim.
 * @same-output
 * @no-stderr misuse|deadlock|hang
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t busy_rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t busy_spin;
static mtx_t busy_mtx;
static pthread_barrier_t together;
static pthread_mutex_t robust;

static void say(const char *what, int rc)
{
	printf("%s %d\n", what, rc);
}

static struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ms * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* Holds what is busy between two meetings at the barrier. */
static void *holder(void *arg)
{
	pthread_mutex_lock(&busy);
	pthread_rwlock_wrlock(&busy_rw);
	pthread_spin_lock(&busy_spin);
	mtx_lock(&busy_mtx);
	pthread_barrier_wait(&together);
	pthread_barrier_wait(&together);
	mtx_unlock(&busy_mtx);
	pthread_spin_unlock(&busy_spin);
	pthread_rwlock_unlock(&busy_rw);
	pthread_mutex_unlock(&busy);
	return arg;
}

static void *dies_with_it(void *arg)
{
	pthread_mutex_lock(&robust);
	return arg;
}

static void mutexes(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t m;
	struct timespec t;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	say("init", pthread_mutex_init(&m, &attr));
	say("unlock errorcheck", pthread_mutex_unlock(&m));
	say("lock", pthread_mutex_lock(&m));
	say("lock errorcheck", pthread_mutex_lock(&m));
	say("try own", pthread_mutex_trylock(&m));
	say("unlock", pthread_mutex_unlock(&m));
	say("destroy", pthread_mutex_destroy(&m));
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&m, &attr);
	for (int i = 0; i < 3; i++)
		say("recursive", pthread_mutex_lock(&m));
	say("recursive try", pthread_mutex_trylock(&m));
	for (int i = 0; i < 4; i++)
		say("unlock", pthread_mutex_unlock(&m));
	pthread_mutex_destroy(&m);
	say("try busy", pthread_mutex_trylock(&busy));
	t = in_ms(CLOCK_REALTIME, 10);
	say("timed busy", pthread_mutex_timedlock(&busy, &t));
	t = in_ms(CLOCK_MONOTONIC, 10);
	say("clock busy", pthread_mutex_clocklock(&busy, CLOCK_MONOTONIC, &t));
}

static void rwlocks(void)
{
	pthread_rwlock_t l;
	struct timespec t = in_ms(CLOCK_REALTIME, 10);

	say("rw init", pthread_rwlock_init(&l, NULL));
	say("rd", pthread_rwlock_rdlock(&l));
	say("rd again", pthread_rwlock_rdlock(&l));
	say("try rd", pthread_rwlock_tryrdlock(&l));
	say("try wr", pthread_rwlock_trywrlock(&l));
	for (int i = 0; i < 3; i++)
		say("rw unlock", pthread_rwlock_unlock(&l));
	say("wr", pthread_rwlock_wrlock(&l));
	say("rw unlock", pthread_rwlock_unlock(&l));
	say("timed rd", pthread_rwlock_timedrdlock(&l, &t));
	say("rw unlock", pthread_rwlock_unlock(&l));
	say("timed wr", pthread_rwlock_timedwrlock(&l, &t));
	say("rw unlock", pthread_rwlock_unlock(&l));
	say("rw destroy", pthread_rwlock_destroy(&l));
	say("timed rd busy", pthread_rwlock_timedrdlock(&busy_rw, &t));
	say("timed wr busy", pthread_rwlock_timedwrlock(&busy_rw, &t));
	t = in_ms(CLOCK_MONOTONIC, 10);
	say("clock rd busy",
	    pthread_rwlock_clockrdlock(&busy_rw, CLOCK_MONOTONIC, &t));
	say("clock wr busy",
	    pthread_rwlock_clockwrlock(&busy_rw, CLOCK_MONOTONIC, &t));
}

static void others(void)
{
	struct timespec t;
	mtx_t m;
	sem_t s, *named;
	char name[64];

	say("spin try busy", pthread_spin_trylock(&busy_spin));
	say("mtx init", mtx_init(&m, mtx_timed | mtx_recursive));
	say("mtx", mtx_lock(&m));
	say("mtx again", mtx_lock(&m));
	t = in_ms(CLOCK_REALTIME, 10);
	say("mtx timed", mtx_timedlock(&m, &t));
	say("mtx try", mtx_trylock(&m));
	for (int i = 0; i < 4; i++)
		say("mtx unlock", mtx_unlock(&m));
	mtx_destroy(&m);
	say("mtx busy", mtx_trylock(&busy_mtx) == thrd_busy);
	say("sem", sem_init(&s, 0, 1));
	say("sem wait", sem_wait(&s));
	errno = 0;
	say("sem try", sem_trywait(&s));
	say("errno", errno);
	t = in_ms(CLOCK_REALTIME, 10);
	say("sem timed", sem_timedwait(&s, &t));
	say("errno", errno);
	t = in_ms(CLOCK_MONOTONIC, 10);
	say("sem clock", sem_clockwait(&s, CLOCK_MONOTONIC, &t));
	say("sem post", sem_post(&s));
	say("sem wait", sem_wait(&s));
	say("sem destroy", sem_destroy(&s));
	snprintf(name, sizeof(name), "/lockcheck-%d", (int)getpid());
	named = sem_open(name, O_CREAT | O_EXCL, 0600, 2);
	say("sem open", named != SEM_FAILED);
	if (named != SEM_FAILED) {
		say("named", sem_wait(named));
		sem_close(named);
		sem_unlink(name);
	}
	flockfile(stdout);
	say("ftry own", ftrylockfile(stdout));
	funlockfile(stdout);
	funlockfile(stdout);
}

static int ran;
static void routine(void)
{
	ran++;
}

static int c11_main(void *arg)
{
	return *(int *)arg + 1;
}

static void threads(void)
{
	pthread_once_t once = PTHREAD_ONCE_INIT;
	once_flag flag = ONCE_FLAG_INIT;
	pthread_mutexattr_t attr;
	pthread_t t;
	thrd_t c11;
	int value = 41;

	pthread_once(&once, routine);
	pthread_once(&once, routine);
	call_once(&flag, routine);
	call_once(&flag, routine);
	say("once", ran);
	say("thrd", thrd_create(&c11, c11_main, &value));
	say("thrd join", thrd_join(c11, &value));
	say("value", value);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	pthread_create(&t, NULL, dies_with_it, NULL);
	say("join", pthread_join(t, NULL));
	say("owner dead", pthread_mutex_lock(&robust));
	say("consistent", pthread_mutex_consistent(&robust));
	say("unlock", pthread_mutex_unlock(&robust));
	say("lock", pthread_mutex_lock(&robust));
	say("unlock", pthread_mutex_unlock(&robust));
	say("join nobody", pthread_tryjoin_np(pthread_self(), NULL));
}

int main(void)
{
	pthread_t t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	pthread_spin_init(&busy_spin, PTHREAD_PROCESS_PRIVATE);
	mtx_init(&busy_mtx, mtx_plain);
	pthread_barrier_init(&together, NULL, 2);
	pthread_create(&t, NULL, holder, NULL);
	pthread_barrier_wait(&together);
	mutexes();
	rwlocks();
	others();
	say("try join", pthread_tryjoin_np(t, NULL));
	pthread_barrier_wait(&together);
	say("join", pthread_join(t, NULL));
	say("barrier", pthread_barrier_destroy(&together));
	threads();
	return 0;
}
