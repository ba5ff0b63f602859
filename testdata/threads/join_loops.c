/* A loop joins what a loop has started: then the other order may be used. */
#include <pthread.h>
#include <stdlib.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER, d = PTHREAD_MUTEX_INITIALIZER;
static int x;
static void *one_ok(void *p)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	x++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	return p;
}
static void *two_ok(void *p)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	x--;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	return p;
}
static void *three_ok(void *p)
{
	pthread_mutex_lock(&c);
	pthread_mutex_lock(&d);
	x--;
	pthread_mutex_unlock(&d);
	pthread_mutex_unlock(&c);
	return p;
}
static pthread_mutex_t e = PTHREAD_MUTEX_INITIALIZER, f = PTHREAD_MUTEX_INITIALIZER;
static void *four(void *p)
{
	pthread_mutex_lock(&e);
	pthread_mutex_lock(&f); // @expect-any lock-order-cycle
	x--;
	pthread_mutex_unlock(&f);
	pthread_mutex_unlock(&e);
	return p;
}

/* Joined too late. */
static void last_bad(int n)
{
	pthread_t t[3];

	for (int i = 0; i < n && i < 3; i++)
		pthread_create(&t[i], NULL, four, NULL);
	pthread_mutex_lock(&f);
	pthread_mutex_lock(&e); // @expect lock-order-cycle
	x--;
	pthread_mutex_unlock(&e);
	pthread_mutex_unlock(&f);
	for (int i = 0; i < n && i < 3; i++)
		pthread_join(t[i], NULL);
}

int main(int argc, char **argv)
{
	pthread_t t[3], *v;
	int i, n = atoi(argv[1]);

	for (i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, one_ok, NULL);
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, two_ok, NULL);
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	v = malloc(n * sizeof *v);
	for (i = 0; i < n; i++)
		pthread_create(&v[i], NULL, three_ok, NULL);
	for (i = 0; i < n; i++)
		pthread_join(v[i], NULL);
	pthread_mutex_lock(&d);
	pthread_mutex_lock(&c);
	x--;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
	last_bad(n);
	return x;
}
