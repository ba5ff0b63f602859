/* SPDX-License-Identifier: MIT */
/* Two objects put in order by address through local copies; the objects are on
 * main's stack. The twin does not order them. */
#include <pthread.h>
struct acct { pthread_mutex_t m; int bal; };
struct xfer { struct acct *from, *to; int n; };

static void *swap_ok(void *arg)
{
	struct xfer *x = arg;
	struct acct *a = x->from, *b = x->to;

	if (a > b) {
		a = x->to;
		b = x->from;
	}
	pthread_mutex_lock(&a->m);
	pthread_mutex_lock(&b->m);
	x->from->bal -= x->n;
	x->to->bal += x->n;
	pthread_mutex_unlock(&b->m);
	pthread_mutex_unlock(&a->m);
	return NULL;
}

static void *plain_bad(void *arg)
{
	struct xfer *x = arg;
	struct acct *a = x->from, *b = x->to;

	pthread_mutex_lock(&a->m);
	pthread_mutex_lock(&b->m); // @expect lock-order-cycle
	x->from->bal -= x->n;
	x->to->bal += x->n;
	pthread_mutex_unlock(&b->m);
	pthread_mutex_unlock(&a->m);
	return NULL;
}

int main(void)
{
	struct acct a = { PTHREAD_MUTEX_INITIALIZER, 100 }, b = { PTHREAD_MUTEX_INITIALIZER, 100 };
	struct acct c = { PTHREAD_MUTEX_INITIALIZER, 100 }, d = { PTHREAD_MUTEX_INITIALIZER, 100 };
	struct xfer x1 = { &a, &b, 10 }, x2 = { &b, &a, 20 };
	struct xfer x3 = { &c, &d, 10 }, x4 = { &d, &c, 20 };
	pthread_t t[4];

	pthread_create(&t[0], NULL, swap_ok, &x1);
	pthread_create(&t[1], NULL, swap_ok, &x2);
	pthread_create(&t[2], NULL, plain_bad, &x3);
	pthread_create(&t[3], NULL, plain_bad, &x4);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return 0;
}
