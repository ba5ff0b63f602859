/* SPDX-License-Identifier: MIT */
/*
 * How long a lock takes: one scenario, nanoseconds per round on stdout (the
 * 10th percentile of many chunks, so that other load on the machine matters
 * little). tests/bench/overhead/run compares tools by it.
 *
 *	pair    one lock and unlock, a second thread parked
 *	single  the same in a process that never had a second thread
 *	nest    A(B()) in one thread, a second parked
 *	own     two threads nest over private pairs
 *	same    two threads nest over the same pair
 *	many    nest over 64 locks
 *	work    pair + 256 volatile read-modify-writes
 *	read    one rdlock and unlock
 *	write   one wrlock and unlock
 *	cross   A, B, then released A first
 *	try     one trylock and unlock
 *	signal  a pair, and a condition signalled in it that nobody waits for
 *	sem     one sem_wait and sem_post, of a semaphore used as a lock
 *
 * With -DLC_BENCH_HEADER the locks are those of lockcheck.h.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef LC_BENCH_HEADER
#include <lockcheck.h>
typedef struct lc_lock bench_lock;
#define LOCK(l) lc_lock_acquire(l)
#define UNLOCK(l) lc_lock_release(l)
#define INIT(l) lc_lock_init((l), NULL)
#else
typedef pthread_mutex_t bench_lock;
#define LOCK(l) pthread_mutex_lock(l)
#define UNLOCK(l) pthread_mutex_unlock(l)
#define INIT(l) pthread_mutex_init(l, NULL)
#endif

enum { CHUNKS = 200, LOCKS = 64 };

static struct padded {
	bench_lock lock;
} __attribute__((aligned(128))) locks[LOCKS];
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem;
static volatile int stop;
static long rounds = 20000; /* a chunk */
static const char *scenario;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void pair(bench_lock *a)
{
	LOCK(a);
	UNLOCK(a);
}

static void nest(bench_lock *a, bench_lock *b)
{
	LOCK(a);
	LOCK(b);
	UNLOCK(b);
	UNLOCK(a);
}

static void cross(bench_lock *a, bench_lock *b)
{
	LOCK(a);
	LOCK(b);
	UNLOCK(a);
	UNLOCK(b);
}

static void signal_it(bench_lock *a)
{
	LOCK(a);
	pthread_cond_signal(&cond);
	UNLOCK(a);
}

static void try_it(void)
{
	if (!pthread_mutex_trylock(&plain))
		pthread_mutex_unlock(&plain);
}

static void semaphore(void)
{
	sem_wait(&sem);
	sem_post(&sem);
}

static void rw(bool writes)
{
	if (writes)
		pthread_rwlock_wrlock(&rwlock);
	else
		pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
}

static void work(void)
{
	static volatile int sink[8];

	for (int i = 0; i < 256; i++)
		sink[i & 7]++;
}

static void chunk(int thread)
{
	bench_lock *a = &locks[0].lock, *b = &locks[1].lock;

	if (!strcmp(scenario, "pair") || !strcmp(scenario, "single")) {
		for (long i = 0; i < rounds; i++)
			pair(a);
	} else if (!strcmp(scenario, "nest") || !strcmp(scenario, "same")) {
		for (long i = 0; i < rounds; i++)
			nest(a, b);
	} else if (!strcmp(scenario, "own")) {
		a = &locks[2 * thread].lock;
		b = &locks[2 * thread + 1].lock;
		for (long i = 0; i < rounds; i++)
			nest(a, b);
	} else if (!strcmp(scenario, "many")) {
		for (long i = 0; i < rounds; i++)
			nest(&locks[2 * (i % (LOCKS / 2))].lock,
			     &locks[2 * (i % (LOCKS / 2)) + 1].lock);
	} else if (!strcmp(scenario, "work")) {
		for (long i = 0; i < rounds / 8; i++) {
			pair(a);
			work();
		}
	} else if (!strcmp(scenario, "cross")) {
		for (long i = 0; i < rounds; i++)
			cross(a, b);
	} else if (!strcmp(scenario, "signal")) {
		for (long i = 0; i < rounds; i++)
			signal_it(a);
	} else if (!strcmp(scenario, "try")) {
		for (long i = 0; i < rounds; i++)
			try_it();
	} else if (!strcmp(scenario, "sem")) {
		for (long i = 0; i < rounds; i++)
			semaphore();
	} else {
		for (long i = 0; i < rounds; i++)
			rw(!strcmp(scenario, "write"));
	}
}

static void *beside(void *arg)
{
	if (!strcmp(scenario, "own") || !strcmp(scenario, "same"))
		while (!stop)
			chunk(1);
	else
		while (!stop)
			usleep(10000);
	return arg;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	double times[CHUNKS];
	int chunks = CHUNKS;
	pthread_t t;

	scenario = argc > 1 ? argv[1] : "pair";
	if (argc > 2)
		rounds = atol(argv[2]);
	if (argc > 3)
		chunks = atoi(argv[3]);
	if (chunks < 1 || chunks > CHUNKS)
		chunks = CHUNKS;
	for (int i = 0; i < LOCKS; i++)
		INIT(&locks[i].lock);
	sem_init(&sem, 0, 1);
	if (strcmp(scenario, "single"))
		pthread_create(&t, NULL, beside, NULL);
	chunk(0);
	for (int i = 0; i < chunks; i++) {
		double start = now_ns();

		chunk(0);
		times[i] = (now_ns() - start) / (double)rounds;
	}
	qsort(times, (size_t)chunks, sizeof(times[0]), by_value);
	printf("%.3f\n", times[chunks / 10]);
	stop = 1;
	return 0;
}
