/* SPDX-License-Identifier: MIT */
/* unreleased-lock: on error paths, in a loop, at the end of a void function.
 * A library; where a thread ends: unreleased_thread.c. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t io_lock = PTHREAD_MUTEX_INITIALIZER;
static int jobs, failed;

int load_bad(const char *path)
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

int load_ok(const char *path)
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

void void_bad(int n)
{
	pthread_mutex_lock(&lock);
	if (n > jobs) {
		failed++;
		return; // @expect unreleased-lock
	}
	jobs -= n;
	pthread_mutex_unlock(&lock);
}

void void_ok(int n)
{
	pthread_mutex_lock(&lock);
	if (n > jobs)
		failed++;
	else
		jobs -= n;
	pthread_mutex_unlock(&lock);
}

/* Falls off the end with the lock held on one way. */
void end_bad(int n)
{
	pthread_mutex_lock(&lock);
	failed = 0;
	if (n > 0)
		pthread_mutex_unlock(&lock);
} // @expect unreleased-lock

int loop_bad(void)
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

int loop_ok(void)
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
void fatal_ok(int code)
{
	pthread_mutex_lock(&lock);
	if (code)
		exit(code);
	failed = 0;
	pthread_mutex_unlock(&lock);
}
