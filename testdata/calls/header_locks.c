/* SPDX-License-Identifier: MIT */
/* Lock functions in a header that two files include. A library. */
/* @with header_locks_b.c */
#include "include/header_locks.h"
struct rm ra;
int a_bad(void)
{
	int d;
	rm_lock(&ra);
	d = rm_get(&ra); // @expect double-acquire
	rm_unlock(&ra);
	return d + rm_bad(&ra);
}
int a_ok(void)
{
	int d = rm_get(&ra);
	if (rm_try(&ra)) {
		ra.depth = d;
		rm_unlock(&ra);
	}
	return d;
}
