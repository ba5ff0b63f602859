/* SPDX-License-Identifier: MIT */
/* Functions that return with a lock held, always or only on success, and what
 * their callers make of it. Such functions are no findings. A library. */
#include <pthread.h>
#include <stddef.h>

struct entry {
	pthread_mutex_t lock;
	struct entry *next;
	int key, value, dead;
};
struct index {
	pthread_mutex_t lock;
	struct entry *first;
};

/* Always. */
struct index *index_enter_ok(struct index *ix)
{
	pthread_mutex_lock(&ix->lock);
	return ix;
}

void index_leave_ok(struct index *ix)
{
	pthread_mutex_unlock(&ix->lock);
}

/* Only where an entry comes back: its lock is held, otherwise nothing is. */
struct entry *entry_get_ok(struct index *ix, int key)
{
	struct entry *e;

	pthread_mutex_lock(&ix->lock);
	for (e = ix->first; e; e = e->next)
		if (e->key == key)
			break;
	if (e)
		pthread_mutex_lock(&e->lock);
	pthread_mutex_unlock(&ix->lock);
	return e;
}

/* Zero means: held. */
int entry_grab_ok(struct entry *e)
{
	pthread_mutex_lock(&e->lock);
	if (e->dead) {
		pthread_mutex_unlock(&e->lock);
		return -1;
	}
	return 0;
}

void entry_put_ok(struct entry *e)
{
	pthread_mutex_unlock(&e->lock);
}

int index_count_ok(struct index *ix)
{
	int n = 0;

	index_enter_ok(ix);
	for (struct entry *e = ix->first; e; e = e->next)
		n++;
	index_leave_ok(ix);
	return n;
}

int index_count_bad(struct index *ix)
{
	int n = 0;

	index_enter_ok(ix);
	for (struct entry *e = ix->first; e; e = e->next)
		if (++n > 1000)
			return -1; // @expect unreleased-lock
	index_leave_ok(ix);
	return n;
}

int entry_read_ok(struct index *ix, int key)
{
	struct entry *e = entry_get_ok(ix, key);
	int value;

	if (!e)
		return -1;
	value = e->value;
	entry_put_ok(e);
	return value;
}

int entry_read_bad(struct index *ix, int key)
{
	struct entry *e = entry_get_ok(ix, key);
	int value;

	if (!e)
		return -1;
	if (e->dead)
		return -2; // @expect unreleased-lock
	value = e->value;
	entry_put_ok(e);
	return value;
}

int entry_set_ok(struct entry *e, int value)
{
	if (entry_grab_ok(e) != 0)
		return -1;
	e->value = value;
	entry_put_ok(e);
	return 0;
}

/* Puts what it did not get. */
int entry_set_bad(struct entry *e, int value)
{
	int rc = entry_grab_ok(e);

	if (rc == 0)
		e->value = value;
	entry_put_ok(e); // @expect release-not-held
	return rc;
}

int entry_kill_bad(struct entry *e)
{
	if (entry_grab_ok(e) != 0)
		return -1;
	e->dead = 1;
	if (entry_grab_ok(e) == 0) // @expect double-acquire
		entry_put_ok(e); // @expect-any release-not-held
	return 0; // @expect-any unreleased-lock
}

int entry_kill_ok(struct entry *e)
{
	if (entry_grab_ok(e) != 0)
		return -1;
	e->dead = 1;
	entry_put_ok(e);
	if (entry_grab_ok(e) == 0)
		entry_put_ok(e);
	return 0;
}

/* The error return keeps the lock, success lets it go: the wrong way round. */
int entry_clear_bad(struct entry *e)
{
	pthread_mutex_lock(&e->lock);
	if (e->dead)
		return -1; // @expect unreleased-lock
	e->value = 0;
	pthread_mutex_unlock(&e->lock);
	return 0;
}

int entry_clear_ok(struct entry *e)
{
	int rc = -1;

	pthread_mutex_lock(&e->lock);
	if (!e->dead) {
		e->value = 0;
		rc = 0;
	}
	pthread_mutex_unlock(&e->lock);
	return rc;
}
