/* SPDX-License-Identifier: MIT */
/*
 * Every entry of rules/models/pthread.yaml, used right and silent, and one
 * misuse for each family of operations. A library: no main.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* macOS spells these without _NP. */
#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER \
	PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP
#define PTHREAD_ERRORCHECK_MUTEX_INITIALIZER \
	PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP

struct box {
	pthread_mutex_t mutex;
	pthread_mutex_t robust;
	pthread_mutex_t nested; /* recursive by attribute */
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	pthread_cond_t cond;
	pthread_barrier_t barrier;
	pthread_key_t key;
	int value, full;
};

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t recursive_mac = PTHREAD_RECURSIVE_MUTEX_INITIALIZER;
static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checked_mac = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER;
static pthread_rwlock_t readers = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t writers =
	PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_once_t once_locked = PTHREAD_ONCE_INIT;
static int total;

static struct timespec soon(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec++;
	return ts;
}

/* ---- mutex ---- */

int box_init_ok(struct box *b)
{
	pthread_mutexattr_t attr;
	int rc;

	rc = pthread_mutexattr_init(&attr);
	if (rc)
		return rc;
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_PRIVATE);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_PROTECT);
	pthread_mutexattr_setprioceiling(&attr, 10);
	rc = pthread_mutex_init(&b->mutex, &attr);
	if (rc)
		goto out;
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	rc = pthread_mutex_init(&b->robust, &attr);
	if (rc)
		goto out;
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	rc = pthread_mutex_init(&b->nested, &attr);
out:
	pthread_mutexattr_destroy(&attr);
	return rc;
}

void box_destroy_ok(struct box *b)
{
	pthread_mutex_destroy(&b->mutex);
	pthread_mutex_destroy(&b->robust);
	pthread_mutex_destroy(&b->nested);
}

int mutex_ok(struct box *b)
{
	int old;

	if (pthread_mutex_setprioceiling(&b->mutex, 5, &old) != 0)
		return -1;
	if (pthread_mutex_lock(&b->mutex) != 0)
		return -1;
	b->value++;
	pthread_mutex_unlock(&b->mutex);
	if (pthread_mutex_trylock(&b->mutex) != 0)
		return 0;
	b->value++;
	pthread_mutex_unlock(&b->mutex);
	return 1;
}

int mutex_timed_ok(struct box *b)
{
	struct timespec until = soon();

	if (pthread_mutex_timedlock(&b->mutex, &until) == 0) {
		b->value++;
		pthread_mutex_unlock(&b->mutex);
	}
	if (pthread_mutex_clocklock(&b->mutex, CLOCK_MONOTONIC, &until) == 0) {
		b->value++;
		pthread_mutex_unlock(&b->mutex);
	}
	return 0;
}

/* The owner died with it: the lock is held all the same. */
int mutex_robust_ok(struct box *b)
{
	int rc = pthread_mutex_lock(&b->robust);

	if (rc == EOWNERDEAD) {
		b->value = 0;
		pthread_mutex_consistent(&b->robust);
		rc = 0;
	}
	if (rc)
		return rc;
	b->value++;
	return pthread_mutex_unlock(&b->robust);
}

void mutex_kinds_ok(struct box *b)
{
	pthread_mutex_lock(&b->nested);
	pthread_mutex_lock(&b->nested);
	b->value++;
	pthread_mutex_unlock(&b->nested);
	pthread_mutex_unlock(&b->nested);
	pthread_mutex_lock(&recursive);
	pthread_mutex_lock(&recursive);
	total++;
	pthread_mutex_unlock(&recursive);
	pthread_mutex_unlock(&recursive);
	pthread_mutex_lock(&recursive_mac);
	pthread_mutex_lock(&recursive_mac);
	total++;
	pthread_mutex_unlock(&recursive_mac);
	pthread_mutex_unlock(&recursive_mac);
}

void mutex_twice_bad(struct box *b)
{
	pthread_mutex_lock(&b->mutex);
	b->value++;
	pthread_mutex_lock(&b->mutex); // @expect double-acquire
	b->value++;
	pthread_mutex_unlock(&b->mutex);
}

void mutex_adaptive_bad(void)
{
	pthread_mutex_lock(&adaptive);
	pthread_mutex_lock(&adaptive); // @expect double-acquire
	total++;
	pthread_mutex_unlock(&adaptive);
}

int mutex_checked_bad(int n)
{
	pthread_mutex_lock(&checked);
	if (n > total)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&checked);
	pthread_mutex_lock(&checked_mac);
	total -= n;
	pthread_mutex_unlock(&checked_mac);
	pthread_mutex_unlock(&checked_mac); // @expect release-not-held
	return 0;
}

void mutex_unchecked_bad(struct box *b)
{
	struct timespec until = soon();

	pthread_mutex_clocklock(&b->mutex, CLOCK_MONOTONIC, &until); // @expect trylock-unchecked
	b->value++;
	pthread_mutex_unlock(&b->mutex);
}

/* ---- read-write lock ---- */

int rwlock_ok(struct box *b)
{
	struct timespec until = soon();
	pthread_rwlockattr_t attr;
	int rc;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, PTHREAD_PROCESS_PRIVATE);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_READER_NP);
	rc = pthread_rwlock_init(&b->rwlock, &attr);
	pthread_rwlockattr_destroy(&attr);
	if (rc)
		return rc;
	if (pthread_rwlock_rdlock(&b->rwlock) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	if (pthread_rwlock_wrlock(&b->rwlock) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	if (pthread_rwlock_tryrdlock(&b->rwlock) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	if (pthread_rwlock_trywrlock(&b->rwlock) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	if (pthread_rwlock_timedrdlock(&b->rwlock, &until) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	if (pthread_rwlock_timedwrlock(&b->rwlock, &until) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	if (pthread_rwlock_clockrdlock(&b->rwlock, CLOCK_MONOTONIC, &until) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	if (pthread_rwlock_clockwrlock(&b->rwlock, CLOCK_MONOTONIC, &until) == 0)
		pthread_rwlock_unlock(&b->rwlock);
	pthread_rwlock_destroy(&b->rwlock);
	return 0;
}

void rwlock_upgrade_bad(void)
{
	pthread_rwlock_rdlock(&readers);
	if (total == 0) {
		pthread_rwlock_wrlock(&readers); // @expect double-acquire
		total = 1;
	}
	pthread_rwlock_unlock(&readers);
}

int rwlock_leak_bad(int n)
{
	pthread_rwlock_wrlock(&writers);
	if (n < 0)
		return -1; // @expect unreleased-lock
	total = n;
	pthread_rwlock_unlock(&writers);
	return 0;
}

/* ---- spin lock ---- */

void spin_ok(struct box *b)
{
	if (pthread_spin_init(&b->spin, PTHREAD_PROCESS_PRIVATE) != 0)
		return;
	pthread_spin_lock(&b->spin);
	b->value++;
	pthread_spin_unlock(&b->spin);
	if (pthread_spin_trylock(&b->spin) == 0) {
		b->value++;
		pthread_spin_unlock(&b->spin);
	}
	pthread_spin_destroy(&b->spin);
}

void spin_bad(struct box *b)
{
	pthread_spin_lock(&b->spin);
	b->value++;
	pthread_spin_lock(&b->spin); // @expect double-acquire
	b->value++;
	pthread_spin_unlock(&b->spin);
}

/* ---- condition variable ---- */

int cond_ok(struct box *b)
{
	struct timespec until = soon();
	pthread_condattr_t attr;
	int rc = 0;

	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_PRIVATE);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b->cond, &attr);
	pthread_condattr_destroy(&attr);

	pthread_mutex_lock(&b->mutex);
	while (!b->full)
		pthread_cond_wait(&b->cond, &b->mutex);
	b->full = 0;
	while (!b->full && rc == 0)
		rc = pthread_cond_timedwait(&b->cond, &b->mutex, &until);
	rc = 0;
	while (!b->full && rc == 0)
		rc = pthread_cond_clockwait(&b->cond, &b->mutex,
					    CLOCK_MONOTONIC, &until);
	pthread_cond_signal(&b->cond);
	pthread_cond_broadcast(&b->cond);
	pthread_mutex_unlock(&b->mutex);
	pthread_cond_destroy(&b->cond);
	return rc;
}

void cond_bad(struct box *b)
{
	pthread_mutex_lock(&b->mutex);
	while (!b->full)
		pthread_cond_wait(&b->cond, &b->mutex);
	pthread_mutex_lock(&b->mutex); // @expect double-acquire
	b->full = 0;
	pthread_mutex_unlock(&b->mutex);
}

int cond_timed_bad(struct box *b)
{
	struct timespec until = soon();

	pthread_mutex_lock(&b->mutex);
	if (pthread_cond_clockwait(&b->cond, &b->mutex, CLOCK_MONOTONIC,
				   &until) == ETIMEDOUT)
		return 0; // @expect unreleased-lock
	b->full = 0;
	pthread_mutex_unlock(&b->mutex);
	return 1;
}

/* ---- barrier ---- */

int barrier_ok(struct box *b)
{
	pthread_barrierattr_t attr;
	int rc;

	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_PRIVATE);
	rc = pthread_barrier_init(&b->barrier, &attr, 1);
	pthread_barrierattr_destroy(&attr);
	if (rc)
		return rc;
	pthread_mutex_lock(&b->mutex);
	b->value++;
	pthread_mutex_unlock(&b->mutex);
	rc = pthread_barrier_wait(&b->barrier);
	pthread_barrier_destroy(&b->barrier);
	return rc == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : rc;
}

/* What is held when the barrier is left was held before. */
int barrier_bad(struct box *b)
{
	pthread_mutex_lock(&b->mutex);
	if (pthread_barrier_wait(&b->barrier) > 0)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&b->mutex);
	return 0;
}

/* ---- once ---- */

static void set_up(void)
{
	total = 0;
}

static void set_up_locked(void)
{
	pthread_mutex_lock(&plain);
	total = 0;
	pthread_mutex_unlock(&plain);
}

void once_ok(void)
{
	pthread_once(&once, set_up);
	pthread_mutex_lock(&plain);
	total++;
	pthread_mutex_unlock(&plain);
}

void once_bad(void)
{
	pthread_mutex_lock(&plain);
	pthread_once(&once_locked, set_up_locked); // @expect double-acquire
	total++;
	pthread_mutex_unlock(&plain);
}

/* ---- threads ---- */

static void *run_ok(void *arg)
{
	struct box *b = arg;

	pthread_testcancel();
	pthread_mutex_lock(&b->mutex);
	b->value++;
	pthread_mutex_unlock(&b->mutex);
	pthread_exit(NULL);
}

static void *run_bad(void *arg)
{
	struct box *b = arg;

	pthread_mutex_lock(&b->mutex);
	if (b->value == 0)
		pthread_exit(NULL); // @expect unreleased-lock
	b->value++;
	pthread_mutex_unlock(&b->mutex);
	return NULL;
}

static int attributes_ok(pthread_attr_t *attr, cpu_set_t *cpus, void *stack)
{
	struct sched_param param = { .sched_priority = 1 };
	sigset_t none;

	sigemptyset(&none);
	if (pthread_attr_init(attr) != 0)
		return -1;
	pthread_attr_setdetachstate(attr, PTHREAD_CREATE_JOINABLE);
	pthread_attr_setguardsize(attr, 4096);
	pthread_attr_setschedparam(attr, &param);
	pthread_attr_setschedpolicy(attr, SCHED_FIFO);
	pthread_attr_setinheritsched(attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setscope(attr, PTHREAD_SCOPE_SYSTEM);
	pthread_attr_setstacksize(attr, 65536);
	pthread_attr_setstack(attr, stack, 65536);
	pthread_attr_setaffinity_np(attr, sizeof(*cpus), cpus);
	pthread_attr_setsigmask_np(attr, &none);
	pthread_setattr_default_np(attr);
	return 0;
}

int threads_ok(struct box *b, void *stack)
{
	struct timespec until = soon();
	struct sched_param param = { .sched_priority = 1 };
	pthread_attr_t attr;
	pthread_t t[6];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	if (attributes_ok(&attr, &cpus, stack) < 0)
		return -1;
	for (int i = 0; i < 5; i++)
		if (pthread_create(&t[i], &attr, run_ok, b) != 0)
			return -1;
	pthread_attr_destroy(&attr);
	if (pthread_create(&t[5], NULL, run_bad, b) != 0)
		return -1;
	if (pthread_equal(t[0], pthread_self()))
		return -1;
	pthread_setname_np(t[0], "box");
	pthread_setconcurrency(4);
	pthread_setaffinity_np(t[0], sizeof(cpus), &cpus);
	pthread_setschedparam(t[0], SCHED_OTHER, &param);
	pthread_setschedprio(t[0], 0);
	pthread_kill(t[0], 0);
	pthread_cancel(t[0]);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
	pthread_yield();
#pragma clang diagnostic pop
	pthread_join(t[0], NULL);
	if (pthread_tryjoin_np(t[1], NULL) == EBUSY)
		pthread_join(t[1], NULL);
	pthread_timedjoin_np(t[2], NULL, &until);
	pthread_clockjoin_np(t[3], NULL, CLOCK_MONOTONIC, &until);
	pthread_detach(t[4]);
	return pthread_join(t[5], NULL);
}

/* ---- thread-specific data, fork, cleanup ---- */

static void drop_value(void *p)
{
	pthread_mutex_lock(&plain);
	total--;
	pthread_mutex_unlock(&plain);
	free(p);
}

void *specific_ok(struct box *b)
{
	void *p;

	if (pthread_key_create(&b->key, drop_value) != 0)
		return NULL;
	p = pthread_getspecific(b->key);
	if (!p)
		pthread_setspecific(b->key, malloc(8));
	pthread_key_delete(b->key);
	return p;
}

static void before_fork(void)
{
	pthread_mutex_lock(&plain);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&plain);
}

int atfork_ok(void)
{
	return pthread_atfork(before_fork, after_fork, after_fork);
}

static void unlock(void *arg)
{
	pthread_mutex_unlock(arg);
}

void cleanup_ok(struct box *b)
{
	pthread_mutex_lock(&b->mutex);
	pthread_cleanup_push(unlock, &b->mutex);
	while (!b->full)
		pthread_cond_wait(&b->cond, &b->mutex);
	b->value++;
	pthread_cleanup_pop(1);
}

/* pop(0) does not run the handler. */
void cleanup_bad(struct box *b)
{
	pthread_mutex_lock(&b->mutex);
	pthread_cleanup_push(unlock, &b->mutex);
	b->value++;
	pthread_cleanup_pop(0);
	if (b->full)
		return; // @expect unreleased-lock
	pthread_mutex_unlock(&b->mutex);
}
