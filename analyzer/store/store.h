/* SPDX-License-Identifier: MIT */
/*
 * The database: one SQLite file with everything a run found (schema.sql).
 * This folder is the only code that knows SQL, report/ reads through sql.h.
 *
 * A store is made in one go: open(create), write, judge, close. It has no
 * journal while it is being made, so write to a temporary name and rename the
 * file when all of it is there. After that it is only read.
 */
#ifndef LC_STORE_STORE_H
#define LC_STORE_STORE_H

#include "base/base.h"
#include "flow/flow.h"
#include "plan/plan.h"
#include "solve/facts.h"

/* The version of the tool that is written into databases and reports. */
#ifndef LC_VERSION
#define LC_VERSION "0.1.0"
#endif

/* "lkck" in the file's head; and the version of schema.sql: raise it with
 * every change of a table (a file of another version is refused). */
#define LC_STORE_APPLICATION_ID 0x6c6b636b
#define LC_STORE_SCHEMA 4

struct lc_store; /* opaque; one thread at a time */

/*
 * create: a new database at `path` (which must not hold anything yet), or in
 * memory if `path` is NULL. Else the existing one, read only. On -1 *store is
 * NULL and the sentence says what is wrong: no file, no database, not ours,
 * written by another version.
 */
int lc_store_open(struct lc_store **store, const char *path, bool create,
		  struct lc_error *err);
/* The existing database, to add runs and verdicts to it; where there is none
 * a new one without findings. */
int lc_store_update(struct lc_store **store, const char *path,
		    struct lc_error *err);
void lc_store_close(struct lc_store *store); /* NULL is fine */

/* All units and facts in one transaction, into a fresh store. `plan` may be
 * NULL (then no root is recorded). Nothing is kept of the arguments. */
int lc_store_write(struct lc_store *store, const struct lc_plan *plan,
		   const struct lc_unit *units, uint32_t nunits,
		   const struct lc_facts *facts, struct lc_error *err);

/* The value of meta `key` in memory to be freed, NULL if there is none. */
char *lc_store_meta(struct lc_store *store, const char *key);
/* Sets it, in place of an earlier value. */
int lc_store_set_meta(struct lc_store *store, const char *key,
		      const char *value, struct lc_error *err);

/*
 * Units as they were written (for `dump`): calls `each` with every unit in
 * order until it returns non-zero. The unit lives until `each` returns.
 * Returns -1 when the database is damaged, else what `each` returned last.
 */
int lc_store_units(struct lc_store *store,
		   int (*each)(void *ctx, const struct lc_unit *unit),
		   void *ctx, struct lc_error *err);

/*
 * Runs one SELECT and prints a header line and the rows: in columns when
 * `out` is a terminal, else with one tab between values. Control characters
 * are printed as \n, \t, \xNN. Statements that could change anything (also
 * PRAGMA and ATTACH) are refused.
 */
int lc_store_query(struct lc_store *store, const char *sql, FILE *out,
		   struct lc_error *err);

#endif
