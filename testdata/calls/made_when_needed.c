/* SPDX-License-Identifier: MIT */
/* Every function sees to it that the library is ready, also under a lock that
 * only a library that is ready has. */
#include <pthread.h>
#include <stdlib.h>

struct lock { pthread_mutex_t mutex; };

static struct lock *env_lock, *log_lock;
static int ready;
static char **env;

static struct lock *lock_new(void)
{
	struct lock *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	pthread_mutex_init(&l->mutex, NULL);
	return l;
}

static void take(struct lock *l)
{
	pthread_mutex_lock(&l->mutex);
}

static void give(struct lock *l)
{
	pthread_mutex_unlock(&l->mutex);
}

char *env_get(int i)
{
	char *v;

	take(env_lock);
	v = env[i];
	give(env_lock);
	return v;
}

static void init_env(void)
{
	env_lock = lock_new();
}

static void init(void)
{
	ready = 1;
	init_env();
	log_lock = lock_new();
	env_get(0);
}

static void *memory(size_t n)
{
	if (!ready)
		init();
	return malloc(n);
}

void *copy_ok(void)
{
	void *p;

	take(env_lock);
	p = memory(sizeof(env));
	give(env_lock);
	return p;
}

static void *memory_for(int i)
{
	return env_get(i) ? malloc(1) : NULL;
}

void *copy_bad(void)
{
	void *p;

	take(env_lock);
	p = memory_for(1); // @expect double-acquire
	give(env_lock);
	return p;
}
