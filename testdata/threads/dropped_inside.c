/* SPDX-License-Identifier: MIT */
/* The callee lets go of the caller's lock before it takes another one: no order
 * between the two. The twin takes it first. A library. */
#include <pthread.h>

struct pipe {
	pthread_mutex_t lock;
	pthread_mutex_t peer_lock;
	pthread_mutex_t stat_lock;
	int bytes, peer, stat;
};

static void notify_peer(struct pipe *p)
{
	pthread_mutex_unlock(&p->lock);
	pthread_mutex_lock(&p->peer_lock);
	p->peer++;
	pthread_mutex_unlock(&p->peer_lock);
	pthread_mutex_lock(&p->lock);
}

void pipe_write_ok(struct pipe *p, int n)
{
	pthread_mutex_lock(&p->lock);
	p->bytes += n;
	notify_peer(p);
	pthread_mutex_unlock(&p->lock);
}

void pipe_peer_ok(struct pipe *p)
{
	pthread_mutex_lock(&p->peer_lock);
	pthread_mutex_lock(&p->lock);
	p->peer = p->bytes;
	pthread_mutex_unlock(&p->lock);
	pthread_mutex_unlock(&p->peer_lock);
}

static void count_then_drop(struct pipe *p)
{
	pthread_mutex_lock(&p->stat_lock); // @expect-one lock-order-cycle
	p->stat++;
	pthread_mutex_unlock(&p->stat_lock);
	pthread_mutex_unlock(&p->lock);
}

void pipe_read_bad(struct pipe *p, int n)
{
	pthread_mutex_lock(&p->lock);
	p->bytes -= n;
	count_then_drop(p); // @expect-one lock-order-cycle
}

void pipe_stat_bad(struct pipe *p)
{
	pthread_mutex_lock(&p->stat_lock);
	pthread_mutex_lock(&p->lock); // @expect-one lock-order-cycle
	p->stat = p->bytes;
	pthread_mutex_unlock(&p->lock);
	pthread_mutex_unlock(&p->stat_lock);
}
