/* SPDX-License-Identifier: MIT */
/* Writes the values to a file; one snapshot at a time, nobody waits for it. */
#include "kvd.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#define SNAPSHOT_MAX 64

static pthread_mutex_t snapshot_lock = PTHREAD_MUTEX_INITIALIZER;
static bool cancelled;

/* If a snapshot is under way, that one will do. */
int snapshot_write(const char *path)
{
	char values[SNAPSHOT_MAX][VALUE_MAX_LEN];
	unsigned int n;
	FILE *f;
	int rc = -1;

	if (pthread_mutex_trylock(&snapshot_lock) != 0)
		return 0;
	f = fopen(path, "w");
	if (!f)
		goto out;
	n = store_copy(values, SNAPSHOT_MAX);
	for (unsigned int i = 0; i < n && !cancelled; i++)
		fprintf(f, "%s\n", values[i]);
	cancelled = false;
	rc = fclose(f);
out:
	pthread_mutex_unlock(&snapshot_lock);
	return rc;
}

/* Never looks whether it got the lock, and gives back what may be another
 * thread's. */
void snapshot_cancel(void)
{
	/* @expect trylock-unchecked:warning */
	pthread_mutex_trylock(&snapshot_lock);
	cancelled = true;
	pthread_mutex_unlock(&snapshot_lock);
}
