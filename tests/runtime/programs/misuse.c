/* SPDX-License-Identifier: MIT */
/* Misuse of each kind; the ok ones are the same, one edit away.
 *
 * @run not-held     exit=87 stderr=is.released,.and.nobody.holds.it
 * @run others       exit=87 stderr=released.by.a.thread.that.does.not.hold.it
 * @run exit-holding exit=87 stderr=is.held.by.a.thread.that.ends
 * @run destroy-held exit=87 stderr=is.destroyed.while.it.is.held
 * @run init-held    exit=87 stderr=is.initialised.while.it.is.held
 * @run wait-without exit=87 stderr=not.held.by.the.thread.that.gives.it
 * @run rw-not-held  exit=87 stderr=is.released,.and.nobody.holds.it
 * @run c11-not-held exit=87 stderr=is.released,.and.nobody.holds.it
 * @run ok           exit=0 no-stderr=lockcheck
 * @run robust       exit=0 no-stderr=lockcheck
 * @run twice-told   exit=0 stderr=nobody.holds.it env=LOCKCHECK_ON_MISUSE=report
 * @run not-held     exit=0 no-stderr=lockcheck env=LOCKCHECK_ON_MISUSE=ignore
 * @run not-held     exit=-6 stderr=nobody.holds.it env=LOCKCHECK_ON_MISUSE=abort
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>
#include <time.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t robust;

static void *locks(void *arg)
{
	pthread_mutex_lock(arg);
	return NULL;
}

static void *unlocks(void *arg)
{
	pthread_mutex_unlock(arg);
	return NULL;
}

static void run(void *(*f)(void *), void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, f, arg);
	pthread_join(t, NULL);
}

static void unlock_twice(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&a);
}

static void all_ok(void)
{
	pthread_mutex_t m;
	struct timespec t = { 1, 0 };

	pthread_mutex_init(&m, NULL);
	pthread_mutex_lock(&m);
	pthread_cond_timedwait(&cond, &m, &t);
	pthread_mutex_unlock(&m);
	pthread_mutex_destroy(&m);
	pthread_mutex_init(&m, NULL);
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	pthread_mutex_destroy(&m);
}

static void robust_ok(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	run(locks, &robust);
	pthread_mutex_lock(&robust);
	pthread_mutex_consistent(&robust);
	pthread_mutex_unlock(&robust);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "ok";
	struct timespec t = { 1, 0 };
	mtx_t m;

	if (!strcmp(name, "not-held")) {
		unlock_twice();
	} else if (!strcmp(name, "twice-told")) {
		for (int i = 0; i < 3; i++)
			unlock_twice();
	} else if (!strcmp(name, "others")) {
		pthread_mutex_lock(&a);
		run(unlocks, &a);
	} else if (!strcmp(name, "exit-holding")) {
		run(locks, &a);
	} else if (!strcmp(name, "destroy-held")) {
		pthread_mutex_lock(&a);
		pthread_mutex_destroy(&a);
	} else if (!strcmp(name, "init-held")) {
		pthread_mutex_lock(&a);
		pthread_mutex_init(&a, NULL);
	} else if (!strcmp(name, "wait-without")) {
		pthread_cond_timedwait(&cond, &a, &t);
	} else if (!strcmp(name, "rw-not-held")) {
		pthread_rwlock_unlock(&rw);
	} else if (!strcmp(name, "c11-not-held")) {
		mtx_init(&m, mtx_plain);
		mtx_unlock(&m);
	} else if (!strcmp(name, "robust")) {
		robust_ok();
	} else {
		all_ok();
	}
	return 0;
}
