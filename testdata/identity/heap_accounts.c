/* SPDX-License-Identifier: MIT */
/* transfer(from, to) through an argument struct, the objects from the heap. */
#include <pthread.h>
#include <stdlib.h>
struct acct { pthread_mutex_t m; int bal; };
struct xfer { struct acct *from, *to; int n; };

static struct acct *acct_new(int n)
{
	struct acct *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	pthread_mutex_init(&a->m, NULL);
	a->bal = n;
	return a;
}

static void *xfer_bad(void *p)
{
	struct xfer *x = p;

	pthread_mutex_lock(&x->from->m);
	pthread_mutex_lock(&x->to->m); // @expect lock-order-cycle
	x->from->bal -= x->n;
	x->to->bal += x->n;
	pthread_mutex_unlock(&x->to->m);
	pthread_mutex_unlock(&x->from->m);
	return NULL;
}

int main(void)
{
	struct acct *a = acct_new(100), *b = acct_new(100);
	struct xfer x1 = { a, b, 10 }, x2 = { b, a, 20 };
	pthread_t t, u;

	pthread_create(&t, NULL, xfer_bad, &x1);
	pthread_create(&u, NULL, xfer_bad, &x2);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	free(a);
	free(b);
	return 0;
}
