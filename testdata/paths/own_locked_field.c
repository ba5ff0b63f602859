/* A field of the object says whether its lock is held. A library. */
#include <pthread.h>
#include <stdbool.h>
extern int probe(int);
struct ctx { pthread_mutex_t mu; bool locked; int n; };
static void ctx_lock(struct ctx *c) { pthread_mutex_lock(&c->mu); c->locked = true; }
static void ctx_unlock(struct ctx *c) { c->locked = false; pthread_mutex_unlock(&c->mu); }
int helpers_ok(struct ctx *c)
{
	int rc = -1;
	ctx_lock(c);
	if (probe(1))
		goto out;
	ctx_unlock(c);
	if (probe(2))
		goto out;
	ctx_lock(c);
	c->n++;
	rc = 0;
out:
	if (c->locked)
		ctx_unlock(c);
	return rc;
}
int in_place_ok(struct ctx *c)
{
	int rc = -1;
	pthread_mutex_lock(&c->mu);
	c->locked = true;
	if (probe(1))
		goto out;
	c->locked = false;
	pthread_mutex_unlock(&c->mu);
	if (probe(2))
		goto out;
	return 0;
out:
	if (c->locked)
		pthread_mutex_unlock(&c->mu);
	return rc;
}

int no_test_bad(struct ctx *c)
{
	pthread_mutex_lock(&c->mu);
	c->locked = true;
	if (probe(1))
		goto out;
	c->locked = false;
	pthread_mutex_unlock(&c->mu);
	if (probe(2))
		goto out;
	return 0;
out:
	pthread_mutex_unlock(&c->mu); // @expect release-not-held
	return -1;
}
