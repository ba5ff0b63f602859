/* SPDX-License-Identifier: MIT */
/*
 * Suppressions: what comments in the sources say is not to be reported.
 *
 *   lockcheck-ignore(RULE[, RULE]): reason   on the line, or in the comment
 *                                            directly above
 *   lockcheck-ignore-begin(RULE): reason … lockcheck-ignore-end
 *   lockcheck-ignore-file(RULE): reason
 *   NOLINT(lockcheck-RULE), NOLINTNEXTLINE, NOLINTBEGIN, NOLINTEND
 *
 * docs/manual.md is the reference. Life: lc_suppressions_read, then the solver
 * and the judge ask, then release.
 */
#ifndef LC_GATE_SUPPRESS_H
#define LC_GATE_SUPPRESS_H

#include "base/map.h"
#include "flow/flow.h"
#include "store/rules.h"

struct lc_suppression { /* one rule of one comment */
	uint32_t file;      /* string */
	uint32_t line, col; /* of the word in the comment */
	uint32_t first, last; /* lines it speaks of; 0: none */
	char *rule;         /* "" if none could be read */
	char *reason;       /* "" if none was given */
	char *problem;      /* a sentence's end, NULL: nothing is wrong */
	bool used;
};
struct lc_suppressions {
	struct lc_strings files;
	LC_ARRAY(struct lc_suppression) list; /* by file, line, column */
	LC_ARRAY(uint32_t) first; /* per file: its first in list */
};

/*
 * Reads every file in which a unit has a function. `s` is zeroed by the caller
 * and released in any case; files that cannot be read are passed over (the
 * compiler could, a moment ago).
 */
void lc_suppressions_read(struct lc_suppressions *s,
			  const struct lc_unit *units, uint32_t nunits,
			  const char *root, const struct lc_rules *rules);
void lc_suppressions_release(struct lc_suppressions *s);
/* One file's text, for the above and for tests. Files come sorted. */
void lc_suppressions_add(struct lc_suppressions *s, const char *file,
			 const char *text, size_t n,
			 const struct lc_rules *rules);

/* Index of the suppression for this rule and place, LC_NOT_FOUND if none. */
uint32_t lc_suppression_at(const struct lc_suppressions *s, const char *rule,
			   const char *file, uint32_t line);
/* The solver's question (solve.h); ctx is the suppressions. */
bool lc_suppressed_edge(void *ctx, const char *file, uint32_t line);

#endif
