/* SPDX-License-Identifier: MIT */
/*
 * Files that appear as a whole or not at all: written under a temporary name
 * in the target's directory, then renamed. A run that is interrupted takes its
 * temporary files with it.
 */
#ifndef LC_CLI_OUTPUT_H
#define LC_CLI_OUTPUT_H

#include "base/base.h"

struct lc_output {
	char *target;    /* as the user named it */
	char *temporary; /* NULL: none (stdout, or a device) */
	char *final;     /* the target behind symbolic links */
	FILE *file;      /* of lc_output_open; NULL with lc_output_reserve */
	bool is_stdout;
};

/* Could `path` be written? Asked early, so that a long run does not end in a
 * fault that was there at its start. NULL: stdout. */
int lc_output_check(const char *path, struct lc_error *err);
/* `path` NULL: stdout. Release in any case; before a commit, that leaves the
 * target as it was. */
int lc_output_open(struct lc_output *out, const char *path,
		   struct lc_error *err);
/* The same without a FILE: out->temporary is an empty file to be filled. */
int lc_output_reserve(struct lc_output *out, const char *path,
		      struct lc_error *err);
/* Closes, checks that every byte arrived, and renames. */
int lc_output_commit(struct lc_output *out, struct lc_error *err);
void lc_output_release(struct lc_output *out);

/* A file, or a directory that is then empty, that a signal removes. The text
 * must live until it is forgotten, and what is remembered first goes first. */
void lc_output_remember(const char *path);
void lc_output_forget(const char *path);

/* On SIGINT, SIGTERM and SIGHUP: removes temporary files and exits with
 * LC_CODE_SIGNAL + number. */
void lc_output_catch_signals(void);

#endif
