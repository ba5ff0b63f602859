/* SPDX-License-Identifier: MIT */
/* The library of dlopen_abba.c and dlopen_gate.c; no program of the battery. */
#include <pthread.h>

static pthread_mutex_t locks[2] = { PTHREAD_MUTEX_INITIALIZER,
				    PTHREAD_MUTEX_INITIALIZER };

void lock_both(int first);
void lock_both(int first)
{
	pthread_mutex_lock(&locks[first]);
	pthread_mutex_lock(&locks[!first]);
	pthread_mutex_unlock(&locks[!first]);
	pthread_mutex_unlock(&locks[first]);
}
