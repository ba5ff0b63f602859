/* SPDX-License-Identifier: MIT */
/* Two threads with opposite orders; the first is joined before the second
 * starts. */
// @silent
#include <stddef.h>
#include <threads.h>

static mtx_t a, b;
static int value;

static int forth_ok(void *arg)
{
	mtx_lock(&a);
	mtx_lock(&b);
	value++;
	mtx_unlock(&b);
	mtx_unlock(&a);
	return arg != NULL;
}

static int back_ok(void *arg)
{
	mtx_lock(&b);
	mtx_lock(&a);
	value--;
	mtx_unlock(&a);
	mtx_unlock(&b);
	return arg != NULL;
}

int main(void)
{
	thrd_t t;

	mtx_init(&a, mtx_plain);
	mtx_init(&b, mtx_plain);
	if (thrd_create(&t, forth_ok, NULL) != thrd_success)
		return 1;
	thrd_join(t, NULL);
	if (thrd_create(&t, back_ok, NULL) != thrd_success)
		return 1;
	thrd_join(t, NULL);
	return value;
}
