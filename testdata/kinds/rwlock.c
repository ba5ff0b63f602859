/* SPDX-License-Identifier: MIT */
/* Read-write locks: upgrade, downgrade by release, write twice, modes in
 * wrappers, error paths. A library. */
#include <pthread.h>
#include <stddef.h>

struct config {
	pthread_rwlock_t lock;
	int value, version;
};

/* The writer waits for all readers, one of which is itself. */
void config_upgrade_bad(struct config *c, int value)
{
	pthread_rwlock_rdlock(&c->lock);
	if (c->value != value) {
		pthread_rwlock_wrlock(&c->lock); // @expect double-acquire
		c->value = value;
	}
	pthread_rwlock_unlock(&c->lock);
}

void config_upgrade_ok(struct config *c, int value)
{
	pthread_rwlock_rdlock(&c->lock);
	if (c->value != value) {
		pthread_rwlock_unlock(&c->lock);
		pthread_rwlock_wrlock(&c->lock);
		c->value = value;
	}
	pthread_rwlock_unlock(&c->lock);
}

static void config_set(struct config *c, int value)
{
	pthread_rwlock_wrlock(&c->lock);
	c->value = value;
	c->version++;
	pthread_rwlock_unlock(&c->lock);
}

static int config_get(struct config *c)
{
	int value;

	pthread_rwlock_rdlock(&c->lock);
	value = c->value;
	pthread_rwlock_unlock(&c->lock);
	return value;
}

void config_call_bad(struct config *c)
{
	pthread_rwlock_rdlock(&c->lock);
	if (c->version == 0)
		config_set(c, 1); // @expect double-acquire
	pthread_rwlock_unlock(&c->lock);
}

void config_call_ok(struct config *c)
{
	int version;

	pthread_rwlock_rdlock(&c->lock);
	version = c->version;
	pthread_rwlock_unlock(&c->lock);
	if (version == 0)
		config_set(c, 1);
}

/* Read while writing: the same. */
int config_read_bad(struct config *c)
{
	int value;

	pthread_rwlock_wrlock(&c->lock);
	c->version++;
	value = config_get(c); // @expect double-acquire
	pthread_rwlock_unlock(&c->lock);
	return value;
}

int config_read_ok(struct config *c)
{
	pthread_rwlock_wrlock(&c->lock);
	c->version++;
	pthread_rwlock_unlock(&c->lock);
	return config_get(c);
}

int config_error_bad(struct config *c)
{
	int value;

	pthread_rwlock_rdlock(&c->lock);
	if (c->version < 0)
		return -1; // @expect unreleased-lock
	value = c->value;
	pthread_rwlock_unlock(&c->lock);
	return value;
}

int config_error_ok(struct config *c)
{
	int value = -1;

	pthread_rwlock_rdlock(&c->lock);
	if (c->version >= 0)
		value = c->value;
	pthread_rwlock_unlock(&c->lock);
	return value;
}

int config_try_bad(struct config *c)
{
	pthread_rwlock_tryrdlock(&c->lock); // @expect trylock-unchecked
	c->version++;
	pthread_rwlock_unlock(&c->lock);
	return 0;
}

int config_try_ok(struct config *c)
{
	if (pthread_rwlock_trywrlock(&c->lock) != 0)
		return -1;
	c->version++;
	pthread_rwlock_unlock(&c->lock);
	return 0;
}
