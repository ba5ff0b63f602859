/* SPDX-License-Identifier: MIT */
/* lock-order-cycle of two: direct, through one side's calls, through both
 * sides' calls. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t d = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t e = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t f = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void direct_ab_bad(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b); // @expect-one lock-order-cycle#direct
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void direct_ba_bad(void)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a); // @expect-one lock-order-cycle#direct
	n--;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}

static void take_d(void)
{
	pthread_mutex_lock(&d); // @expect-one lock-order-cycle#one
	n++;
	pthread_mutex_unlock(&d);
}

static void one_side_cd_bad(void)
{
	pthread_mutex_lock(&c);
	take_d(); // @expect-one lock-order-cycle#one
	pthread_mutex_unlock(&c);
}

static void one_side_dc_bad(void)
{
	pthread_mutex_lock(&d);
	pthread_mutex_lock(&c); // @expect-one lock-order-cycle#one
	n--;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
}

static void take_e(void)
{
	pthread_mutex_lock(&e); // @expect-one lock-order-cycle#both
	n++;
	pthread_mutex_unlock(&e);
}

static void take_e_later(int k)
{
	if (k > 0)
		take_e(); // @expect-one lock-order-cycle#both
}

static void take_f(void)
{
	pthread_mutex_lock(&f); // @expect-one lock-order-cycle#both
	n++;
	pthread_mutex_unlock(&f);
}

static void both_sides_ef_bad(void)
{
	pthread_mutex_lock(&e);
	take_f(); // @expect-one lock-order-cycle#both
	pthread_mutex_unlock(&e);
}

static void both_sides_fe_bad(int k)
{
	pthread_mutex_lock(&f);
	take_e_later(k); // @expect-one lock-order-cycle#both
	pthread_mutex_unlock(&f);
}

static void *forth(void *arg)
{
	direct_ab_bad();
	one_side_cd_bad();
	both_sides_ef_bad();
	return arg;
}

static void *back(void *arg)
{
	direct_ba_bad();
	one_side_dc_bad();
	both_sides_fe_bad(arg != NULL);
	return arg;
}

int main(void)
{
	pthread_t t, u;

	pthread_create(&t, NULL, forth, NULL);
	pthread_create(&u, NULL, back, &n);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return n;
}
