/* SPDX-License-Identifier: MIT */
/* A helper makes and fills the struct that it hands to a new thread: one for
 * each client, as servers do. Whose server it is, the helper's caller says. */
#include <pthread.h>
#include <stdlib.h>

struct server { pthread_mutex_t conns, stats; int n; };
struct start { struct server *s; int id; };

static struct server bad = { PTHREAD_MUTEX_INITIALIZER,
			     PTHREAD_MUTEX_INITIALIZER, 0 };
static struct server calm = { PTHREAD_MUTEX_INITIALIZER,
			      PTHREAD_MUTEX_INITIALIZER, 0 };

static void *handle(void *p)
{
	struct start *st = p;
	struct server *s = st->s;

	pthread_mutex_lock(&s->conns);
	pthread_mutex_lock(&s->stats); // @expect-one lock-order-cycle#s
	s->n++;
	pthread_mutex_unlock(&s->stats);
	pthread_mutex_unlock(&s->conns);
	free(st);
	return NULL;
}

static void start(struct server *s, int id)
{
	pthread_t t;
	struct start *st = malloc(sizeof(*st));

	if (!st)
		return;
	st->s = s;
	st->id = id;
	pthread_create(&t, NULL, handle, st);
}

/* one helper further up */
static void accept_one(struct server *s)
{
	start(s, s->n);
}

static void *stats_bad(void *p)
{
	struct server *s = p;

	pthread_mutex_lock(&s->stats);
	pthread_mutex_lock(&s->conns); // @expect-one lock-order-cycle#s
	s->n++;
	pthread_mutex_unlock(&s->conns);
	pthread_mutex_unlock(&s->stats);
	return NULL;
}

static void *stats_ok(void *p)
{
	struct server *s = p;

	pthread_mutex_lock(&s->conns);
	pthread_mutex_lock(&s->stats);
	s->n++;
	pthread_mutex_unlock(&s->stats);
	pthread_mutex_unlock(&s->conns);
	return NULL;
}

int main(void)
{
	pthread_t t, u;

	accept_one(&bad);
	accept_one(&calm);
	pthread_create(&t, NULL, stats_bad, &bad);
	pthread_create(&u, NULL, stats_ok, &calm);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return 0;
}
