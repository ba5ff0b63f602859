/* Flags in an array, a bit that is toggled. */
#include <pthread.h>
#include <stdbool.h>

extern int probe(int);
struct op { pthread_mutex_t mu, mv; int v; };

int array_flags_ok(struct op *o)
{
	bool held[2] = { false, false };

	if (probe(1)) {
		pthread_mutex_lock(&o->mu);
		held[0] = true;
	}
	if (probe(2)) {
		pthread_mutex_lock(&o->mv);
		held[1] = true;
	}
	if (held[1])
		pthread_mutex_unlock(&o->mv);
	if (held[0])
		pthread_mutex_unlock(&o->mu);
	return 0;
}

int xor_ok(struct op *o)
{
	int st = 0;

	if (probe(1)) {
		pthread_mutex_lock(&o->mu);
		st ^= 1;
	}
	probe(2);
	if (st)
		pthread_mutex_unlock(&o->mu);
	return 0;
}

int array_bad(struct op *o)
{
	bool held[2] = { false, false };

	if (probe(1)) {
		pthread_mutex_lock(&o->mu);
		held[0] = true;
	}
	if (held[1] || (held[0] && o->v))
		pthread_mutex_unlock(&o->mu);
	return 0; // @expect unreleased-lock
}

int xor_bad(struct op *o)
{
	int st = 0;

	if (probe(1)) {
		pthread_mutex_lock(&o->mu);
		st ^= 1;
	}
	st ^= 1;
	if (st)
		pthread_mutex_unlock(&o->mu); // @expect release-not-held
	return 0; // @expect unreleased-lock
}
