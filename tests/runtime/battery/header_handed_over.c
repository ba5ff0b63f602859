/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: a Lock is released by another thread than its holder, on purpose
 * header
 */
#include "battery.h"

#include <lockcheck.h>

static struct lc_lock a = LC_LOCK_INIT;
static struct lc_event b = LC_EVENT_INIT, c = LC_EVENT_INIT;

static void forwards(void *arg)
{
	(void)arg;
	nap();
	lc_lock_acquire(&a);
	work++;
	lc_event_set(&b);
	lc_event_wait(&c);
}

static void backwards(void *arg)
{
	(void)arg;
	nap();
	lc_event_wait(&b);
	lc_lock_release(&a);
	lc_event_set(&c);
	LC_WITH(&a)
		work++;
}

int main(void)
{
	struct lc_thread t = LC_THREAD_INIT, u = LC_THREAD_INIT;

	lc_thread_start(&t, forwards, NULL);
	lc_thread_start(&u, backwards, NULL);
	lc_thread_join(&t);
	lc_thread_join(&u);
	return 0;
}
