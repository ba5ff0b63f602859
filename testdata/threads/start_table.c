/* SPDX-License-Identifier: MIT */
/* Threads of a table of functions, all with one argument; and two objects behind
 * global pointers, in both orders. */
#include <pthread.h>
#include <stdlib.h>

struct state {
	pthread_mutex_t a, b, c, d;
	int n;
};
struct object {
	int n;
	pthread_mutex_t lock;
};
static struct object *first, *second, *third, *fourth;

static struct object *make(void)
{
	struct object *o = malloc(sizeof *o);

	if (!o)
		exit(1);
	pthread_mutex_init(&o->lock, NULL);
	return o;
}

static void *one(void *p)
{
	struct state *s = p;

	pthread_mutex_lock(&s->a);
	pthread_mutex_lock(&s->b); // @expect-one lock-order-cycle#t
	s->n++;
	pthread_mutex_unlock(&s->b);
	pthread_mutex_unlock(&s->a);
	pthread_mutex_lock(&s->c);
	pthread_mutex_lock(&s->d);
	s->n++;
	pthread_mutex_unlock(&s->d);
	pthread_mutex_unlock(&s->c);
	return NULL;
}

static void *two(void *p)
{
	struct state *s = p;

	pthread_mutex_lock(&s->b);
	pthread_mutex_lock(&s->a); // @expect-one lock-order-cycle#t
	s->n--;
	pthread_mutex_unlock(&s->a);
	pthread_mutex_unlock(&s->b);
	pthread_mutex_lock(&s->c);
	pthread_mutex_lock(&s->d);
	s->n--;
	pthread_mutex_unlock(&s->d);
	pthread_mutex_unlock(&s->c);
	return NULL;
}

static void forth_bad(void)
{
	pthread_mutex_lock(&first->lock);
	pthread_mutex_lock(&second->lock); // @expect-one lock-order-cycle#o
	first->n += second->n;
	pthread_mutex_unlock(&second->lock);
	pthread_mutex_unlock(&first->lock);
}

static void back_bad(void)
{
	pthread_mutex_lock(&second->lock);
	pthread_mutex_lock(&first->lock); // @expect-one lock-order-cycle#o
	second->n += first->n;
	pthread_mutex_unlock(&first->lock);
	pthread_mutex_unlock(&second->lock);
}

/* Third and fourth always in this order. */
static void forth_ok(void)
{
	pthread_mutex_lock(&third->lock);
	pthread_mutex_lock(&fourth->lock);
	third->n += fourth->n;
	pthread_mutex_unlock(&fourth->lock);
	pthread_mutex_unlock(&third->lock);
}

/* The other order, but before all threads. */
static void back_ok(void)
{
	pthread_mutex_lock(&fourth->lock);
	pthread_mutex_lock(&third->lock);
	fourth->n += third->n;
	pthread_mutex_unlock(&third->lock);
	pthread_mutex_unlock(&fourth->lock);
}

static void *three(void *p)
{
	forth_bad();
	forth_ok();
	return p;
}

int main(void)
{
	void *(*const all[])(void *) = { one, two, three };
	struct state s = { .n = 0 };
	pthread_t t[3];

	pthread_mutex_init(&s.a, NULL);
	pthread_mutex_init(&s.b, NULL);
	pthread_mutex_init(&s.c, NULL);
	pthread_mutex_init(&s.d, NULL);
	third = make();
	fourth = make();
	back_ok();
	first = make();
	second = make();
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, all[i], &s);
	back_bad();
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	return 0;
}
