/* SPDX-License-Identifier: MIT */
/*
 * From a compile database or a list of sources to units of work. Commands are
 * data: they are split and filtered, never run (but compiler.h).
 */
#ifndef LC_PLAN_PLAN_H
#define LC_PLAN_PLAN_H

#include "base/words.h"

struct lc_job {
	char *file;      /* absolute path of the main source */
	char *name;      /* `file` relative to plan root if below it, else absolute;
	                  * the spelling used in all output */
	char *directory; /* working directory of the command */
	char **argv;     /* flags for libclang, filtered; NULL-terminated,
	                  * without compiler name, without the source */
	uint32_t argc;
	char *targets; /* what it is part of, as the build tells (command.h):
			* one a line, "" = unknown */
	uint32_t ndropped; /* flags dropped by the documented list */
};
struct lc_plan {
	char *root; /* absolute: directory that output paths are relative to (cwd) */
	char *database; /* the compile databases used, ", " between; NULL: none */
	LC_ARRAY(struct lc_job) jobs; /* sorted by name, then argv; no duplicates */
	uint32_t nskipped; /* entries of the database that are no C (C++, asm) */
	/* Compilers to ask; NULL but while the plan is made. */
	struct lc_compilers *compilers;
	/* Sentences the user should see though nothing is wrong. */
	struct lc_words notes;
};
struct lc_plan_options {
	const char *const *databases; /* -p: directories or files */
	uint32_t ndatabases;          /* 0: search one */
	const char *const *paths; /* files and directories */
	uint32_t npaths;
	const char *const *flags; /* after "--"; NULL = use a database */
	uint32_t nflags;
	bool ask_compilers; /* run them for their include paths: compiler.h */
};
/*
 * Fills `plan`, which the caller zeroed and releases in any case. -1 with a
 * sentence: a path or database that is missing or malformed, nothing to
 * analyse, flags that are no flags.
 *
 * The command's directory is kept in the job: relative -I in argv refer to it.
 */
int lc_plan_make(struct lc_plan *plan, const struct lc_plan_options *options,
		 struct lc_error *err);
void lc_plan_release(struct lc_plan *plan);
/* What `job` owns, not `job`. */
void lc_job_release(struct lc_job *job);

#endif
