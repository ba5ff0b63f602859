/* SPDX-License-Identifier: MIT */
/* Several bugs with one class of lock: a release that is a mistake itself
 * silences no leak elsewhere. A library. */
#include <pthread.h>
#include <stddef.h>
struct n { pthread_mutex_t mu; struct n *next; int v; };
int next_bad(struct n *x)
{
	pthread_mutex_lock(&x->mu);
	x->v++;
	x = x->next;
	pthread_mutex_unlock(&x->mu); // @expect release-not-held
	return 0; // @expect-any unreleased-lock
}
int found_bad(struct n *x, int k)
{
	pthread_mutex_lock(&x->mu);
	if (x->v == k)
		return k; // @expect unreleased-lock
	pthread_mutex_unlock(&x->mu);
	return -1;
}
int twice_bad(struct n *x)
{
	pthread_mutex_lock(&x->mu);
	x->v++;
	pthread_mutex_unlock(&x->mu);
	if (x->v > 9)
		pthread_mutex_unlock(&x->mu); // @expect release-not-held
	return 0;
}
int arm_bad(struct n *x)
{
	pthread_mutex_lock(&x->mu);
	return x->v ? (pthread_mutex_unlock(&x->mu), 1) : 0; // @expect unreleased-lock
}
int count_ok(struct n *x)
{
	int n = 0;

	for (; x; x = x->next) {
		pthread_mutex_lock(&x->mu);
		n += x->v;
		pthread_mutex_unlock(&x->mu);
	}
	return n;
}
