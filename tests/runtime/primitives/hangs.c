/* SPDX-License-Identifier: MIT */
/*
 * Hangs by primitives, each made to happen. The line of every place that the
 * report must name ends in a comment with the name of the case.
 */
#include "lockcheck.h"

#include <string.h>

static struct lc_lock a = LC_LOCK_INIT, b = LC_LOCK_INIT;
static struct lc_rlock r = LC_RLOCK_INIT;
static struct lc_sem s = LC_SEM_INIT;
static struct lc_cond cond = LC_COND_INIT;
static struct lc_event here = LC_EVENT_INIT, there = LC_EVENT_INIT;
static struct lc_barrier barrier = LC_BARRIER_INIT(3);
static struct lc_thread thread = LC_THREAD_INIT;

static void start(void (*entry)(void *))
{
	lc_thread_start(&thread, entry, NULL);
}

/* Both hold their first before either asks for its second. */
static void meet(struct lc_event *mine, struct lc_event *others)
{
	lc_event_set(mine);
	lc_event_wait(others);
}

static void b_then_a(void *arg)
{
	(void)arg;
	LC_WITH(&b) { // cycle
		meet(&there, &here);
		LC_WITH(&a) // cycle
			return;
	}
}

static void cycle(void)
{
	start(b_then_a);
	LC_WITH(&a) { // cycle
		meet(&here, &there);
		LC_WITH(&b) // cycle
			return;
	}
}

static void sem_then_rlock(void *arg)
{
	(void)arg;
	lc_sem_acquire(&s); // mixed
	meet(&there, &here);
	lc_rlock_acquire(&r); // mixed
}

static void mixed(void)
{
	start(sem_then_rlock);
	lc_rlock_acquire(&r); // mixed
	lc_rlock_acquire(&r);
	meet(&here, &there);
	lc_sem_acquire(&s); // mixed
}

static void wants_a(void *arg)
{
	(void)arg;
	lc_event_set(&there);
	lc_lock_acquire(&a); // join
}

static void join(void)
{
	lc_lock_acquire(&a); // join
	start(wants_a);
	lc_event_wait(&there);
	lc_thread_join(&thread); // join
}

static void waits_for_ever(void *arg)
{
	(void)arg;
	lc_event_wait(&here); // event
}

static void event(void)
{
	start(waits_for_ever);
	lc_thread_join(&thread); // event
}

static void waits_for_third(void *arg)
{
	(void)arg;
	lc_barrier_wait(&barrier, NULL); // barrier
}

static void barrier_of_three(void)
{
	start(waits_for_third);
	lc_barrier_wait(&barrier, NULL); // barrier
}

static void nobody_notifies(void *arg)
{
	(void)arg;
	LC_WITH(&a)
		lc_cond_wait(&cond, &a); // cond
}

/* The return from main waits for the thread. */
static void condition(void)
{
	start(nobody_notifies);
}

/* Woken, but the lock is not given back: it asks for the lock again. */
static void woken(void *arg)
{
	(void)arg;
	lc_lock_acquire(&a);
	lc_event_set(&here);
	lc_cond_wait(&cond, &a); // relock
}

static void relock(void)
{
	start(woken);
	lc_event_wait(&here);
	lc_lock_acquire(&a); // relock
	lc_cond_notify_all(&cond);
	lc_thread_join(&thread); // relock
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "cycle", cycle },	  { "mixed", mixed },
	{ "join", join },	  { "event", event },
	{ "barrier", barrier_of_three }, { "cond", condition },
	{ "relock", relock },
};

int main(int argc, char **argv)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (argc > 1 && !strcmp(argv[1], cases[i].name))
			cases[i].run();
	return 0;
}
