/* SPDX-License-Identifier: MIT */
/* The order of locks as DOT, for graphviz. See report.h. */
#include <stdlib.h>

#include "report/report.h"
#include "report/source.h"
#include "store/sql.h"

/* A quoted DOT string: names come from strangers' sources. */
static void put_quoted(const char *s, FILE *out)
{
	char *clean = lc_cleaned(s, false);

	fputc('"', out);
	for (const char *c = clean; *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', out);
		fputc(*c, out);
	}
	fputc('"', out);
	free(clean);
}

static int put_nodes(struct lc_store *s, FILE *out, struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(s, &stmt,
				"SELECT id, name, kind, class FROM lock "
				"WHERE id IN (SELECT held FROM edge UNION "
				"SELECT wanted FROM edge) ORDER BY id", err);

	while (rc >= 0 && (rc = lc_sql_step(s, stmt, err)) == 1) {
		fprintf(out, "  l%u [label=", lc_sql_number(stmt, 0));
		put_quoted(lc_sql_text(stmt, 1), out);
		fputs(", tooltip=", out);
		put_quoted(lc_sql_text(stmt, 3), out);
		if (!strcmp(lc_sql_text(stmt, 2), "rwlock"))
			fputs(", peripheries=2", out);
		fputs("];\n", out);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* One arrow a pair of locks, labelled with its first place and the number of
 * the others. */
static int put_edges(struct lc_store *s, FILE *out, struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(
		s, &stmt,
		"SELECT g.held, g.wanted, g.n, "
		"v.function || '() ' || v.at, g.reported, g.dropped "
		"FROM (SELECT held, wanted, count(*) AS n, min(id) AS first, "
		" max(id IN (SELECT x.edge FROM cycle_edge x "
		"  JOIN cycle c ON c.id = x.cycle WHERE c.dropped = '')) "
		" AS reported, min(dropped <> '') AS dropped "
		" FROM edge GROUP BY held, wanted) g "
		"JOIN v_edge v ON v.id = g.first ORDER BY 1, 2", err);

	while (rc >= 0 && (rc = lc_sql_step(s, stmt, err)) == 1) {
		uint32_t n = lc_sql_number(stmt, 2);
		struct lc_buf label = { 0 };

		lc_buf_str(&label, lc_sql_text(stmt, 3));
		if (n > 1)
			lc_buf_printf(&label, " + %u more", n - 1);
		fprintf(out, "  l%u -> l%u [label=", lc_sql_number(stmt, 0),
			lc_sql_number(stmt, 1));
		put_quoted(label.data, out);
		if (lc_sql_number(stmt, 4))
			fputs(", color=red, penwidth=2", out);
		else if (lc_sql_number(stmt, 5))
			fputs(", style=dashed", out);
		fputs("];\n", out);
		lc_buf_release(&label);
	}
	sqlite3_finalize(stmt);
	return rc;
}

int lc_graph_dot(struct lc_store *s, FILE *out, struct lc_error *err)
{
	fputs("digraph lock_order {\n  node [shape=box, fontname=sans];\n"
	      "  edge [fontname=sans, fontsize=10];\n", out);
	if (put_nodes(s, out, err) < 0 || put_edges(s, out, err) < 0)
		return -1;
	fputs("}\n", out);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the graph");
	return 0;
}
