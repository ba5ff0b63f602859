/* @silent: locks by a struct of function pointers, two implementations, chosen at start */
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
struct lock;
struct lock_ops {
	int (*lock)(struct lock *);
	int (*trylock)(struct lock *);
	void (*unlock)(struct lock *);
	void (*destroy)(struct lock *);
};
struct lock { const struct lock_ops *ops; };
struct mlock { struct lock base; pthread_mutex_t m; };
struct slock { struct lock base; pthread_spinlock_t s; };
static int m_lock(struct lock *l) { return pthread_mutex_lock(&((struct mlock *)l)->m); }
static int m_try(struct lock *l) { return pthread_mutex_trylock(&((struct mlock *)l)->m); }
static void m_unlock(struct lock *l) { pthread_mutex_unlock(&((struct mlock *)l)->m); }
static void m_destroy(struct lock *l) { pthread_mutex_destroy(&((struct mlock *)l)->m); free(l); }
static int s_lock(struct lock *l) { return pthread_spin_lock(&((struct slock *)l)->s); }
static int s_try(struct lock *l) { return pthread_spin_trylock(&((struct slock *)l)->s); }
static void s_unlock(struct lock *l) { pthread_spin_unlock(&((struct slock *)l)->s); }
static void s_destroy(struct lock *l) { pthread_spin_destroy(&((struct slock *)l)->s); free(l); }
static int n_lock(struct lock *l) { (void)l; return 0; }
static void n_unlock(struct lock *l) { (void)l; }
static const struct lock_ops mutex_ops = { m_lock, m_try, m_unlock, m_destroy };
static const struct lock_ops spin_ops = { .lock = s_lock, .trylock = s_try, .unlock = s_unlock, .destroy = s_destroy };
static const struct lock_ops no_ops = { n_lock, n_lock, n_unlock, n_unlock };
static struct lock none = { &no_ops };
static struct lock *make(const char *kind)
{
	if (kind[0] == 'm') {
		struct mlock *m = malloc(sizeof *m);
		if (!m)
			return NULL;
		m->base.ops = &mutex_ops;
		pthread_mutex_init(&m->m, NULL);
		return &m->base;
	}
	if (kind[0] == 's') {
		struct slock *s = malloc(sizeof *s);
		if (!s)
			return NULL;
		s->base.ops = &spin_ops;
		pthread_spin_init(&s->s, 0);
		return &s->base;
	}
	return &none;
}
struct store { struct lock *lk; int v[10]; };
static int store_set(struct store *s, int i, int v)
{
	int rc = s->lk->ops->lock(s->lk);
	if (rc)
		return rc;
	if (i < 0 || i >= 10) {
		s->lk->ops->unlock(s->lk);
		return -1;
	}
	s->v[i] = v;
	s->lk->ops->unlock(s->lk);
	return 0;
}
static int store_poll(struct store *s, int i)
{
	const struct lock_ops *o = s->lk->ops;
	int v;
	if (o->trylock(s->lk) != 0)
		return -1;
	v = s->v[i];
	o->unlock(s->lk);
	return v;
}
static void *run(void *arg)
{
	for (int i = 0; i < 20; i++)
		store_set(arg, i, store_poll(arg, i % 10));
	return NULL;
}
int main(int argc, char **argv)
{
	struct store s = { 0 };
	pthread_t t, u;
	s.lk = make(argc > 1 ? argv[1] : "mutex");
	if (!s.lk)
		return 1;
	pthread_create(&t, NULL, run, &s);
	pthread_create(&u, NULL, run, &s);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	s.lk->ops->destroy(s.lk);
	return 0;
}
