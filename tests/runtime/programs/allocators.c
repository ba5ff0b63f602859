/* SPDX-License-Identifier: MIT */
/* Programs with an allocator that locks, also while we look for libc's
 * functions. (An allocator that is not installed is not tested.)
 *
 * @no-stderr lockcheck
 * @run libc
 * @run jemalloc env=RT_ALLOCATOR=libjemalloc.so.2
 * @run tcmalloc env=RT_ALLOCATOR=libtcmalloc_minimal.so.4
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;

static void *works(void *arg)
{
	void *p[64] = { NULL };

	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&a);
		free(p[i % 64]);
		p[i % 64] = malloc((size_t)(i % 3000 + 1));
		pthread_mutex_unlock(&a);
	}
	for (int i = 0; i < 64; i++)
		free(p[i]);
	return arg;
}

int main(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, works, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	if (fork() == 0) {
		free(malloc(100000));
		_exit(0);
	}
	return 0;
}
