/* SPDX-License-Identifier: MIT */
/* Runs the rules over the facts and writes the findings. */
#ifndef LC_STORE_JUDGE_H
#define LC_STORE_JUDGE_H

#include "store/rules.h"
#include "store/store.h"

/* A level forced on all findings of one rule; LC_LEVEL_NONE turns it off. */
struct lc_rule_override {
	const char *rule;
	enum lc_level level;
};
struct lc_judge_options {
	const struct lc_rule_override *overrides;
	uint32_t noverrides;
};

/*
 * Runs every rule and fills the tables rule, finding and finding_*, in the
 * order file, line, column, rule, key. `store` was made by lc_store_open with
 * create and filled by lc_store_write. `options` may be NULL. A rule that
 * SQLite refuses, or that gives a row out of form, is -1 and a sentence with
 * its file; then no finding is written at all.
 */
int lc_judge(struct lc_store *store, const struct lc_rules *rules,
	     const struct lc_judge_options *options, struct lc_error *err);

#endif
