/* SPDX-License-Identifier: MIT */
/* What the user gave → tables. See given.h. */
#include "store/given.h"

#include <stdlib.h>

#include "store/sql.h"

static int write_suppressions(struct lc_store *s,
			      const struct lc_suppressions *list,
			      struct lc_error *err)
{
	sqlite3_stmt *site = NULL, *row = NULL;
	int rc = lc_sql_prepare(s, &site, "INSERT INTO site (file, line, col, "
					  "macro) VALUES (?1, ?2, ?3, '')", err);

	if (rc == 0)
		rc = lc_sql_prepare(s, &row,
				    "INSERT INTO suppression VALUES (?1, "
				    "last_insert_rowid(), ?2, ?3, ?4, ?5, 0, "
				    "?6)", err);
	for (uint32_t i = 0; rc == 0 && i < list->list.len; i++) {
		const struct lc_suppression *n = &list->list.data[i];

		rc = lc_sql_insert(s, site, err, "tnn",
				   lc_str(&list->files, n->file), n->line,
				   n->col);
		if (rc == 0)
			rc = lc_sql_insert(s, row, err, "ittnnt", i, n->rule,
					   n->reason, n->first, n->last,
					   n->problem ? n->problem : "");
	}
	sqlite3_finalize(site);
	sqlite3_finalize(row);
	return rc;
}

static int write_orders(struct lc_store *s, const struct lc_judge_options *o,
			struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(s, &stmt, "INSERT INTO declared_order VALUES "
					  "(?1, ?2, ?3, ?4)", err);

	for (uint32_t i = 0; rc == 0 && i < o->norders; i++)
		rc = lc_sql_insert(s, stmt, err, "ittt", i,
				   o->orders[i].before, o->orders[i].after,
				   o->orders[i].origin);
	sqlite3_finalize(stmt);
	return rc;
}

static int in_transaction(struct lc_store *s, int rc, struct lc_error *err)
{
	if (rc == 0)
		return lc_sql_exec(s, "COMMIT", err);
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

int lc_given_write(struct lc_store *s, const struct lc_judge_options *o,
		   struct lc_error *err)
{
	int rc = lc_sql_exec(s, "BEGIN", err);

	if (rc == 0 && o->suppressions)
		rc = write_suppressions(s, o->suppressions, err);
	if (rc == 0)
		rc = write_orders(s, o, err);
	return in_transaction(s, rc, err);
}

int lc_given_used(struct lc_store *s, const struct lc_judge_options *o,
		  struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_exec(s, "BEGIN", err);

	if (rc < 0)
		return rc;
	rc = lc_sql_prepare(s, &stmt, "UPDATE suppression SET used = 1 "
				      "WHERE id = ?1", err);
	for (uint32_t i = 0; rc == 0 && o->suppressions &&
			     i < o->suppressions->list.len; i++)
		if (o->suppressions->list.data[i].used)
			rc = lc_sql_insert(s, stmt, err, "i", i);
	sqlite3_finalize(stmt);
	return in_transaction(s, rc, err);
}
