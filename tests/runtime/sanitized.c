/* SPDX-License-Identifier: MIT */
/*
 * Threads with mutexes, an rwlock and a condition; built with -fsanitize=thread
 * by tests/runtime/tsan, which says what is expected.
 *
 *	clean   all is in order
 *	race    a variable that no lock protects
 *	hang    two locks in both orders, for real
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 500 };

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t all_there = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t meet;
static long there, sum, entries, unprotected;
static const char *mode;

static void one_round(long i)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	sum += i;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	if (i % 8) {
		pthread_rwlock_rdlock(&table);
		if (entries < 0)
			puts("negative");
	} else {
		pthread_rwlock_wrlock(&table);
		entries++;
	}
	pthread_rwlock_unlock(&table);
}

static void *work(void *arg)
{
	pthread_mutex_lock(&a);
	there++;
	pthread_cond_signal(&all_there);
	pthread_mutex_unlock(&a);
	for (long i = 0; i < ROUNDS; i++)
		one_round(i);
	if (!strcmp(mode, "race"))
		unprotected++;
	return arg;
}

static void *crosses(void *first)
{
	pthread_mutex_lock(first);
	pthread_barrier_wait(&meet);
	pthread_mutex_lock(first == &a ? &b : &a);
	return NULL;
}

static int hang(void)
{
	pthread_t t[2];

	pthread_barrier_init(&meet, NULL, 2);
	pthread_create(&t[0], NULL, crosses, &a);
	pthread_create(&t[1], NULL, crosses, &b);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	pthread_t t[THREADS];

	mode = argc > 1 ? argv[1] : "clean";
	if (!strcmp(mode, "hang"))
		return hang();
	/* Nobody is there before the wait begins: it really waits. */
	pthread_mutex_lock(&a);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, work, NULL);
	while (there < THREADS)
		pthread_cond_wait(&all_there, &a);
	pthread_mutex_unlock(&a);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	printf("%ld %ld\n", sum, entries);
	return 0;
}
