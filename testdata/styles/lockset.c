/* @silent: lock manager: list of held locks, release all, nested begin/end transactions, savepoints */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#define MAXH 8
struct lk { pthread_rwlock_t rw; int id; };
struct txn { struct lk *held[MAXH]; int nheld; bool active, failed; };
static struct lk table[32];
static struct lk *lookup(int id) { return id >= 0 && id < 32 ? &table[id] : NULL; }
int txn_lock(struct txn *t, int id, bool write)
{
	struct lk *l = lookup(id);
	if (!l || t->nheld == MAXH)
		return -1;
	for (int i = 0; i < t->nheld; i++)
		if (t->held[i] == l)
			return 0;
	if (write)
		pthread_rwlock_wrlock(&l->rw);
	else
		pthread_rwlock_rdlock(&l->rw);
	t->held[t->nheld++] = l;
	return 0;
}
static void release_all(struct txn *t)
{
	while (t->nheld > 0) {
		struct lk *l = t->held[--t->nheld];
		pthread_rwlock_unlock(&l->rw);
	}
}
int txn_commit(struct txn *t)
{
	int rc = t->failed ? -1 : 0;
	release_all(t);
	t->active = false;
	return rc;
}
int move(int a, int b)
{
	struct txn t = { .active = true };
	if (txn_lock(&t, a, true) || txn_lock(&t, b, true)) {
		release_all(&t);
		return -1;
	}
	return txn_commit(&t);
}
struct db { pthread_mutex_t m; int depth; pthread_mutex_t log; };
static bool db_begin(struct db *d)
{
	pthread_mutex_lock(&d->m);
	if (d->depth > 10) {
		pthread_mutex_unlock(&d->m);
		return false;
	}
	d->depth++;
	return true;
}
static void db_end(struct db *d)
{
	d->depth--;
	pthread_mutex_unlock(&d->m);
}
static int db_log(struct db *d, const char *s)
{
	int rc = -1;
	pthread_mutex_lock(&d->log);
	if (s && *s)
		rc = 0;
	pthread_mutex_unlock(&d->log);
	return rc;
}
int db_run(struct db *d, int n)
{
	int done = 0;
	for (int i = 0; i < n; i++) {
		if (!db_begin(d))
			return done;
		if (db_log(d, "x") < 0) {
			db_end(d);
			continue;
		}
		done++;
		db_end(d);
		if (done > 100)
			return done;
	}
	return done;
}
