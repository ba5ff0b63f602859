/* SPDX-License-Identifier: MIT */
/* Lock functions whose result says in different ways whether the lock is held:
 * true, positive, negative, a count, an out parameter; and functions that lock
 * or unlock as a parameter says. A library. */
#include <pthread.h>
#include <stdbool.h>

struct door {
	pthread_mutex_t lock;
	int open, visits;
};

/* true: held */
static bool door_enter(struct door *d)
{
	pthread_mutex_lock(&d->lock);
	if (d->open)
		return true;
	pthread_mutex_unlock(&d->lock);
	return false;
}

bool enter_ok(struct door *d)
{
	if (!door_enter(d))
		return false;
	d->visits++;
	pthread_mutex_unlock(&d->lock);
	return true;
}

bool enter_bad(struct door *d)
{
	if (door_enter(d))
		return false; // @expect unreleased-lock
	d->visits++;
	pthread_mutex_unlock(&d->lock); // @expect-any release-not-held
	return true;
}

/* negative: an error, not held; else the number of visits, held */
static int door_visits(struct door *d)
{
	pthread_mutex_lock(&d->lock);
	if (!d->open) {
		pthread_mutex_unlock(&d->lock);
		return -1;
	}
	return d->visits > 0 ? d->visits : 0;
}

int visits_ok(struct door *d)
{
	int n = door_visits(d);

	if (n == -1)
		return 0;
	d->visits = 0;
	pthread_mutex_unlock(&d->lock);
	return n;
}

int visits_bad(struct door *d)
{
	int n = door_visits(d);

	d->visits = 0;
	if (n == -1)
		pthread_mutex_unlock(&d->lock); // @expect release-not-held
	return n; // @expect-any unreleased-lock
}

/* Says through its argument whether it holds the lock. */
static void door_ask(struct door *d, bool *held)
{
	*held = pthread_mutex_trylock(&d->lock) == 0;
}

int ask_ok(struct door *d)
{
	bool held;

	door_ask(d, &held);
	if (!held)
		return -1;
	d->visits++;
	pthread_mutex_unlock(&d->lock);
	return 0;
}

int ask_bad(struct door *d)
{
	bool held;

	door_ask(d, &held);
	d->visits++;
	if (!held)
		pthread_mutex_unlock(&d->lock); // @expect release-not-held
	return 0; // @expect-any unreleased-lock
}

/* Both ways in one function. */
static void door_set(struct door *d, bool lock)
{
	if (lock)
		pthread_mutex_lock(&d->lock);
	else
		pthread_mutex_unlock(&d->lock);
}

void set_ok(struct door *d)
{
	door_set(d, true);
	d->open = 1;
	door_set(d, false);
}

void set_bad(struct door *d)
{
	door_set(d, true);
	d->open = 1;
	door_set(d, true); // @expect double-acquire
}

int set_early_bad(struct door *d)
{
	door_set(d, true);
	if (d->open)
		return -1; // @expect unreleased-lock
	d->open = 1;
	door_set(d, false);
	return 0;
}
