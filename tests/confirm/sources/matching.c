/* SPDX-License-Identifier: MIT */
/*
 * Findings of the analysis, and runs in which their places are executed or not:
 * the first argument says which threads there are. (Compiled and driven by
 * test_matching in tests/confirm/run.)
 */
#include <pthread.h>
#include <string.h>

struct pair {
	pthread_mutex_t a, b;
};

static struct pair x = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static struct pair y = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };

static void *forwards(void *arg)
{
	struct pair *p = arg;

	pthread_mutex_lock(&p->a); /* forwards outer */
	pthread_mutex_lock(&p->b); /* forwards inner */
	pthread_mutex_unlock(&p->b);
	pthread_mutex_unlock(&p->a);
	return NULL;
}

static void *backwards(void *arg)
{
	struct pair *p = arg;

	pthread_mutex_lock(&p->b); /* backwards outer */
	pthread_mutex_lock(&p->a); /* backwards inner */
	pthread_mutex_unlock(&p->a);
	pthread_mutex_unlock(&p->b);
	return NULL;
}

static void run(void *(*first)(void *), void *(*second)(void *),
		struct pair *of_first, struct pair *of_second)
{
	pthread_t t, u;

	if (first)
		pthread_create(&t, NULL, first, of_first);
	if (second)
		pthread_create(&u, NULL, second, of_second);
	if (first)
		pthread_join(t, NULL);
	if (second)
		pthread_join(u, NULL);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (!strcmp(word, "one"))
		run(forwards, NULL, &x, NULL);
	if (!strcmp(word, "both"))
		run(forwards, backwards, &x, &x);
	if (!strcmp(word, "apart"))
		run(forwards, backwards, &x, &y);
	return 0;
}
