/* @silent: lock only when asked: need_lock flags, threaded mode, NULL locks, had_lock, held counters */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
struct ctx { pthread_mutex_t mu; pthread_mutex_t *shared; bool threaded; int n, opts; };
#define OPT_LOCK 1u
#define OPT_NOWAIT 2u
int get(struct ctx *c, bool need_lock)
{
	int v;
	if (need_lock)
		pthread_mutex_lock(&c->mu);
	v = c->n;
	if (v < 0) {
		if (need_lock)
			pthread_mutex_unlock(&c->mu);
		return -1;
	}
	if (need_lock)
		pthread_mutex_unlock(&c->mu);
	return v;
}
int get_opts(struct ctx *c, unsigned opts)
{
	int v;
	if (opts & OPT_NOWAIT) {
		if (pthread_mutex_trylock(&c->mu))
			return -1;
	} else if (opts & OPT_LOCK) {
		pthread_mutex_lock(&c->mu);
	}
	v = c->n++;
	if (opts & (OPT_LOCK | OPT_NOWAIT))
		pthread_mutex_unlock(&c->mu);
	return v;
}
static void ctx_lock(struct ctx *c) { if (c->threaded) pthread_mutex_lock(&c->mu); }
static void ctx_unlock(struct ctx *c) { if (c->threaded) pthread_mutex_unlock(&c->mu); }
int threaded(struct ctx *c, int k)
{
	ctx_lock(c);
	if (k > c->n) {
		ctx_unlock(c);
		return -1;
	}
	c->n -= k;
	ctx_unlock(c);
	return 0;
}
int shared(struct ctx *c)
{
	int v;
	if (c->shared)
		pthread_mutex_lock(c->shared);
	v = c->opts;
	if (c->shared)
		pthread_mutex_unlock(c->shared);
	return v;
}
int flagged(struct ctx *c, int k)
{
	bool had = false;
	int rc = 0;
	if (k & 1) {
		pthread_mutex_lock(&c->mu);
		had = true;
	}
	for (int i = 0; i < k; i++) {
		if (!had && c->n > 3) {
			pthread_mutex_lock(&c->mu);
			had = true;
		}
		c->n += i;
		if (c->n == 77) {
			rc = -1;
			goto out;
		}
	}
out:
	if (had)
		pthread_mutex_unlock(&c->mu);
	return rc;
}
int counted(struct ctx *a, struct ctx *b, int k)
{
	int held = 0, rc = -1;
	if (a >= b)
		return -1;
	pthread_mutex_lock(&a->mu);
	held++;
	if (k < 0)
		goto undo;
	pthread_mutex_lock(&b->mu);
	held++;
	if (k == 0)
		goto undo;
	a->n += k;
	b->n -= k;
	rc = 0;
undo:
	switch (held) {
	case 2:
		pthread_mutex_unlock(&b->mu);
		/* fallthrough */
	case 1:
		pthread_mutex_unlock(&a->mu);
	}
	return rc;
}
int pointer(struct ctx *c, int k)
{
	pthread_mutex_t *held = NULL;
	if (k > 3) {
		held = &c->mu;
		pthread_mutex_lock(held);
	}
	c->n += k;
	if (held)
		pthread_mutex_unlock(held);
	return 0;
}
