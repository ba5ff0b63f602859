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
	lc_progress_init(&s->progress, set->quiet);
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
	for (uint32_t i = 0; i < s->nunits; i++)
		lc_unit_release(&s->units[i]);
	free(s->units);
	lc_plan_release(&s->plan);
	lc_rules_release(&s->rules);
	lc_models_release(&s->models);
	lc_config_release(&s->config);
}

void lc_session_mark(struct lc_session *s, enum lc_stage stage)
{
	double now = lc_now_s();

	s->stage_s[stage] += now - s->mark_s;
	s->mark_s = now;
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
		.database = set->database,
		.paths = set->operands.data,
		.npaths = set->operands.len,
		.flags = set->has_flags ? set->flags : NULL,
		.nflags = set->nflags,
	};
	int rc = lc_plan_make(&s->plan, &o, err);

	for (uint32_t i = 0; !rc && !set->quiet && i < s->plan.notes.len; i++)
		fprintf(stderr, "lockcheck: note: %s\n", s->plan.notes.data[i]);
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

int lc_session_solve(struct lc_session *s, FILE *summaries,
		     const char *function, struct lc_error *err)
{
	struct lc_solve_options o = {
		.dropped = true,
		.summaries = summaries,
		.only_function = function,
	};

	(void)err;
	lc_progress_stage(&s->progress, "solving");
	lc_solve(s->units, s->nunits, &s->models, &o, &s->facts);
	lc_session_mark(s, LC_STAGE_SOLVE);
	return 0;
}
