/* Pointers into which the whole program puts one address: they are that object, by whatever way it is named.
 * A pointer that may hold another one is not. */
#include <pthread.h>
#include <stdlib.h>

struct box {
	pthread_mutex_t lock;
	struct box *peer, *other, *maybe;
	int n;
};

static struct box a = { .lock = PTHREAD_MUTEX_INITIALIZER }, b = { .lock = PTHREAD_MUTEX_INITIALIZER },
		  c = { .lock = PTHREAD_MUTEX_INITIALIZER }, d = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- a variable, set by a function ---- */

static pthread_mutex_t *only, *one_of_two, *shown;
static pthread_mutex_t real = PTHREAD_MUTEX_INITIALIZER, real2 = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void set_only(pthread_mutex_t *m)
{
	only = m;
}

static int peek(pthread_mutex_t *m)
{
	int v;

	pthread_mutex_lock(m); // @expect-any double-acquire
	v = n;
	pthread_mutex_unlock(m);
	return v;
}

static int variable_bad(void)
{
	int v;

	pthread_mutex_lock(only);
	v = peek(&real); // @expect double-acquire
	pthread_mutex_unlock(only);
	return v;
}

static int one_of_two_ok(void)
{
	int v;

	pthread_mutex_lock(one_of_two);
	v = peek(&real);
	pthread_mutex_unlock(one_of_two);
	return v;
}

/* Whoever has its address may point it elsewhere. */
extern void choose(pthread_mutex_t **which);

static int shown_ok(void)
{
	int v;

	pthread_mutex_lock(shown);
	v = peek(&real);
	pthread_mutex_unlock(shown);
	return v;
}

/* ---- links between objects ---- */

static void *down(void *p)
{
	pthread_mutex_lock(&a.lock);
	pthread_mutex_lock(&a.peer->lock); // @expect-one lock-order-cycle#links
	a.n++;
	pthread_mutex_unlock(&a.peer->lock);
	pthread_mutex_unlock(&a.lock);
	return p;
}

static void *up(void *p)
{
	struct box *boss = p;

	pthread_mutex_lock(&b.lock);
	pthread_mutex_lock(&a.lock); // @expect-one lock-order-cycle#links
	b.n += boss->n;
	pthread_mutex_unlock(&a.lock);
	pthread_mutex_unlock(&b.lock);
	return p;
}

/* It is b or d, and neither is ever taken before c. */
static void *down_other_ok(void *p)
{
	pthread_mutex_lock(&c.lock);
	pthread_mutex_lock(&a.other->lock);
	a.n++;
	pthread_mutex_unlock(&a.other->lock);
	pthread_mutex_unlock(&c.lock);
	return p;
}

/* ---- NULL before and after ---- */

static void maybe_set(int on)
{
	a.maybe = on ? &b : NULL;
}

static void maybe_ok(void)
{
	if (a.maybe)
		pthread_mutex_lock(&a.maybe->lock);
	n++;
	if (a.maybe)
		pthread_mutex_unlock(&a.maybe->lock);
}

static void maybe_bad(void)
{
	if (!a.maybe)
		return;
	pthread_mutex_lock(&a.maybe->lock);
	pthread_mutex_lock(&b.lock); // @expect double-acquire
	n++;
	pthread_mutex_unlock(&b.lock);
	pthread_mutex_unlock(&a.maybe->lock);
}

/* Made at first use: the first call is not dead. */
static pthread_mutex_t *lazy;

static void lazy_bad(int leave)
{
	if (!lazy)
		lazy = &real2;
	pthread_mutex_lock(lazy);
	n++;
	if (leave)
		return; // @expect unreleased-lock
	pthread_mutex_unlock(&real2);
}

int main(int argc, char **argv)
{
	pthread_t t[3];

	(void)argv;
	set_only(&real);
	one_of_two = argc > 1 ? &real : &real2;
	shown = &real2;
	choose(&shown);
	a.peer = &b;
	a.other = argc > 2 ? &b : &d;
	pthread_create(&t[0], NULL, down, NULL);
	pthread_create(&t[1], NULL, up, &a);
	pthread_create(&t[2], NULL, down_other_ok, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	maybe_set(argc > 3);
	maybe_ok();
	maybe_bad();
	lazy_bad(argc);
	return variable_bad() + one_of_two_ok() + shown_ok();
}
