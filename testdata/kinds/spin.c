/* SPDX-License-Identifier: MIT */
/* Spin locks. A library. */
#include <pthread.h>
#include <errno.h>

struct counter {
	pthread_spinlock_t spin;
	pthread_spinlock_t other;
	long n;
};

void spin_twice_bad(struct counter *c)
{
	pthread_spin_lock(&c->spin);
	c->n++;
	pthread_spin_lock(&c->spin); // @expect double-acquire
	c->n++;
	pthread_spin_unlock(&c->spin);
}

void spin_twice_ok(struct counter *c)
{
	pthread_spin_lock(&c->spin);
	c->n++;
	pthread_spin_unlock(&c->spin);
	pthread_spin_lock(&c->spin);
	c->n++;
	pthread_spin_unlock(&c->spin);
}

int spin_error_bad(struct counter *c)
{
	pthread_spin_lock(&c->spin);
	if (c->n < 0)
		return -ERANGE; // @expect unreleased-lock
	c->n--;
	pthread_spin_unlock(&c->spin);
	return 0;
}

int spin_error_ok(struct counter *c)
{
	int rc = 0;

	pthread_spin_lock(&c->spin);
	if (c->n < 0)
		rc = -ERANGE;
	else
		c->n--;
	pthread_spin_unlock(&c->spin);
	return rc;
}

void spin_try_bad(struct counter *c)
{
	pthread_spin_trylock(&c->spin); // @expect trylock-unchecked
	c->n++;
	pthread_spin_unlock(&c->spin);
}

void spin_try_ok(struct counter *c)
{
	if (pthread_spin_trylock(&c->spin) == EBUSY)
		return;
	c->n++;
	pthread_spin_unlock(&c->spin);
}

void spin_wrong_bad(struct counter *c)
{
	pthread_spin_lock(&c->spin);
	c->n = 0;
	pthread_spin_unlock(&c->other); // @expect release-not-held
} // @expect-any unreleased-lock

void spin_wrong_ok(struct counter *c)
{
	pthread_spin_lock(&c->other);
	c->n = 0;
	pthread_spin_unlock(&c->other);
}
