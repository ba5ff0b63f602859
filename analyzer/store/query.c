/* SPDX-License-Identifier: MIT */
/* `lockcheck query`: one SELECT, printed. See store.h. */
#include <stdlib.h>
#include <unistd.h>

#include "store/sql.h"

/* Wider values are not padded to, so that one long text does not push every
 * other column off the screen. */
#define WIDTH_MAX 48

struct table {
	LC_ARRAY(char *) cells; /* row after row, the header first */
	uint32_t columns;
};

/* What a terminal or a script reads as one value: nothing of it moves the
 * cursor or ends the line. */
static char *printable(const char *s)
{
	struct lc_buf b = { 0 };

	lc_buf_str(&b, "");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '\n')
			lc_buf_str(&b, "\\n");
		else if (c == '\t')
			lc_buf_str(&b, "\\t");
		else if (c < 0x20 || c == 0x7f)
			lc_buf_printf(&b, "\\x%02x", c);
		else
			lc_buf_add(&b, s, 1);
	}
	return b.data;
}

static char *value(sqlite3_stmt *stmt, int col)
{
	if (sqlite3_column_type(stmt, col) == SQLITE_BLOB)
		return lc_asprintf("<%d bytes>",
				   sqlite3_column_bytes(stmt, col));
	return printable(lc_sql_text(stmt, col));
}

/* Characters, not bytes: close enough to columns for names and paths. */
static int width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void print_columns(const struct table *t, FILE *out)
{
	int *widths = lc_alloc(t->columns * sizeof(*widths));

	for (uint32_t i = 0; i < t->cells.len; i++) {
		int n = width(t->cells.data[i]);
		int *w = &widths[i % t->columns];

		if (n > *w)
			*w = n < WIDTH_MAX ? n : WIDTH_MAX;
	}
	for (uint32_t i = 0; i < t->cells.len; i++) {
		uint32_t col = i % t->columns;
		int pad = widths[col] - width(t->cells.data[i]);

		fputs(t->cells.data[i], out);
		if (col + 1 == t->columns)
			fputc('\n', out);
		else
			fprintf(out, "%*s", (pad > 0 ? pad : 0) + 2, "");
	}
	free(widths);
}

static void print_tabs(const struct table *t, FILE *out)
{
	for (uint32_t i = 0; i < t->cells.len; i++) {
		fputs(t->cells.data[i], out);
		fputc((i + 1) % t->columns ? '\t' : '\n', out);
	}
}

static void clear_cells(struct table *t)
{
	for (uint32_t i = 0; i < t->cells.len; i++)
		free(t->cells.data[i]);
	t->cells.len = 0;
}

static int fetch(struct lc_store *s, sqlite3_stmt *stmt, bool columns,
		 FILE *out, struct lc_error *err)
{
	struct table t = { .columns = (uint32_t)sqlite3_column_count(stmt) };
	int rc;

	for (uint32_t c = 0; c < t.columns; c++)
		*lc_push(&t.cells) =
			printable(sqlite3_column_name(stmt, (int)c));
	while ((rc = lc_sql_step(s, stmt, err)) == 1) {
		if (!columns) { /* a script may read millions: keep none */
			print_tabs(&t, out);
			clear_cells(&t);
		}
		for (uint32_t c = 0; c < t.columns; c++)
			*lc_push(&t.cells) = value(stmt, (int)c);
	}
	if (rc == 0 && columns)
		print_columns(&t, out);
	else
		print_tabs(&t, out);
	clear_cells(&t);
	lc_array_release(&t.cells);
	return rc;
}

static int refuse(struct lc_store *s, struct lc_error *err)
{
	if (sqlite3_errcode(s->db) == SQLITE_AUTH)
		return lc_fail(err, "only SELECT is allowed here: the query "
				    "would do more than read");
	if ((sqlite3_errcode(s->db) & 0xff) == SQLITE_ERROR)
		return lc_fail(err, "the query is not right: %s",
			       sqlite3_errmsg(s->db));
	return lc_sql_fail(s, err);
}

int lc_store_query(struct lc_store *s, const char *sql, FILE *out,
		   struct lc_error *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *rest = NULL;
	int rc;

	lc_sql_read_only(s, true);
	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, &rest) != SQLITE_OK)
		rc = refuse(s, err);
	else if (!stmt)
		rc = lc_fail(err, "the query is empty");
	else if (!sqlite3_stmt_readonly(stmt) ||
		 !sqlite3_column_count(stmt))
		rc = lc_fail(err, "only SELECT is allowed here");
	else if (!lc_sql_is_blank(rest))
		rc = lc_fail(err, "one query at a time: there is more after "
				  "the first ';'");
	else
		rc = fetch(s, stmt, isatty(fileno(out)), out, err);
	sqlite3_finalize(stmt);
	lc_sql_read_only(s, false);
	return rc;
}
