/* SPDX-License-Identifier: MIT */
/*
 * What changed since a revision (git), and which findings that touches.
 *
 * git is run as `git merge-base` and `git diff` and nothing else, with the
 * revision as one argument that cannot be an option, and with everything
 * switched off that could run a program of the repository's choice.
 */
#ifndef LC_GATE_SINCE_H
#define LC_GATE_SINCE_H

#include "base/words.h"
#include "report/findings.h"

struct lc_hunk { /* lines of the new text; a deletion: the lines around it */
	uint32_t first, last;
};
struct lc_changed_file {
	char *name; /* relative to the root */
	LC_ARRAY(struct lc_hunk) hunks; /* in order */
};
struct lc_changes {
	LC_ARRAY(struct lc_changed_file) files; /* by name */
};

/* The changes below `root` between the working tree and the point where HEAD
 * left `rev`. -1: no git, no repository, no such revision. */
int lc_changes_read(struct lc_changes *c, const char *root, const char *rev,
		    struct lc_error *err);
/* The same from the text of `git diff -U0`, for the above and for tests. */
int lc_changes_parse(struct lc_changes *c, const char *diff, size_t n,
		     struct lc_error *err);
void lc_changes_release(struct lc_changes *c);

/*
 * Marks the findings that a change touches: a line of its place, its witnesses
 * or its related places, or of a function between two steps in it. They come
 * first (else the order stays), and if their own place was not changed, it
 * becomes a step that was, if there is one: code hosts show a finding in a
 * change only where the change is. A cycle begins with the thread of that step.
 */
void lc_changes_apply(const struct lc_changes *c, struct lc_findings *f);

#endif
