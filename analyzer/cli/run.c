/* SPDX-License-Identifier: MIT */
/* lockcheck run -- COMMAND: a build, then a check of what it compiled. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/capture.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/resources.h"
#include "cli/verbs.h"

/* The files of one run, in a directory of their own that goes with it. */
struct scratch {
	char *directory, *database;
};

static int scratch_make(struct scratch *s, struct lc_error *err)
{
	const char *tmp = getenv("TMPDIR");

	s->directory = lc_asprintf("%s/lockcheck-XXXXXX",
				   tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(s->directory)) {
		lc_fail(err, "cannot make a directory in %s: %s",
			tmp && *tmp ? tmp : "/tmp", strerror(errno));
		free(s->directory);
		s->directory = NULL;
		return -1;
	}
	s->database = lc_path_join(s->directory, "compile_commands.json");
	lc_output_remember(s->database);
	lc_output_remember(s->directory);
	return 0;
}

/* All that is in it but the database. */
static void scratch_tidy(const struct scratch *s)
{
	struct lc_error ignored = LC_ERROR_INIT;
	struct lc_words names = {0};

	if (lc_list_dir(s->directory, "", &names, &ignored))
		lc_error_release(&ignored);
	for (uint32_t i = 0; i < names.len; i++) {
		char *path = lc_path_join(s->directory, names.data[i]);

		if (strcmp(path, s->database))
			unlink(path);
		free(path);
	}
	lc_words_release(&names);
}

static void scratch_release(struct scratch *s)
{
	if (s->directory) {
		scratch_tidy(s);
		unlink(s->database);
		rmdir(s->directory);
		lc_output_forget(s->database);
		lc_output_forget(s->directory);
	}
	free(s->database);
	free(s->directory);
}

/* ---- what came of the build ---- */

/* Leaves with the code that a shell would give for this signal. */
static int ended_by(int signal)
{
	return LC_CODE_SIGNAL + signal;
}

static int judge_build(const struct lc_settings *set,
		       const struct lc_capture_result *r, struct lc_error *err)
{
	const char *name = set->flags[0];
	char *how = WIFSIGNALED(r->status)
			    ? lc_asprintf("was ended by signal %d (%s)",
					  WTERMSIG(r->status),
					  strsignal(WTERMSIG(r->status)))
			    : lc_asprintf("ended with exit code %d",
					  WEXITSTATUS(r->status));
	bool failed = !WIFEXITED(r->status) || WEXITSTATUS(r->status);
	int rc = 0;

	if (failed && !set->keep_going)
		rc = lc_fail(err, "%s %s: nothing is checked (--keep-going "
			     "checks what was compiled)", name, how);
	else if (!r->nentries)
		rc = lc_fail(err, "%s %s and compiled no C source%s", name, how,
			     r->ngone ? " that is still there"
				      : "; is everything built already?");
	else if (failed)
		fprintf(stderr, "lockcheck: note: %s %s\n", name, how);
	free(how);
	return rc;
}

static int save_database(const struct lc_settings *set, const char *database,
			 struct lc_error *err)
{
	struct lc_output out = {0};
	struct lc_buf text = {0};
	int rc;

	if (!set->save)
		return 0;
	rc = lc_read_file(database, &text, err);
	if (!rc)
		rc = lc_output_open(&out, set->save, err);
	if (!rc) {
		fwrite(text.data, 1, text.len, out.file);
		rc = lc_output_commit(&out, err);
	}
	lc_output_release(&out);
	lc_buf_release(&text);
	return rc;
}

/* Can a socket at this address be reached? */
static bool reaches(const struct addrinfo *a)
{
	int here = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int there = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage at;
	socklen_t n = sizeof(at);
	bool works = here >= 0 && there >= 0 &&
		     !bind(here, a->ai_addr, a->ai_addrlen) &&
		     !listen(here, 1) &&
		     !getsockname(here, (struct sockaddr *)&at, &n) &&
		     !connect(there, (struct sockaddr *)&at, n);

	if (here >= 0)
		close(here);
	if (there >= 0)
		close(there);
	return works;
}

/* The parts of bear talk over a socket on localhost: where there is none (a
 * sandbox, a root without /etc/hosts) no compiler that it stands before runs. */
static bool has_localhost(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all, *a;
	bool works = false;

	if (getaddrinfo("localhost", NULL, &hints, &all))
		return false;
	for (a = all; a && !works; a = a->ai_next)
		works = reaches(a);
	freeaddrinfo(all);
	return works;
}

/* The library to preload in *library, NULL for bear. */
static int choose(const struct lc_settings *set, char **library,
		  struct lc_error *err)
{
	const char *how = set->capture ? set->capture : "auto";
	char *bear = strcmp(how, "preload") ? lc_find_program("bear") : NULL;
	bool found = bear;

	free(bear);
	*library = NULL;
	if (!strcmp(how, "bear") && !found)
		return lc_fail(err, "bear is not installed (--capture=preload "
			       "does without it)");
	if (found && (!strcmp(how, "bear") || has_localhost()))
		return 0;
	*library = lc_capture_library();
	if (found && *library && !set->quiet)
		fprintf(stderr, "lockcheck: note: bear needs a socket on "
				"localhost, which does not work here: "
				"--capture=preload is used\n");
	if (found && !*library)
		return 0;
	return *library ? 0 : lc_fail(err, "there is neither bear nor "
				      "lockcheck's own liblockcheck_capture.so "
				      "beside the command");
}

/* LD_PRELOAD is split at blanks and colons: a library in such a place gets a
 * link in the scratch directory. */
static int make_loadable(char **library, const struct scratch *s,
			 struct lc_error *err)
{
	char *link;

	if (!*library || !strpbrk(*library, " :"))
		return 0;
	link = lc_path_join(s->directory, "liblockcheck_capture.so");
	if (symlink(*library, link) || strpbrk(link, " :")) {
		lc_fail(err, "%s cannot be preloaded from a path with blanks or "
			"colons in it; try --capture=bear", link);
		free(link);
		return -1;
	}
	free(*library);
	*library = link;
	return 0;
}

static int check(const struct lc_settings *set, char *database,
		 struct lc_error *err)
{
	struct lc_settings mine = *set;

	mine.has_flags = false;
	mine.flags = NULL;
	mine.nflags = 0;
	mine.databases.data = &database;
	mine.databases.len = mine.databases.cap = 1;
	return lc_verb_check(&mine, err);
}

int lc_verb_run(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_capture_options o = {0};
	struct lc_capture_result r = {0};
	struct scratch scratch = {0};
	char *library = NULL;
	int code = -1;

	if (!set->nflags)
		return lc_fail(err, "lockcheck run needs a command behind --, "
			       "such as lockcheck run -- make");
	if (lc_output_check(set->save, err) || choose(set, &library, err) ||
	    scratch_make(&scratch, err) ||
	    make_loadable(&library, &scratch, err))
		goto out;
	o.command = (char *const *)set->flags;
	o.output = scratch.database;
	o.scratch = scratch.directory;
	o.library = library;
	if (lc_capture(&o, &r, err))
		goto out;
	scratch_tidy(&scratch);
	if (r.signal) {
		code = ended_by(r.signal);
		goto out;
	}
	if (judge_build(set, &r, err) ||
	    save_database(set, scratch.database, err))
		goto out;
	code = check(set, scratch.database, err);
out:
	scratch_release(&scratch);
	free(library);
	return code;
}
