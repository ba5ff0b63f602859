/* SPDX-License-Identifier: MIT */
/* How often the allocator is called, by calls that are new to the runtime: its
 * own memory is none of malloc's, so the counts are as without the shim.
 *
 * @same-output
 * @no-stderr lockcheck
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCKS = 2000 };

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static unsigned calls;

void *malloc(size_t size)
{
	__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
	return __libc_realloc(p, size);
}

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t many[LOCKS];
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t together;
static unsigned before, after;

/* New locks, new pairs, new stacks, deep nesting; waits of each kind. */
static void use_all(void)
{
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec past = { 0, 0 };
	sem_t sem;

	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&many[i], NULL);
	for (int i = 0; i < LOCKS; i++) {
		pthread_mutex_lock(&outer);
		pthread_mutex_lock(&many[i]);
		pthread_mutex_unlock(&many[i]);
		pthread_mutex_unlock(&outer);
	}
	for (int i = 0; i < 300; i++)
		pthread_mutex_lock(&many[i]);
	pthread_mutex_lock(&outer);
	pthread_cond_timedwait(&cond, &outer, &past);
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&outer);
	for (int i = 300; i-- > 0;)
		pthread_mutex_unlock(&many[i]);
	pthread_rwlock_rdlock(&rw);
	pthread_rwlock_unlock(&rw);
	sem_init(&sem, 0, 0);
	sem_post(&sem);
	sem_wait(&sem);
	sem_destroy(&sem);
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&many[i]);
}

static void *work(void *arg)
{
	/* Once before: what libc itself gets at a first call. */
	use_all();
	pthread_barrier_wait(&together);
	before = __atomic_load_n(&calls, __ATOMIC_RELAXED);
	use_all();
	after = __atomic_load_n(&calls, __ATOMIC_RELAXED);
	pthread_barrier_wait(&together);
	return arg;
}

int main(void)
{
	pthread_t t;
	unsigned at_start = calls;

	pthread_barrier_init(&together, NULL, 2);
	use_all();
	printf("by main: %u\n", calls - at_start);
	pthread_create(&t, NULL, work, NULL);
	pthread_barrier_wait(&together);
	pthread_barrier_wait(&together);
	pthread_join(t, NULL);
	printf("by a thread: %u\n", after - before);
	return 0;
}
