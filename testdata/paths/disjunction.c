/* SPDX-License-Identifier: MIT */
/* A lock under `a || b`, released under the same: two ways to the lock are one
 * lock state, and what they differ in must not be forgotten where they join
 * (found in unbound's libworker_setup). A library. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct worker {
	pthread_mutex_t lock;
	bool background, threaded;
	int *memory;
};

int setup_ok(struct worker *w)
{
	if (!w->background || w->threaded)
		pthread_mutex_lock(&w->lock);
	w->memory = NULL;
	if (!w->background || w->threaded)
		pthread_mutex_unlock(&w->lock);
	return 0;
}

int setup_bad(struct worker *w)
{
	if (!w->background || w->threaded)
		pthread_mutex_lock(&w->lock);
	w->memory = NULL;
	if (!w->background)
		pthread_mutex_unlock(&w->lock);
	return 0; // @expect unreleased-lock
}
