/* SPDX-License-Identifier: MIT */
/* Opening, closing and the small reads of a store. Writing is in write.c, the
 * query verb in query.c. */
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/sql.h"

static const char schema[] =
#include "schema.inc"
	;

/* A number out of a PRAGMA; -1 with a sentence, *value untouched. */
static int pragma(struct lc_store *s, const char *sql, int *value,
		  struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(s, &stmt, sql, err);

	if (rc == 0) {
		rc = lc_sql_step(s, stmt, err);
		if (rc == 1)
			*value = sqlite3_column_int(stmt, 0);
	}
	sqlite3_finalize(stmt);
	return rc < 0 ? -1 : 0;
}

/* Rollback is needed (a rule that fails must leave no findings), a file that
 * survives a power cut is not: nobody sees it before it is complete. */
static int create_schema(struct lc_store *s, struct lc_error *err)
{
	char set[128];
	int tables = 0;

	if (pragma(s, "SELECT count(*) FROM sqlite_schema", &tables, err) < 0)
		return -1;
	if (tables)
		return lc_fail(err, "cannot create the database %s: there is "
				    "one already", s->name);
	snprintf(set, sizeof(set),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 LC_STORE_APPLICATION_ID, LC_STORE_SCHEMA);
	if (lc_sql_exec(s, "PRAGMA journal_mode = MEMORY;"
			   "PRAGMA synchronous = OFF;"
			   "PRAGMA locking_mode = EXCLUSIVE;"
			   "PRAGMA temp_store = MEMORY;"
			   "PRAGMA cache_size = -65536;", err) < 0)
		return -1;
	if (lc_sql_exec(s, set, err) < 0)
		return -1;
	return lc_sql_exec(s, schema, err);
}

static int check_schema(struct lc_store *s, struct lc_error *err)
{
	int id = 0, version = 0;

	if (pragma(s, "PRAGMA application_id", &id, err) < 0 ||
	    pragma(s, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (id != LC_STORE_APPLICATION_ID)
		return lc_fail(err, "%s is not a lockcheck database", s->name);
	if (version != LC_STORE_SCHEMA)
		return lc_fail(err, "%s was written by another version of "
				    "lockcheck (its schema is %d, this one's "
				    "is %d): run 'lockcheck check' again",
			       s->name, version, LC_STORE_SCHEMA);
	return 0;
}

int lc_store_open(struct lc_store **store, const char *path, bool create,
		  struct lc_error *err)
{
	struct lc_store *s;
	int flags = create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
			   : SQLITE_OPEN_READONLY;
	int rc;

	*store = NULL;
	LC_CHECK(path || create);
	if (!create && access(path, R_OK) != 0)
		return lc_fail(err, "cannot open the database %s: %s", path,
			       strerror(errno));
	s = lc_alloc(sizeof(*s));
	s->name = lc_strdup(path ? path : "in memory");
	s->fresh = create;
	rc = sqlite3_open_v2(path ? path : ":memory:", &s->db, flags, NULL);
	if (rc != SQLITE_OK) {
		rc = lc_fail(err, "cannot open the database %s: %s", s->name,
			     s->db ? sqlite3_errmsg(s->db)
				   : sqlite3_errstr(rc));
		goto fail;
	}
	/* A database is data: its views must not call what we did not mean. */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if ((create ? create_schema(s, err) : check_schema(s, err)) < 0)
		goto fail;
	*store = s;
	return 0;
fail:
	lc_store_close(s);
	return -1;
}

int lc_store_update(struct lc_store **store, const char *path,
		    struct lc_error *err)
{
	struct lc_store *s;

	*store = NULL;
	if (access(path, F_OK) != 0)
		return lc_store_open(store, path, true, err);
	s = lc_alloc(sizeof(*s));
	s->name = lc_strdup(path);
	if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK) {
		lc_fail(err, "cannot open the database %s: %s", path,
			s->db ? sqlite3_errmsg(s->db) : "no memory");
		goto fail;
	}
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_busy_timeout(s->db, 5000);
	if (check_schema(s, err) < 0)
		goto fail;
	*store = s;
	return 0;
fail:
	lc_store_close(s);
	return -1;
}

void lc_store_close(struct lc_store *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	free(s->name);
	free(s);
}

char *lc_store_meta(struct lc_store *s, const char *key)
{
	sqlite3_stmt *stmt;
	char *value = NULL;

	if (lc_sql_prepare(s, &stmt, "SELECT value FROM meta WHERE key = ?1",
			   NULL) < 0)
		return NULL;
	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	if (lc_sql_step(s, stmt, NULL) == 1)
		value = lc_strdup(lc_sql_text(stmt, 0));
	sqlite3_finalize(stmt);
	return value;
}

int lc_store_set_meta(struct lc_store *s, const char *key, const char *value,
		      struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = -1;

	if (lc_sql_prepare(s, &stmt,
			   "INSERT OR REPLACE INTO meta VALUES (?1, ?2)",
			   err) == 0)
		rc = lc_sql_insert(s, stmt, err, "tt", key, value);
	sqlite3_finalize(stmt);
	return rc;
}

int lc_store_units(struct lc_store *s,
		   int (*each)(void *ctx, const struct lc_unit *unit),
		   void *ctx, struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = 0, stop = 0;

	if (lc_sql_prepare(s, &stmt, "SELECT flow, name FROM unit ORDER BY id",
			   err) < 0)
		return -1;
	while (!stop && (rc = lc_sql_step(s, stmt, err)) == 1) {
		struct lc_error why = LC_ERROR_INIT;
		struct lc_unit unit;
		const void *bytes = sqlite3_column_blob(stmt, 0);
		int n = sqlite3_column_bytes(stmt, 0);

		lc_unit_init(&unit);
		if (lc_unit_decode(&unit, bytes, (size_t)n, &why) < 0) {
			stop = lc_fail(err, "the database %s is damaged: "
					    "unit %s: %s", s->name,
				       lc_sql_text(stmt, 1), why.text);
			lc_error_release(&why);
		} else {
			stop = each(ctx, &unit);
		}
		lc_unit_release(&unit);
	}
	sqlite3_finalize(stmt);
	return stop ? stop : rc;
}
