/* SPDX-License-Identifier: MIT */
/* Success keeps the lock, every failure that took it releases it; success is also
 * returned on a way that never took it (lmdb mdb_txn_renew0: a write transaction
 * holds the lock until commit; read-only ones do not). No lock-like name. What
 * counts: of the paths that took the lock, return class 0 keeps it and non-zero
 * releases it - that is consistent. A library. */
#include <pthread.h>
struct env { pthread_mutex_t *wmutex; int txnid, fatal; };
struct txn { struct env *env; int rdonly, id; };

static void txn_end(struct txn *t)
{
	t->id = 0;
	if (!t->rdonly)
		pthread_mutex_unlock(t->env->wmutex);
}

static int txn_renew(struct txn *t)
{
	int rc;

	if (t->rdonly) {
		t->id = t->env->txnid;
	} else {
		if ((rc = pthread_mutex_lock(t->env->wmutex)))
			return rc;
		t->id = t->env->txnid + 1;
	}
	if (t->env->fatal)
		rc = -30795;
	else
		return 0;
	txn_end(t);
	return rc;
}

int txn_do_ok(struct txn *t)
{
	int rc = txn_renew(t);

	if (rc)
		return rc;
	t->env->txnid = t->id;
	txn_end(t);
	return 0;
}

/* The other way round: the failure keeps it. */
int txn_try_bad(struct env *e)
{
	pthread_mutex_lock(e->wmutex);
	if (e->fatal)
		return -1; // @expect unreleased-lock
	e->txnid++;
	pthread_mutex_unlock(e->wmutex);
	return 0;
}
