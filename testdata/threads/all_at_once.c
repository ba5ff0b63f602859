/* SPDX-License-Identifier: MIT */
/* As one_at_a_time.c, but all threads of a table are started before the first
 * one is joined. */
#include <pthread.h>
#include <stddef.h>

struct phase {
	const char *name;
	void *(*run)(void *);
	pthread_t thread;
};
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t d = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void *load_bad(void *p)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b); // @expect-one lock-order-cycle#h
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	return p;
}

static void *save_bad(void *p)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a); // @expect-one lock-order-cycle#h
	n++;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	return p;
}

static void *up_bad(void *p)
{
	pthread_mutex_lock(&c);
	pthread_mutex_lock(&d); // @expect-one lock-order-cycle#t
	n++;
	pthread_mutex_unlock(&d);
	pthread_mutex_unlock(&c);
	return p;
}

static void *down_bad(void *p)
{
	pthread_mutex_lock(&d);
	pthread_mutex_lock(&c); // @expect-one lock-order-cycle#t
	n++;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
	return p;
}

static int start_phase(struct phase *f)
{
	return pthread_create(&f->thread, NULL, f->run, NULL);
}

int main(void)
{
	static struct phase phases[] = { { "load", load_bad, 0 },
					 { "save", save_bad, 0 } };
	static void *(*const others[])(void *) = { up_bad, down_bad };
	pthread_t t[2];

	for (size_t i = 0; i < 2; i++)
		if (start_phase(&phases[i]))
			return 1;
	for (size_t i = 0; i < 2; i++)
		pthread_join(phases[i].thread, NULL);
	for (size_t i = 0; i < 2; i++)
		if (pthread_create(&t[i], NULL, others[i], NULL))
			return 1;
	for (size_t i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return n;
}
