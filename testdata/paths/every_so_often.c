/* A lock of some rounds of a loop: which they are is not reckoned. */
#include <pthread.h>

struct r { pthread_mutex_t m; int v; };

int batch_ok(struct r *x, int n)
{
	for (int i = 0; i < n; i++) {
		if (i % 16 == 0)
			pthread_mutex_lock(&x->m);
		x->v += i;
		if (i % 16 == 15 || i == n - 1)
			pthread_mutex_unlock(&x->m);
	}
	return 0;
}

int odd_bad(struct r *x, int n)
{
	for (int i = 0; i < n; i++) {
		if (i % 2 == 0) {
			pthread_mutex_lock(&x->m);
			if (x->v > 100)
				return -1; // @expect unreleased-lock
			x->v += i;
			pthread_mutex_unlock(&x->m);
		}
	}
	return 0;
}

int next_bad(struct r *x, int n)
{
	for (int i = 0; i < n; i++) {
		if (i & 1) {
			pthread_mutex_lock(&x->m); // @expect-one unreleased-lock#n
			if (x->v > 100)
				continue; // @expect-one unreleased-lock#n
			x->v += i;
			pthread_mutex_unlock(&x->m);
		}
	}
	return 0; // @expect-one unreleased-lock#n
}
