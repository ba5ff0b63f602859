/* @silent: refcounts: under the lock, atomic, release and destroy outside, weak list references */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
struct obj { pthread_mutex_t mu; int refs; atomic_int arefs; struct obj *next, **prev; bool dead; };
static pthread_mutex_t list_mu = PTHREAD_MUTEX_INITIALIZER;
static struct obj *list;
static struct obj *obj_new(void)
{
	struct obj *o = calloc(1, sizeof *o);
	if (!o)
		return NULL;
	if (pthread_mutex_init(&o->mu, NULL)) {
		free(o);
		return NULL;
	}
	o->refs = 1;
	atomic_init(&o->arefs, 1);
	pthread_mutex_lock(&list_mu);
	o->next = list;
	list = o;
	pthread_mutex_unlock(&list_mu);
	return o;
}
static void obj_get(struct obj *o)
{
	pthread_mutex_lock(&o->mu);
	o->refs++;
	pthread_mutex_unlock(&o->mu);
}
static void obj_put(struct obj *o)
{
	bool last;
	pthread_mutex_lock(&o->mu);
	last = --o->refs == 0;
	pthread_mutex_unlock(&o->mu);
	if (last) {
		pthread_mutex_destroy(&o->mu);
		free(o);
	}
}
static void obj_put2(struct obj *o)
{
	pthread_mutex_lock(&o->mu);
	if (--o->refs > 0) {
		pthread_mutex_unlock(&o->mu);
		return;
	}
	o->dead = true;
	pthread_mutex_unlock(&o->mu);
	pthread_mutex_destroy(&o->mu);
	free(o);
}
static void aput(struct obj *o)
{
	if (atomic_fetch_sub(&o->arefs, 1) != 1)
		return;
	pthread_mutex_lock(&list_mu);
	if (o->prev)
		*o->prev = o->next;
	pthread_mutex_unlock(&list_mu);
	free(o);
}
static struct obj *first(void)
{
	struct obj *o;
	pthread_mutex_lock(&list_mu);
	o = list;
	if (o)
		atomic_fetch_add(&o->arefs, 1);
	pthread_mutex_unlock(&list_mu);
	return o;
}
static int each(void)
{
	int k = 0;
	pthread_mutex_lock(&list_mu);
	for (struct obj *o = list, *next; o; o = next) {
		next = o->next;
		pthread_mutex_lock(&o->mu);
		if (o->dead) {
			pthread_mutex_unlock(&o->mu);
			continue;
		}
		k += o->refs;
		pthread_mutex_unlock(&o->mu);
	}
	pthread_mutex_unlock(&list_mu);
	return k;
}
static void drop_all(void)
{
	struct obj *o;
	pthread_mutex_lock(&list_mu);
	while ((o = list)) {
		list = o->next;
		pthread_mutex_unlock(&list_mu);
		aput(o);
		pthread_mutex_lock(&list_mu);
	}
	pthread_mutex_unlock(&list_mu);
}
static void *run(void *p)
{
	struct obj *o = first();
	if (o) {
		obj_get(o);
		obj_put(o);
		obj_get(o);
		obj_put2(o);
		aput(o);
	}
	each();
	return p;
}
int main(void)
{
	pthread_t t;
	if (!obj_new())
		return 1;
	pthread_create(&t, NULL, run, NULL);
	run(NULL);
	pthread_join(t, NULL);
	drop_all();
	return 0;
}
