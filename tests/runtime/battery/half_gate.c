/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: a third lock is held around one of the two only
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
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
