/* What was found is returned with the list's lock held; nothing found releases it.
 * A service only if somebody releases such a lock for others. A library. */
#include <pthread.h>
#include <stddef.h>
struct obj { int key; int dead; struct obj *next; };
static struct obj *objs;
static pthread_mutex_t objs_lock = PTHREAD_MUTEX_INITIALIZER;
struct obj *lookup_bad(int k)
{
	struct obj *o;
	pthread_mutex_lock(&objs_lock);
	for (o = objs; o; o = o->next)
		if (o->key == k)
			return o; // @expect unreleased-lock
	pthread_mutex_unlock(&objs_lock);
	return NULL;
}
void add_ok(struct obj *o)
{
	pthread_mutex_lock(&objs_lock);
	o->next = objs;
	objs = o;
	pthread_mutex_unlock(&objs_lock);
}
struct pool { pthread_mutex_t mu; struct obj *free; };
struct obj *pool_get_bad(struct pool *p)
{
	struct obj *o;
	pthread_mutex_lock(&p->mu);
	o = p->free;
	if (o != NULL) {
		p->free = o->next;
		return o; // @expect unreleased-lock
	}
	pthread_mutex_unlock(&p->mu);
	return NULL;
}
/* the contract, for comparison: a put function releases */
struct table { pthread_mutex_t mu; struct obj *head; };
struct obj *table_find_ok(struct table *t, int k)
{
	pthread_mutex_lock(&t->mu);
	for (struct obj *o = t->head; o; o = o->next)
		if (o->key == k)
			return o;
	pthread_mutex_unlock(&t->mu);
	return NULL;
}
void table_put(struct table *t)
{
	pthread_mutex_unlock(&t->mu);
}
