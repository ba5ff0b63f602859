/* SPDX-License-Identifier: MIT */
/*
 * Asking git, in a repository that nobody has to trust: everything is switched
 * off that could run a program of the repository's choice.
 */
#ifndef LC_GATE_GIT_H
#define LC_GATE_GIT_H

#include "base/words.h"

/* The first words of every command: settings of a repository that name
 * programs, switched off. */
#define LC_GIT                                                                 \
	"git", "--no-pager", "-c", "core.fsmonitor=false", "-c",               \
		"core.hooksPath=/dev/null", "-c", "core.quotePath=true"

/* Runs argv (LC_GIT, …, NULL) in `dir` with its standard output in `out`,
 * which the caller releases in any case. git's exit code; -1 if it could not
 * be run. */
int lc_git_run(const char *dir, const char *const *argv, struct lc_buf *out,
	       struct lc_error *err);

/* Which revision of which repository was analysed. */
struct lc_provenance {
	char *repository; /* an absolute URI without a password; NULL: none */
	char *revision;   /* the commit that is checked out */
	char *branch;     /* "" if on none */
};

/* All NULL unless `dir` is the top of a repository that has a commit and a
 * remote "origin" with a public address. */
void lc_git_provenance_read(struct lc_provenance *p, const char *dir);
void lc_git_provenance_release(struct lc_provenance *p);

/* An address of git as a URI without user and password; NULL if it is a path
 * of this machine or nothing that can be written as a URI. */
char *lc_git_public_url(const char *url);

#endif
