/* SPDX-License-Identifier: MIT */
/* An object keeps the one callback that its maker was given, and calls it with
 * itself while its lock is held. A whole program. */
#include <pthread.h>
#include <stdlib.h>

struct chan {
	pthread_mutex_t mu;
	int (*filter)(struct chan *, int);
	struct chan *peer;
	int n;
};

static struct chan *chan_new(int (*filter)(struct chan *, int))
{
	struct chan *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	pthread_mutex_init(&c->mu, NULL);
	c->filter = filter;
	return c;
}

static int pending(struct chan *c)
{
	int n;

	pthread_mutex_lock(&c->mu);
	n = c->n;
	pthread_mutex_unlock(&c->mu);
	return n;
}

static int few(struct chan *c, int v)
{
	return v > 0 && pending(c) < 4;
}

static void send_bad(struct chan *c, int v)
{
	pthread_mutex_lock(&c->mu);
	if (!c->filter || c->filter(c, v)) // @expect double-acquire:warning
		c->n++;
	pthread_mutex_unlock(&c->mu);
}

static void send_ok(struct chan *c, int v)
{
	int pass = !c->filter || c->filter(c, v);

	pthread_mutex_lock(&c->mu);
	if (pass)
		c->n++;
	pthread_mutex_unlock(&c->mu);
}

/* Another object's lock. */
static void send_peer_ok(struct chan *c, int v)
{
	pthread_mutex_lock(&c->mu);
	if (c->filter(c->peer, v))
		c->n++;
	pthread_mutex_unlock(&c->mu);
}

/* It takes the lock for good values only. */
static void reset_ok(struct chan *c)
{
	pthread_mutex_lock(&c->mu);
	c->filter(c, 0);
	c->n = 0;
	pthread_mutex_unlock(&c->mu);
}

int main(int argc, char **argv)
{
	struct chan *c = chan_new(few);

	(void)argv;
	c->peer = chan_new(few);
	send_bad(c, argc);
	send_ok(c, argc);
	send_peer_ok(c, argc);
	reset_ok(c);
	return c->n;
}
