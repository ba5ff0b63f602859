/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: three threads in a ring of three locks, at separate places
 */
#include "battery.h"

MUTEX(a);
MUTEX(b);
MUTEX(c);

#define TURN(name, first, second)       \
	static void *name(void *arg)    \
	{                               \
		nap();                  \
		LOCK(first);            \
		LOCK(second);           \
		work++;                 \
		UNLOCK(second);         \
		UNLOCK(first);          \
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
