/* SPDX-License-Identifier: MIT */
/* Finding and reading compile_commands.json. Restricting, sorting and
 * duplicates: plan.c. */
#include "plan/database.h"

#include <jansson.h>
#include <stdlib.h>

#include "plan/command.h"
#include "plan/compiler.h"
#include "plan/fragments.h"

#define db_name "compile_commands.json"

/* Does this directory hold what lockcheck-cc writes? */
static bool has_fragments(const char *dir)
{
	struct lc_error ignored = LC_ERROR_INIT;
	struct lc_words names = {0};
	bool any;

	if (lc_list_dir(dir, LC_FRAGMENT_SUFFIX, &names, &ignored))
		lc_error_release(&ignored);
	any = names.len;
	lc_words_release(&names);
	return any;
}

/* In this order: the database, and a directory of fragments. */
static char *database_in(const char *dir)
{
	static const char *const names[] = { db_name, LC_FRAGMENTS_DIR };

	for (size_t i = 0; i < LC_LEN(names); i++) {
		char *path = lc_asprintf("%s/%s", strcmp(dir, "/") ? dir : "",
					 names[i]);

		if (lc_is_file(path) || (lc_is_dir(path) && has_fragments(path)))
			return path;
		free(path);
	}
	return NULL;
}

static char *nearest_database(const char *root)
{
	char *dir = lc_strdup(root), *found = NULL;

	for (;;) {
		char *build = lc_path_join(dir, "build"), *up;

		found = database_in(dir);
		if (!found)
			found = database_in(build);
		free(build);
		if (found || !strcmp(dir, "/"))
			break;
		up = lc_path_dirname(dir);
		free(dir);
		dir = up;
	}
	free(dir);
	return found;
}

int lc_database_find(const char *root, const char *given, char **path,
		     struct lc_error *err)
{
	char *absolute;

	if (!given) {
		*path = nearest_database(root);
		return 0;
	}
	absolute = lc_path_physical(root, given);
	if (lc_is_dir(absolute)) {
		*path = database_in(absolute);
		if (!*path && has_fragments(absolute))
			*path = lc_strdup(absolute);
		if (!*path)
			lc_fail(err, "%s has no %s; let the build system write "
				"one (cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, "
				"or bear -- make)", given, db_name);
	} else if (lc_is_file(absolute)) {
		*path = lc_strdup(absolute);
	} else {
		lc_fail(err, "%s does not exist (wanted by -p)", given);
	}
	free(absolute);
	return *path ? 0 : -1;
}

/* ---- one entry ---- */

/* jansson forgets where a value stood: the line on which the n-th element
 * of the outermost array begins. The text is known to be valid JSON. */
static int line_of_entry(const char *text, size_t n)
{
	size_t seen = 0;
	int depth = 0, line = 1;

	for (const char *p = text; *p; p++) {
		if (*p == '\n')
			line++;
		if (strchr(" \t\r\n", *p))
			continue;
		if (depth == 1 && *p == ',')
			seen++;
		else if (depth == 1 && seen == n)
			return line;
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		else if (*p == '"')
			for (p++; *p != '"'; p++)
				p += *p == '\\';
	}
	return line;
}

struct reader {
	struct lc_plan *plan;
	const char *path;   /* the database, as shown */
	const char *parent; /* its directory, absolute */
	const char *text;
	size_t entry;
	struct lc_error *err;
};

static int entry_fail(struct reader *r, const char *what)
{
	return lc_fail(r->err, "%s:%d: %s", r->path,
		       line_of_entry(r->text, r->entry), what);
}

/* arguments[] or command → words */
static int entry_words(struct reader *r, const json_t *entry,
		       struct lc_words *words)
{
	const json_t *arguments = json_object_get(entry, "arguments");
	const json_t *command = json_object_get(entry, "command");
	struct lc_error inner = LC_ERROR_INIT;
	size_t i;
	json_t *word;

	if (json_is_array(arguments)) {
		json_array_foreach(arguments, i, word) {
			if (!json_is_string(word))
				return entry_fail(r, "\"arguments\" may only hold strings");
			lc_words_add(words, json_string_value(word));
		}
	} else if (arguments) {
		return entry_fail(r, "\"arguments\" must be an array of strings");
	} else if (json_is_string(command)) {
		if (lc_command_split(json_string_value(command), words, &inner)) {
			lc_error_release(&inner);
			return entry_fail(r, "a quotation in \"command\" is not closed");
		}
	} else {
		return entry_fail(r, "an entry needs \"command\" (a string) or "
				     "\"arguments\" (an array of strings)");
	}
	if (!words->len)
		return entry_fail(r, "the command is empty");
	return 0;
}

/* One spelling for one directory, so that equal jobs are seen to be equal. */
static char *physical_dir(const char *parent, const char *dir)
{
	char *joined = lc_path_join(parent, dir);
	char *out = realpath(joined, NULL);

	if (!out)
		out = lc_path_normal(joined);
	free(joined);
	return out;
}

static int read_entry(struct reader *r, const json_t *entry)
{
	const char *file = json_string_value(json_object_get(entry, "file"));
	const char *dir = json_string_value(json_object_get(entry, "directory"));
	struct lc_words words = {0}, argv = {0};
	struct lc_job *job;
	int rc = -1;

	if (!json_is_object(entry))
		return entry_fail(r, "an entry must be an object");
	if (!file || !*file)
		return entry_fail(r, "an entry needs \"file\" (a string)");
	if (!dir || !*dir)
		return entry_fail(r, "an entry needs \"directory\" (a string)");
	if (entry_words(r, entry, &words))
		goto out;
	rc = 0;
	if (!lc_command_is_c(words.data, words.len, file)) {
		r->plan->nskipped++;
		goto out;
	}
	job = lc_push(&r->plan->jobs);
	job->directory = physical_dir(r->parent, dir);
	job->file = lc_path_physical(job->directory, file);
	lc_flags_filter(words.data, words.len, &argv, &job->ndropped);
	if (r->plan->compilers)
		lc_compilers_add(r->plan->compilers, words.data, words.len,
				 &argv);
	job->argc = argv.len;
	*lc_push(&argv) = NULL;
	job->argv = argv.data;
	job->targets = lc_command_target(
		words.data, words.len,
		json_string_value(json_object_get(entry, "output")),
		job->directory, job->file);
	if (!job->targets)
		job->targets = lc_strdup("");
out:
	lc_words_release(&words);
	return rc;
}

/* ---- the whole file ---- */

static int read_entries(struct reader *r, json_t *root)
{
	json_t *entry;

	if (!json_is_array(root))
		return lc_fail(r->err, "%s:1: a compile database is an array of "
			       "entries", r->path);
	json_array_foreach(root, r->entry, entry)
		if (read_entry(r, entry))
			return -1;
	return 0;
}

static int read_file(struct lc_plan *plan, const char *path,
		     struct lc_error *err)
{
	const char *shown = lc_path_from(plan->root, path);
	char *parent = lc_path_dirname(path);
	struct lc_buf text = {0};
	struct reader r = { plan, shown, parent, NULL, 0, err };
	json_error_t bad;
	json_t *root;
	int rc = -1;

	if (lc_read_file(path, &text, err))
		goto out;
	root = json_loadb(text.data, text.len, 0, &bad);
	if (!root) {
		lc_fail(err, "%s:%d: not valid JSON: %s", shown, bad.line,
			bad.text);
		goto out;
	}
	r.text = text.data;
	rc = read_entries(&r, root);
	json_decref(root);
out:
	lc_buf_release(&text);
	free(parent);
	return rc;
}

/* Sources that are gone since they were compiled are no loss: their fragments
 * stay behind because nobody compiles them again. */
static void drop_gone(struct lc_plan *plan, uint32_t first)
{
	uint32_t kept = first, ngone;

	for (uint32_t i = first; i < plan->jobs.len; i++) {
		if (lc_is_file(plan->jobs.data[i].file))
			plan->jobs.data[kept++] = plan->jobs.data[i];
		else
			lc_job_release(&plan->jobs.data[i]);
	}
	ngone = plan->jobs.len - kept;
	plan->jobs.len = kept;
	if (ngone)
		lc_words_own(&plan->notes,
			     lc_asprintf("%u compiled source%s no longer there",
					 ngone, ngone == 1 ? " is" : "s are"));
}

static int read_fragments(struct lc_plan *plan, const char *dir,
			  struct lc_error *err)
{
	uint32_t first = plan->jobs.len;
	struct lc_words names = {0};
	int rc = lc_list_dir(dir, LC_FRAGMENT_SUFFIX, &names, err);

	for (uint32_t i = 0; i < names.len && !rc; i++) {
		char *path = lc_path_join(dir, names.data[i]);

		rc = read_file(plan, path, err);
		free(path);
	}
	lc_words_release(&names);
	if (!rc)
		drop_gone(plan, first);
	return rc;
}

int lc_database_read(struct lc_plan *plan, const char *path,
		     struct lc_error *err)
{
	return lc_is_dir(path) ? read_fragments(plan, path, err)
			       : read_file(plan, path, err);
}
