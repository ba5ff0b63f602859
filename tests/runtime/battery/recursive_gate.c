/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the gate is recursive, and taken twice by one of them
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
static pthread_mutex_t gate = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void *forwards(void *arg)
{
	nap();
	LOCK(gate);
	LOCK(gate);
	UNLOCK(gate);
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
