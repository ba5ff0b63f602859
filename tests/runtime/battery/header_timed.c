/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the inner Lock is taken with a time limit
 * header
 */
#include "battery.h"

#include <lockcheck.h>

static struct lc_lock a = LC_LOCK_INIT;
static struct lc_rlock b = LC_RLOCK_INIT;

static void forwards(void *arg)
{
	(void)arg;
	nap();
	LC_WITH(&a) {
		LC_WITH(&b)
			work++;
	}
}

static void backwards(void *arg)
{
	(void)arg;
	nap();
	LC_WITH(&b) {
		if (lc_lock_timed(&a, 50) == LC_OK) {
			work++;
			lc_lock_release(&a);
		}
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
