/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: AB and BA with C11's mtx and thrd
 */
#include "battery.h"

#include <threads.h>

static mtx_t a, b;

static int forwards(void *arg)
{
	(void)arg;
	nap();
	mtx_lock(&a);
	mtx_lock(&b);
	work++;
	mtx_unlock(&b);
	mtx_unlock(&a);
	return 0;
}

static int backwards(void *arg)
{
	(void)arg;
	nap();
	mtx_lock(&b);
	mtx_lock(&a);
	work++;
	mtx_unlock(&a);
	mtx_unlock(&b);
	return 0;
}

int main(void)
{
	thrd_t t, u;

	mtx_init(&a, mtx_plain);
	mtx_init(&b, mtx_plain);
	thrd_create(&t, forwards, NULL);
	thrd_create(&u, backwards, NULL);
	thrd_join(t, NULL);
	thrd_join(u, NULL);
	return 0;
}
