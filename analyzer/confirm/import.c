/* SPDX-License-Identifier: MIT */
/* A traced run and the verdicts into the database. */
#include <stdlib.h>

#include "confirm/confirm.h"
#include "store/sql.h"

static const char *mode_word(uint32_t what)
{
	return LC_WHAT_MODE(what) == LC_MODE_SHARED ? "shared" : "exclusive";
}

static const char *how_word(uint32_t what)
{
	switch (LC_WHAT_HOW(what)) {
	case LC_HOW_TRY:
		return "try";
	case LC_HOW_TIMED:
		return "timed";
	default:
		return "yes";
	}
}

static const char *end_word(uint32_t end)
{
	static const char *const words[] = { "none", "exit", "exec", "hang",
					     "misuse" };

	return end < LC_LEN(words) ? words[end] : words[0];
}

static const char *misuse_word(uint32_t kind)
{
	static const char *const words[] = {
		"misuse", "release-not-held", "release-others",
		"double-acquire", "exit-holding", "destroy-held", "init-held",
		"wait-not-held", "destroy-waited", "over-release",
	};

	return kind < LC_LEN(words) ? words[kind] : words[0];
}

struct importer {
	struct lc_store *store;
	struct lc_record *r;
	uint32_t run;
	struct lc_error *err;
	int rc;
};

static sqlite3_stmt *begin(struct importer *im, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (!im->rc)
		im->rc = lc_sql_prepare(im->store, &stmt, sql, im->err);
	return stmt;
}

#define INSERT(im, stmt, fmt, ...)                                             \
	((im)->rc = (im)->rc ? (im)->rc                                        \
			     : lc_sql_insert((im)->store, stmt, (im)->err, fmt, \
					     __VA_ARGS__) < 0 ? -1 : 0)

static const char *at(struct importer *im, lc_rec_place p)
{
	return p ? lc_record_where(im->r, p)->text : "";
}

static void put_threads(struct importer *im)
{
	sqlite3_stmt *s = begin(im, "INSERT OR IGNORE INTO run_thread "
				"VALUES (?1, ?2, ?3, ?4, ?5)");

	for (uint32_t i = 0; i < im->r->threads.len && !im->rc; i++) {
		const struct lc_rec_thread *t = im->r->threads.data[i];
		char *name = lc_record_thread_text(im->r, t->id);
		const char *start =
			t->flags & LC_THREAD_MAIN ? "main" :
			t->start ? lc_record_exact(im->r, t->start)->function :
				   "";

		INSERT(im, s, "nnttn", im->run, t->id, name, start, t->creator);
		free(name);
	}
	sqlite3_finalize(s);
}

static void put_locks(struct importer *im)
{
	sqlite3_stmt *s = begin(im, "INSERT OR IGNORE INTO run_lock "
				"VALUES (?1, ?2, ?3, ?4)");

	for (uint32_t i = 0; i < im->r->locks.len && !im->rc; i++) {
		const struct lc_rec_lock *l = im->r->locks.data[i];
		char *name = lc_record_lock_text(im->r, l->id);

		INSERT(im, s, "nntt", im->run, l->id, name, at(im, l->init));
		free(name);
	}
	sqlite3_finalize(s);
}

static void put_stacks(struct importer *im)
{
	sqlite3_stmt *s = begin(im, "INSERT OR IGNORE INTO run_frame "
				"VALUES (?1, ?2, ?3, ?4, ?5)");

	for (uint32_t i = 0; i < im->r->stacks.len && !im->rc; i++) {
		const struct lc_rec_stack *t = im->r->stacks.data[i];

		for (uint32_t k = 0; k < t->count && k < 64; k++)
			INSERT(im, s, "nnntt", im->run, t->id, k + 1,
			       at(im, t->frames[k]),
			       lc_record_where(im->r, t->frames[k])->function);
	}
	sqlite3_finalize(s);
}

static void put_tuples(struct importer *im)
{
	sqlite3_stmt *s = begin(im, "INSERT INTO run_tuple VALUES "
				"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
	sqlite3_stmt *h = begin(im, "INSERT INTO run_held VALUES "
				"(?1, ?2, ?3, ?4, ?5, ?6)");

	for (uint32_t i = 0; i < im->r->tuples.len && !im->rc; i++) {
		const struct lc_rec_tuple *t = im->r->tuples.data[i];

		INSERT(im, s, "nnnnntttn", im->run, i + 1, t->thread,
		       t->segment, t->lock, mode_word(t->what),
		       how_word(t->what), at(im, t->site), t->stack);
		for (uint32_t k = 0; k < t->held_count; k++)
			INSERT(im, h, "nnnntt", im->run, i + 1, k + 1,
			       t->held[k].lock, mode_word(t->held[k].what),
			       at(im, t->held[k].site));
	}
	sqlite3_finalize(s);
	sqlite3_finalize(h);
}

static void put_misuses(struct importer *im)
{
	sqlite3_stmt *s = begin(im, "INSERT INTO run_misuse VALUES "
				"(?1, ?2, ?3, ?4, ?5, ?6, ?7)");

	for (uint32_t i = 0; i < im->r->misuses.len && !im->rc; i++) {
		const struct lc_rec_misuse *m = im->r->misuses.data[i];

		INSERT(im, s, "nntnntt", im->run, i + 1,
		       misuse_word(m->misuse), m->thread, m->lock,
		       at(im, m->site), at(im, m->other_site));
	}
	sqlite3_finalize(s);
}

static void put_hangs(struct importer *im)
{
	sqlite3_stmt *s = begin(im, "INSERT INTO run_hang VALUES "
				"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

	for (uint32_t i = 0; i < im->r->hangs.len && !im->rc; i++) {
		const struct lc_rec_hang *h = im->r->hangs.data[i];

		for (uint32_t k = 0; k < h->count; k++)
			INSERT(im, s, "nnnbnnntt", im->run, i + 1, k + 1,
			       (int)(k < h->cycle), h->edges[k].waiter,
			       h->edges[k].lock, h->edges[k].holder,
			       at(im, h->edges[k].wait_site),
			       at(im, h->edges[k].hold_site));
	}
	sqlite3_finalize(s);
}

static int import(struct lc_store *store, struct lc_record *r, uint32_t number,
		  struct lc_error *err)
{
	struct importer im = { store, r, number, err, 0 };
	sqlite3_stmt *s = begin(&im, "INSERT INTO run VALUES "
				"(?1, ?2, ?3, ?4, ?5, ?6)");

	INSERT(&im, s, "ntttnb", number, r->exe, r->command,
	       end_word(r->head.end), (uint32_t)r->head.lost, (int)r->cut);
	sqlite3_finalize(s);
	put_threads(&im);
	put_locks(&im);
	put_stacks(&im);
	put_tuples(&im);
	put_misuses(&im);
	put_hangs(&im);
	return im.rc;
}

int lc_import_run(struct lc_confirm *c, struct lc_store *store,
		  struct lc_error *err)
{
	if (lc_sql_exec(store, "BEGIN; DELETE FROM run_held;"
			"DELETE FROM run_tuple; DELETE FROM run_frame;"
			"DELETE FROM run_lock; DELETE FROM run_thread;"
			"DELETE FROM run_misuse; DELETE FROM run_hang;"
			"DELETE FROM run;", err) < 0)
		return -1;
	for (uint32_t i = 0; i < c->base.records.len; i++)
		if (import(store, &c->base.records.data[i], i + 1, err)) {
			lc_sql_exec(store, "ROLLBACK", NULL);
			return -1;
		}
	return lc_sql_exec(store, "COMMIT", err);
}

/* Verdicts of findings that were not asked for this time stay. */
static int clear(struct lc_confirm *c, struct lc_store *store,
		 struct lc_error *err)
{
	sqlite3_stmt *s;
	int rc = lc_sql_exec(store, "DELETE FROM confirmation "
			     "WHERE finding IS NULL", err);

	if (rc < 0 || lc_sql_prepare(store, &s, "DELETE FROM confirmation "
				     "WHERE finding = ?1", err) < 0)
		return -1;
	for (uint32_t i = 0; i < c->targets.len && rc >= 0; i++)
		if (c->targets.data[i].finding)
			rc = lc_sql_insert(store, s, err, "n",
					   c->targets.data[i].finding);
	sqlite3_finalize(s);
	return rc;
}

int lc_import_verdicts(struct lc_confirm *c, struct lc_store *store,
		       struct lc_error *err)
{
	sqlite3_stmt *s;
	int rc;

	if (lc_sql_exec(store, "BEGIN", err) < 0)
		return -1;
	rc = clear(c, store, err);
	if (rc >= 0)
		rc = lc_sql_prepare(store, &s, "INSERT INTO confirmation "
				    "(finding, title, verdict, reason, detail, "
				    "schedule, runs) VALUES (?1, ?2, ?3, ?4, "
				    "?5, ?6, ?7)", err);
	for (uint32_t i = 0; i < c->targets.len && rc >= 0; i++) {
		const struct lc_target *t = &c->targets.data[i];

		rc = lc_sql_insert(store, s, err, "rtttttn", t->finding,
				   t->title, lc_verdict_name(t->verdict),
				   t->reason,
				   t->detail.data ? t->detail.data : "",
				   t->schedule ? t->schedule : "", t->runs);
	}
	if (rc >= 0)
		sqlite3_finalize(s);
	if (rc < 0) {
		lc_sql_exec(store, "ROLLBACK", NULL);
		return -1;
	}
	return lc_sql_exec(store, "COMMIT", err) < 0 ? -1 : 0;
}
