/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: a third lock is held around both
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
MUTEX(gate);

static void *forwards(void *arg)
{
	nap();
	LOCK(gate);
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	UNLOCK(gate);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(gate);
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	UNLOCK(gate);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
