/* SPDX-License-Identifier: MIT */
/* "Did I take it?" by an out parameter or the result. A library. */
#include <pthread.h>
#include <stdbool.h>
struct tree { pthread_mutex_t mu; int owner, n; };
extern int me(void);
static void tree_enter(struct tree *t, bool *took)
{
	if (t->owner == me()) {
		*took = false;
		return;
	}
	pthread_mutex_lock(&t->mu);
	t->owner = me();
	*took = true;
}
static void tree_exit(struct tree *t, bool took)
{
	if (!took)
		return;
	t->owner = 0;
	pthread_mutex_unlock(&t->mu);
}
int tree_add_ok(struct tree *t)
{
	bool took;
	tree_enter(t, &took);
	t->n++;
	tree_exit(t, took);
	return 0;
}
int tree_add_bad(struct tree *t)
{
	bool took;
	tree_enter(t, &took);
	if (t->n > 99)
		return -1; // @expect unreleased-lock
	t->n++;
	tree_exit(t, took);
	return 0;
}
static int tree_try(struct tree *t)
{
	return pthread_mutex_trylock(&t->mu) == 0 ? 1 : 0;
}
int tree_opt_ok(struct tree *t)
{
	int got = tree_try(t);
	t->n++;
	if (got)
		pthread_mutex_unlock(&t->mu);
	return got;
}
