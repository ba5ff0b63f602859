/* SPDX-License-Identifier: MIT */
/* Killed in the middle: the file has what was before. And all descriptors
 * closed in the middle: it goes on.
 *
 * @env LOCKCHECK_INSTANCES=0
 * @run kill exit=-9
 * @run crash exit=-11
 * @run close
 * @run chdir
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t many[2000];

static void nest(int from, int to)
{
	for (int i = from; i < to; i++) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&many[i]);
		pthread_mutex_unlock(&many[i]);
		pthread_mutex_unlock(&a);
	}
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "kill";

	nest(0, 1000);
	if (!strcmp(name, "kill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(name, "crash"))
		*(volatile int *)16 = 1;
	if (!strcmp(name, "close"))
		for (int fd = 3; fd < 2000; fd++)
			close(fd);
	if (!strcmp(name, "chdir") && chdir("/"))
		return 1;
	nest(1000, 2000);
	return 0;
}
