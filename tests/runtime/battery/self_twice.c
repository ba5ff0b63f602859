/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: a thread takes a plain mutex twice
 * hangs: always
 */
#include "battery.h"

MUTEX(a);

static void inner(void)
{
	LOCK(a);
	work++;
	UNLOCK(a);
}

int main(void)
{
	LOCK(a);
	inner();
	UNLOCK(a);
	return 0;
}
