/* SPDX-License-Identifier: MIT */
/* Runs the rules over the facts and writes the findings. */
#ifndef LC_STORE_JUDGE_H
#define LC_STORE_JUDGE_H

#include "gate/suppress.h"
#include "store/rules.h"
#include "store/store.h"

/* A level forced on all findings of one rule; LC_LEVEL_NONE turns it off. */
struct lc_rule_override {
	const char *rule;
	enum lc_level level;
};
/* Lock `before` is to be taken before lock `after`; both by name or class. */
struct lc_declared_order {
	const char *before, *after, *origin;
};
struct lc_judge_options {
	const struct lc_rule_override *overrides;
	uint32_t noverrides;
	const struct lc_declared_order *orders;
	uint32_t norders;
	/* What comments say is not to be reported; gets `used`. May be NULL. */
	struct lc_suppressions *suppressions;
	/* Findings in this file are dropped. May be NULL. */
	bool (*excluded)(void *ctx, const char *file);
	void *excluded_ctx;
};

/*
 * Runs every rule and fills the tables rule, finding and finding_*, in the
 * order file, line, column, rule, key. `store` was made by lc_store_open with
 * create and filled by lc_store_write. `options` may be NULL. A rule that
 * SQLite refuses, or that gives a row out of form, is -1 and a sentence with
 * its file; then no finding is written at all.
 *
 * A finding is suppressed by a comment at its place, or at a step of one of its
 * witnesses: for a lock-order-cycle one behind the acquire it begins with, so
 * that a comment at an acquire means the order edge made there. It stays in
 * the tables, with the comment. The rule `suppression` runs last: it tells
 * which comments did nothing.
 */
int lc_judge(struct lc_store *store, const struct lc_rules *rules,
	     const struct lc_judge_options *options, struct lc_error *err);

#endif
