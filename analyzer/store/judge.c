/* SPDX-License-Identifier: MIT */
/*
 * Rules → findings.
 *
 *   0 given  the user's suppressions and orders become tables (given.c)
 *   1 run    each rule's SELECT; its rows become struct row
 *   2 sort   by file, line, column, rule, key, length of witness
 *   3 fold   rows of equal rule, key and site: the shortest witness stays
 *   4 number equal (rule, identity) by occurrence; fingerprint = hash of the
 *            three (identity: the key without paths and lines, identity.h)
 *   5 write  rule, finding and finding_*
 */
#include "store/judge.h"

#include <ctype.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/given.h"
#include "store/identity.h"
#include "store/sql.h"

/* The columns of a rule; fix and doubt may be missing. */
enum column {
	COL_LEVEL, COL_MESSAGE, COL_SITE, COL_TRACES, COL_LOCKS, COL_RELATED,
	COL_KEY, COL_FIX, COL_DOUBT, COL_COUNT
};
static const char *const column_names[COL_COUNT] = {
	"level", "message", "site", "traces", "locks", "related", "key", "fix",
	"doubt"
};

struct ref { /* one element of a list column: "12" or "12:text" */
	uint32_t id;
	char *text;
};

struct refs {
	LC_ARRAY(struct ref) refs;
};
struct row {
	const struct lc_rule *rule;
	enum lc_level level;
	char *message, *key, *fix, *doubt, *identity;
	uint32_t site, nsteps, order; /* order: of arrival */
	char *file;
	uint32_t line, col, occurrence;
	uint32_t suppression; /* index, LC_NOT_FOUND = none */
	struct refs traces, locks, related;
};
struct judge {
	struct lc_store *s;
	struct lc_error *err;
	char *root;
	struct lc_words odd; /* folders, see identity.h */
	const struct lc_judge_options *o;
	LC_ARRAY(struct row) rows;
	sqlite3_stmt *witness; /* files and lines of its steps */
	sqlite3_stmt *place, *steps, *has_lock; /* look-ups while reading rows */
};

/* It speaks of the suppressions that others left unused. */
static const char last_rule[] = "suppression";

static void refs_release(struct refs *r)
{
	for (uint32_t i = 0; i < r->refs.len; i++)
		free(r->refs.data[i].text);
	lc_array_release(&r->refs);
}

static void row_release(struct row *r)
{
	free(r->message);
	free(r->key);
	free(r->fix);
	free(r->doubt);
	free(r->identity);
	free(r->file);
	refs_release(&r->traces);
	refs_release(&r->locks);
	refs_release(&r->related);
}

/* ---- 1 run ---- */

/* "3,5:first taken here, 9" → refs; false if it is not of that form. */
static bool parse_refs(const char *s, struct refs *out)
{
	while (*(s += strspn(s, " ,"))) {
		char *end;
		unsigned long id = strtoul(s, &end, 10);
		struct ref *ref;

		if (!isdigit((unsigned char)*s) || !id || id > UINT32_MAX)
			return false;
		ref = lc_push(&out->refs);
		ref->id = (uint32_t)id;
		s = end;
		if (*s == ':') {
			size_t n = strcspn(++s, ",");

			ref->text = lc_strndup(s, n);
			s += n;
		} else {
			ref->text = lc_strdup("");
		}
		s += strspn(s, " ");
		if (*s && *s != ',')
			return false;
	}
	return true;
}

static int bad_row(struct judge *j, const struct row *r, enum column c,
		   const char *value, const char *want)
{
	return lc_fail(j->err, "%s:%u: the rule gives a row whose column '%s' "
			       "is '%s': %s",
		       r->rule->file, r->rule->line, column_names[c], value,
		       want);
}

/* 1 and the statement on its row, 0 if there is no such id. */
static int look_up(struct judge *j, sqlite3_stmt *stmt, uint32_t id)
{
	sqlite3_reset(stmt);
	sqlite3_bind_int64(stmt, 1, id);
	return lc_sql_step(j->s, stmt, j->err);
}

static int fill_place(struct judge *j, struct row *r, const char *text)
{
	int rc = look_up(j, j->place, r->site);

	if (rc == 0)
		return bad_row(j, r, COL_SITE, text, "there is no such site");
	if (rc == 1) {
		r->file = lc_strdup(lc_sql_text(j->place, 0));
		r->line = lc_sql_number(j->place, 1);
		r->col = lc_sql_number(j->place, 2);
	}
	sqlite3_reset(j->place);
	return rc < 0 ? -1 : 0;
}

static int check_ids(struct judge *j, struct row *r, const struct refs *refs,
		     sqlite3_stmt *stmt, enum column c, const char *text)
{
	for (uint32_t i = 0; i < refs->refs.len; i++) {
		int rc = look_up(j, stmt, refs->refs.data[i].id);

		if (rc == 1 && c == COL_TRACES)
			r->nsteps += lc_sql_number(stmt, 1);
		sqlite3_reset(stmt);
		if (rc == 0)
			return bad_row(j, r, c, text, "there is no such id");
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* ---- suppressed? ---- */

static bool suppressed_at(struct judge *j, struct row *r, const char *file,
			  uint32_t line)
{
	uint32_t i = lc_suppression_at(j->o->suppressions, r->rule->id, file,
				       line);

	if (i == LC_NOT_FOUND)
		return false;
	r->suppression = i;
	j->o->suppressions->list.data[i].used = true;
	return true;
}

static int suppressed_on_trace(struct judge *j, struct row *r, uint32_t trace)
{
	bool cycle = !strcmp(r->rule->id, "lock-order-cycle");
	int rc;

	sqlite3_reset(j->witness);
	sqlite3_bind_int64(j->witness, 1, trace);
	sqlite3_bind_int(j->witness, 2, cycle);
	while ((rc = lc_sql_step(j->s, j->witness, j->err)) == 1)
		if (suppressed_at(j, r, lc_sql_text(j->witness, 0),
				  lc_sql_number(j->witness, 1)))
			break;
	sqlite3_reset(j->witness);
	return rc;
}

static int find_suppression(struct judge *j, struct row *r)
{
	r->suppression = LC_NOT_FOUND;
	if (!j->o->suppressions || !j->o->suppressions->list.len ||
	    suppressed_at(j, r, r->file, r->line))
		return 0;
	for (uint32_t i = 0; i < r->traces.refs.len; i++) {
		int rc = suppressed_on_trace(j, r, r->traces.refs.data[i].id);

		if (rc)
			return rc < 0 ? -1 : 0;
	}
	return 0;
}

static int fill_row(struct judge *j, struct row *r, sqlite3_stmt *stmt,
		    const int *col)
{
	const char *text[COL_COUNT];
	struct refs site = { { 0 } };
	bool ok;

	for (int c = 0; c < COL_COUNT; c++)
		text[c] = col[c] < 0 ? "" : lc_sql_text(stmt, col[c]);
	r->message = lc_strdup(text[COL_MESSAGE]);
	r->key = lc_strdup(text[COL_KEY]);
	r->identity = lc_identity(r->key, j->root, &j->odd);
	r->fix = lc_strdup(text[COL_FIX]);
	r->doubt = lc_strdup(text[COL_DOUBT]);
	if (!lc_level_parse(text[COL_LEVEL], &r->level) ||
	    r->level == LC_LEVEL_NONE)
		return bad_row(j, r, COL_LEVEL, text[COL_LEVEL],
			       "it must be error, warning or note");
	if (!*r->message)
		return bad_row(j, r, COL_MESSAGE, "", "it must not be empty");
	if (!*r->key)
		return bad_row(j, r, COL_KEY, "", "it must not be empty");
	ok = parse_refs(text[COL_SITE], &site) && site.refs.len == 1;
	r->site = ok ? site.refs.data[0].id : 0;
	refs_release(&site);
	if (!ok)
		return bad_row(j, r, COL_SITE, text[COL_SITE],
			       "it must be the id of a site");
	if (!parse_refs(text[COL_TRACES], &r->traces))
		return bad_row(j, r, COL_TRACES, text[COL_TRACES],
			       "it must be ids with commas between them");
	if (!parse_refs(text[COL_LOCKS], &r->locks))
		return bad_row(j, r, COL_LOCKS, text[COL_LOCKS],
			       "it must be ids with commas between them");
	if (!parse_refs(text[COL_RELATED], &r->related))
		return bad_row(j, r, COL_RELATED, text[COL_RELATED],
			       "it must be 'id' or 'id:text' with commas "
			       "between them");
	if (fill_place(j, r, text[COL_SITE]) < 0 ||
	    check_ids(j, r, &r->traces, j->steps, COL_TRACES,
		      text[COL_TRACES]) < 0 ||
	    check_ids(j, r, &r->locks, j->has_lock, COL_LOCKS,
		      text[COL_LOCKS]) < 0)
		return -1;
	if (check_ids(j, r, &r->related, j->place, COL_RELATED,
		      text[COL_RELATED]) < 0)
		return -1;
	return find_suppression(j, r);
}

static int find_columns(struct judge *j, const struct lc_rule *rule,
			sqlite3_stmt *stmt, int *col)
{
	int n = sqlite3_column_count(stmt);

	for (int c = 0; c < COL_COUNT; c++) {
		col[c] = -1;
		for (int i = 0; i < n; i++)
			if (!strcmp(sqlite3_column_name(stmt, i),
				    column_names[c]))
				col[c] = i;
		if (col[c] < 0 && c < COL_FIX)
			return lc_fail(j->err, "%s:%u: the rule's SELECT has no "
					       "column '%s'",
				       rule->file, rule->line,
				       column_names[c]);
	}
	return 0;
}

/* The line of the file that SQLite's error offset falls on. */
static uint32_t error_line(struct lc_store *s, const struct lc_rule *rule)
{
	int offset = sqlite3_error_offset(s->db);
	uint32_t line = rule->line;

	for (int i = 0; i < offset && rule->sql[i]; i++)
		line += rule->sql[i] == '\n';
	return line;
}

static int prepare_rule(struct judge *j, const struct lc_rule *rule,
			sqlite3_stmt **stmt)
{
	const char *rest;
	int rc;

	lc_sql_read_only(j->s, true);
	rc = sqlite3_prepare_v2(j->s->db, rule->sql, -1, stmt, &rest);
	if (rc == SQLITE_AUTH)
		rc = lc_fail(j->err, "%s:%u: a rule may only SELECT",
			     rule->file, rule->line);
	else if (rc != SQLITE_OK)
		rc = lc_fail(j->err, "%s:%u: SQLite refuses the rule: %s",
			     rule->file, error_line(j->s, rule),
			     sqlite3_errmsg(j->s->db));
	else if (!*stmt || !sqlite3_stmt_readonly(*stmt))
		rc = lc_fail(j->err, "%s:%u: a rule must be one SELECT",
			     rule->file, rule->line);
	else if (!lc_sql_is_blank(rest))
		rc = lc_fail(j->err, "%s:%u: a rule must be one SELECT: there "
				     "is more after the first ';'",
			     rule->file, rule->line);
	lc_sql_read_only(j->s, false);
	return rc;
}

static int run_rule(struct judge *j, const struct lc_rule *rule,
		    const struct lc_rule_override *force)
{
	sqlite3_stmt *stmt = NULL;
	int col[COL_COUNT], rc = prepare_rule(j, rule, &stmt);

	if (rc == 0)
		rc = find_columns(j, rule, stmt, col);
	if (rc == 0 && force && force->level == LC_LEVEL_NONE)
		goto out;
	while (rc == 0) {
		struct row *r;
		int step = sqlite3_step(stmt);

		if (step == SQLITE_DONE)
			break;
		if (step != SQLITE_ROW) {
			rc = lc_fail(j->err, "%s:%u: the rule fails: %s",
				     rule->file, rule->line,
				     sqlite3_errmsg(j->s->db));
			break;
		}
		r = lc_push(&j->rows);
		r->rule = rule;
		r->order = j->rows.len;
		rc = fill_row(j, r, stmt, col);
		if (force)
			r->level = force->level;
		if (rc == 0 && j->o->excluded &&
		    j->o->excluded(j->o->excluded_ctx, r->file)) {
			row_release(r);
			j->rows.len--;
		}
	}
out:
	sqlite3_finalize(stmt);
	return rc;
}

static int prepare_look_ups(struct judge *j)
{
	if (lc_sql_prepare(j->s, &j->place, "SELECT file, line, col FROM site "
					    "WHERE id = ?1", j->err) < 0 ||
	    lc_sql_prepare(j->s, &j->steps,
			   "SELECT id, (SELECT count(*) FROM step s WHERE "
			   "s.trace = t.id) FROM trace t WHERE id = ?1",
			   j->err) < 0 ||
	    lc_sql_prepare(j->s, &j->has_lock, "SELECT id FROM lock WHERE "
					       "id = ?1", j->err) < 0)
		return -1;
	return lc_sql_prepare(j->s, &j->witness,
			      "SELECT s.file, s.line FROM step p JOIN site s "
			      "ON s.id = p.site WHERE p.trace = ?1 AND (?2 = 0 "
			      "OR p.seq > (SELECT coalesce(max(q.seq), 0) FROM "
			      "step q WHERE q.trace = ?1 AND q.role = 'acquire'"
			      ")) ORDER BY p.seq DESC", j->err);
}

static int run_rules(struct judge *j, const struct lc_rules *rules, bool last)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < rules->rules.len; i++) {
		const struct lc_rule *rule = &rules->rules.data[i];
		const struct lc_rule_override *force = NULL;

		if (!strcmp(rule->id, last_rule) != last)
			continue;
		for (uint32_t k = 0; k < j->o->noverrides; k++)
			if (!strcmp(j->o->overrides[k].rule, rule->id))
				force = &j->o->overrides[k];
		rc = run_rule(j, rule, force);
	}
	return rc;
}

/* ---- 2 sort, 3 fold, 4 number ---- */

#define ORDER(a, b)                                                            \
	do {                                                                   \
		if ((a) != (b))                                                \
			return (a) < (b) ? -1 : 1;                             \
	} while (0)

static int by_place(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int c = strcmp(a->file, b->file);

	if (c)
		return c;
	ORDER(a->line, b->line);
	ORDER(a->col, b->col);
	c = strcmp(a->rule->id, b->rule->id);
	if (!c)
		c = strcmp(a->key, b->key);
	if (c)
		return c;
	if ((a->suppression == LC_NOT_FOUND) != (b->suppression == LC_NOT_FOUND))
		return a->suppression == LC_NOT_FOUND ? -1 : 1;
	ORDER(b->level, a->level); /* the worse one first */
	ORDER(a->nsteps, b->nsteps);
	ORDER(a->site, b->site);
	ORDER(a->order, b->order);
	return 0;
}

static bool same_finding(const struct row *a, const struct row *b)
{
	return a->line == b->line && a->col == b->col && a->rule == b->rule &&
	       !strcmp(a->file, b->file) && !strcmp(a->key, b->key);
}

static void fold(struct judge *j)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < j->rows.len; i++) {
		struct row *r = &j->rows.data[i];

		if (n && same_finding(&j->rows.data[n - 1], r))
			row_release(r);
		else
			j->rows.data[n++] = *r;
	}
	j->rows.len = n;
}

static int by_key(const void *pa, const void *pb)
{
	const struct row *a = *(struct row *const *)pa;
	const struct row *b = *(struct row *const *)pb;
	int c = strcmp(a->rule->id, b->rule->id);

	if (!c)
		c = strcmp(a->identity, b->identity);
	if (!c)
		c = a < b ? -1 : a > b; /* place in the sorted rows */
	return c;
}

static void number(struct judge *j)
{
	uint32_t n = j->rows.len;
	struct row **at = lc_alloc(n * sizeof(*at));

	for (uint32_t i = 0; i < n; i++)
		at[i] = &j->rows.data[i];
	qsort(at, n, sizeof(*at), by_key);
	for (uint32_t i = 0; i < n; i++) {
		bool again = i && at[i]->rule == at[i - 1]->rule &&
			     !strcmp(at[i]->identity, at[i - 1]->identity);

		at[i]->occurrence = again ? at[i - 1]->occurrence + 1 : 1;
	}
	free(at);
}

/* ---- 5 write ---- */

static char *fingerprint(const struct row *r)
{
	char *text = lc_asprintf("%s\n%s\n%u", r->rule->id, r->identity,
				 r->occurrence);
	XXH128_hash_t h = XXH3_128bits(text, strlen(text));

	free(text);
	return lc_asprintf("%016llx%016llx", (unsigned long long)h.high64,
			   (unsigned long long)h.low64);
}

static int write_rules(struct judge *j, const struct lc_rules *rules)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(j->s, &stmt,
				"INSERT INTO rule VALUES (?1, ?2, ?3, ?4, ?5, "
				"?6, ?7, ?8, ?9, ?10, ?11, ?12)", j->err);

	for (uint32_t i = 0; rc == 0 && i < rules->rules.len; i++) {
		const struct lc_rule *r = &rules->rules.data[i];

		rc = lc_sql_insert(j->s, stmt, j->err, "tttttttttttt", r->id,
				   r->name, lc_level_name(r->level),
				   r->short_text, r->cwe, r->cert, r->misra,
				   r->precision, r->tags, r->bad, r->good,
				   r->manual);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int write_findings(struct judge *j)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(j->s, &stmt,
				"INSERT INTO finding VALUES "
				"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
				j->err);

	for (uint32_t i = 0; rc == 0 && i < j->rows.len; i++) {
		const struct row *r = &j->rows.data[i];
		char *print = fingerprint(r);

		rc = lc_sql_insert(j->s, stmt, j->err, "itttrtnttti", i,
				   r->rule->id, lc_level_name(r->level),
				   r->message, r->site, r->key, r->occurrence,
				   print, r->fix, r->doubt,
				   r->suppression == LC_NOT_FOUND
					   ? LC_NONE
					   : r->suppression);
		free(print);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int write_list(struct judge *j, const char *sql, size_t offset,
		      bool text)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(j->s, &stmt, sql, j->err);

	for (uint32_t i = 0; rc == 0 && i < j->rows.len; i++) {
		const struct refs *list = (const struct refs *)(const void *)
			((const char *)&j->rows.data[i] + offset);

		for (uint32_t k = 0; rc == 0 && k < list->refs.len; k++)
			rc = lc_sql_insert(j->s, stmt, j->err,
					   text ? "iirt" : "iir", i, k,
					   list->refs.data[k].id,
					   list->refs.data[k].text);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int write_all(struct judge *j, const struct lc_rules *rules)
{
	if (write_rules(j, rules) < 0 || write_findings(j) < 0 ||
	    write_list(j, "INSERT INTO finding_trace VALUES (?1, ?2, ?3)",
		       offsetof(struct row, traces), false) < 0 ||
	    write_list(j, "INSERT INTO finding_lock VALUES (?1, ?2, ?3)",
		       offsetof(struct row, locks), false) < 0)
		return -1;
	return write_list(j, "INSERT INTO finding_related VALUES "
			     "(?1, ?2, ?3, ?4)",
			  offsetof(struct row, related), true);
}

static int find_odd_folders(struct judge *j)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(j->s, &stmt,
				"SELECT file FROM site UNION "
				"SELECT file FROM function", j->err);

	if (rc < 0)
		return rc;
	while ((rc = lc_sql_step(j->s, stmt, j->err)) == 1) {
		char *dir = lc_identity_odd(lc_sql_text(stmt, 0));

		if (dir && (!j->odd.len || strcmp(lc_last(&j->odd)[0], dir)))
			lc_words_own(&j->odd, dir);
		else
			free(dir);
	}
	sqlite3_finalize(stmt);
	lc_words_sort(&j->odd);
	return rc;
}

static int judge(struct judge *j, const struct lc_rules *rules)
{
	if (lc_given_write(j->s, j->o, j->err) < 0 ||
	    prepare_look_ups(j) < 0 || run_rules(j, rules, false) < 0 ||
	    lc_given_used(j->s, j->o, j->err) < 0)
		return -1;
	return run_rules(j, rules, true);
}

int lc_judge(struct lc_store *s, const struct lc_rules *rules,
	     const struct lc_judge_options *options, struct lc_error *err)
{
	static const struct lc_judge_options nothing;
	struct judge j = { .s = s, .err = err };
	int rc;

	j.o = options ? options : &nothing;
	j.root = lc_store_meta(s, "root");
	if (!j.root)
		j.root = lc_strdup("");
	rc = find_odd_folders(&j);
	if (rc == 0)
		rc = judge(&j, rules);

	if (rc == 0) {
		if (j.rows.len)
			qsort(j.rows.data, j.rows.len, sizeof(*j.rows.data),
			      by_place);
		fold(&j);
		number(&j);
		rc = lc_sql_exec(s, "BEGIN", err);
		if (rc == 0)
			rc = write_all(&j, rules);
		if (rc == 0)
			rc = lc_sql_exec(s, "COMMIT", err);
		else
			sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	}
	for (uint32_t i = 0; i < j.rows.len; i++)
		row_release(&j.rows.data[i]);
	lc_array_release(&j.rows);
	free(j.root);
	lc_words_release(&j.odd);
	sqlite3_finalize(j.witness);
	sqlite3_finalize(j.place);
	sqlite3_finalize(j.steps);
	sqlite3_finalize(j.has_lock);
	return rc;
}
