/* SPDX-License-Identifier: MIT */
/* A home-made recursive lock: the owner enters again without locking. Of a lock
 * whose function asks who calls, nothing is said. A library. */
/* @silent */
#include <pthread.h>
struct rl { pthread_mutex_t m; pthread_t owner; int depth; };

void rl_lock_ok(struct rl *l)
{
	if (l->depth && pthread_equal(l->owner, pthread_self())) {
		l->depth++;
		return;
	}
	pthread_mutex_lock(&l->m);
	l->owner = pthread_self();
	l->depth = 1;
}

void rl_unlock_ok(struct rl *l)
{
	if (--l->depth == 0) {
		l->owner = 0;
		pthread_mutex_unlock(&l->m);
	}
}

static int n;

static void inner(struct rl *l)
{
	rl_lock_ok(l);
	n++;
	rl_unlock_ok(l);
}

void outer_ok(struct rl *l)
{
	rl_lock_ok(l);
	inner(l);
	rl_unlock_ok(l);
}

int early_ok(struct rl *l)
{
	rl_lock_ok(l);
	if (n > 3) {
		rl_unlock_ok(l);
		return -1;
	}
	n = 0;
	rl_unlock_ok(l);
	return 0;
}
