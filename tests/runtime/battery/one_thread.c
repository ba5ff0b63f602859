/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: AB and BA by one and the same thread
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);

static void *both_ways(void *arg)
{
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	nap();
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

static void *other(void *arg)
{
	nap();
	LOCK(a);
	work++;
	UNLOCK(a);
	return arg;
}

int main(void)
{
	return together(both_ways, other);
}
