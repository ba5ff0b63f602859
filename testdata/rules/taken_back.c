/* SPDX-License-Identifier: MIT */
/* The callers' lock is given up around a wait, if they have it: a field says so,
 * and it is asked again afterwards. */
#include <pthread.h>
#include <stdbool.h>

struct client {
	pthread_mutex_t lock, wait;
	pthread_cond_t done;
	int result, pending;
	bool locked, other;
};

bool in_thread(struct client *c);

static void wait_for(struct client *c)
{
	pthread_mutex_lock(&c->wait);
	while (!c->pending)
		pthread_cond_wait(&c->done, &c->wait);
	pthread_mutex_unlock(&c->wait);
}

int sync_ok(struct client *c)
{
	bool inside = in_thread(c);

	while (true) {
		if (inside) {
			if (c->locked)
				pthread_mutex_unlock(&c->lock);
			c->other = true;
		}
		wait_for(c);
		if (inside) {
			c->other = false;
			if (c->locked)
				pthread_mutex_lock(&c->lock);
		}
		if (c->result < 0)
			return c->result;
		if (c->pending == c->result)
			break;
	}
	return 0;
}

int sync_bad(struct client *c)
{
	if (c->locked)
		pthread_mutex_unlock(&c->lock);
	wait_for(c);
	if (c->other)
		pthread_mutex_lock(&c->lock);
	if (c->result < 0)
		return c->result; // @expect unreleased-lock
	pthread_mutex_lock(&c->lock); // @expect double-acquire
	c->pending = 0;
	pthread_mutex_unlock(&c->lock);
	return 0;
}
