/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: waits for an Event with a lock that the one who sets it needs first
 * header
 */
#include "battery.h"

#include <lockcheck.h>

static struct lc_lock a = LC_LOCK_INIT;
static struct lc_event b = LC_EVENT_INIT;

static void forwards(void *arg)
{
	(void)arg;
	nap();
	long_nap();
	LC_WITH(&a)
		lc_event_wait(&b);
}

static void backwards(void *arg)
{
	(void)arg;
	nap();
	LC_WITH(&a)
		work++;
	lc_event_set(&b);
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
