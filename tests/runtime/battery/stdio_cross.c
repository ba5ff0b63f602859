/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: a stream's own lock and a mutex, crossed
 */
#include "battery.h"

MUTEX(a);

static void *forwards(void *arg)
{
	nap();
	flockfile(stderr);
	LOCK(a);
	work++;
	UNLOCK(a);
	funlockfile(stderr);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(a);
	flockfile(stderr);
	work++;
	funlockfile(stderr);
	UNLOCK(a);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
