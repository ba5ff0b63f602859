/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: waits for a C11 condition with a mutex that the one who signals needs first
 */
#include "battery.h"

#include <threads.h>

static mtx_t a, m;
static cnd_t changed;
static int first_done;

static int forwards(void *arg)
{
	(void)arg;
	nap();
	long_nap();
	mtx_lock(&a);
	mtx_lock(&m);
	while (!first_done)
		cnd_wait(&changed, &m);
	mtx_unlock(&m);
	mtx_unlock(&a);
	return 0;
}

static int backwards(void *arg)
{
	(void)arg;
	nap();
	mtx_lock(&a);
	work++;
	mtx_unlock(&a);
	mtx_lock(&m);
	first_done = 1;
	cnd_broadcast(&changed);
	mtx_unlock(&m);
	return 0;
}

int main(void)
{
	thrd_t t, u;

	mtx_init(&a, mtx_plain);
	mtx_init(&m, mtx_plain);
	cnd_init(&changed);
	thrd_create(&t, forwards, NULL);
	thrd_create(&u, backwards, NULL);
	thrd_join(t, NULL);
	thrd_join(u, NULL);
	return 0;
}
