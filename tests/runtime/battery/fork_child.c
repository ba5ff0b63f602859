/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: the child of a fork has AB and BA in two threads
 */
#include "battery.h"

#include <sys/wait.h>

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
	nap();
	LOCK(b);
	LOCK(a);
	work++;
	UNLOCK(a);
	UNLOCK(b);
	return arg;
}

int main(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		return together(forwards, backwards);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
