/* SPDX-License-Identifier: MIT */
/*
 * One analysis and all its tables: what the verbs check and dump run. The
 * stages are to be called in the order in which they stand here; each returns
 * -1 with a sentence.
 */
#ifndef LC_CLI_SESSION_H
#define LC_CLI_SESSION_H

#include "cli/config.h"
#include "cli/gate.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "flow/flow.h"
#include "gate/suppress.h"
#include "model/model.h"
#include "plan/plan.h"
#include "report/lockgraph.h"
#include "solve/facts.h"
#include "store/store.h"

/* Names in --stats, in order. */
enum lc_stage {
	LC_STAGE_PREPARE, LC_STAGE_EXTRACT, LC_STAGE_SOLVE, LC_STAGE_STORE,
	LC_STAGE_JUDGE, LC_STAGE_REPORT, LC_STAGE_COUNT
};

struct lc_session {
	const struct lc_settings *set;
	struct lc_progress progress;
	struct lc_config config;
	struct lc_gate gate;
	struct lc_models models;
	struct lc_rules rules;
	struct lc_plan plan;
	struct lc_unit *units;
	uint32_t nunits;
	struct lc_suppressions suppressions;
	struct lc_facts facts;
	struct lc_store *store;
	struct lc_output database; /* where the store is being written */
	struct lc_findings findings;
	struct lc_lockgraph graph; /* if the report shows it */
	double stage_s[LC_STAGE_COUNT]; /* wall seconds */
	double mark_s;                  /* when the running stage began */
};

void lc_session_init(struct lc_session *s, const struct lc_settings *set);
void lc_session_release(struct lc_session *s);
/* The running stage was `stage`, and is over. */
void lc_session_mark(struct lc_session *s, enum lc_stage stage);

int lc_session_configure(struct lc_session *s, struct lc_error *err);
int lc_session_plan(struct lc_session *s, struct lc_error *err);
int lc_session_extract(struct lc_session *s, struct lc_error *err);
/* In place of plan and extract: the units of an earlier run's database. */
int lc_session_read_units(struct lc_session *s, const char *database,
			  struct lc_error *err);
/* `summaries` and `function` as in struct lc_solve_options. */
int lc_session_solve(struct lc_session *s, FILE *summaries,
		     const char *function, struct lc_error *err);

#endif
