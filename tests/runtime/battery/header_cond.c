/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: waits for a Condition with a lock that the one who notifies needs first
 * header
 */
#include "battery.h"

#include <lockcheck.h>

static struct lc_lock a = LC_LOCK_INIT, m = LC_LOCK_INIT;
static struct lc_cond changed = LC_COND_INIT;
static int first_done;

static void forwards(void *arg)
{
	(void)arg;
	nap();
	long_nap();
	LC_WITH(&a) {
		LC_WITH(&m) {
			while (!first_done)
				lc_cond_wait(&changed, &m);
		}
	}
}

static void backwards(void *arg)
{
	(void)arg;
	nap();
	LC_WITH(&a)
		work++;
	LC_WITH(&m) {
		first_done = 1;
		lc_cond_notify_all(&changed);
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
