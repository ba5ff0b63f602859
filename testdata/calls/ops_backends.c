/* SPDX-License-Identifier: MIT */
/* Two back ends for one table of operations, of different lock kinds: the user of
 * the table leaves with the lock held, whichever it is. A library. */
#include <pthread.h>
struct lk;
struct lk_ops { void (*acq)(struct lk *); void (*rel)(struct lk *); };
struct lk { const struct lk_ops *ops; pthread_mutex_t m; pthread_spinlock_t s; };

static void m_acq(struct lk *l) { pthread_mutex_lock(&l->m); }
static void m_rel(struct lk *l) { pthread_mutex_unlock(&l->m); }
static void s_acq(struct lk *l) { pthread_spin_lock(&l->s); }
static void s_rel(struct lk *l) { pthread_spin_unlock(&l->s); }
static const struct lk_ops mops = { m_acq, m_rel }, sops = { s_acq, s_rel };
static int n;
/* released in another order than taken in the file */
static void t_rel(struct lk *l) { pthread_mutex_unlock(&l->m); }
static const struct lk_ops tops = { .rel = t_rel, .acq = m_acq };

void lk_init(struct lk *l, int spin)
{
	if (spin) {
		l->ops = &sops;
		pthread_spin_init(&l->s, 0);
	} else {
		l->ops = spin < 0 ? &mops : &tops;
		pthread_mutex_init(&l->m, NULL);
	}
}

int use_bad(struct lk *l)
{
	l->ops->acq(l);
	if (n++ > 3)
		return -1; // @expect unreleased-lock:warning
	l->ops->rel(l);
	return 0;
}

int use_ok(struct lk *l)
{
	l->ops->acq(l);
	if (n++ > 3) {
		l->ops->rel(l);
		return -1;
	}
	l->ops->rel(l);
	return 0;
}
