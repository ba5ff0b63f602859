/* SPDX-License-Identifier: MIT */
/* Statements, errors and the words of enumerations. See sql.h. */
#include "store/sql.h"

int lc_sql_fail(struct lc_store *s, struct lc_error *err)
{
	const char *why = sqlite3_errmsg(s->db);

	switch (sqlite3_errcode(s->db) & 0xff) {
	case SQLITE_NOTADB:
		return lc_fail(err, "%s is not a lockcheck database", s->name);
	case SQLITE_CORRUPT:
	case SQLITE_MISMATCH:
		return lc_fail(err, "the database %s is damaged (%s): run "
				    "'lockcheck check' again", s->name, why);
	default:
		return lc_fail(err, "the database %s: %s", s->name, why);
	}
}

int lc_sql_exec(struct lc_store *s, const char *sql, struct lc_error *err)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return lc_sql_fail(s, err);
	return 0;
}

int lc_sql_prepare(struct lc_store *s, sqlite3_stmt **stmt, const char *sql,
		   struct lc_error *err)
{
	if (sqlite3_prepare_v2(s->db, sql, -1, stmt, NULL) != SQLITE_OK)
		return lc_sql_fail(s, err);
	return 0;
}

int lc_sql_step(struct lc_store *s, sqlite3_stmt *stmt, struct lc_error *err)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return lc_sql_fail(s, err);
	}
}

static void bind(sqlite3_stmt *stmt, int i, char letter, va_list *ap)
{
	uint32_t n;

	switch (letter) {
	case 'n':
		sqlite3_bind_int64(stmt, i, va_arg(*ap, uint32_t));
		return;
	case 'b':
		sqlite3_bind_int(stmt, i, va_arg(*ap, int) != 0);
		return;
	case 'i':
		n = va_arg(*ap, uint32_t);
		if (n != LC_NONE)
			sqlite3_bind_int64(stmt, i, (sqlite3_int64)n + 1);
		return;
	case 'r':
		n = va_arg(*ap, uint32_t);
		if (n)
			sqlite3_bind_int64(stmt, i, n);
		return;
	case 't':
		sqlite3_bind_text(stmt, i, va_arg(*ap, const char *), -1,
				  SQLITE_STATIC);
		return;
	default:
		LC_BUG("unknown letter of lc_sql_insert");
	}
}

int lc_sql_insert(struct lc_store *s, sqlite3_stmt *stmt, struct lc_error *err,
		  const char *fmt, ...)
{
	va_list ap;
	int rc;

	sqlite3_clear_bindings(stmt); /* so that "none" stays NULL */
	va_start(ap, fmt);
	for (int i = 0; fmt[i]; i++)
		bind(stmt, i + 1, fmt[i], &ap);
	va_end(ap);
	rc = lc_sql_step(s, stmt, err);
	sqlite3_reset(stmt);
	return rc;
}

const char *lc_sql_text(sqlite3_stmt *stmt, int col)
{
	const char *s = (const char *)sqlite3_column_text(stmt, col);

	return s ? s : "";
}

uint32_t lc_sql_number(sqlite3_stmt *stmt, int col)
{
	sqlite3_int64 n = sqlite3_column_int64(stmt, col);

	return n < 0 || n > UINT32_MAX ? 0 : (uint32_t)n;
}

/* Table-valued forms of these are how people look at a schema. */
static bool harmless_pragma(const char *name)
{
	return name && (!sqlite3_stricmp(name, "table_info") ||
			!sqlite3_stricmp(name, "table_xinfo") ||
			!sqlite3_stricmp(name, "table_list"));
}

static int only_reading(void *ctx, int action, const char *a, const char *b,
			const char *db, const char *trigger)
{
	(void)ctx, (void)b, (void)db, (void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_UPDATE:
		/* How SQLite declares a table-valued function (json_each) on its
		 * first use. A true UPDATE is not sqlite3_stmt_readonly. */
		return a && !strcmp(a, "sqlite_master") ? SQLITE_OK
							: SQLITE_DENY;
	case SQLITE_PRAGMA:
		return harmless_pragma(a) ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

void lc_sql_read_only(struct lc_store *s, bool on)
{
	sqlite3_set_authorizer(s->db, on ? only_reading : NULL, NULL);
}

bool lc_sql_is_blank(const char *sql)
{
	for (;;) {
		sql += strspn(sql, " \t\r\n\f;");
		if (!strncmp(sql, "--", 2)) {
			sql += strcspn(sql, "\n");
		} else if (!strncmp(sql, "/*", 2)) {
			sql = strstr(sql + 2, "*/");
			if (!sql)
				return true;
			sql += 2;
		} else {
			return !*sql;
		}
	}
}

static const char *const strengths[] = { "sure", "possible" };
static const char *const roles[] = { "entry", "call", "acquire", "release",
				     "want", "branch", "exit", "note" };
static const char *const exits[] = { "return", "thread-end", "main-end",
				     "loop" };
static const char *const releases[] = { "never", "double", "wrong-lock",
					"failed-try", "some-path", "wait" };
static const char *const statuses[] = { "ok", "errors", "failed", "crashed",
					"timeout" };

#define WORD(words, v) ((unsigned)(v) < LC_LEN(words) ? (words)[v] : "unknown")

const char *lc_strength_name(enum lc_strength v)
{
	return WORD(strengths, v);
}

const char *lc_role_name(enum lc_step_role v)
{
	return WORD(roles, v);
}

enum lc_step_role lc_role_parse(const char *s)
{
	for (unsigned i = 0; i < LC_LEN(roles); i++)
		if (!strcmp(s, roles[i]))
			return (enum lc_step_role)i;
	return LC_ROLE_NOTE;
}

const char *lc_exit_kind_name(enum lc_exit_kind v)
{
	return WORD(exits, v);
}

const char *lc_bad_release_name(enum lc_bad_release v)
{
	return WORD(releases, v);
}

const char *lc_unit_status_name(enum lc_unit_status v)
{
	return WORD(statuses, v);
}
