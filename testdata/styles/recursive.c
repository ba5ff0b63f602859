/* @silent: recursive mutexes: static initialiser, attribute, per object, home-made with owner and count */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
static pthread_mutex_t r = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
struct tree { pthread_mutex_t mu; struct tree *l, *rr; int v; };
static struct tree *tree_new(int v)
{
	pthread_mutexattr_t a;
	struct tree *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	pthread_mutexattr_init(&a);
	pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&t->mu, &a);
	pthread_mutexattr_destroy(&a);
	t->v = v;
	return t;
}
static int tree_get(struct tree *t)
{
	int v;
	pthread_mutex_lock(&t->mu);
	v = t->v;
	pthread_mutex_unlock(&t->mu);
	return v;
}
static int tree_add(struct tree *t, int k)
{
	int v;
	pthread_mutex_lock(&t->mu);
	t->v += k;
	v = tree_get(t);
	pthread_mutex_unlock(&t->mu);
	return v;
}
static int walk(int n)
{
	int s = 0;
	pthread_mutex_lock(&r);
	if (n > 0)
		s = walk(n - 1) + walk(n - 2);
	else
		s = 1;
	pthread_mutex_unlock(&r);
	return s;
}
struct mon { pthread_mutex_t mu; atomic_ulong owner; unsigned depth; int n; };
static void mon_enter(struct mon *m)
{
	if (atomic_load(&m->owner) != (unsigned long)pthread_self()) {
		pthread_mutex_lock(&m->mu);
		atomic_store(&m->owner, (unsigned long)pthread_self());
	}
	m->depth++;
}
static void mon_exit(struct mon *m)
{
	if (--m->depth == 0) {
		atomic_store(&m->owner, 0);
		pthread_mutex_unlock(&m->mu);
	}
}
static void mon_inc(struct mon *m) { mon_enter(m); m->n++; mon_exit(m); }
static void mon_inc2(struct mon *m) { mon_enter(m); mon_inc(m); mon_inc(m); mon_exit(m); }
static void *run(void *p)
{
	struct tree *t = tree_new(1);
	static struct mon m = { .mu = PTHREAD_MUTEX_INITIALIZER };
	if (!t)
		return NULL;
	tree_add(t, 3);
	walk(4);
	mon_inc2(&m);
	pthread_mutex_destroy(&t->mu);
	free(t);
	return p;
}
int main(void)
{
	pthread_t t;
	pthread_create(&t, NULL, run, NULL);
	run(NULL);
	pthread_join(t, NULL);
	return 0;
}
