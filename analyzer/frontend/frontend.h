/* SPDX-License-Identifier: MIT */
/*
 * Units of work → units of flow. libclang is used in this folder only.
 */
#ifndef LC_FRONTEND_FRONTEND_H
#define LC_FRONTEND_FRONTEND_H

#include "flow/flow.h"
#include "plan/plan.h"

/* Parses and lowers one job in this process. Never fails as a whole: trouble
 * is in unit->status and message. `unit` is initialised by the caller. */
struct lc_parser; /* long-lived: one index, reused for every unit of a worker */
struct lc_parser *lc_parser_new(void);
void lc_parser_free(struct lc_parser *p);
void lc_parser_unit(struct lc_parser *p, const struct lc_job *job,
		    const char *root, struct lc_unit *unit);

/* Runs all jobs on `nworkers` processes (1 = still a process of its own, so
 * that a crash costs one unit). A unit whose worker dies is retried once
 * in a fresh worker, then has status CRASHED; one that takes longer than
 * timeout_s has TIMEOUT. units[i] belongs to plan->jobs.data[i]; the result does not
 * depend on nworkers. `progress` may be NULL. Returns -1 only when no worker
 * could be started at all. */
struct lc_extract_options {
	uint32_t nworkers;
	uint32_t timeout_s; /* 0 = default */
	void (*progress)(void *ctx, uint32_t done, uint32_t total,
			 const char *file);
	void *progress_ctx;
};
int lc_extract(const struct lc_plan *plan, const struct lc_extract_options *o,
	       struct lc_unit *units, struct lc_error *err);

#endif
