/* GlusterFS rpc-clnt: under the lock a reference is taken and, if arming the timer fails, given back: it cannot be the
 * last, it has just been taken. The last reference's end takes the lock. A library. */
#include <pthread.h>
#include <stdlib.h>
struct clnt { pthread_mutex_t lock; int refs, disabled, pinging; void *timer; };
extern void *timer_after(int seconds, void (*cb)(void *), void *data);

static void disable(struct clnt *c)
{
	pthread_mutex_lock(&c->lock);
	c->disabled = 1;
	pthread_mutex_unlock(&c->lock);
}

struct clnt *clnt_ref(struct clnt *c)
{
	__atomic_add_fetch(&c->refs, 1, __ATOMIC_SEQ_CST);
	return c;
}

struct clnt *clnt_unref(struct clnt *c)
{
	if (__atomic_sub_fetch(&c->refs, 1, __ATOMIC_SEQ_CST) == 0) {
		disable(c);
		pthread_mutex_destroy(&c->lock);
		free(c);
		return NULL;
	}
	return c;
}

static int arm_timer(struct clnt *c, void (*cb)(void *))
{
	void *t;

	if (c->timer)
		return -1;
	clnt_ref(c);
	t = timer_after(10, cb, c);
	if (!t) {
		clnt_unref(c);
		c->pinging = 0;
		return -1;
	}
	c->timer = t;
	c->pinging = 1;
	return 0;
}

void expired_ok(void *data)
{
	struct clnt *c = data;

	pthread_mutex_lock(&c->lock);
	c->timer = NULL;
	if (!c->disabled)
		arm_timer(c, expired_ok);
	pthread_mutex_unlock(&c->lock);
	clnt_unref(c);
}

void drop_bad(struct clnt *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->timer) {
		c->timer = NULL;
		clnt_unref(c); // @expect double-acquire
	}
	pthread_mutex_unlock(&c->lock);
}
