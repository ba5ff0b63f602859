/* SPDX-License-Identifier: MIT */
/* if (c) lock(); … if (c) unlock(): by local, struct flag, parameter, mask,
 * and what breaks it. A library. */
#include <pthread.h>
#include <stdbool.h>

#define DB_SHARED 0x1
#define DB_SYNC   0x2

struct db {
	pthread_mutex_t lock;
	bool threaded;
	unsigned flags;
	int pages;
};

extern int db_write(struct db *db);

int db_local_ok(struct db *db, int n)
{
	bool locked = false;

	if (n > 0) {
		pthread_mutex_lock(&db->lock);
		locked = true;
	}
	db->pages += n;
	if (locked)
		pthread_mutex_unlock(&db->lock);
	return db->pages;
}

int db_local_bad(struct db *db, int n)
{
	bool locked = false;

	if (n > 0) {
		pthread_mutex_lock(&db->lock);
		locked = true;
	}
	db->pages += n;
	if (!locked)
		pthread_mutex_unlock(&db->lock); // @expect-any release-not-held
	return db->pages; // @expect unreleased-lock
}

int db_param_ok(struct db *db, bool lock)
{
	int n;

	if (lock)
		pthread_mutex_lock(&db->lock);
	n = db->pages;
	if (lock)
		pthread_mutex_unlock(&db->lock);
	return n;
}

/* The parameter is overwritten in between. */
int db_param_bad(struct db *db, int lock)
{
	int n;

	if (lock)
		pthread_mutex_lock(&db->lock);
	n = db->pages;
	lock = n > 10;
	if (lock == 0)
		return n; // @expect unreleased-lock
	pthread_mutex_unlock(&db->lock); // @expect-any release-not-held
	return n;
}

int db_field_ok(struct db *db)
{
	int n;

	if (db->threaded)
		pthread_mutex_lock(&db->lock);
	n = db->pages++;
	if (db->threaded)
		pthread_mutex_unlock(&db->lock);
	return n;
}

int db_field_bad(struct db *db)
{
	int n;

	if (db->threaded)
		pthread_mutex_lock(&db->lock);
	n = db->pages++;
	if (n < 0)
		return -1; // @expect unreleased-lock
	if (db->threaded)
		pthread_mutex_unlock(&db->lock);
	return n;
}

int db_mask_ok(struct db *db)
{
	int n;

	if (db->flags & DB_SHARED)
		pthread_mutex_lock(&db->lock);
	n = db->pages;
	if (db->flags & DB_SHARED)
		pthread_mutex_unlock(&db->lock);
	return n;
}

int db_mask_bad(struct db *db)
{
	int n;

	if (db->flags & DB_SHARED)
		pthread_mutex_lock(&db->lock);
	n = db->pages;
	if (db->flags & DB_SYNC)
		pthread_mutex_unlock(&db->lock); // @expect-any release-not-held
	return n; // @expect unreleased-lock
}

int db_early_ok(struct db *db, bool lock)
{
	if (lock)
		pthread_mutex_lock(&db->lock);
	if (db_write(db) < 0) {
		if (lock)
			pthread_mutex_unlock(&db->lock);
		return -1;
	}
	if (lock)
		pthread_mutex_unlock(&db->lock);
	return 0;
}

int db_early_bad(struct db *db, bool lock)
{
	if (lock)
		pthread_mutex_lock(&db->lock);
	if (db_write(db) < 0)
		return -1; // @expect unreleased-lock
	if (lock)
		pthread_mutex_unlock(&db->lock);
	return 0;
}
