/* SPDX-License-Identifier: MIT */
/* Heap objects: locked before anybody else can see them, published later,
 * freed on an error path. A library. */
#include <pthread.h>
#include <stdlib.h>

struct obj {
	pthread_mutex_t lock;
	struct obj *next;
	int value;
};
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct obj *list;

/* Returned locked to the caller, who does not see it otherwise. */
struct obj *obj_new_locked_ok(int value)
{
	struct obj *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	pthread_mutex_init(&o->lock, NULL);
	pthread_mutex_lock(&o->lock);
	o->value = value;
	return o;
}

int obj_add_ok(int value)
{
	struct obj *o = malloc(sizeof(*o));

	if (!o)
		return -1;
	pthread_mutex_init(&o->lock, NULL);
	o->value = value;
	pthread_mutex_lock(&list_lock);
	o->next = list;
	list = o;
	pthread_mutex_unlock(&list_lock);
	return 0;
}

int obj_add_bad(int value)
{
	struct obj *o;

	pthread_mutex_lock(&list_lock);
	o = malloc(sizeof(*o));
	if (!o)
		return -1; // @expect unreleased-lock
	pthread_mutex_init(&o->lock, NULL);
	o->value = value;
	o->next = list;
	list = o;
	pthread_mutex_unlock(&list_lock);
	return 0;
}

int obj_init_bad(int value)
{
	struct obj *o = obj_new_locked_ok(value);

	if (!o)
		return -1;
	pthread_mutex_lock(&o->lock); // @expect double-acquire
	o->value++;
	pthread_mutex_unlock(&o->lock);
	free(o);
	return 0;
}

int obj_init_ok(int value)
{
	struct obj *o = obj_new_locked_ok(value);

	if (!o)
		return -1;
	o->value++;
	pthread_mutex_unlock(&o->lock);
	free(o);
	return 0;
}
