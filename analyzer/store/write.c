/* SPDX-License-Identifier: MIT */
/*
 * Units and facts → rows: one function a table, in the order of schema.sql.
 * All of it is one transaction.
 */
#include <stdlib.h>

#include "store/sql.h"

struct writer {
	struct lc_store *s;
	const struct lc_facts *f;
	struct lc_error *err;
	sqlite3_stmt *stmt; /* of the table being written */
	int rc;             /* the first failure stops all that follows */
};

static bool begin(struct writer *w, const char *sql)
{
	if (w->rc == 0)
		w->rc = lc_sql_prepare(w->s, &w->stmt, sql, w->err);
	return w->rc == 0;
}

static void end(struct writer *w)
{
	sqlite3_finalize(w->stmt);
	w->stmt = NULL;
}

#define PUT(w, ...)                                                            \
	((w)->rc = lc_sql_insert((w)->s, (w)->stmt, (w)->err, __VA_ARGS__))

#define EACH(w, i, array)                                                      \
	for (uint32_t i = 0; (w)->rc == 0 && i < (array).len; i++)

static const char *str(const struct writer *w, uint32_t id)
{
	return lc_str(&w->f->strings, id);
}

static void put_meta(struct writer *w, const char *key, const char *value)
{
	if (w->rc == 0)
		PUT(w, "tt", key, value);
}

static void put_meta_number(struct writer *w, const char *key, uint32_t n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	put_meta(w, key, text);
}

static void write_meta(struct writer *w, const struct lc_plan *plan)
{
	if (!begin(w, "INSERT INTO meta VALUES (?1, ?2)"))
		return;
	put_meta_number(w, "schema", LC_STORE_SCHEMA);
	put_meta(w, "tool", "lockcheck " LC_VERSION);
	if (plan)
		put_meta(w, "root", plan->root);
	put_meta_number(w, "functions_total", w->f->nfunctions_total);
	put_meta_number(w, "calls_unresolved", w->f->ncalls_unresolved);
	end(w);
}

static void write_units(struct writer *w, const struct lc_unit *units,
			uint32_t n)
{
	struct lc_buf bytes = { 0 };

	if (!begin(w, "INSERT INTO unit VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))
		return;
	for (uint32_t i = 0; w->rc == 0 && i < n; i++) {
		const struct lc_unit *u = &units[i];

		bytes.len = 0;
		lc_unit_encode(u, &bytes);
		sqlite3_bind_int64(w->stmt, 1, (sqlite3_int64)i + 1);
		sqlite3_bind_text(w->stmt, 2, lc_str(&u->strings, u->file), -1,
				  SQLITE_STATIC);
		sqlite3_bind_text(w->stmt, 3,
				  lc_unit_status_name(
					  (enum lc_unit_status)u->status),
				  -1, SQLITE_STATIC);
		sqlite3_bind_text(w->stmt, 4, lc_str(&u->strings, u->message),
				  -1, SQLITE_STATIC);
		sqlite3_bind_int64(w->stmt, 5, u->ndropped_flags);
		sqlite3_bind_blob64(w->stmt, 6, bytes.len ? bytes.data : "",
				    bytes.len, SQLITE_STATIC);
		w->rc = lc_sql_step(w->s, w->stmt, w->err);
		sqlite3_reset(w->stmt);
	}
	end(w);
	lc_buf_release(&bytes);
}

static void write_incomplete(struct writer *w)
{
	if (!begin(w, "INSERT INTO incomplete VALUES (?1, ?2, ?3, ?4, ?5)"))
		return;
	EACH(w, i, w->f->incomplete) {
		const struct lc_fact_incomplete *r = &w->f->incomplete.data[i];

		PUT(w, "itttb", i, str(w, r->scope), str(w, r->what),
		    str(w, r->reason), r->gating);
	}
	end(w);
}

static void write_functions(struct writer *w)
{
	if (!begin(w, "INSERT INTO function VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"))
		return;
	EACH(w, i, w->f->functions) {
		const struct lc_fact_function *r = &w->f->functions.data[i];

		PUT(w, "ittntnbbb", i, str(w, r->name), str(w, r->file),
		    r->line, str(w, r->unit), r->flags, r->relevant,
		    r->thread_entry, r->reached);
	}
	end(w);
}

static void write_sites(struct writer *w)
{
	if (!begin(w, "INSERT INTO site VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))
		return;
	EACH(w, i, w->f->sites) {
		const struct lc_fact_site *r = &w->f->sites.data[i];

		PUT(w, "iitnnt", i, r->function, str(w, r->file), r->line,
		    r->col, str(w, r->macro));
	}
	end(w);
}

static void write_locks(struct writer *w)
{
	if (!begin(w, "INSERT INTO lock VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"))
		return;
	EACH(w, i, w->f->locks) {
		const struct lc_fact_lock *r = &w->f->locks.data[i];

		PUT(w, "ittttbbti", i, str(w, r->name), str(w, r->cls),
		    str(w, r->ident), lc_kind_name(r->kind), r->exact,
		    r->local, str(w, r->api), r->decl);
	}
	end(w);
}

static void write_threads(struct writer *w)
{
	if (!begin(w, "INSERT INTO thread VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))
		return;
	EACH(w, i, w->f->threads) {
		const struct lc_fact_thread *r = &w->f->threads.data[i];

		PUT(w, "itiibt", i, str(w, r->name), r->entry, r->start,
		    r->many, str(w, r->kind));
	}
	end(w);
}

static void write_calls(struct writer *w)
{
	if (!begin(w, "INSERT INTO call VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))
		return;
	EACH(w, i, w->f->calls) {
		const struct lc_fact_call *r = &w->f->calls.data[i];

		PUT(w, "iiiibt", i, r->caller, r->callee, r->site, r->indirect,
		    lc_strength_name(r->strength));
	}
	end(w);
}

static void write_traces(struct writer *w)
{
	if (!begin(w, "INSERT INTO trace VALUES (?1, ?2)"))
		return;
	EACH(w, i, w->f->traces)
		PUT(w, "it", i, str(w, w->f->traces.data[i].thread));
	end(w);
}

static void write_steps(struct writer *w)
{
	if (!begin(w, "INSERT INTO step VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"))
		return;
	EACH(w, i, w->f->traces) {
		const struct lc_fact_trace *t = &w->f->traces.data[i];

		for (uint32_t k = 0; w->rc == 0 && k < t->nsteps; k++) {
			const struct lc_fact_step *r =
				&w->f->steps.data[t->first_step + k];

			PUT(w, "iiinttti", i, k, r->site, r->depth,
			    lc_role_name(r->role), str(w, r->text),
			    str(w, r->held), r->lock);
		}
	}
	end(w);
}

static void write_acquires(struct writer *w)
{
	if (!begin(w, "INSERT INTO acquire VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"))
		return;
	EACH(w, i, w->f->acquires) {
		const struct lc_fact_acquire *r = &w->f->acquires.data[i];

		PUT(w, "iiiittti", i, r->function, r->site, r->lock,
		    lc_mode_name(r->mode), lc_blocking_name(r->blocking),
		    lc_strength_name(r->strength), r->trace);
	}
	end(w);
}

static void write_held(struct writer *w)
{
	if (!begin(w, "INSERT INTO held VALUES (?1, ?2, ?3, ?4, ?5)"))
		return;
	EACH(w, i, w->f->acquires) {
		const struct lc_fact_acquire *a = &w->f->acquires.data[i];

		for (uint32_t k = 0; w->rc == 0 && k < a->nheld; k++) {
			const struct lc_fact_held *r =
				&w->f->held.data[a->first_held + k];

			PUT(w, "iiiti", i, k, r->lock, lc_mode_name(r->mode),
			    r->site);
		}
	}
	end(w);
}

static void write_reacquires(struct writer *w)
{
	if (!begin(w, "INSERT INTO reacquire VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"))
		return;
	EACH(w, i, w->f->reacquires) {
		const struct lc_fact_reacquire *r = &w->f->reacquires.data[i];

		PUT(w, "iiitttiinti", i, r->function, r->lock,
		    lc_mode_name(r->held_mode), lc_mode_name(r->wanted_mode),
		    lc_blocking_name(r->blocking), r->held_site, r->site,
		    r->depth, lc_strength_name(r->strength), r->trace);
	}
	end(w);
}

static void write_exits(struct writer *w)
{
	if (!begin(w, "INSERT INTO exit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		      "?8, ?9, ?10, ?11, ?12, ?13, ?14)"))
		return;
	EACH(w, i, w->f->exits) {
		const struct lc_fact_exit *r = &w->f->exits.data[i];

		PUT(w, "iiiiitttbbniti", i, r->function, r->lock, r->site,
		    r->held_site, lc_exit_kind_name(r->kind),
		    lc_mode_name(r->mode), str(w, r->ret),
		    r->released_elsewhere, r->error_path, r->max_count,
		    r->release_site, lc_strength_name(r->strength), r->trace);
	}
	end(w);
}

static void write_releases(struct writer *w)
{
	if (!begin(w, "INSERT INTO release VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"))
		return;
	EACH(w, i, w->f->releases) {
		const struct lc_fact_release *r = &w->f->releases.data[i];

		PUT(w, "iiiitiiti", i, r->function, r->lock, r->site,
		    lc_bad_release_name(r->why), r->other_site, r->other_lock,
		    lc_strength_name(r->strength), r->trace);
	}
	end(w);
}

static void write_unchecked(struct writer *w)
{
	if (!begin(w, "INSERT INTO unchecked VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"))
		return;
	EACH(w, i, w->f->unchecked) {
		const struct lc_fact_unchecked *r = &w->f->unchecked.data[i];

		PUT(w, "iiiitbti", i, r->function, r->lock, r->site,
		    lc_blocking_name(r->blocking), r->released,
		    lc_strength_name(r->strength), r->trace);
	}
	end(w);
}

static void write_edges(struct writer *w)
{
	if (!begin(w, "INSERT INTO edge VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		      "?8, ?9, ?10, ?11, ?12)"))
		return;
	EACH(w, i, w->f->edges) {
		const struct lc_fact_edge *r = &w->f->edges.data[i];

		PUT(w, "iiitttiiitti", i, r->held, r->wanted,
		    lc_mode_name(r->held_mode), lc_mode_name(r->wanted_mode),
		    lc_blocking_name(r->blocking), r->function, r->held_site,
		    r->site, lc_strength_name(r->strength),
		    str(w, r->dropped), r->trace);
	}
	end(w);
}

/* edge_gate and edge_thread: (edge, seq, lock or thread). */
static void write_edge_lists(struct writer *w)
{
	if (!begin(w, "INSERT INTO edge_gate VALUES (?1, ?2, ?3)"))
		return;
	EACH(w, i, w->f->edges) {
		const struct lc_fact_edge *e = &w->f->edges.data[i];

		for (uint32_t k = 0; w->rc == 0 && k < e->ngates; k++)
			PUT(w, "iii", i, k,
			    w->f->edge_gates.data[e->first_gate + k]);
	}
	end(w);
	if (!begin(w, "INSERT INTO edge_thread VALUES (?1, ?2, ?3)"))
		return;
	EACH(w, i, w->f->edges) {
		const struct lc_fact_edge *e = &w->f->edges.data[i];

		for (uint32_t k = 0; w->rc == 0 && k < e->nthreads; k++)
			PUT(w, "iii", i, k,
			    w->f->edge_threads.data[e->first_thread + k]);
	}
	end(w);
}

static void write_cycles(struct writer *w)
{
	if (!begin(w, "INSERT INTO cycle VALUES (?1, ?2, ?3, ?4)"))
		return;
	EACH(w, i, w->f->cycles) {
		const struct lc_fact_cycle *r = &w->f->cycles.data[i];

		PUT(w, "ittb", i, lc_strength_name(r->strength),
		    str(w, r->dropped), r->same_class);
	}
	end(w);
	if (!begin(w, "INSERT INTO cycle_edge VALUES (?1, ?2, ?3, ?4, ?5)"))
		return;
	EACH(w, i, w->f->cycles) {
		const struct lc_fact_cycle *c = &w->f->cycles.data[i];

		for (uint32_t k = 0; w->rc == 0 && k < c->nedges; k++) {
			const struct lc_fact_cycle_edge *r =
				&w->f->cycle_edges.data[c->first_edge + k];

			PUT(w, "iiiii", i, k, r->edge, r->thread, r->trace);
		}
	}
	end(w);
}

int lc_store_write(struct lc_store *s, const struct lc_plan *plan,
		   const struct lc_unit *units, uint32_t nunits,
		   const struct lc_facts *facts, struct lc_error *err)
{
	struct writer w = { .s = s, .f = facts, .err = err };

	w.rc = lc_sql_exec(s, "BEGIN", err);
	write_meta(&w, plan);
	write_units(&w, units, nunits);
	write_incomplete(&w);
	write_functions(&w);
	write_sites(&w);
	write_locks(&w);
	write_threads(&w);
	write_calls(&w);
	write_traces(&w);
	write_steps(&w);
	write_acquires(&w);
	write_held(&w);
	write_reacquires(&w);
	write_exits(&w);
	write_releases(&w);
	write_unchecked(&w);
	write_edges(&w);
	write_edge_lists(&w);
	write_cycles(&w);
	end(&w);
	if (w.rc == 0)
		w.rc = lc_sql_exec(s, "COMMIT", err);
	else
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return w.rc;
}
