/* SPDX-License-Identifier: MIT */
/*
 * Runs a build and writes the compile database of what it compiled. The
 * only place of lockcheck that runs a user's command, because the user wrote it
 * on the command line.
 */
#ifndef LC_CAPTURE_CAPTURE_H
#define LC_CAPTURE_CAPTURE_H

#include "base/words.h"

struct lc_capture_options {
	char *const *command; /* NULL-terminated, at least one word */
	const char *output;   /* the compile database to write */
	const char *scratch;  /* a directory of the caller's for other files */
	const char *library;  /* the preloaded library; NULL: use bear */
};
struct lc_capture_result {
	int status;        /* the command's, as of waitpid */
	int signal;        /* this signal came for us meanwhile; 0: none */
	uint32_t nentries; /* in the database */
	uint32_t ngone;    /* left out: the source is no longer there */
};

/*
 * Returns when the command has ended. Its stdout is our stderr. SIGTERM and
 * SIGHUP are handed on to it; with these and SIGINT, result->signal is set. -1
 * with a sentence: the command cannot be started, or a file cannot be written.
 */
int lc_capture(const struct lc_capture_options *options,
	       struct lc_capture_result *result, struct lc_error *err);

/* The program `name` in PATH, which the caller frees; NULL: there is none. */
char *lc_find_program(const char *name);

#endif
