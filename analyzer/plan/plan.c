/* SPDX-License-Identifier: MIT */
/*
 * From what the user named to the sorted list of jobs. Reading a database is
 * in database.c, what happens to a command in command.c and flags.c.
 */
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan/command.h"
#include "plan/compiler.h"
#include "plan/database.h"

void lc_job_release(struct lc_job *job)
{
	for (uint32_t i = 0; i < job->argc; i++)
		free(job->argv[i]);
	free(job->argv);
	free(job->file);
	free(job->name);
	free(job->directory);
	free(job->targets);
}

void lc_plan_release(struct lc_plan *plan)
{
	for (uint32_t i = 0; i < plan->jobs.len; i++)
		lc_job_release(&plan->jobs.data[i]);
	lc_array_release(&plan->jobs);
	lc_words_release(&plan->notes);
	free(plan->root);
	free(plan->database);
	memset(plan, 0, sizeof(*plan));
}

/* ---- sources without a database ---- */

static bool is_source(const char *path)
{
	return lc_ends_with(path, ".c") || lc_ends_with(path, ".i");
}

static void add_source(struct lc_plan *plan, const char *file,
		       const struct lc_plan_options *o)
{
	struct lc_job *job = lc_push(&plan->jobs);
	struct lc_words argv = {0};

	job->file = lc_strdup(file);
	job->directory = lc_strdup(plan->root);
	job->targets = lc_strdup("");
	lc_flags_filter((char *const *)o->flags, o->nflags, &argv,
			&job->ndropped);
	job->argc = argv.len;
	*lc_push(&argv) = NULL;
	job->argv = argv.data;
}

/* All *.c below `dir`. Links to directories are not followed (they may lead in
 * circles), hidden directories (.git) hold no sources. */
static int add_tree(struct lc_plan *plan, const char *dir,
		    const struct lc_plan_options *o, struct lc_error *err)
{
	struct lc_words names = {0};
	int rc = lc_list_dir(dir, "", &names, err);

	for (uint32_t i = 0; i < names.len && !rc; i++) {
		char *path = lc_path_join(dir, names.data[i]);
		struct stat st;

		if (!lstat(path, &st) && S_ISDIR(st.st_mode))
			rc = add_tree(plan, path, o, err);
		else if (lc_ends_with(path, ".c") && lc_is_file(path))
			add_source(plan, path, o);
		free(path);
	}
	lc_words_release(&names);
	return rc;
}

static int add_path(struct lc_plan *plan, const char *shown, const char *path,
		    const struct lc_plan_options *o, struct lc_error *err)
{
	uint32_t before = plan->jobs.len;

	if (!lc_is_dir(path)) {
		if (!is_source(path))
			return lc_fail(err, "%s is no C source (.c or .i) and "
				       "no directory", shown);
		add_source(plan, path, o);
		return 0;
	}
	if (add_tree(plan, path, o, err))
		return -1;
	if (plan->jobs.len == before)
		return lc_fail(err, "there is no C source (*.c) in %s", shown);
	return 0;
}

/* ---- sources with a database ---- */

/* Marks the listed jobs that `path` names or contains; says whether any. */
static bool mark_jobs(const struct lc_plan *plan, uint32_t nlisted,
		      const char *path, bool *wanted)
{
	bool any = false;

	for (uint32_t i = 0; i < nlisted; i++) {
		if (!lc_path_below(path, plan->jobs.data[i].file))
			continue;
		wanted[i] = true;
		any = true;
	}
	return any;
}

/* The order of jobs does not matter yet: the last one fills the gap. */
static void keep_marked(struct lc_plan *plan, const bool *wanted,
			uint32_t nlisted)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < plan->jobs.len; i++) {
		if (i < nlisted && !wanted[i])
			lc_job_release(&plan->jobs.data[i]);
		else
			plan->jobs.data[kept++] = plan->jobs.data[i];
	}
	plan->jobs.len = kept;
}

/* A path the database does not list: the user's mistake if it was named by
 * -p, but analysed all the same if it only happened to be near. */
static int add_unlisted(struct lc_plan *plan, const char *shown,
			const char *path, const struct lc_plan_options *o,
			struct lc_error *err)
{
	if (o->ndatabases)
		return lc_fail(err, "%s lists no C source that is %s or below "
			       "it", plan->database, shown);
	lc_words_own(&plan->notes,
		     lc_asprintf("%s is not listed in %s: analysed without "
				 "compiler flags", shown, plan->database));
	return add_path(plan, shown, path, o, err);
}

static int restrict_jobs(struct lc_plan *plan, const struct lc_plan_options *o,
			 const struct lc_words *paths, struct lc_error *err)
{
	uint32_t nlisted = plan->jobs.len;
	bool *wanted = lc_alloc(nlisted + 1);
	int rc = 0;

	for (uint32_t i = 0; i < paths->len && !rc; i++)
		if (!mark_jobs(plan, nlisted, paths->data[i], wanted))
			rc = add_unlisted(plan, o->paths[i], paths->data[i], o,
					  err);
	if (!rc)
		keep_marked(plan, wanted, nlisted);
	free(wanted);
	return rc;
}

static int read_database(struct lc_plan *plan, const char *path,
			 struct lc_error *err)
{
	const char *shown = lc_path_from(plan->root, path);
	char *all = plan->database ? lc_asprintf("%s, %s", plan->database, shown)
				   : lc_strdup(shown);

	free(plan->database);
	plan->database = all;
	return lc_database_read(plan, path, err);
}

/* Those of -p, or the one that is near; *found: there is one. */
static void end_asking(struct lc_plan *plan, struct lc_compilers *compilers)
{
	for (uint32_t i = 0; i < compilers->notes.len; i++)
		lc_words_add(&plan->notes, compilers->notes.data[i]);
	lc_compilers_release(compilers);
	plan->compilers = NULL;
}

static int read_databases(struct lc_plan *plan, const struct lc_plan_options *o,
			  bool *found, struct lc_error *err)
{
	uint32_t n = o->ndatabases ? o->ndatabases : 1;
	int rc = 0;

	*found = false;
	for (uint32_t i = 0; i < n && !rc; i++) {
		char *path = NULL;

		rc = lc_database_find(plan->root,
				      o->ndatabases ? o->databases[i] : NULL,
				      &path, err);
		if (!rc && path) {
			*found = true;
			rc = read_database(plan, path, err);
		}
		free(path);
	}
	return rc;
}

static int use_databases(struct lc_plan *plan, const struct lc_plan_options *o,
			 const struct lc_words *paths, struct lc_error *err)
{
	if (paths->len)
		return restrict_jobs(plan, o, paths, err);
	if (!plan->jobs.len)
		return lc_fail(err, "%s lists no C source (entries: %u, none of "
			       "them C)", plan->database, plan->nskipped);
	return 0;
}

/* ---- order ---- */

/* 0: the same work. */
static int compare_jobs(const struct lc_job *a, const struct lc_job *b)
{
	int c = strcmp(a->name, b->name);

	for (uint32_t i = 0; !c && i < a->argc && i < b->argc; i++)
		c = strcmp(a->argv[i], b->argv[i]);
	if (!c)
		c = (a->argc > b->argc) - (a->argc < b->argc);
	return c ? c : strcmp(a->directory, b->directory);
}

/* Of equal jobs the one that lost fewest flags stands first and is kept, in
 * whatever order the database has them. */
static int by_job(const void *pa, const void *pb)
{
	const struct lc_job *a = pa, *b = pb;
	int c = compare_jobs(a, b);

	return c ? c : (a->ndropped > b->ndropped) - (a->ndropped < b->ndropped);
}

/* One object may be linked into several programs. */
static void add_targets(struct lc_job *job, const char *more)
{
	char *all;

	if (!*job->targets || !*more || strstr(job->targets, more))
		return;
	all = lc_asprintf("%s\n%s", job->targets, more);
	free(job->targets);
	job->targets = all;
}

static void sort_jobs(struct lc_plan *plan)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < plan->jobs.len; i++) {
		struct lc_job *job = &plan->jobs.data[i];

		job->name = lc_strdup(lc_path_from(plan->root, job->file));
	}
	if (plan->jobs.len)
		qsort(plan->jobs.data, plan->jobs.len, sizeof(struct lc_job),
		      by_job);
	for (uint32_t i = 0; i < plan->jobs.len; i++) {
		struct lc_job *job = &plan->jobs.data[i];

		if (kept && !compare_jobs(job, &plan->jobs.data[kept - 1])) {
			add_targets(&plan->jobs.data[kept - 1], job->targets);
			lc_job_release(job);
		} else {
			plan->jobs.data[kept++] = *job;
		}
	}
	plan->jobs.len = kept;
}

/* ---- all of it ---- */

static int check_options(const struct lc_plan_options *o, struct lc_error *err)
{
	if (o->flags && o->ndatabases)
		return lc_fail(err, "-p and compiler flags after -- exclude each "
			       "other: the database has the flags");
	if (o->flags && !o->npaths)
		return lc_fail(err, "compiler flags after -- need at least one "
			       "source or directory before it");
	for (uint32_t i = 0; i < o->nflags; i++)
		if (is_source(o->flags[i]) && o->flags[i][0] != '-' &&
		    (!i || (strcmp(o->flags[i - 1], "-include") &&
			    strcmp(o->flags[i - 1], "-imacros"))))
			return lc_fail(err, "%s stands after --, where only "
				       "compiler flags may stand", o->flags[i]);
	return 0;
}

static int resolve_paths(const struct lc_plan *plan,
			 const struct lc_plan_options *o,
			 struct lc_words *paths, struct lc_error *err)
{
	for (uint32_t i = 0; i < o->npaths; i++) {
		/* A link to a directory stands for the directory. */
		char *path = lc_is_dir(o->paths[i])
				     ? realpath(o->paths[i], NULL)
				     : lc_path_physical(plan->root, o->paths[i]);

		lc_words_own(paths, path ? path : lc_strdup(o->paths[i]));
		if (access(path, F_OK))
			return lc_fail(err, "%s does not exist", o->paths[i]);
	}
	return 0;
}

static int plan_sources(struct lc_plan *plan, const struct lc_plan_options *o,
			const struct lc_words *paths, struct lc_error *err)
{
	if (!paths->len)
		return lc_fail(err, "nothing to analyse: there is no "
			       "compile_commands.json here, above or in build/; "
			       "watch a build ('lockcheck run -- make'), give "
			       "one with -p, or name sources");
	for (uint32_t i = 0; i < paths->len; i++)
		if (add_path(plan, o->paths[i], paths->data[i], o, err))
			return -1;
	return 0;
}

int lc_plan_make(struct lc_plan *plan, const struct lc_plan_options *o,
		 struct lc_error *err)
{
	struct lc_compilers compilers = {0};
	struct lc_words paths = {0};
	bool found = false;
	int rc = -1;

	plan->compilers = o->ask_compilers ? &compilers : NULL;
	plan->root = realpath(".", NULL);
	if (!plan->root)
		return lc_fail(err, "cannot tell the current directory: %s",
			       strerror(errno));
	if (check_options(o, err) || resolve_paths(plan, o, &paths, err))
		goto out;
	if (!o->flags && read_databases(plan, o, &found, err))
		goto out;
	rc = found ? use_databases(plan, o, &paths, err)
		   : plan_sources(plan, o, &paths, err);
	if (!rc)
		sort_jobs(plan);
out:
	end_asking(plan, &compilers);
	lc_words_release(&paths);
	return rc;
}
