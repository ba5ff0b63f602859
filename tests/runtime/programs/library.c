/* SPDX-License-Identifier: MIT */
/* A library that is linked, with a constructor that locks before main and
 * before other constructors.
 * @with-lib plugin_lib.c
 * @no-stderr lockcheck
 */
#include <pthread.h>

void plugin_nest(void);

int main(void)
{
	plugin_nest();
	return 0;
}
