/* SPDX-License-Identifier: MIT */
/* The stages up to the facts. What check makes of these: check.c. */
#include "cli/session.h"

#include <sched.h>
#include <stdlib.h>

#include "cli/resources.h"
#include "frontend/frontend.h"
#include "solve/solve.h"

void lc_session_init(struct lc_session *s, const struct lc_settings *set)
{
	memset(s, 0, sizeof(*s));
	s->set = set;
	lc_progress_init(&s->progress, set->quiet ? "none" : set->progress);
	lc_models_init(&s->models);
	lc_rules_init(&s->rules);
	lc_facts_init(&s->facts);
	lc_findings_init(&s->findings);
	s->mark_s = lc_now_s();
}

void lc_session_release(struct lc_session *s)
{
	lc_progress_clear(&s->progress);
	lc_lockgraph_release(&s->graph);
	lc_findings_release(&s->findings);
	lc_store_close(s->store);
	lc_output_release(&s->database);
	lc_facts_release(&s->facts);
	lc_suppressions_release(&s->suppressions);
	for (uint32_t i = 0; i < s->nunits; i++)
		lc_unit_release(&s->units[i]);
	free(s->units);
	lc_plan_release(&s->plan);
	lc_rules_release(&s->rules);
	lc_models_release(&s->models);
	lc_gate_release(&s->gate);
	lc_config_release(&s->config);
}

void lc_session_mark(struct lc_session *s, enum lc_stage stage)
{
	double now = lc_now_s();

	s->stage_s[stage] += now - s->mark_s;
	s->mark_s = now;
}

/* --verbose: where everything came from, and what was left out. */
static void tell(const struct lc_session *s, const char *fmt, ...)
	LC_PRINTF(2, 3);
static void tell(const struct lc_session *s, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (!s->set->verbose || s->set->quiet)
		return;
	va_start(ap, fmt);
	text = lc_vasprintf(fmt, ap);
	va_end(ap);
	fprintf(stderr, "lockcheck: %s\n", text);
	free(text);
}

static void tell_plan(const struct lc_session *s)
{
	const struct lc_plan *plan = &s->plan;
	uint32_t ndropped = 0;

	for (uint32_t i = 0; i < plan->jobs.len; i++)
		ndropped += plan->jobs.data[i].ndropped;
	tell(s, "configuration: %s", s->config.path ? s->config.path : "none");
	tell(s, "compile database: %s",
	     plan->database ? plan->database : "none");
	tell(s, "%u units; %u entries are not C; %u compiler flags left out",
	     plan->jobs.len, plan->nskipped, ndropped);
}

static void tell_incomplete(struct lc_session *s)
{
	const struct lc_strings *strings = &s->facts.strings;

	if (s->set->verbose)
		lc_progress_clear(&s->progress);
	for (uint32_t i = 0; i < s->facts.incomplete.len; i++) {
		const struct lc_fact_incomplete *x = &s->facts.incomplete.data[i];

		tell(s, "%s %s analysed in part: %s", lc_str(strings, x->scope),
		     lc_str(strings, x->what), lc_str(strings, x->reason));
	}
}

int lc_session_configure(struct lc_session *s, struct lc_error *err)
{
	if (lc_config_load(&s->config, err) ||
	    lc_load_models(&s->models, s->set, &s->config, err))
		return -1;
	return 0;
}

int lc_session_plan(struct lc_session *s, struct lc_error *err)
{
	const struct lc_settings *set = s->set;
	struct lc_plan_options o = {
		.databases = (const char *const *)set->databases.data,
		.ndatabases = set->databases.len,
		.ask_compilers = set->compiler_paths,
		.paths = set->operands.data,
		.npaths = set->operands.len,
		.flags = set->has_flags ? set->flags : NULL,
		.nflags = set->nflags,
	};
	int rc = lc_plan_make(&s->plan, &o, err);

	for (uint32_t i = 0; !rc && !set->quiet && i < s->plan.notes.len; i++)
		fprintf(stderr, "lockcheck: note: %s\n", s->plan.notes.data[i]);
	if (!rc)
		tell_plan(s);
	lc_session_mark(s, LC_STAGE_PREPARE);
	return rc;
}

static uint32_t allowed_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (uint32_t)CPU_COUNT(&set);
}

static void make_units(struct lc_session *s, uint32_t n)
{
	s->units = lc_alloc(n * sizeof(*s->units));
	s->nunits = n;
	for (uint32_t i = 0; i < n; i++)
		lc_unit_init(&s->units[i]);
}

int lc_session_extract(struct lc_session *s, struct lc_error *err)
{
	struct lc_extract_options o = {
		.nworkers = s->set->jobs ? s->set->jobs : allowed_cpus(),
		.timeout_s = s->set->timeout_s,
		.progress = lc_progress_unit,
		.progress_ctx = &s->progress,
	};
	int rc;

	make_units(s, s->plan.jobs.len);
	rc = lc_extract(&s->plan, &o, s->units, err);
	lc_session_mark(s, LC_STAGE_EXTRACT);
	return rc;
}

/* ---- units out of a database ---- */

struct stored {
	LC_ARRAY(struct lc_unit) units;
	struct lc_error *err;
};

/* The store's unit dies after the call: a copy by way of its bytes. */
static int keep_unit(void *ctx, const struct lc_unit *unit)
{
	struct stored *stored = ctx;
	struct lc_buf bytes = {0};
	int rc;

	lc_unit_encode(unit, &bytes);
	lc_push(&stored->units);
	lc_unit_init(lc_last(&stored->units));
	rc = lc_unit_decode(lc_last(&stored->units), bytes.data, bytes.len,
			    stored->err);
	lc_buf_release(&bytes);
	return rc;
}

int lc_session_read_units(struct lc_session *s, const char *database,
			  struct lc_error *err)
{
	struct stored stored = { .err = err };
	struct lc_store *store;
	int rc = lc_store_open(&store, database, false, err);

	if (rc)
		return rc;
	rc = lc_store_units(store, keep_unit, &stored, err);
	lc_store_close(store);
	s->units = stored.units.data;
	s->nunits = stored.units.len;
	return rc;
}

/* Names in the configuration that nothing has: a slip would go unnoticed. */
static bool has_function(const struct lc_facts *f, const char *name)
{
	for (uint32_t i = 0; i < f->functions.len; i++)
		if (!strcmp(lc_str(&f->strings, f->functions.data[i].name),
			    name))
			return true;
	return false;
}

static bool has_lock(const struct lc_facts *f, const char *name)
{
	for (uint32_t i = 0; i < f->locks.len; i++)
		if (!strcmp(lc_str(&f->strings, f->locks.data[i].name), name) ||
		    !strcmp(lc_str(&f->strings, f->locks.data[i].cls), name))
			return true;
	return false;
}

static void note_unknown_names(const struct lc_session *s)
{
	const struct lc_config *c = &s->config;

	for (uint32_t i = 0; i < c->roots.len; i++)
		if (!has_function(&s->facts, c->roots.data[i].function))
			fprintf(stderr, "lockcheck: note: %s:%u: no function "
					"is called %s\n", c->path,
				c->roots.data[i].line,
				c->roots.data[i].function);
	for (uint32_t i = 0; i < c->orders.len; i++) {
		const struct lc_config_order *o = &c->orders.data[i];

		if (!has_lock(&s->facts, o->before))
			fprintf(stderr, "lockcheck: note: %s: no lock is called "
					"%s\n", o->origin, o->before);
		if (!has_lock(&s->facts, o->after) &&
		    (i + 1 == c->orders.len ||
		     strcmp(c->orders.data[i + 1].before, o->after)))
			fprintf(stderr, "lockcheck: note: %s: no lock is called "
					"%s\n", o->origin, o->after);
	}
}

int lc_session_solve(struct lc_session *s, FILE *summaries,
		     const char *function, struct lc_error *err)
{
	struct lc_solve_options o = {
		.dropped = true,
		.summaries = summaries,
		.only_function = function,
		.edge_ignored = lc_suppressed_edge,
		.edge_ignored_ctx = &s->suppressions,
		.edge_traces = s->config.orders.len > 0,
	};
	LC_ARRAY(struct lc_thread_root) roots = { 0 };

	for (uint32_t i = 0; i < s->config.roots.len; i++)
		*lc_push(&roots) = (struct lc_thread_root){
			s->config.roots.data[i].function,
			s->config.roots.data[i].many
		};
	o.roots = roots.data;
	o.nroots = roots.len;

	(void)err;
	lc_progress_stage(&s->progress, "solving");
	if (s->plan.root) /* units out of a database have no sources */
		lc_suppressions_read(&s->suppressions, s->units, s->nunits,
				     s->plan.root, &s->rules);
	lc_solve(s->units, s->nunits, &s->models, &o, &s->facts);
	lc_array_release(&roots);
	if (!s->set->quiet)
		note_unknown_names(s);
	tell_incomplete(s);
	lc_session_mark(s, LC_STAGE_SOLVE);
	return 0;
}
