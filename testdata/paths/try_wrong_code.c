/* SPDX-License-Identifier: MIT */
/* The result of a try is compared with a code that it does not fail with. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static mtx_t c;
static int n;

static void *again_bad(void *p)
{
	int rc = pthread_mutex_trylock(&m);

	if (rc == EAGAIN)
		return p;
	n++;
	pthread_mutex_unlock(&m); // @expect release-not-held
	return p;
}

static void *busy_ok(void *p)
{
	int rc = pthread_mutex_trylock(&m);

	if (rc == EAGAIN || rc == EBUSY)
		return p;
	n++;
	pthread_mutex_unlock(&m);
	return p;
}

static void *switch_ok(void *p)
{
	switch (pthread_mutex_trylock(&m)) {
	case EAGAIN:
	case EBUSY:
		return p;
	default:
		break;
	}
	n++;
	pthread_mutex_unlock(&m);
	return p;
}

static int error_bad(void *p)
{
	int rc = mtx_trylock(&c);

	if (rc == thrd_error)
		return -1;
	n += *(int *)p;
	mtx_unlock(&c); // @expect release-not-held
	return 0;
}

static int busy_c11_ok(void *p)
{
	int rc = mtx_trylock(&c);

	if (rc == thrd_error || rc == thrd_busy)
		return -1;
	n += *(int *)p;
	mtx_unlock(&c);
	return 0;
}

int main(void)
{
	static void *(*const all[])(void *) = { again_bad, busy_ok, switch_ok };
	pthread_t t[3];
	thrd_t u[2];
	int one = 1;

	mtx_init(&c, mtx_plain);
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, all[i], NULL);
	thrd_create(&u[0], error_bad, &one);
	thrd_create(&u[1], busy_c11_ok, &one);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	thrd_join(u[0], NULL);
	thrd_join(u[1], NULL);
	mtx_destroy(&c);
	return n;
}
