/* SPDX-License-Identifier: MIT */
/* The findings of a database → memory. See findings.h; the order of steps in
 * a deadlock is schedule.c's. */
#include "report/findings.h"

#include <stdlib.h>

#include "report/schedule.h"
#include "store/sql.h"

void lc_findings_init(struct lc_findings *f)
{
	memset(f, 0, sizeof(*f));
	lc_rules_init(&f->rules);
	f->root = lc_strdup("");
}

static void place_release(struct lc_place *p)
{
	free(p->file);
	free(p->macro);
	free(p->function);
}

static void trace_release(struct lc_report_trace *t)
{
	for (uint32_t i = 0; i < t->steps.len; i++) {
		place_release(&t->steps.data[i].at);
		free(t->steps.data[i].text);
		free(t->steps.data[i].held);
	}
	lc_array_release(&t->steps);
	free(t->thread);
}

void lc_finding_release(struct lc_finding *f)
{
	for (uint32_t i = 0; i < f->locks.len; i++) {
		free(f->locks.data[i].name);
		free(f->locks.data[i].cls);
		free(f->locks.data[i].kind);
		place_release(&f->locks.data[i].decl);
	}
	lc_array_release(&f->locks);
	for (uint32_t i = 0; i < f->traces.len; i++)
		trace_release(&f->traces.data[i]);
	lc_array_release(&f->traces);
	for (uint32_t i = 0; i < f->related.len; i++) {
		place_release(&f->related.data[i].at);
		free(f->related.data[i].text);
	}
	lc_array_release(&f->related);
	place_release(&f->at);
	place_release(&f->suppressed_at);
	free(f->suppressed);
	free(f->verdict);
	free(f->verdict_reason);
	free(f->verdict_detail);
	free(f->schedule);
	free(f->rule);
	free(f->message);
	free(f->fix);
	free(f->doubt);
	free(f->fingerprint);
}

void lc_findings_release(struct lc_findings *f)
{
	for (uint32_t i = 0; i < f->findings.len; i++)
		lc_finding_release(&f->findings.data[i]);
	lc_array_release(&f->findings);
	for (uint32_t i = 0; i < f->absent.len; i++)
		lc_finding_release(&f->absent.data[i]);
	lc_array_release(&f->absent);
	for (uint32_t i = 0; i < f->bad_units.len; i++) {
		free(f->bad_units.data[i].name);
		free(f->bad_units.data[i].status);
		free(f->bad_units.data[i].message);
	}
	lc_array_release(&f->bad_units);
	lc_rules_release(&f->rules);
	free(f->root);
	free(f->repository);
	free(f->revision);
	free(f->branch);
	f->root = f->repository = f->revision = f->branch = NULL;
}

void lc_findings_remove(struct lc_findings *f,
			bool (*unwanted)(void *ctx, const struct lc_finding *),
			void *ctx)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < f->findings.len; i++) {
		if (unwanted(ctx, &f->findings.data[i]))
			lc_finding_release(&f->findings.data[i]);
		else
			f->findings.data[kept++] = f->findings.data[i];
	}
	f->findings.len = kept;
}

uint32_t lc_findings_count(const struct lc_findings *f, enum lc_level level)
{
	uint32_t n = 0;

	for (uint32_t i = 0; level && i < f->findings.len; i++)
		n += f->findings.data[i].level >= level &&
		     !f->findings.data[i].suppressed;
	return n;
}

bool lc_finding_shown(const struct lc_finding *f)
{
	return !f->suppressed && f->state != LC_STATE_UNCHANGED &&
	       f->state != LC_STATE_ABSENT;
}

uint32_t lc_findings_suppressed(const struct lc_findings *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->findings.len; i++)
		n += f->findings.data[i].suppressed != NULL;
	return n;
}

const char *lc_state_name(enum lc_state state)
{
	static const char *const names[] = { "none", "new", "unchanged",
					     "absent" };

	return names[state];
}

/* ---- loading ---- */

static char *text(sqlite3_stmt *stmt, int col)
{
	return lc_strdup(lc_sql_text(stmt, col));
}

/* Five columns from `col`: file, line, col, macro, function. */
static void get_place(sqlite3_stmt *stmt, int col, struct lc_place *p)
{
	p->file = text(stmt, col);
	p->line = lc_sql_number(stmt, col + 1);
	p->col = lc_sql_number(stmt, col + 2);
	p->macro = text(stmt, col + 3);
	p->function = text(stmt, col + 4);
}
#define PLACE "s.file, s.line, s.col, s.macro, fn.name"
#define PLACE_OF(x)                                                            \
	" LEFT JOIN site s ON s.id = " x                                       \
	" LEFT JOIN function fn ON fn.id = s.function "

struct loader {
	struct lc_findings *f;
	struct lc_store *s;
	struct lc_error *err;
	sqlite3_stmt *locks, *traces, *steps, *related;
	sqlite3_stmt *verdicts; /* NULL: the database has none */
};

static int load_rules(struct loader *l)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(l->s, &stmt,
				"SELECT id, name, level, short, cwe, cert, "
				"misra, precision, tags, bad, good, manual "
				"FROM rule ORDER BY id", l->err);

	if (rc < 0)
		return rc;
	while ((rc = lc_sql_step(l->s, stmt, l->err)) == 1) {
		struct lc_rule *r = lc_push(&l->f->rules.rules);

		r->id = text(stmt, 0);
		r->name = text(stmt, 1);
		if (!lc_level_parse(lc_sql_text(stmt, 2), &r->level))
			r->level = LC_LEVEL_WARNING;
		r->short_text = text(stmt, 3);
		r->cwe = text(stmt, 4);
		r->cert = text(stmt, 5);
		r->misra = text(stmt, 6);
		r->precision = text(stmt, 7);
		r->tags = text(stmt, 8);
		r->bad = text(stmt, 9);
		r->good = text(stmt, 10);
		r->manual = text(stmt, 11);
		r->file = lc_strdup("");
		r->sql = lc_strdup("");
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int load_units(struct loader *l)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(l->s, &stmt,
				"SELECT name, status, message FROM unit "
				"ORDER BY id", l->err);

	if (rc < 0)
		return rc;
	while ((rc = lc_sql_step(l->s, stmt, l->err)) == 1) {
		struct lc_bad_unit *u;

		l->f->nunits++;
		if (!strcmp(lc_sql_text(stmt, 1), "ok"))
			continue;
		u = lc_push(&l->f->bad_units);
		u->name = text(stmt, 0);
		u->status = text(stmt, 1);
		u->message = text(stmt, 2);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int load_incomplete(struct loader *l)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(l->s, &stmt,
				"SELECT count(*), sum(gating) FROM incomplete",
				l->err);

	if (rc == 0)
		rc = lc_sql_step(l->s, stmt, l->err);
	if (rc == 1) {
		l->f->nincomplete = lc_sql_number(stmt, 0);
		l->f->ngating = lc_sql_number(stmt, 1);
	}
	sqlite3_finalize(stmt);
	return rc < 0 ? -1 : 0;
}

static int load_locks(struct loader *l, sqlite3_int64 id, struct lc_finding *f)
{
	int rc;

	sqlite3_reset(l->locks);
	sqlite3_bind_int64(l->locks, 1, id);
	while ((rc = lc_sql_step(l->s, l->locks, l->err)) == 1) {
		struct lc_report_lock *k = lc_push(&f->locks);

		k->id = lc_sql_number(l->locks, 0);
		k->name = text(l->locks, 1);
		k->cls = text(l->locks, 2);
		k->kind = text(l->locks, 3);
		get_place(l->locks, 4, &k->decl);
	}
	return rc;
}

static int load_steps(struct loader *l, sqlite3_int64 id,
		      struct lc_report_trace *t)
{
	int rc;

	sqlite3_reset(l->steps);
	sqlite3_bind_int64(l->steps, 1, id);
	while ((rc = lc_sql_step(l->s, l->steps, l->err)) == 1) {
		struct lc_report_step *p = lc_push(&t->steps);

		p->depth = lc_sql_number(l->steps, 0);
		p->role = lc_role_parse(lc_sql_text(l->steps, 1));
		p->text = text(l->steps, 2);
		p->held = text(l->steps, 3);
		p->lock = lc_sql_number(l->steps, 4);
		get_place(l->steps, 5, &p->at);
	}
	return rc;
}

static int load_traces(struct loader *l, sqlite3_int64 id,
		       struct lc_finding *f)
{
	int rc;

	sqlite3_reset(l->traces);
	sqlite3_bind_int64(l->traces, 1, id);
	while ((rc = lc_sql_step(l->s, l->traces, l->err)) == 1) {
		struct lc_report_trace *t = lc_push(&f->traces);

		t->thread = text(l->traces, 1);
		if (load_steps(l, sqlite3_column_int64(l->traces, 0), t) < 0)
			return -1;
	}
	return rc;
}

static int load_related(struct loader *l, sqlite3_int64 id,
			struct lc_finding *f)
{
	int rc;

	sqlite3_reset(l->related);
	sqlite3_bind_int64(l->related, 1, id);
	while ((rc = lc_sql_step(l->s, l->related, l->err)) == 1) {
		struct lc_related *r = lc_push(&f->related);

		r->text = text(l->related, 0);
		get_place(l->related, 1, &r->at);
	}
	return rc;
}

/* The last of several verdicts. */
static int load_verdict(struct loader *l, sqlite3_int64 id,
			struct lc_finding *f)
{
	int rc;

	if (!l->verdicts)
		return 0;
	sqlite3_reset(l->verdicts);
	sqlite3_bind_int64(l->verdicts, 1, id);
	rc = lc_sql_step(l->s, l->verdicts, l->err);
	if (rc == 1) {
		f->verdict = text(l->verdicts, 0);
		f->verdict_reason = text(l->verdicts, 1);
		f->verdict_detail = text(l->verdicts, 2);
		f->schedule = text(l->verdicts, 3);
		/* What has happened is no matter of opinion. */
		if (!strcmp(f->verdict, "confirmed")) {
			f->level = LC_LEVEL_ERROR;
			*f->doubt = '\0';
		}
	}
	return rc;
}

static int load_findings(struct loader *l)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(l->s, &stmt,
				"SELECT n.id, n.rule, n.level, n.message, "
				"n.fix, n.fingerprint, " PLACE ", x.reason, "
				"c.file, c.line, c.col, c.macro, '', n.doubt "
				"FROM finding n" PLACE_OF("n.site")
				"LEFT JOIN suppression x ON x.id = n.suppression "
				"LEFT JOIN site c ON c.id = x.site "
				"ORDER BY n.id", l->err);

	if (rc < 0)
		return rc;
	while ((rc = lc_sql_step(l->s, stmt, l->err)) == 1) {
		struct lc_finding *f = lc_push(&l->f->findings);
		sqlite3_int64 id = sqlite3_column_int64(stmt, 0);

		f->rule = text(stmt, 1);
		if (!lc_level_parse(lc_sql_text(stmt, 2), &f->level))
			f->level = LC_LEVEL_WARNING;
		f->message = text(stmt, 3);
		f->fix = text(stmt, 4);
		f->fingerprint = text(stmt, 5);
		f->doubt = text(stmt, 17);
		get_place(stmt, 6, &f->at);
		if (sqlite3_column_type(stmt, 11) != SQLITE_NULL) {
			f->suppressed = text(stmt, 11);
			get_place(stmt, 12, &f->suppressed_at);
		}
		if (load_locks(l, id, f) < 0 || load_traces(l, id, f) < 0 ||
		    load_related(l, id, f) < 0 ||
		    load_verdict(l, id, f) < 0) {
			rc = -1;
			break;
		}
		lc_schedule(f);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* Only a database that `confirm` wrote to has verdicts. */
static int prepare_verdicts(struct loader *l)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(l->s, &stmt,
				"SELECT 1 FROM sqlite_schema "
				"WHERE name = 'confirmation'", l->err);

	if (rc < 0)
		return rc;
	rc = lc_sql_step(l->s, stmt, l->err);
	sqlite3_finalize(stmt);
	if (rc != 1)
		return rc;
	return lc_sql_prepare(l->s, &l->verdicts,
			      "SELECT verdict, reason, detail, schedule "
			      "FROM confirmation WHERE finding = ?1 "
			      "ORDER BY id DESC LIMIT 1", l->err);
}

static int prepare(struct loader *l)
{
	if (lc_sql_prepare(l->s, &l->locks,
			   "SELECT k.id, k.name, k.class, k.kind, " PLACE
			   " FROM finding_lock x JOIN lock k ON k.id = x.lock"
			   PLACE_OF("k.decl")
			   "WHERE x.finding = ?1 ORDER BY x.seq", l->err) < 0 ||
	    lc_sql_prepare(l->s, &l->traces,
			   "SELECT t.id, t.thread FROM finding_trace x "
			   "JOIN trace t ON t.id = x.trace "
			   "WHERE x.finding = ?1 ORDER BY x.seq", l->err) < 0 ||
	    lc_sql_prepare(l->s, &l->steps,
			   "SELECT p.depth, p.role, p.text, p.held, p.lock, "
			   PLACE " FROM step p" PLACE_OF("p.site")
			   "WHERE p.trace = ?1 ORDER BY p.seq", l->err) < 0)
		return -1;
	if (prepare_verdicts(l) < 0)
		return -1;
	return lc_sql_prepare(l->s, &l->related,
			      "SELECT x.text, " PLACE " FROM finding_related x"
			      PLACE_OF("x.site")
			      "WHERE x.finding = ?1 ORDER BY x.seq", l->err);
}

int lc_findings_load(struct lc_findings *f, struct lc_store *s,
		     struct lc_error *err)
{
	struct loader l = { .f = f, .s = s, .err = err };
	char *root = lc_store_meta(s, "root");
	int rc = -1;

	if (root) {
		free(f->root);
		f->root = root;
	}
	f->repository = lc_store_meta(s, "repository");
	f->revision = lc_store_meta(s, "revision");
	f->branch = lc_store_meta(s, "branch");
	if (prepare(&l) == 0 && load_rules(&l) == 0 && load_units(&l) == 0 &&
	    load_incomplete(&l) == 0 && load_findings(&l) == 0)
		rc = 0;
	sqlite3_finalize(l.locks);
	sqlite3_finalize(l.traces);
	sqlite3_finalize(l.steps);
	sqlite3_finalize(l.related);
	sqlite3_finalize(l.verdicts);
	return rc;
}
