/* SPDX-License-Identifier: MIT */
/* Cycles of three and of four locks: every pair alone is in order. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t p = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t q = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t r = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t s = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void *three_ab_bad(void *arg)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b); // @expect-one lock-order-cycle#three
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	return arg;
}

static void *three_bc_bad(void *arg)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&c); // @expect-one lock-order-cycle#three
	n++;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&b);
	return arg;
}

static void *three_ca_bad(void *arg)
{
	pthread_mutex_lock(&c);
	pthread_mutex_lock(&a); // @expect-one lock-order-cycle#three
	n++;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&c);
	return arg;
}

static void with(pthread_mutex_t *first, pthread_mutex_t *then)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(then); // @expect-one lock-order-cycle#four
	n++;
	pthread_mutex_unlock(then);
	pthread_mutex_unlock(first);
}

static void *four_pq_bad(void *arg)
{
	with(&p, &q); // @expect-one lock-order-cycle#four
	return arg;
}

static void *four_qr_bad(void *arg)
{
	with(&q, &r); // @expect-one lock-order-cycle#four
	return arg;
}

static void *four_rs_bad(void *arg)
{
	with(&r, &s); // @expect-one lock-order-cycle#four
	return arg;
}

static void *four_sp_bad(void *arg)
{
	with(&s, &p); // @expect-one lock-order-cycle#four
	return arg;
}

int main(void)
{
	pthread_t t[7];

	pthread_create(&t[0], NULL, three_ab_bad, NULL);
	pthread_create(&t[1], NULL, three_bc_bad, NULL);
	pthread_create(&t[2], NULL, three_ca_bad, NULL);
	pthread_create(&t[3], NULL, four_pq_bad, NULL);
	pthread_create(&t[4], NULL, four_qr_bad, NULL);
	pthread_create(&t[5], NULL, four_rs_bad, NULL);
	pthread_create(&t[6], NULL, four_sp_bad, NULL);
	for (int i = 0; i < 7; i++)
		pthread_join(t[i], NULL);
	return n;
}
