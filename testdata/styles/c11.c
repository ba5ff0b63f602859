/* @silent: C11: plain, timed, recursive, try; call_once; tss; cnd */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>
static mtx_t plain, rec, timed;
static cnd_t ready;
static once_flag flag = ONCE_FLAG_INIT;
static int data, have;
static atomic_int hits;
static void init(void)
{
	if (mtx_init(&plain, mtx_plain) != thrd_success ||
	    mtx_init(&rec, mtx_plain | mtx_recursive) != thrd_success ||
	    mtx_init(&timed, mtx_timed) != thrd_success ||
	    cnd_init(&ready) != thrd_success)
		abort();
}
static int depth(int n)
{
	int r;
	mtx_lock(&rec);
	r = n > 0 ? depth(n - 1) + 1 : 0;
	mtx_unlock(&rec);
	return r;
}
static int put(int v)
{
	call_once(&flag, init);
	if (mtx_lock(&plain) != thrd_success)
		return -1;
	data = v;
	have = 1;
	cnd_signal(&ready);
	return mtx_unlock(&plain) == thrd_success ? 0 : -1;
}
static int get(int *v)
{
	struct timespec ts;
	int rc = 0;
	timespec_get(&ts, TIME_UTC);
	ts.tv_sec += 1;
	mtx_lock(&plain);
	while (!have) {
		rc = cnd_timedwait(&ready, &plain, &ts);
		if (rc == thrd_timedout)
			break;
	}
	if (have) {
		*v = data;
		have = 0;
		rc = 0;
	} else {
		rc = -1;
	}
	mtx_unlock(&plain);
	return rc;
}
static int maybe(void)
{
	switch (mtx_trylock(&plain)) {
	case thrd_success:
		data++;
		mtx_unlock(&plain);
		return 1;
	case thrd_busy:
		return 0;
	default:
		return -1;
	}
}
static int soon(void)
{
	struct timespec ts = { .tv_sec = 1 };
	int r = mtx_timedlock(&timed, &ts);
	if (r == thrd_timedout)
		return 0;
	if (r == thrd_error) {
		perror("timedlock");
		return -1;
	}
	atomic_fetch_add(&hits, 1);
	mtx_unlock(&timed);
	return 1;
}
static int run(void *arg)
{
	int v = 0;
	(void)arg;
	call_once(&flag, init);
	put(depth(3));
	if (get(&v))
		v = -1;
	return v + maybe() + soon();
}
int main(void)
{
	thrd_t t[2];
	int r;
	call_once(&flag, init);
	for (int i = 0; i < 2; i++)
		if (thrd_create(&t[i], run, NULL) != thrd_success)
			return 1;
	for (int i = 0; i < 2; i++)
		thrd_join(t[i], &r);
	mtx_destroy(&plain);
	mtx_destroy(&rec);
	mtx_destroy(&timed);
	cnd_destroy(&ready);
	return 0;
}
