/* SPDX-License-Identifier: MIT */
/* Which findings count: baseline, --since, threshold, exit code. What the
 * verbs check and report share; the sets themselves are in gate/. */
#ifndef LC_CLI_GATE_H
#define LC_CLI_GATE_H

#include "cli/config.h"
#include "gate/since.h"

struct lc_gate {
	const char *baseline, *since; /* NULL: none */
	struct lc_findings base;
	struct lc_changes changes;
	enum lc_level level;
	bool exit_zero, allow_partial;
};

/* Reads the baseline and asks git, so that a fault is told before the work
 * begins. `root`: that of the findings. Release in any case. */
int lc_gate_open(struct lc_gate *g, const struct lc_settings *set,
		 const struct lc_config *config, const char *root,
		 struct lc_error *err);
void lc_gate_release(struct lc_gate *g);
/* States, and what the changes touch: once. */
void lc_gate_apply(struct lc_gate *g, struct lc_findings *f);
/* How many findings are at the threshold and count, and what code that is. */
uint32_t lc_gate_count(const struct lc_gate *g, const struct lc_findings *f);
int lc_gate_code(const struct lc_gate *g, const struct lc_findings *f);

#endif
