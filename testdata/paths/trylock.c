/* SPDX-License-Identifier: MIT */
/* Try locks by their result: in place, through a variable, negated, compared,
 * as a bool, and the failed side. A library. */
#include <pthread.h>
#include <errno.h>
#include <stdbool.h>

struct stats {
	pthread_mutex_t lock;
	long in, out, skipped;
};

void stats_in_place_ok(struct stats *s)
{
	if (pthread_mutex_trylock(&s->lock) == 0) {
		s->in++;
		pthread_mutex_unlock(&s->lock);
	}
}

void stats_in_place_bad(struct stats *s)
{
	if (pthread_mutex_trylock(&s->lock) == 0)
		s->in++;
	pthread_mutex_unlock(&s->lock); // @expect release-not-held
}

int stats_variable_ok(struct stats *s)
{
	int rc = pthread_mutex_trylock(&s->lock);

	if (rc == EBUSY) {
		s->skipped++;
		return 0;
	}
	if (rc != 0)
		return -rc;
	s->out++;
	pthread_mutex_unlock(&s->lock);
	return 1;
}

int stats_variable_bad(struct stats *s)
{
	int rc = pthread_mutex_trylock(&s->lock);

	if (rc == EBUSY) {
		s->skipped++;
		return 0;
	}
	if (rc == 0)
		return 1; // @expect unreleased-lock
	return -rc;
}

bool stats_negated_ok(struct stats *s)
{
	if (!pthread_mutex_trylock(&s->lock)) {
		s->in = s->out = 0;
		pthread_mutex_unlock(&s->lock);
		return true;
	}
	return false;
}

/* The sense is the wrong way round. */
bool stats_negated_bad(struct stats *s)
{
	if (pthread_mutex_trylock(&s->lock)) {
		s->in = s->out = 0;
		pthread_mutex_unlock(&s->lock); // @expect release-not-held
		return true;
	}
	return false; // @expect unreleased-lock
}

long stats_bool_ok(struct stats *s)
{
	bool got = pthread_mutex_trylock(&s->lock) == 0;
	long n;

	if (!got)
		return -1;
	n = s->in - s->out;
	pthread_mutex_unlock(&s->lock);
	return n;
}

long stats_bool_bad(struct stats *s)
{
	bool got = pthread_mutex_trylock(&s->lock) == 0;
	long n;

	if (!got)
		pthread_mutex_unlock(&s->lock); // @expect release-not-held
	n = s->in - s->out;
	if (got)
		pthread_mutex_unlock(&s->lock);
	return n;
}

/* Try, then wait: held either way. */
void stats_fallback_ok(struct stats *s)
{
	if (pthread_mutex_trylock(&s->lock) != 0) {
		s->skipped++;
		pthread_mutex_lock(&s->lock);
	}
	s->in++;
	pthread_mutex_unlock(&s->lock);
}

void stats_fallback_bad(struct stats *s)
{
	if (pthread_mutex_trylock(&s->lock) == 0) {
		s->skipped++;
		pthread_mutex_lock(&s->lock); // @expect double-acquire
	}
	s->in++;
	pthread_mutex_unlock(&s->lock); // @expect-any release-not-held
}

void stats_retry_ok(struct stats *s)
{
	int tries = 0;

	while (pthread_mutex_trylock(&s->lock) != 0)
		if (++tries == 100)
			return;
	s->in++;
	pthread_mutex_unlock(&s->lock);
}

void stats_retry_bad(struct stats *s)
{
	int tries = 0;

	while (pthread_mutex_trylock(&s->lock) != 0)
		if (++tries == 100)
			break;
	s->in++;
	pthread_mutex_unlock(&s->lock); // @expect release-not-held
}
