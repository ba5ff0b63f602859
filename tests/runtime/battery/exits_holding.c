/* SPDX-License-Identifier: MIT */
/*
 * battery: misuse
 * why: a thread ends with a lock held, and nobody wants it again
 */
#include "battery.h"

MUTEX(a);

static void *leaves(void *arg)
{
	LOCK(a);
	work++;
	return arg;
}

int main(void)
{
	pthread_join(start(leaves, NULL), NULL);
	return 0;
}
