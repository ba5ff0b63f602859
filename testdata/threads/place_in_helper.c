/* SPDX-License-Identifier: MIT */
/* Both locks are taken in a helper, and only the thread function knows the
 * objects: the place of the finding is in the helper, not at the call of it.
 * Where the arguments alone make the order, it is at the call. */
#include <pthread.h>
#include <stdlib.h>

struct client { pthread_mutex_t w; int n; };
struct account { long cents; pthread_mutex_t mtx; };
struct transfer { struct account *src, *dst; };

static struct client *clients[10];
static pthread_mutex_t all = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static int v;

static void send_ok(struct client *c)
{
	pthread_mutex_lock(&c->w);
	c->n++;
	pthread_mutex_unlock(&c->w);
}

static void send_all_bad(void)
{
	pthread_mutex_lock(&all);
	for (int i = 0; i < 10; i++)
		if (clients[i])
			send_ok(clients[i]); // @expect-one lock-order-cycle#c
	pthread_mutex_unlock(&all);
}

static void rename_bad(struct client *c)
{
	pthread_mutex_lock(&c->w);
	c->n = 0;
	pthread_mutex_lock(&all); // @expect-one lock-order-cycle#c
	clients[0] = NULL;
	pthread_mutex_unlock(&all);
	pthread_mutex_unlock(&c->w);
}

static void transfer_bad(struct account *s, struct account *d)
{
	pthread_mutex_lock(&s->mtx);
	pthread_mutex_lock(&d->mtx); // @expect lock-order-cycle
	s->cents--;
	d->cents++;
	pthread_mutex_unlock(&d->mtx);
	pthread_mutex_unlock(&s->mtx);
}

static void two_ok(pthread_mutex_t *m, pthread_mutex_t *n)
{
	pthread_mutex_lock(m);
	pthread_mutex_lock(n);
	v++;
	pthread_mutex_unlock(n);
	pthread_mutex_unlock(m);
}

static void *serve(void *p)
{
	struct client *c = p;

	while (c->n) {
		if (c->n > 3)
			rename_bad(c);
		else
			send_all_bad();
	}
	return NULL;
}

static void *move(void *p)
{
	struct transfer *t = p;

	transfer_bad(t->src, t->dst);
	two_ok(&a, &b); // @expect-one lock-order-cycle#ab
	return NULL;
}

int main(void)
{
	struct account *x = calloc(1, sizeof(*x)), *y = calloc(1, sizeof(*y));
	struct transfer there = { x, y }, back = { y, x };
	pthread_t t[2];

	if (!x || !y)
		return 1;
	pthread_mutex_init(&x->mtx, NULL);
	pthread_mutex_init(&y->mtx, NULL);
	for (int i = 0; i < 10; i++) {
		pthread_t s;
		struct client *c = calloc(1, sizeof(*c));

		if (!c)
			return 1;
		pthread_mutex_init(&c->w, NULL);
		clients[i] = c;
		pthread_create(&s, NULL, serve, c);
	}
	pthread_create(&t[0], NULL, move, &there);
	pthread_create(&t[1], NULL, move, &back);
	two_ok(&b, &a); // @expect-one lock-order-cycle#ab
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return 0;
}
