/* SPDX-License-Identifier: MIT */
/* What an assertion does that fails deep in a helper: it logs, and the log has a
 * lock. The program is over by then. A function that calls the end itself, with
 * the lock held, hangs instead of ending. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static char buffer[100];
static size_t used;

static void put(const char *text);

_Noreturn static void fail(const char *what)
{
	put(what);
	abort();
}

static void clear(void)
{
	if (used >= sizeof(buffer))
		fail("buffer overrun");
	used = 0;
}

static void put(const char *text)
{
	pthread_mutex_lock(&log_lock);
	clear();
	used += (size_t)snprintf(buffer, sizeof(buffer), "%s", text);
	pthread_mutex_unlock(&log_lock);
}

static void put_checked_bad(const char *text)
{
	pthread_mutex_lock(&log_lock);
	if (!text)
		fail("no text"); // @expect double-acquire
	used = 0;
	pthread_mutex_unlock(&log_lock);
}

static void *worker(void *arg)
{
	pthread_mutex_lock(&state_lock);
	clear(); /* state_lock, and log_lock only if all is lost */
	pthread_mutex_unlock(&state_lock);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	pthread_create(&t, NULL, worker, NULL);
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&state_lock);
	used = (size_t)argc;
	pthread_mutex_unlock(&state_lock);
	pthread_mutex_unlock(&log_lock);
	put(argv[0]);
	put_checked_bad(argv[1]);
	pthread_join(t, NULL);
	return 0;
}
