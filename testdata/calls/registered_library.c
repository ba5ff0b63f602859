/* SPDX-License-Identifier: MIT */
/* Handlers are registered by whoever uses this library, and by itself: which
 * are there when it calls them nobody knows. What a table holds that no code
 * writes to is known. A library. */
#include <pthread.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void (*hooks[8])(void);
static int nhooks, n;

void hook_add(void (*fn)(void))
{
	pthread_mutex_lock(&m);
	if (nhooks < 8)
		hooks[nhooks++] = fn;
	pthread_mutex_unlock(&m);
}

static void count(void)
{
	n++;
}

static void reset(void)
{
	pthread_mutex_lock(&m);
	n = 0;
	pthread_mutex_unlock(&m);
}

void hook_defaults(void)
{
	hook_add(count);
	hook_add(reset);
}

void hook_run_ok(void)
{
	pthread_mutex_lock(&m);
	for (int i = 0; i < nhooks; i++)
		hooks[i]();
	pthread_mutex_unlock(&m);
}

struct step {
	int id;
	void (*fn)(void);
};
static struct step steps[] = { { 1, count }, { 2, reset } };

void step_bad(int id)
{
	pthread_mutex_lock(&m);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].id == id)
			steps[i].fn(); // @expect double-acquire:warning
	pthread_mutex_unlock(&m);
}

void step_ok(int id)
{
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].id == id)
			steps[i].fn();
}
