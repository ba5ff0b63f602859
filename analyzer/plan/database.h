/* SPDX-License-Identifier: MIT */
/* compile_commands.json: where it is and what it says. */
#ifndef LC_PLAN_DATABASE_H
#define LC_PLAN_DATABASE_H

#include "plan/plan.h"

/*
 * The file meant by -p (`given`: the file or its directory), or with NULL the
 * nearest compile_commands.json from `root` upwards, in each directory also in
 * build/. A directory of fragments (fragments.h) is one too. *path is NULL if there is none; -1 if `given` is no database.
 */
int lc_database_find(const char *root, const char *given, char **path,
		     struct lc_error *err);

/* Adds every entry in C as a job, unsorted, duplicates and all. */
int lc_database_read(struct lc_plan *plan, const char *path,
		     struct lc_error *err);

#endif
