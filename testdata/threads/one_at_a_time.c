/* SPDX-License-Identifier: MIT */
/* Threads of a table of functions, each joined before the next one starts: in a
 * helper that is given its line of the table, and where the table is walked. */
// @silent
#include <pthread.h>
#include <stddef.h>

struct phase {
	const char *name;
	void *(*run)(void *);
};
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t d = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void *load_ok(void *p)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	return p;
}

static void *save_ok(void *p)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	n++;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	return p;
}

static void *up_ok(void *p)
{
	pthread_mutex_lock(&c);
	pthread_mutex_lock(&d);
	n++;
	pthread_mutex_unlock(&d);
	pthread_mutex_unlock(&c);
	return p;
}

static void *down_ok(void *p)
{
	pthread_mutex_lock(&d);
	pthread_mutex_lock(&c);
	n++;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
	return p;
}

static int run_phase(const struct phase *f)
{
	pthread_t t;

	if (pthread_create(&t, NULL, f->run, NULL))
		return -1;
	return pthread_join(t, NULL);
}

int main(void)
{
	static const struct phase phases[] = { { "load", load_ok },
					       { "save", save_ok } };
	static void *(*const others[])(void *) = { up_ok, down_ok };

	for (size_t i = 0; i < 2; i++)
		if (run_phase(&phases[i]))
			return 1;
	for (size_t i = 0; i < 2; i++) {
		pthread_t t;

		if (pthread_create(&t, NULL, others[i], NULL))
			return 1;
		pthread_join(t, NULL);
	}
	return n;
}
