/* SPDX-License-Identifier: MIT */
/* One lock function for both ways: `mode & TRY` decides. Callers pass 0: that is no
 * try. Directly, and through a table of functions that is filled at run time
 * (libevent: 225 notes "ignores whether its try-lock succeeded"). A library. */
#include <pthread.h>
#include <stddef.h>
#define MODE_TRY 0x10u
struct lock_fns { int (*lock)(unsigned mode, void *l); int (*unlock)(unsigned mode, void *l); };
static struct lock_fns fns;
struct buf { void *lock; int n; };

static int posix_lock(unsigned mode, void *l)
{
	if (mode & MODE_TRY)
		return pthread_mutex_trylock(l);
	else
		return pthread_mutex_lock(l);
}

static int posix_unlock(unsigned mode, void *l)
{
	(void)mode;
	return pthread_mutex_unlock(l);
}

void use_posix_ok(void)
{
	struct lock_fns f = { posix_lock, posix_unlock };

	fns = f;
}

#define LOCK(b) do { if ((b)->lock) fns.lock(0, (b)->lock); } while (0)
#define UNLOCK(b) do { if ((b)->lock) fns.unlock(0, (b)->lock); } while (0)

int direct_ok(pthread_mutex_t *m, int *n)
{
	posix_lock(0, m);
	++*n;
	posix_unlock(0, m);
	return *n;
}

int table_ok(struct buf *b)
{
	int n;

	LOCK(b);
	n = b->n;
	UNLOCK(b);
	return n;
}

int table_set_ok(struct buf *b, int n)
{
	int rc = -1;

	LOCK(b);
	if (n < 0)
		goto out;
	b->n = n;
	rc = 0;
out:
	UNLOCK(b);
	return rc;
}

void direct_try_bad(pthread_mutex_t *m, int *n)
{
	posix_lock(MODE_TRY, m); // @expect trylock-unchecked
	++*n;
	posix_unlock(0, m); // @expect-any release-not-held
}
