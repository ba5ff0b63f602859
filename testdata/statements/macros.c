/* SPDX-License-Identifier: MIT */
/* Lock macros: do/while(0), hidden return, for-scopes, nested. A library. */
#include <pthread.h>
#include <stdio.h>

struct conn {
	pthread_mutex_t lock;
	pthread_mutex_t stats_lock;
	int fd, state;
	long bytes;
};

#define CONN_LOCK(c)   do { pthread_mutex_lock(&(c)->lock); } while (0)
#define CONN_UNLOCK(c) do { pthread_mutex_unlock(&(c)->lock); } while (0)

#define LOCK_OR_RETURN(m, rc) do { \
	if (pthread_mutex_lock(m) != 0) \
		return (rc); \
} while (0)

#define CHECK(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s: %s\n", __func__, #cond); \
		return -1; \
	} \
} while (0)

#define CHECK_GOTO(cond, label) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s: %s\n", __func__, #cond); \
		goto label; \
	} \
} while (0)

/* A block that runs with the lock held. */
#define WITH_LOCK(m) \
	for (int once_ = (pthread_mutex_lock(m), 1); once_; \
	     once_ = (pthread_mutex_unlock(m), 0))
#define WITH_CONN(c) WITH_LOCK(&(c)->lock)

int conn_check_bad(struct conn *c)
{
	CONN_LOCK(c);
	CHECK(c->fd >= 0); // @expect unreleased-lock
	c->state = 1;
	CONN_UNLOCK(c);
	return 0;
}

int conn_check_ok(struct conn *c)
{
	int rc = -1;

	CONN_LOCK(c);
	CHECK_GOTO(c->fd >= 0, out);
	c->state = 1;
	rc = 0;
out:
	CONN_UNLOCK(c);
	return rc;
}

/* When the second lock fails, the macro returns with the first one held. */
int conn_both_bad(struct conn *c, long n)
{
	LOCK_OR_RETURN(&c->lock, -1);
	LOCK_OR_RETURN(&c->stats_lock, -1); // @expect unreleased-lock
	c->bytes += n;
	pthread_mutex_unlock(&c->stats_lock);
	pthread_mutex_unlock(&c->lock);
	return 0;
}

int conn_both_ok(struct conn *c, long n)
{
	LOCK_OR_RETURN(&c->lock, -1);
	if (pthread_mutex_lock(&c->stats_lock) != 0) {
		pthread_mutex_unlock(&c->lock);
		return -1;
	}
	c->bytes += n;
	pthread_mutex_unlock(&c->stats_lock);
	pthread_mutex_unlock(&c->lock);
	return 0;
}

int conn_with_ok(struct conn *c)
{
	int state = 0;

	WITH_CONN(c) {
		state = c->state;
		c->state = 2;
	}
	return state;
}

int conn_with_bad(struct conn *c)
{
	WITH_CONN(c) {
		if (c->fd < 0)
			return -1; // @expect unreleased-lock
		c->state = 2;
	}
	return 0;
}

int conn_with_break_bad(struct conn *c)
{
	WITH_CONN(c) {
		if (c->fd < 0)
			break;
		c->state = 3;
	}
	return 0; // @expect unreleased-lock
}

void conn_twice_bad(struct conn *c)
{
	CONN_LOCK(c);
	c->state = 4;
	CONN_LOCK(c); // @expect double-acquire
	c->bytes = 0;
	CONN_UNLOCK(c);
}

void conn_twice_ok(struct conn *c)
{
	CONN_LOCK(c);
	c->state = 4;
	CONN_UNLOCK(c);
	CONN_LOCK(c);
	c->bytes = 0;
	CONN_UNLOCK(c);
}
