/* SPDX-License-Identifier: MIT */
/*
 * Each misuse of lockcheck.h's primitives twice: here lockcheck finds it in the
 * source (@expect, where it can), and tests/runtime/primitives/run runs it, and
 * compares the report with the labels: NAME:here is where it is misused and
 * NAME:there the second place of the report. Exit 0: the result was right.
 */
#include <stddef.h>
#include <string.h>

#include "../../runtime/include/lockcheck.h"

static struct lc_lock lock = LC_LOCK_INIT, other = LC_LOCK_INIT;
static struct lc_rlock rlock = LC_RLOCK_INIT;
static struct lc_cond cond = LC_COND_INIT;
static struct lc_sem sem = LC_BOUNDED_SEM_INIT;
static struct lc_event event = LC_EVENT_INIT;
static struct lc_thread thread = LC_THREAD_INIT;
static enum lc_result in_thread;

static void run(void (*entry)(void *))
{
	struct lc_thread t = LC_THREAD_INIT;

	lc_thread_start(&t, entry, NULL);
	lc_thread_join(&t);
}

/* ---- locks ---- */

static enum lc_result acquire_twice_bad(void)
{
	enum lc_result rc;

	lc_lock_acquire(&lock); // acquire_twice:there
	rc = lc_lock_acquire(&lock); // acquire_twice:here @expect double-acquire
	lc_lock_release(&lock);
	return rc;
}

static enum lc_result acquire_twice_ok(void)
{
	enum lc_result rc;

	lc_rlock_acquire(&rlock);
	rc = lc_rlock_acquire(&rlock);
	lc_rlock_release(&rlock);
	lc_rlock_release(&rlock);
	return rc;
}

static void acquire_inside(void)
{
	LC_WITH(&lock) // with_twice:here
		in_thread = LC_OK;
}

static enum lc_result with_twice_bad(void)
{
	in_thread = LC_DEADLOCK;
	LC_WITH(&lock) // with_twice:there
		acquire_inside(); // @expect double-acquire
	return in_thread;
}

static enum lc_result release_not_held_bad(void)
{
	lc_lock_acquire(&lock);
	lc_lock_release(&lock); // release_not_held:there
	return lc_lock_release(&lock); // release_not_held:here @expect release-not-held
}

static enum lc_result release_never_held_bad(void)
{
	return lc_rlock_release(&rlock); // release_never_held:here @expect release-not-held
}

static void release_rlock(void *arg)
{
	(void)arg;
	in_thread = lc_rlock_release(&rlock); // release_others:here @expect release-not-held
}

static enum lc_result release_others(void)
{
	lc_rlock_acquire(&rlock); // release_others:there
	run(release_rlock);
	lc_rlock_release(&rlock);
	return in_thread;
}

static void release_lock(void *arg)
{
	(void)arg;
	in_thread = lc_lock_release(&lock); // @known-false release-not-held
}

static enum lc_result release_others_ok(void)
{
	lc_lock_acquire(&lock);
	run(release_lock);
	return in_thread;
}

static void end_holding(void *arg)
{
	(void)arg;
	lc_lock_acquire(&lock); // exit_holding:there
} // @expect unreleased-lock

static enum lc_result exit_holding(void)
{
	run(end_holding);
	return LC_OK;
}

/* main returns with it: nobody could acquire it any more. */
static enum lc_result main_holding(void)
{
	lc_lock_acquire(&lock); // main_holding:there
	return LC_OK; // @known-miss unreleased-lock
}

static enum lc_result destroy_held(void)
{
	enum lc_result rc;

	lc_lock_acquire(&other); // destroy_held:there
	rc = lc_lock_destroy(&other); // destroy_held:here
	lc_lock_release(&other);
	return rc;
}

static enum lc_result init_held(void)
{
	enum lc_result rc;

	lc_lock_acquire(&lock); // init_held:there
	rc = lc_lock_init(&lock, "lock"); // init_held:here
	return rc;
}

/* ---- conditions ---- */

static enum lc_result wait_not_held(void)
{
	lc_lock_acquire(&lock);
	lc_lock_release(&lock); // wait_not_held:there
	return lc_cond_timed(&cond, &lock, 10); // wait_not_held:here @expect release-not-held
}

static enum lc_result other_lock(void)
{
	enum lc_result rc = LC_OK;

	LC_WITH(&lock)
		lc_cond_timed(&cond, &lock, 1);
	LC_WITH(&other)
		rc = lc_cond_timed(&cond, &other, 1); // other_lock:here
	return rc;
}

static enum lc_result notify_not_held(void)
{
	LC_WITH(&lock) // notify_not_held:there
		lc_cond_timed(&cond, &lock, 1);
	return lc_cond_notify(&cond, 1); // notify_not_held:here
}

static void wait_on_cond(void *arg)
{
	(void)arg;
	LC_WITH(&lock) {
		lc_event_set(&event);
		lc_cond_wait(&cond, &lock); // destroy_waited:there
	}
}

static enum lc_result destroy_waited(void)
{
	enum lc_result rc = LC_OK;

	lc_thread_start(&thread, wait_on_cond, NULL);
	lc_event_wait(&event);
	LC_WITH(&lock) {
		rc = lc_cond_destroy(&cond); // destroy_waited:here
		lc_cond_notify_all(&cond);
	}
	lc_thread_join(&thread);
	return rc;
}

/* ---- semaphores, threads ---- */

static enum lc_result over_release_bad(void)
{
	lc_sem_acquire(&sem);
	lc_sem_release(&sem); // over_release:there
	return lc_sem_release(&sem); // over_release:here @known-miss release-not-held
}

static enum lc_result not_started(void)
{
	return lc_thread_join(&thread); // not_started:here
}

static void nothing(void *arg)
{
	(void)arg;
	lc_event_wait(&event);
}

static enum lc_result started_twice(void)
{
	enum lc_result rc;

	lc_thread_start(&thread, nothing, NULL); // started_twice:there
	rc = lc_thread_start(&thread, nothing, NULL); // started_twice:here
	lc_event_set(&event);
	lc_thread_join(&thread);
	return rc;
}

static void joins_itself(void *arg)
{
	lc_event_wait(&event);
	in_thread = lc_thread_join((struct lc_thread *)arg); // join_self:here
}

static enum lc_result join_self(void)
{
	lc_thread_start(&thread, joins_itself, &thread); // join_self:there
	lc_event_set(&event);
	lc_thread_join(&thread);
	return in_thread;
}

/* ---- */

static const struct {
	const char *name;
	enum lc_result (*run)(void);
	enum lc_result result;
} cases[] = {
	{ "acquire_twice", acquire_twice_bad, LC_DEADLOCK },
	{ "acquire_twice_ok", acquire_twice_ok, LC_OK },
	{ "with_twice", with_twice_bad, LC_DEADLOCK },
	{ "release_not_held", release_not_held_bad, LC_NOT_HELD },
	{ "release_never_held", release_never_held_bad, LC_NOT_HELD },
	{ "release_others", release_others, LC_NOT_OWNER },
	{ "release_others_ok", release_others_ok, LC_OK },
	{ "exit_holding", exit_holding, LC_OK },
	{ "main_holding", main_holding, LC_OK },
	{ "destroy_held", destroy_held, LC_IN_USE },
	{ "init_held", init_held, LC_IN_USE },
	{ "wait_not_held", wait_not_held, LC_NOT_HELD },
	{ "other_lock", other_lock, LC_OTHER_LOCK },
	{ "notify_not_held", notify_not_held, LC_NOT_HELD },
	{ "destroy_waited", destroy_waited, LC_IN_USE },
	{ "over_release", over_release_bad, LC_TOO_MANY },
	{ "not_started", not_started, LC_NOT_STARTED },
	{ "started_twice", started_twice, LC_IN_USE },
	{ "join_self", join_self, LC_DEADLOCK },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (argc > 1 && !strcmp(argv[1], cases[i].name))
			return cases[i].run() == cases[i].result ? 0 : 1;
	return 2;
}
