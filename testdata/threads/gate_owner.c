/* SPDX-License-Identifier: MIT */
/* Both orders happen only under the context's own lock; the two locks hang below
 * the same context (unbound: ctx->cfglock around auth_zones_cfg). Two different
 * contexts have two different zones, so the gate holds. A library. */
#include <pthread.h>
struct zones { pthread_rwlock_t lock, rpz_lock; int n; };
struct env { struct zones *zones; };
struct ctx { pthread_mutex_t cfglock; struct env *env; int finalized; };

static void one(struct zones *z)
{
	pthread_rwlock_wrlock(&z->lock);
	pthread_rwlock_wrlock(&z->rpz_lock);
	z->n++;
	pthread_rwlock_unlock(&z->rpz_lock);
	pthread_rwlock_unlock(&z->lock);
}

static void two(struct zones *z)
{
	pthread_rwlock_wrlock(&z->rpz_lock);
	pthread_rwlock_wrlock(&z->lock);
	z->n--;
	pthread_rwlock_unlock(&z->lock);
	pthread_rwlock_unlock(&z->rpz_lock);
}

void resolve_ok(struct ctx *c)
{
	pthread_mutex_lock(&c->cfglock);
	if (!c->finalized) {
		one(c->env->zones);
		two(c->env->zones);
	}
	pthread_mutex_unlock(&c->cfglock);
}

struct zones2 { pthread_rwlock_t lock, rpz_lock; int n; };
struct ctx2 { pthread_mutex_t cfglock; struct zones2 *zones; };

void free_bad(struct ctx2 *c)
{
	pthread_rwlock_wrlock(&c->zones->lock);
	pthread_rwlock_wrlock(&c->zones->rpz_lock); // @expect-one lock-order-cycle
	c->zones->n++;
	pthread_rwlock_unlock(&c->zones->rpz_lock);
	pthread_rwlock_unlock(&c->zones->lock);
}

void free2_bad(struct ctx2 *c)
{
	pthread_mutex_lock(&c->cfglock);
	pthread_rwlock_wrlock(&c->zones->rpz_lock);
	pthread_rwlock_wrlock(&c->zones->lock); // @expect-one lock-order-cycle
	c->zones->n--;
	pthread_rwlock_unlock(&c->zones->lock);
	pthread_rwlock_unlock(&c->zones->rpz_lock);
	pthread_mutex_unlock(&c->cfglock);
}
