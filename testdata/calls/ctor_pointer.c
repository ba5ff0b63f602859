/* SPDX-License-Identifier: MIT */
/* A constructor takes a global lock and keeps a pointer to it; the destructor releases
 * through the pointer: `t->m` may be `&big`, so somebody does release `big` without
 * having taken it (see sole_unlock_dropped.c, whose rule this must pass). A library. */
/* @silent */
#include <pthread.h>
#include <stdlib.h>
struct tx { pthread_mutex_t *m; int done; };
static pthread_mutex_t big = PTHREAD_MUTEX_INITIALIZER;

struct tx *tx_new_ok(void)
{
	struct tx *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->m = &big;
	pthread_mutex_lock(t->m);
	return t;
}

void tx_free_ok(struct tx *t)
{
	pthread_mutex_unlock(t->m);
	free(t);
}

int tx_run_ok(void)
{
	struct tx *t = tx_new_ok();

	if (!t)
		return -1;
	t->done = 1;
	tx_free_ok(t);
	return 0;
}
