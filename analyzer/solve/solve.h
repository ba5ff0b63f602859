/* SPDX-License-Identifier: MIT */
/* From units to facts: link, summarise, lock graph, cycles. */
#ifndef LC_SOLVE_SOLVE_H
#define LC_SOLVE_SOLVE_H

#include "flow/flow.h"
#include "model/model.h"
#include "solve/facts.h"

struct lc_solve_options {
	bool dropped; /* keep dropped edges and cycles with their reasons */
	/* Text of every summary computed (`dump summaries`), NULL = none;
	 * only_function restricts it ("" or NULL = all). */
	FILE *summaries;
	const char *only_function;
};

/*
 * `units` (in the order of plan, read only) → `out` (initialised by the
 * caller). Bounded time and memory: every cap reached becomes a row of
 * out->incomplete. Cannot fail otherwise.
 */
void lc_solve(const struct lc_unit *units, uint32_t nunits,
	      const struct lc_models *models,
	      const struct lc_solve_options *options, struct lc_facts *out);

#endif
