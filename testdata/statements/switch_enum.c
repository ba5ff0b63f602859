/* SPDX-License-Identifier: MIT */
/* A switch that names every value of its enum always takes one of its cases;
 * one that leaves a value out may take none. A library. */
#include <pthread.h>

enum phase { PHASE_IDLE, PHASE_RUN, PHASE_DONE };
struct task {
	pthread_mutex_t lock;
	enum phase phase;
	int left;
};

int task_every_ok(struct task *t)
{
	pthread_mutex_lock(&t->lock);
	switch (t->phase) {
	case PHASE_IDLE:
		pthread_mutex_unlock(&t->lock);
		return 1;
	case PHASE_RUN:
	case PHASE_DONE:
		t->left = 0;
		pthread_mutex_unlock(&t->lock);
		return 2;
	}
	return 0;
}

int task_two_bad(struct task *t)
{
	pthread_mutex_lock(&t->lock);
	switch (t->phase) {
	case PHASE_IDLE:
		pthread_mutex_unlock(&t->lock);
		return 1;
	case PHASE_RUN:
		t->left = 0;
		pthread_mutex_unlock(&t->lock);
		return 2;
	default:
		break;
	}
	return -1; // @expect unreleased-lock
}
