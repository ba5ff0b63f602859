/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: the inner locks are taken in callbacks
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);

typedef void visit(int *);
static int values[2];

static void for_each(visit *v)
{
	for (int i = 0; i < 2; i++)
		v(&values[i]);
}

static void under_b(int *value)
{
	LOCK(b);
	++*value;
	UNLOCK(b);
}

static void under_a(int *value)
{
	LOCK(a);
	++*value;
	UNLOCK(a);
}

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	for_each(under_b);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(b);
	for_each(under_a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
