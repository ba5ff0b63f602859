/* SPDX-License-Identifier: MIT */
/* unreleased-lock where a thread ends: its function returns, pthread_exit here
 * or in a callee; also with the lock held on every way. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t end_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t exit_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t deep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t always_lock = PTHREAD_MUTEX_INITIALIZER;
static int jobs;

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

static void finish(int code)
{
	if (code)
		jobs = 0;
	pthread_exit(NULL); // @expect-one unreleased-lock
}

static void *finish_bad(void *arg)
{
	pthread_mutex_lock(&deep_lock);
	if (jobs == 3)
		finish(1); // @expect-one unreleased-lock
	pthread_mutex_unlock(&deep_lock);
	return arg;
}

static void *finish_ok(void *arg)
{
	int n;

	pthread_mutex_lock(&deep_lock);
	n = jobs;
	pthread_mutex_unlock(&deep_lock);
	if (n == 3)
		finish(1);
	return arg;
}

/* Nobody else can release it. */
static void *always_bad(void *arg)
{
	pthread_mutex_lock(&always_lock);
	jobs = 0;
	return arg; // @expect unreleased-lock
}

static void *always_ok(void *arg)
{
	pthread_mutex_lock(&always_lock);
	jobs = 0;
	pthread_mutex_unlock(&always_lock);
	return arg;
}

int main(void)
{
	void *(*const all[])(void *) = {
		ends_with_lock_bad, ends_with_lock_ok, exits_with_lock_bad,
		exits_with_lock_ok, finish_bad, finish_ok,
	};
	pthread_t t[8];

	for (int i = 0; i < 6; i++)
		pthread_create(&t[i], NULL, all[i], NULL);
	pthread_create(&t[6], NULL, always_bad, NULL);
	pthread_create(&t[7], NULL, always_ok, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	return 0;
}
