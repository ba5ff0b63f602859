/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the second thread joins the first before BA
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);

static void *forwards(void *arg)
{
	nap();
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	return arg;
}

static void *backwards(void *arg)
{
	pthread_join(*(pthread_t *)arg, NULL);
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return NULL;
}

int main(void)
{
	pthread_t first = start(forwards, NULL);

	pthread_join(start(backwards, &first), NULL);
	return 0;
}
