/* SPDX-License-Identifier: MIT */
/* From units to facts: link, summarise, lock graph, cycles. */
#ifndef LC_SOLVE_SOLVE_H
#define LC_SOLVE_SOLVE_H

#include "flow/flow.h"
#include "model/model.h"
#include "solve/facts.h"

/* A function that a thread starts in, though no start of it is seen. */
struct lc_thread_root {
	const char *function;
	bool many; /* several such threads at a time */
};
struct lc_solve_options {
	bool dropped; /* keep dropped edges and cycles with their reasons */
	/* Text of every summary computed (`dump summaries`), NULL = none;
	 * only_function restricts it ("" or NULL = all). */
	FILE *summaries;
	const char *only_function;
	const struct lc_thread_root *roots;
	uint32_t nroots;
	/* Give the edges that may take part in a deadlock a witness each. */
	bool edge_traces;
	/* Has the user said that the order edge made by the acquire (or the
	 * call that leads to it) at this place is not to be reported? A cycle
	 * that needs such an edge gives way to one that does not. NULL: no. */
	bool (*edge_ignored)(void *ctx, const char *file, uint32_t line);
	void *edge_ignored_ctx;
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
