/* SPDX-License-Identifier: MIT */
/* A cycle of three among threads that one pthread_create in a loop starts: an
 * array of thread functions, and one function that asks who it is. Once alone,
 * or one after the other, they cannot deadlock. */
#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t x = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t y = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t z = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t k = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t l = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int v;

static void two(pthread_mutex_t *m1, pthread_mutex_t *m2)
{
	pthread_mutex_lock(m1);
	pthread_mutex_lock(m2);
	v++;
	pthread_mutex_unlock(m2);
	pthread_mutex_unlock(m1);
}

static void *a_bad(void *p)
{
	two(&a, &b); // @expect-one lock-order-cycle#abc
	return p;
}

static void *b_bad(void *p)
{
	two(&b, &c); // @expect-one lock-order-cycle#abc
	return p;
}

static void *c_bad(void *p)
{
	two(&c, &a); // @expect-one lock-order-cycle#abc
	return p;
}

static void *by_id_bad(void *p)
{
	switch ((int)(long)p) {
	case 0:
		two(&x, &y); // @expect-one lock-order-cycle#xyz
		break;
	case 1:
		two(&y, &z); // @expect-one lock-order-cycle#xyz
		break;
	default:
		two(&z, &x); // @expect-one lock-order-cycle#xyz
	}
	return NULL;
}

static void *alone_ok(void *p)
{
	two(&k, &l);
	two(&l, &m);
	two(&m, &k);
	return p;
}

int main(void)
{
	void *(*f[])(void *) = { a_bad, b_bad, c_bad };
	pthread_t t[3], u[3], w;

	for (long i = 0; i < 3; i++) {
		pthread_create(&t[i], NULL, f[i], NULL);
		pthread_create(&u[i], NULL, by_id_bad, (void *)i);
	}
	pthread_create(&w, NULL, alone_ok, NULL);
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], NULL);
		pthread_join(u[i], NULL);
	}
	pthread_join(w, NULL);
	return 0;
}
