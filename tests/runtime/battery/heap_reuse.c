/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: an object is freed, and another at its address has its lock in another place of the order
 */
#include "battery.h"

MUTEX(table);

struct object {
	pthread_mutex_t lock;
};

static struct object *fresh(void)
{
	struct object *o = malloc(sizeof(*o));

	if (!o)
		exit(2);
	pthread_mutex_init(&o->lock, NULL);
	return o;
}

static void end(struct object *o)
{
	pthread_mutex_destroy(&o->lock);
	free(o);
}

static void *turn(void *arg)
{
	struct object *o = fresh();

	nap();
	LOCK(o->lock);
	LOCK(table);
	work++;
	UNLOCK(table);
	UNLOCK(o->lock);
	end(o);
	o = fresh();
	LOCK(table);
	LOCK(o->lock);
	work++;
	UNLOCK(o->lock);
	UNLOCK(table);
	end(o);
	return arg;
}

int main(void)
{
	return together(turn, turn);
}
