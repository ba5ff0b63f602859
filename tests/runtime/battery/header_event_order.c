/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: BA begins when AB has set an Event
 * header
 */
#include "battery.h"

#include <lockcheck.h>

static struct lc_lock a = LC_LOCK_INIT, c = LC_LOCK_INIT;
static struct lc_event b = LC_EVENT_INIT;

static void forwards(void *arg)
{
	(void)arg;
	nap();
	LC_WITH(&a) {
		LC_WITH(&c)
			work++;
	}
	lc_event_set(&b);
}

static void backwards(void *arg)
{
	(void)arg;
	nap();
	lc_event_wait(&b);
	LC_WITH(&c) {
		LC_WITH(&a)
			work++;
	}
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
