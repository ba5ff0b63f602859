/* SPDX-License-Identifier: MIT */
/* unreleased-lock: where a thread ends, on error paths, in a loop, at the end
 * of a void function. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t io_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t end_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t exit_lock = PTHREAD_MUTEX_INITIALIZER;
static int jobs, failed;

static void *ends_with_lock_bad(void *arg)
{
	pthread_mutex_lock(&end_lock);
	jobs++;
	if (jobs > 10)
		return NULL; // @expect unreleased-lock
	pthread_mutex_unlock(&end_lock);
	return arg;
}

static void *ends_with_lock_ok(void *arg)
{
	pthread_mutex_lock(&end_lock);
	jobs++;
	if (jobs > 10) {
		pthread_mutex_unlock(&end_lock);
		return NULL;
	}
	pthread_mutex_unlock(&end_lock);
	return arg;
}

static void *exits_with_lock_bad(void *arg)
{
	pthread_mutex_lock(&exit_lock);
	if (jobs < 0)
		pthread_exit(NULL); // @expect unreleased-lock
	jobs--;
	pthread_mutex_unlock(&exit_lock);
	return arg;
}

static void *exits_with_lock_ok(void *arg)
{
	pthread_mutex_lock(&exit_lock);
	if (jobs < 0) {
		pthread_mutex_unlock(&exit_lock);
		pthread_exit(NULL);
	}
	jobs--;
	pthread_mutex_unlock(&exit_lock);
	return arg;
}

static int load_bad(const char *path)
{
	FILE *f;
	char line[80];

	pthread_mutex_lock(&io_lock);
	f = fopen(path, "r");
	if (!f) {
		perror(path);
		return -1; // @expect unreleased-lock
	}
	while (fgets(line, sizeof(line), f))
		jobs += atoi(line);
	fclose(f);
	pthread_mutex_unlock(&io_lock);
	return 0;
}

static int load_ok(const char *path)
{
	FILE *f;
	char line[80];

	pthread_mutex_lock(&io_lock);
	f = fopen(path, "r");
	if (!f) {
		perror(path);
		pthread_mutex_unlock(&io_lock);
		return -1;
	}
	while (fgets(line, sizeof(line), f))
		jobs += atoi(line);
	fclose(f);
	pthread_mutex_unlock(&io_lock);
	return 0;
}

static void void_bad(int n)
{
	pthread_mutex_lock(&lock);
	if (n > jobs) {
		failed++;
		return; // @expect unreleased-lock
	}
	jobs -= n;
	pthread_mutex_unlock(&lock);
}

static void void_ok(int n)
{
	pthread_mutex_lock(&lock);
	if (n > jobs)
		failed++;
	else
		jobs -= n;
	pthread_mutex_unlock(&lock);
}

/* Falls off the end with the lock held on one way. */
static void end_bad(int n)
{
	pthread_mutex_lock(&lock);
	failed = 0;
	if (n > 0)
		pthread_mutex_unlock(&lock);
} // @expect unreleased-lock

static int loop_bad(void)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&lock);
		if (jobs == 0)
			return i; // @expect unreleased-lock
		jobs--;
		pthread_mutex_unlock(&lock);
	}
	return -1;
}

static int loop_ok(void)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&lock);
		if (jobs == 0) {
			pthread_mutex_unlock(&lock);
			return i;
		}
		jobs--;
		pthread_mutex_unlock(&lock);
	}
	return -1;
}

/* The process ends: nobody waits any more. */
static void fatal_ok(int code)
{
	pthread_mutex_lock(&lock);
	if (code)
		exit(code);
	failed = 0;
	pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv)
{
	pthread_t t[4];

	pthread_create(&t[0], NULL, ends_with_lock_bad, NULL);
	pthread_create(&t[1], NULL, ends_with_lock_ok, NULL);
	pthread_create(&t[2], NULL, exits_with_lock_bad, NULL);
	pthread_create(&t[3], NULL, exits_with_lock_ok, NULL);
	load_bad(argv[0]);
	load_ok(argv[0]);
	void_bad(argc);
	void_ok(argc);
	end_bad(argc);
	loop_bad();
	loop_ok();
	fatal_ok(failed);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return 0;
}
