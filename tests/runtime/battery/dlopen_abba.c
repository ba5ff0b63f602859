/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: AB and BA of locks in a library that is loaded at run time
 * library: dlopen_lib.c
 */
#include "battery.h"

#include <dlfcn.h>

static void (*lock_both)(int first);

static void *forwards(void *arg)
{
	nap();
	lock_both(0);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	lock_both(1);
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
