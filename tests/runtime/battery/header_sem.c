/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: a Lock and a Semaphore of lockcheck.h, crossed
 * header
 */
#include "battery.h"

#include <lockcheck.h>

static struct lc_lock a = LC_LOCK_INIT;
static struct lc_sem b = LC_SEM_INIT;

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
