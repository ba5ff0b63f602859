/* SPDX-License-Identifier: MIT */
/*
 * battery: none
 * why: AB is done by the parent, BA by the child: they have different locks
 */
#include "battery.h"

#include <sys/wait.h>

MUTEX(a);
MUTEX(b);

int main(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		nap();
		LOCK(b);
		LOCK(a);
		work++;
		UNLOCK(a);
		UNLOCK(b);
		return 0;
	}
	nap();
	LOCK(a);
	LOCK(b);
	work++;
	UNLOCK(b);
	UNLOCK(a);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
