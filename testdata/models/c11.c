/* SPDX-License-Identifier: MIT */
/*
 * Every entry of rules/models/c11.yaml, used right and silent, and one misuse
 * for each family of operations. A library: no main.
 */
#include <stdlib.h>
#include <threads.h>
#include <time.h>

struct box {
	mtx_t mtx;
	mtx_t nested;
	cnd_t cnd;
	tss_t tss;
	int value, full;
};

static once_flag once = ONCE_FLAG_INIT;
static once_flag once_locked = ONCE_FLAG_INIT;
static mtx_t global;
static int total;

static struct timespec soon(void)
{
	struct timespec ts;

	timespec_get(&ts, TIME_UTC);
	ts.tv_sec++;
	return ts;
}

int box_init_ok(struct box *b)
{
	if (mtx_init(&global, mtx_plain) != thrd_success)
		return -1;
	if (mtx_init(&b->mtx, mtx_timed) != thrd_success)
		return -1;
	if (mtx_init(&b->nested, mtx_plain | mtx_recursive) != thrd_success)
		return -1;
	return cnd_init(&b->cnd) == thrd_success ? 0 : -1;
}

void box_destroy_ok(struct box *b)
{
	cnd_destroy(&b->cnd);
	mtx_destroy(&b->nested);
	mtx_destroy(&b->mtx);
	mtx_destroy(&global);
}

/* ---- mutex ---- */

int mutex_ok(struct box *b)
{
	struct timespec until = soon();

	if (mtx_lock(&b->mtx) != thrd_success)
		return -1;
	b->value++;
	mtx_unlock(&b->mtx);
	if (mtx_trylock(&b->mtx) == thrd_success) {
		b->value++;
		mtx_unlock(&b->mtx);
	}
	if (mtx_timedlock(&b->mtx, &until) == thrd_success) {
		b->value++;
		mtx_unlock(&b->mtx);
	}
	mtx_lock(&b->nested);
	mtx_lock(&b->nested);
	b->value++;
	mtx_unlock(&b->nested);
	mtx_unlock(&b->nested);
	return 0;
}

void mutex_twice_bad(struct box *b)
{
	mtx_lock(&b->mtx);
	b->value++;
	mtx_lock(&b->mtx); // @expect double-acquire
	b->value++;
	mtx_unlock(&b->mtx);
}

int mutex_leak_bad(struct box *b)
{
	if (mtx_trylock(&b->mtx) != thrd_success)
		return -1;
	if (b->full)
		return 0; // @expect unreleased-lock
	b->value++;
	mtx_unlock(&b->mtx);
	return 1;
}

void mutex_unchecked_bad(struct box *b)
{
	struct timespec until = soon();

	mtx_timedlock(&b->mtx, &until); // @expect trylock-unchecked
	b->value++;
	mtx_unlock(&b->mtx);
}

void mutex_release_bad(struct box *b)
{
	mtx_lock(&b->nested);
	b->value++;
	mtx_unlock(&b->nested);
	mtx_unlock(&b->nested); // @expect release-not-held
}

/* ---- condition variable ---- */

int cond_ok(struct box *b)
{
	struct timespec until = soon();
	int rc = thrd_success;

	mtx_lock(&b->mtx);
	while (!b->full)
		cnd_wait(&b->cnd, &b->mtx);
	b->full = 0;
	while (!b->full && rc == thrd_success)
		rc = cnd_timedwait(&b->cnd, &b->mtx, &until);
	cnd_signal(&b->cnd);
	cnd_broadcast(&b->cnd);
	mtx_unlock(&b->mtx);
	return rc;
}

int cond_bad(struct box *b)
{
	struct timespec until = soon();

	mtx_lock(&b->mtx);
	if (cnd_timedwait(&b->cnd, &b->mtx, &until) == thrd_timedout)
		return 0; // @expect unreleased-lock
	b->full = 0;
	mtx_unlock(&b->mtx);
	return 1;
}

/* ---- once ---- */

static void set_up(void)
{
	total = 0;
}

static void set_up_locked(void)
{
	mtx_lock(&global);
	total = 0;
	mtx_unlock(&global);
}

void once_ok(void)
{
	call_once(&once, set_up);
	mtx_lock(&global);
	total++;
	mtx_unlock(&global);
}

void once_bad(void)
{
	mtx_lock(&global);
	call_once(&once_locked, set_up_locked); // @expect double-acquire
	total++;
	mtx_unlock(&global);
}

/* ---- threads ---- */

static int run_ok(void *arg)
{
	struct box *b = arg;
	struct timespec nap = { .tv_nsec = 1000 };

	thrd_sleep(&nap, NULL);
	thrd_yield();
	mtx_lock(&b->mtx);
	b->value++;
	mtx_unlock(&b->mtx);
	thrd_exit(0);
}

static int run_bad(void *arg)
{
	struct box *b = arg;

	mtx_lock(&b->mtx);
	if (b->value == 0)
		thrd_exit(1); // @expect unreleased-lock
	b->value--;
	mtx_unlock(&b->mtx);
	return 0;
}

int threads_ok(struct box *b)
{
	thrd_t t, u;
	int rc;

	if (thrd_create(&t, run_ok, b) != thrd_success)
		return -1;
	if (thrd_create(&u, run_bad, b) != thrd_success)
		return -1;
	if (thrd_equal(t, thrd_current()))
		return -1;
	thrd_detach(u);
	return thrd_join(t, &rc) == thrd_success ? rc : -1;
}

/* ---- thread-specific storage ---- */

static void drop_value(void *p)
{
	mtx_lock(&global);
	total--;
	mtx_unlock(&global);
	free(p);
}

void *specific_ok(struct box *b)
{
	void *p;

	if (tss_create(&b->tss, drop_value) != thrd_success)
		return NULL;
	p = tss_get(b->tss);
	if (!p)
		tss_set(b->tss, malloc(8));
	tss_delete(b->tss);
	return p;
}
