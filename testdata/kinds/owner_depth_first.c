/* A recursive lock made by hand: depth and owner are tested before the lock, the unlock counts
 * down first. */
#include <pthread.h>

struct busy { pthread_mutex_t mu; pthread_t owner; int depth, n; };

void own_lock(struct busy *b)
{
	if (b->depth && pthread_equal(b->owner, pthread_self())) {
		b->depth++;
		return;
	}
	pthread_mutex_lock(&b->mu);
	b->owner = pthread_self();
	b->depth = 1;
}

void own_unlock(struct busy *b)
{
	if (--b->depth > 0)
		return;
	pthread_mutex_unlock(&b->mu);
}

int own_use_ok(struct busy *b)
{
	own_lock(b);
	own_lock(b);
	b->n++;
	own_unlock(b);
	own_unlock(b);
	return 0;
}

int once_ok(struct busy *b, int k)
{
	own_lock(b);
	if (k < 0) {
		own_unlock(b);
		return -1;
	}
	b->n = k;
	own_unlock(b);
	return 0;
}

int plain_bad(struct busy *b, int k)
{
	pthread_mutex_lock(&b->mu);
	if (k < 0)
		return -1; // @expect unreleased-lock
	b->n = k;
	pthread_mutex_unlock(&b->mu);
	return 0;
}
