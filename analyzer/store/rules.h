/* SPDX-License-Identifier: MIT */
/*
 * Rules: one .sql file each. docs/rules-howto.md is the manual of the form:
 *
 *   -- SPDX-License-Identifier: MIT          (other comment lines are skipped
 *   --                                        until the first key)
 *   -- id: double-acquire
 *   -- name: DoubleAcquire
 *   -- level: error
 *   -- short: One sentence.
 *   -- cwe: 764, 833        (cwe, cert, misra, precision and tags may be left
 *   -- precision: high       out)
 *   -- tags: concurrency, deadlock
 *   --
 *   -- ## Bad               Markdown up to the next "## "; then Good, Manual
 *   SELECT …;               with the columns level, message, site, traces,
 *                           locks, related, key and perhaps fix and doubt
 */
#ifndef LC_STORE_RULES_H
#define LC_STORE_RULES_H

#include "base/base.h"

enum lc_level { LC_LEVEL_NONE, LC_LEVEL_NOTE, LC_LEVEL_WARNING, LC_LEVEL_ERROR };
/* "none", "note", "warning", "error". */
const char *lc_level_name(enum lc_level level);
/* false if `s` is no level. */
bool lc_level_parse(const char *s, enum lc_level *level);

struct lc_rule {
	char *file;
	char *id, *name, *short_text; /* never empty */
	char *cwe, *cert, *misra, *precision, *tags; /* "" if not given */
	char *bad, *good, *manual; /* Markdown, manual is never empty */
	enum lc_level level;
	char *sql;      /* the SELECT, preceded by … */
	uint32_t line;  /* … the line it starts on */
};
struct lc_rules {
	LC_ARRAY(struct lc_rule) rules; /* sorted by id */
};

void lc_rules_init(struct lc_rules *rules);
void lc_rules_release(struct lc_rules *rules);
/* Adds one file, or all *.sql of a directory. Errors name file and line. */
int lc_rules_load(struct lc_rules *rules, const char *path, struct lc_error *err);
int lc_rules_load_dir(struct lc_rules *rules, const char *dir,
		      struct lc_error *err);
const struct lc_rule *lc_rules_find(const struct lc_rules *rules, const char *id);

/* The table of `lockcheck rules`, one line a rule. */
void lc_rules_print(const struct lc_rules *rules, FILE *out);
/* The manual page of one rule, as Markdown. */
void lc_explain_rule(const struct lc_rule *rule, FILE *out);

#endif
