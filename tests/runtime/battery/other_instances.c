/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: opposite orders of the same fields, but of different objects
 */
#include "battery.h"

struct box {
	pthread_mutex_t a, b;
};

static struct box boxes[2] = {
	{ PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER },
	{ PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER },
};

static void *forwards(void *arg)
{
	struct box *box = &boxes[0];

	nap();
	LOCK(box->a);
	LOCK(box->b);
	work++;
	UNLOCK(box->b);
	UNLOCK(box->a);
	return arg;
}

static void *backwards(void *arg)
{
	struct box *box = &boxes[1];

	nap();
	LOCK(box->b);
	LOCK(box->a);
	work++;
	UNLOCK(box->a);
	UNLOCK(box->b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
