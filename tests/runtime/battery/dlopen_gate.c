/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: the same with a gate in the program
 * library: dlopen_lib.c
 */
#include "battery.h"

#include <dlfcn.h>

MUTEX(gate);
static void (*lock_both)(int first);

static void *forwards(void *arg)
{
	nap();
	LOCK(gate);
	lock_both(0);
	UNLOCK(gate);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	LOCK(gate);
	lock_both(1);
	UNLOCK(gate);
	return arg;
}

int main(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW);

	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return 2;
	}
	*(void **)&lock_both = dlsym(library, "lock_both");
	together(forwards, backwards);
	return dlclose(library);
}
