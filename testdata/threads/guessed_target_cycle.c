/* SPDX-License-Identifier: MIT */
/* One of the functions in a table that this program fills closes a cycle: told
 * as possible. Of objects with a function each nobody knows which is called. */
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t bus = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t store = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;
static void (*handlers[4])(int);
static int nhandlers, value;

static void add(void (*fn)(int))
{
	handlers[nhandlers++] = fn;
}

static void count(int k)
{
	value += k;
}

static void save(int k)
{
	pthread_mutex_lock(&store);
	value -= k;
	pthread_mutex_unlock(&store);
}

static void *emitter_bad(void *p)
{
	pthread_mutex_lock(&bus);
	for (int i = 0; i < nhandlers; i++)
		handlers[i](i); // @expect-one lock-order-cycle#h
	pthread_mutex_unlock(&bus);
	return p;
}

static void *storer_bad(void *p)
{
	pthread_mutex_lock(&store);
	pthread_mutex_lock(&bus); // @expect-one lock-order-cycle#h
	value = 0;
	pthread_mutex_unlock(&bus);
	pthread_mutex_unlock(&store);
	return p;
}

struct item {
	struct item *next;
	void (*fn)(int);
};
static struct item *items;

static void push(void (*fn)(int))
{
	struct item *i = malloc(sizeof(*i));

	if (!i)
		return;
	i->fn = fn;
	i->next = items;
	items = i;
}

static void rename_it(int k)
{
	pthread_mutex_lock(&names);
	value ^= k;
	pthread_mutex_unlock(&names);
}

static void *runner_ok(void *p)
{
	pthread_mutex_lock(&queue);
	for (struct item *i = items; i; i = i->next)
		i->fn(1);
	pthread_mutex_unlock(&queue);
	return p;
}

static void *renamer_ok(void *p)
{
	pthread_mutex_lock(&names);
	pthread_mutex_lock(&queue);
	value = 1;
	pthread_mutex_unlock(&queue);
	pthread_mutex_unlock(&names);
	return p;
}

int main(void)
{
	pthread_t t[4];

	add(count);
	add(save);
	push(count);
	push(rename_it);
	pthread_create(&t[0], NULL, emitter_bad, NULL);
	pthread_create(&t[1], NULL, storer_bad, NULL);
	pthread_create(&t[2], NULL, runner_ok, NULL);
	pthread_create(&t[3], NULL, renamer_ok, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return value;
}
