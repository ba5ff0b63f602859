/* SPDX-License-Identifier: MIT */
/* A gate lock held around both orders lets only one thread in; a read lock is
 * no gate for readers; a gate around one side only is none. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t d = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t e = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t f = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t world = PTHREAD_RWLOCK_INITIALIZER;
static int value;

static void gated_forth_ok(void)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	value++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&gate);
}

static void gated_back_ok(void)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	value--;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&gate);
}

static void half_gated_bad(void)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&c);
	pthread_mutex_lock(&d); // @expect-one lock-order-cycle#half
	value++;
	pthread_mutex_unlock(&d);
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&gate);
}

static void ungated_bad(void)
{
	pthread_mutex_lock(&d);
	pthread_mutex_lock(&c); // @expect-one lock-order-cycle#half
	value--;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
}

static void read_gated_forth_bad(void)
{
	pthread_rwlock_rdlock(&world);
	pthread_mutex_lock(&e);
	pthread_mutex_lock(&f); // @expect-one lock-order-cycle#read
	value++;
	pthread_mutex_unlock(&f);
	pthread_mutex_unlock(&e);
	pthread_rwlock_unlock(&world);
}

static void read_gated_back_bad(void)
{
	pthread_rwlock_rdlock(&world);
	pthread_mutex_lock(&f);
	pthread_mutex_lock(&e); // @expect-one lock-order-cycle#read
	value--;
	pthread_mutex_unlock(&e);
	pthread_mutex_unlock(&f);
	pthread_rwlock_unlock(&world);
}

static void *forth(void *arg)
{
	gated_forth_ok();
	half_gated_bad();
	read_gated_forth_bad();
	return arg;
}

static void *back(void *arg)
{
	gated_back_ok();
	ungated_bad();
	read_gated_back_bad();
	return arg;
}

int main(void)
{
	pthread_t t, u;

	pthread_create(&t, NULL, forth, NULL);
	pthread_create(&u, NULL, back, NULL);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return value;
}
