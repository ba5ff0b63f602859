/* SPDX-License-Identifier: MIT */
/* The twin of one_after_other.c: both run at once. */
#include <stddef.h>
#include <threads.h>

static mtx_t a, b;
static int value;

static int forth_bad(void *arg)
{
	mtx_lock(&a);
	mtx_lock(&b); // @expect-one lock-order-cycle
	value++;
	mtx_unlock(&b);
	mtx_unlock(&a);
	return arg != NULL;
}

static int back_bad(void *arg)
{
	mtx_lock(&b);
	mtx_lock(&a); // @expect-one lock-order-cycle
	value--;
	mtx_unlock(&a);
	mtx_unlock(&b);
	return arg != NULL;
}

int main(void)
{
	thrd_t t, u;

	mtx_init(&a, mtx_plain);
	mtx_init(&b, mtx_plain);
	if (thrd_create(&t, forth_bad, NULL) != thrd_success)
		return 1;
	if (thrd_create(&u, back_bad, NULL) != thrd_success)
		return 1;
	thrd_join(t, NULL);
	thrd_join(u, NULL);
	return value;
}
