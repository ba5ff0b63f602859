/* SPDX-License-Identifier: MIT */
/* Constants decide: code behind a const false never runs. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t trace = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t stats = PTHREAD_MUTEX_INITIALIZER;
static const bool tracing = false;
static bool counting;
static const struct {
	int level;
	bool verbose;
} config = { .level = 2, .verbose = false };

/* table → trace only if tracing, which is never. */
static void *insert_ok(void *arg)
{
	pthread_mutex_lock(&table);
	if (tracing && arg) {
		pthread_mutex_lock(&trace);
		pthread_mutex_unlock(&trace);
	}
	if (config.level > 1 && config.verbose) {
		pthread_mutex_lock(&trace);
		pthread_mutex_unlock(&trace);
	}
	pthread_mutex_unlock(&table);
	return arg;
}

static void *flush_ok(void *arg)
{
	pthread_mutex_lock(&trace);
	pthread_mutex_lock(&table);
	pthread_mutex_unlock(&table);
	pthread_mutex_unlock(&trace);
	return arg;
}

/* A variable may change. */
static void *count_bad(void *arg)
{
	pthread_mutex_lock(&table);
	if (counting) {
		pthread_mutex_lock(&stats); // @expect-one lock-order-cycle
		pthread_mutex_unlock(&stats);
	}
	pthread_mutex_unlock(&table);
	return arg;
}

static void *report_bad(void *arg)
{
	pthread_mutex_lock(&stats);
	pthread_mutex_lock(&table); // @expect-one lock-order-cycle
	pthread_mutex_unlock(&table);
	pthread_mutex_unlock(&stats);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t[4];

	(void)argv;
	counting = argc > 1;
	pthread_create(&t[0], NULL, insert_ok, &t);
	pthread_create(&t[1], NULL, flush_ok, NULL);
	pthread_create(&t[2], NULL, count_bad, NULL);
	pthread_create(&t[3], NULL, report_bad, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return 0;
}
