/* SPDX-License-Identifier: MIT */
/*
 * lockcheck-cc COMPILER…: writes down a compilation and becomes the compiler.
 * Whatever goes wrong with the writing, the compilation goes on; docs/man has
 * the manual page.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "capture/compile.h"
#include "plan/command.h"
#include "plan/fragments.h"

static char **compiler; /* what to become */

static void LC_NORETURN become_compiler(void)
{
	const char *why;

	execvp(compiler[0], compiler);
	why = strerror(errno);
	fprintf(stderr, "lockcheck-cc: cannot run %s: %s\n", compiler[0], why);
	_exit(errno == ENOENT ? 127 : 126);
}

/* A fault of our own must not cost the compilation either. */
static void on_crash(int sig)
{
	(void)sig;
	execvp(compiler[0], compiler);
	_exit(126);
}

static void guard(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	struct sigaction sa = { .sa_handler = on_crash,
				.sa_flags = SA_NODEFER };

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < LC_LEN(faults); i++)
		sigaction(faults[i], &sa, NULL);
}

static void complain(const char *what, const char *path)
{
	if (getenv("LOCKCHECK_CC_VERBOSE"))
		fprintf(stderr, "lockcheck-cc: cannot %s %s: %s\n", what, path,
			strerror(errno));
}

/* ---- which compiler ---- */

static bool is_same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return !stat(a, &sa) && !stat(b, &sb) && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

/* Called by the name of a compiler: the next one of that name in PATH. */
static char *next_in_path(const char *name)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t n = strcspn(path, ":");
		char *dir = n ? lc_strndup(path, n) : lc_strdup(".");
		char *file = lc_path_join(dir, name);

		free(dir);
		if (lc_is_file(file) && !access(file, X_OK) &&
		    !is_same_file(file, "/proc/self/exe"))
			return file;
		free(file);
		path += n + (path[n] == ':');
	}
	return NULL;
}

/* -1: there is no compiler to become. */
static int find_compiler(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];

	if (lc_is_compiler(name)) {
		argv[0] = next_in_path(name);
		if (!argv[0])
			fprintf(stderr, "lockcheck-cc: there is no other %s in "
					"PATH\n", name);
		compiler = argv;
		return argv[0] ? 0 : -1;
	}
	compiler = argv + 1;
	if (argc > 1 && !strcmp(argv[1], "--"))
		compiler++;
	if (compiler[0])
		return 0;
	fputs("usage: lockcheck-cc COMPILER [ARGUMENT…]\n", stderr);
	return -1;
}

/* ---- the fragment ---- */

/* The directory to write to: named, or the nearest that is there, or a new
 * one. */
static char *fragment_directory(const char *cwd)
{
	const char *named = getenv("LOCKCHECK_CC_DIR");
	char *dir = lc_strdup(cwd), *found = NULL;

	if (named && *named) {
		free(dir);
		found = lc_path_join(cwd, named);
		mkdir(found, 0777);
		return found;
	}
	while (!found) {
		char *up = lc_path_dirname(dir);

		found = lc_path_join(dir, LC_FRAGMENTS_DIR);
		if (!lc_is_dir(found)) {
			free(found);
			found = NULL;
		}
		free(dir);
		dir = up;
		if (!found && !strcmp(dir, "/"))
			break;
	}
	free(dir);
	if (!found) {
		found = lc_path_join(cwd, LC_FRAGMENTS_DIR);
		if (mkdir(found, 0777) && errno != EEXIST)
			complain("make", found);
	}
	return found;
}

/* One name for one object, so that compiling again writes the same file. */
static char *fragment_name(const char *dir, const json_t *entries)
{
	const json_t *first = json_array_get(entries, 0);
	static const char *const keys[] = { "directory", "file", "output" };
	struct lc_buf key = {0};
	char *name;

	for (size_t i = 0; i < LC_LEN(keys); i++) {
		const char *text =
			json_string_value(json_object_get(first, keys[i]));

		lc_buf_add(&key, text ? text : "", text ? strlen(text) + 1 : 1);
	}
	name = lc_asprintf("%s/%016llx" LC_FRAGMENT_SUFFIX, dir,
			   (unsigned long long)XXH3_64bits(key.data, key.len));
	lc_buf_release(&key);
	return name;
}

static void write_fragment(const char *dir, const json_t *entries)
{
	char *name = fragment_name(dir, entries);
	char *temporary = lc_asprintf("%s.%ld.tmp", name, (long)getpid());

	if (json_dump_file(entries, temporary, JSON_INDENT(1)) ||
	    rename(temporary, name)) {
		complain("write", name);
		unlink(temporary);
	}
	free(temporary);
	free(name);
}

/* Without a source there will be no object either. */
static bool any_is_there(const char *cwd, const json_t *entries)
{
	bool any = false;
	size_t i;
	json_t *entry;

	json_array_foreach(entries, i, entry) {
		char *path = lc_path_join(cwd, json_string_value(
					  json_object_get(entry, "file")));

		any |= lc_is_file(path);
		free(path);
	}
	return any;
}

static void record(void)
{
	char *cwd = getcwd(NULL, 0), *dir;
	uint32_t n = 0;
	json_t *entries;

	if (!cwd)
		return;
	while (compiler[n])
		n++;
	entries = lc_compile_entries(cwd, compiler, n);
	if (any_is_there(cwd, entries)) {
		dir = fragment_directory(cwd);
		write_fragment(dir, entries);
		free(dir);
	}
	json_decref(entries);
	free(cwd);
}

int main(int argc, char **argv)
{
	if (!argc || find_compiler(argc, argv))
		return 127;
	guard();
	record();
	become_compiler();
}
