/* What single bits tell of several, and several of single ones. */
#include <pthread.h>

enum { WAIT = 1, TRY = 2, QUIET = 4 };
struct ctx { pthread_mutex_t mu; int n; };

int get_ok(struct ctx *c, unsigned how)
{
	int v;

	if (how & TRY) {
		if (pthread_mutex_trylock(&c->mu))
			return -1;
	} else if (how & WAIT) {
		pthread_mutex_lock(&c->mu);
	}
	v = c->n++;
	if (how & (WAIT | TRY))
		pthread_mutex_unlock(&c->mu);
	return v;
}

int any_ok(struct ctx *c, unsigned how)
{
	if (how & (WAIT | TRY))
		pthread_mutex_lock(&c->mu);
	c->n++;
	if (how & WAIT)
		pthread_mutex_unlock(&c->mu);
	else if (how & TRY)
		pthread_mutex_unlock(&c->mu);
	return 0;
}

int other_bad(struct ctx *c, unsigned how)
{
	if (how & WAIT)
		pthread_mutex_lock(&c->mu);
	c->n++;
	if (how & (QUIET | TRY))
		pthread_mutex_unlock(&c->mu); // @expect-any release-not-held
	return 0; // @expect unreleased-lock
}
