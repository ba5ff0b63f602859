/* SPDX-License-Identifier: MIT */
/*
 * Private to store/ and report/: statements on a store, with our errors. Every
 * function that can fail returns -1 and a sentence that names the database.
 */
#ifndef LC_STORE_SQL_H
#define LC_STORE_SQL_H

#include <sqlite3.h>

#include "store/store.h"

struct lc_store {
	sqlite3 *db;
	char *name; /* for messages: the path, or "in memory" */
	bool fresh; /* opened with create */
};

/* The sentence for SQLite's last error on this store; always -1. */
int lc_sql_fail(struct lc_store *s, struct lc_error *err);
int lc_sql_exec(struct lc_store *s, const char *sql, struct lc_error *err);
/* *stmt is NULL on failure (sqlite3_finalize takes NULL). */
int lc_sql_prepare(struct lc_store *s, sqlite3_stmt **stmt, const char *sql,
		   struct lc_error *err);
/* 1 = a row, 0 = done. */
int lc_sql_step(struct lc_store *s, sqlite3_stmt *stmt, struct lc_error *err);
/* Binds, steps once, resets. */
int lc_sql_insert(struct lc_store *s, sqlite3_stmt *stmt, struct lc_error *err,
		  const char *fmt, ...);
/* fmt: n uint32_t number (uint32_t) · i index, stored + 1 (uint32_t; LC_NONE is
 * NULL) · r row id (uint32_t; 0 is NULL) · t text (const char *) · b bool
 * (int). One letter a parameter. */

/* Column as text, never NULL; as a number within uint32_t, else 0. */
const char *lc_sql_text(sqlite3_stmt *stmt, int col);
uint32_t lc_sql_number(sqlite3_stmt *stmt, int col);

/* Allows the statements prepared from here on nothing but reading. The caller
 * also asks sqlite3_stmt_readonly. */
void lc_sql_read_only(struct lc_store *s, bool on);
/* True if nothing but blanks, comments and semicolons is in `sql`. */
bool lc_sql_is_blank(const char *sql);

/* Words of the enumerations, as schema.sql lists them. */
const char *lc_strength_name(enum lc_strength v);
const char *lc_role_name(enum lc_step_role v);
enum lc_step_role lc_role_parse(const char *s); /* LC_ROLE_NOTE if unknown */
const char *lc_exit_kind_name(enum lc_exit_kind v);
const char *lc_bad_release_name(enum lc_bad_release v);
const char *lc_unit_status_name(enum lc_unit_status v);

#endif
