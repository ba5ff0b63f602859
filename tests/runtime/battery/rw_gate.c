/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the gate is an rwlock: one writes it, the other reads it
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;

static void *forwards(void *arg)
{
	nap();
	pthread_rwlock_wrlock(&gate);
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	pthread_rwlock_unlock(&gate);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	pthread_rwlock_rdlock(&gate);
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	pthread_rwlock_unlock(&gate);
	return arg;
}

int main(void)
{
	return together(forwards, backwards);
}
