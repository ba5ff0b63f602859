/* SPDX-License-Identifier: MIT */
#include "include/header_locks.h"
extern struct rm ra;
static struct rm rb;
int b_bad(int k)
{
	if (!rm_try(&rb))
		return -1;
	if (k > rb.depth)
		return -2; // @expect unreleased-lock
	rm_unlock(&rb);
	return rm_bad(&rb);
}
int b_ok(void)
{
	rm_lock(&rb);
	rm_lock(&ra);
	rb.depth = ra.depth;
	rm_unlock(&ra);
	rm_unlock(&rb);
	return 0;
}
