/* SPDX-License-Identifier: MIT */
/* One bug, one finding: the next round takes the lock again, and the function
 * ends with it. A library. */
#include <pthread.h>
struct o { pthread_mutex_t mu; int n; };
void skip_bad(struct o *o)
{
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(&o->mu); // @expect-one unreleased-lock#one
		if (o->n > 3)
			continue;
		o->n += i;
		pthread_mutex_unlock(&o->mu);
	}
} // @expect-one unreleased-lock#one
void skip_ok(struct o *o)
{
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(&o->mu);
		if (o->n > 3) {
			pthread_mutex_unlock(&o->mu);
			continue;
		}
		o->n += i;
		pthread_mutex_unlock(&o->mu);
	}
}
/* Kept by the last round only: that is told at the end. */
void last_bad(struct o *o)
{
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(&o->mu);
		if (o->n > 3)
			break;
		pthread_mutex_unlock(&o->mu);
	}
} // @expect unreleased-lock
