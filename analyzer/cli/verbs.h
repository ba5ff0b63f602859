/* SPDX-License-Identifier: MIT */
/*
 * The verbs: one file each, one table of them (main.c). A verb's run function
 * returns an exit code (exit.h), or -1 with a sentence.
 */
#ifndef LC_CLI_VERBS_H
#define LC_CLI_VERBS_H

#include "cli/options.h"

#define LC_DEFAULT_DB ".lockcheck.db"

int lc_verb_check(const struct lc_settings *set, struct lc_error *err);
int lc_verb_rules(const struct lc_settings *set, struct lc_error *err);
int lc_verb_explain(const struct lc_settings *set, struct lc_error *err);
int lc_verb_query(const struct lc_settings *set, struct lc_error *err);
int lc_verb_dump(const struct lc_settings *set, struct lc_error *err);
int lc_verb_report(const struct lc_settings *set, struct lc_error *err);
int lc_verb_baseline(const struct lc_settings *set, struct lc_error *err);
int lc_verb_diff(const struct lc_settings *set, struct lc_error *err);
int lc_verb_trace(const struct lc_settings *set, struct lc_error *err);
int lc_verb_confirm(const struct lc_settings *set, struct lc_error *err);
int lc_verb_replay(const struct lc_settings *set, struct lc_error *err);
int lc_verb_graph(const struct lc_settings *set, struct lc_error *err);
int lc_verb_run(const struct lc_settings *set, struct lc_error *err);
int lc_verb_completion(const struct lc_settings *set, struct lc_error *err);
int lc_verb_manpage(const struct lc_settings *set, struct lc_error *err);

/* The table of verbs, in the order in which help shows them. */
const struct lc_verb *lc_verbs(uint32_t *count);

/* The database a verb is to read: --db, or the default. */
static inline const char *lc_settings_db(const struct lc_settings *set)
{
	return set->db ? set->db : LC_DEFAULT_DB;
}

#endif
