/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: A is given back between B and C; the other holds C and wants A
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
MUTEX(c);

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(b);
	UNLOCK(a);
	LOCK(c);
	work++;
	UNLOCK(c);
	UNLOCK(b);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(c);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(c);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
