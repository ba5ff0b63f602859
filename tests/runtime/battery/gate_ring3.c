/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: a ring of three under one gate
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
MUTEX(c);
MUTEX(gate);

#define TURN(name, first, second)       \
	static void *name(void *arg)    \
	{                               \
		nap();                  \
		LOCK(gate);             \
		LOCK(first);            \
		LOCK(second);           \
		work++;                 \
		UNLOCK(second);         \
		UNLOCK(first);          \
		UNLOCK(gate);           \
		return arg;             \
	}
TURN(a_then_b, a, b)
TURN(b_then_c, b, c)
TURN(c_then_a, c, a)

int main(void)
{
	pthread_t t = start(a_then_b, NULL);

	together(b_then_c, c_then_a);
	pthread_join(t, NULL);
	return 0;
}
