/* SPDX-License-Identifier: MIT */
/* Threads joined by helpers, by loops of every form, before the other order. @silent */
#include <pthread.h>
#include <stdlib.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static int x;
struct team { pthread_t *th; int n; };
static void *fwd_ok(void *p) { pthread_mutex_lock(&a); pthread_mutex_lock(&b); x++; pthread_mutex_unlock(&b); pthread_mutex_unlock(&a); return p; }
static void *bwd_ok(void *p) { pthread_mutex_lock(&b); pthread_mutex_lock(&a); x--; pthread_mutex_unlock(&a); pthread_mutex_unlock(&b); return p; }
static void join_all(pthread_t *t, int n)
{
	int i = 0;
	while (i < n) {
		pthread_join(t[i], NULL);
		i++;
	}
}
static void run_team(void *(*fn)(void *), int n)
{
	struct team t = { malloc(n * sizeof(pthread_t)), n };
	for (int i = 0; i < t.n; i++)
		pthread_create(&t.th[i], NULL, fn, &t);
	for (int i = 0; i < t.n; i++)
		pthread_join(t.th[i], NULL);
	free(t.th);
}
int main(int argc, char **argv)
{
	pthread_t t[4], one;
	int i;
	for (i = 0; i < 4; i++)
		if (pthread_create(&t[i], NULL, fwd_ok, NULL) != 0)
			exit(1);
	join_all(t, 4);
	i = 4;
	while (i--)
		pthread_create(&t[i], NULL, bwd_ok, NULL);
	join_all(t, 4);
	run_team(fwd_ok, argc);
	run_team(bwd_ok, argc);
	pthread_create(&one, NULL, fwd_ok, NULL);
	if (pthread_join(one, NULL) != 0)
		abort();
	bwd_ok(argv);
	return x;
}
