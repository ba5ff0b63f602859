/* SPDX-License-Identifier: MIT */
/* Running the command, and reading what was recorded. See capture.h. */
#include "capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/compile.h"
#include "capture/record.h"

char *lc_find_program(const char *name)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t n = strcspn(path, ":");
		char *dir = n ? lc_strndup(path, n) : lc_strdup(".");
		char *file = lc_path_join(dir, name);

		free(dir);
		if (lc_is_file(file) && !access(file, X_OK))
			return file;
		free(file);
		path += n + (path[n] == ':');
	}
	return NULL;
}

/* ---- the command ---- */

static volatile sig_atomic_t child, caught;

static void on_signal(int sig)
{
	caught = sig;
	/* The terminal sends ^C to all of its foreground itself. */
	if (sig != SIGINT && child > 0)
		kill((pid_t)child, sig);
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static void set_environment(const struct lc_capture_options *o, const char *log)
{
	const char *others = getenv("LD_PRELOAD");
	char *all;

	if (!o->library)
		return;
	all = others && *others ? lc_asprintf("%s:%s", o->library, others)
				: lc_strdup(o->library);
	setenv("LD_PRELOAD", all, 1);
	setenv(LC_CAPTURE_LOG, log, 1);
	free(all);
}

/* In the child; exec's errno goes through the pipe. */
static void LC_NORETURN become(const struct lc_capture_options *o,
			       char *const *argv, const char *log, int report)
{
	int why;

	dup2(STDERR_FILENO, STDOUT_FILENO);
	set_environment(o, log);
	execvp(argv[0], argv);
	why = errno;
	if (write(report, &why, sizeof(why)) < 0)
		_exit(126);
	_exit(127);
}

static int run_command(const struct lc_capture_options *o, char *const *argv,
		       const char *log, struct lc_capture_result *result,
		       struct lc_error *err)
{
	struct sigaction sa = { .sa_handler = on_signal }, old[LC_LEN(signals)];
	int pipes[2], why = 0;
	ssize_t got;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return lc_fail(err, "cannot make a pipe: %s", strerror(errno));
	caught = child = 0;
	for (size_t i = 0; i < LC_LEN(signals); i++)
		sigaction(signals[i], &sa, &old[i]);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		for (size_t i = 0; i < LC_LEN(signals); i++)
			sigaction(signals[i], &old[i], NULL);
		become(o, argv, log, pipes[1]);
	}
	child = pid;
	close(pipes[1]);
	do
		got = read(pipes[0], &why, sizeof(why));
	while (got < 0 && errno == EINTR);
	close(pipes[0]);
	while (pid > 0 && waitpid(pid, &result->status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < LC_LEN(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	result->signal = caught;
	if (pid < 0)
		return lc_fail(err, "cannot start %s: no process can be made",
			       argv[0]);
	if (got == sizeof(why))
		return lc_fail(err, "cannot run %s: %s", argv[0], strerror(why));
	return 0;
}

/* ---- what was recorded ---- */

static bool is_there(const json_t *entry)
{
	const char *dir = json_string_value(json_object_get(entry, "directory"));
	const char *file = json_string_value(json_object_get(entry, "file"));
	char *path = dir && file ? lc_path_join(dir, file) : NULL;
	bool there = path && lc_is_file(path);

	free(path);
	return there;
}

/* Keeps of `from` what can still be read: configure compiles many a file that
 * it then removes. */
static void take_entries(json_t *all, const json_t *from,
			 struct lc_capture_result *result)
{
	size_t i;
	json_t *entry;

	json_array_foreach(from, i, entry) {
		if (is_there(entry))
			json_array_append(all, entry);
		else
			result->ngone++;
	}
}

/* One record at `p`; how long it is, 0 if it is none. A build that is killed
 * may leave half of one, at the end. */
static size_t read_record(const char *p, size_t left, json_t *all,
			  struct lc_capture_result *result)
{
	struct lc_capture_head head;
	struct lc_words words = {0};
	const char *end, *text;
	json_t *entries;

	if (left <= sizeof(head))
		return 0;
	memcpy(&head, p, sizeof(head));
	if (head.magic != LC_CAPTURE_MAGIC || head.size > left ||
	    head.size <= sizeof(head) || p[head.size - 1])
		return 0;
	end = p + head.size;
	text = p + sizeof(head);
	for (const char *q = text + strlen(text) + 1; q < end;
	     q += strlen(q) + 1)
		lc_words_add(&words, q);
	entries = lc_compile_entries(text, words.data, words.len);
	take_entries(all, entries, result);
	json_decref(entries);
	lc_words_release(&words);
	return head.size;
}

/* The command itself may be a compiler: we started it, and nobody is preloaded
 * into us. */
static void take_command(char *const *command, json_t *all,
			 struct lc_capture_result *result)
{
	char *directory = getcwd(NULL, 0);
	uint32_t n = 0;
	json_t *entries;

	while (command[n])
		n++;
	entries = lc_compile_entries(directory ? directory : ".", command, n);
	take_entries(all, entries, result);
	json_decref(entries);
	free(directory);
}

static int read_log(const char *log, char *const *command, json_t *all,
		    struct lc_capture_result *result, struct lc_error *err)
{
	struct lc_buf text = {0};
	size_t at = 0, n;

	take_command(command, all, result);
	if (lc_read_file(log, &text, err))
		return -1;
	while (at < text.len &&
	       (n = read_record(text.data + at, text.len - at, all, result)))
		at += n;
	lc_buf_release(&text);
	return 0;
}

static int read_bear(const char *path, json_t *all,
		     struct lc_capture_result *result, struct lc_error *err)
{
	json_error_t bad;
	json_t *root;

	if (!lc_is_file(path))
		return 0; /* the build ended before bear did */
	root = json_load_file(path, 0, &bad);
	if (!root)
		return lc_fail(err, "what bear wrote is not valid JSON: %s",
			       bad.text);
	take_entries(all, root, result);
	json_decref(root);
	return 0;
}

/* ---- both ---- */

static const char **bear_command(const struct lc_capture_options *o,
				 const char *output)
{
	size_t n = 0;
	const char **argv;

	while (o->command[n])
		n++;
	argv = lc_alloc((n + 5) * sizeof(*argv));
	argv[0] = "bear";
	argv[1] = "--output";
	argv[2] = output;
	argv[3] = "--";
	memcpy(argv + 4, o->command, n * sizeof(*argv));
	return argv;
}

static int write_database(const json_t *all, const char *path,
			  struct lc_capture_result *result,
			  struct lc_error *err)
{
	result->nentries = (uint32_t)json_array_size(all);
	if (json_dump_file(all, path, JSON_INDENT(1)))
		return lc_fail(err, "cannot write %s: %s", path,
			       strerror(errno));
	return 0;
}

int lc_capture(const struct lc_capture_options *o,
	       struct lc_capture_result *result, struct lc_error *err)
{
	char *log = lc_path_join(o->scratch, "calls");
	char *bear = lc_path_join(o->scratch, "bear.json");
	const char **with_bear = bear_command(o, bear);
	json_t *all = json_array();
	FILE *f = o->library ? fopen(log, "wxe") : NULL;
	int rc = 0;

	memset(result, 0, sizeof(*result));
	if (o->library && !f)
		rc = lc_fail(err, "cannot write %s: %s", log, strerror(errno));
	if (f)
		fclose(f);
	if (!rc)
		rc = run_command(o, o->library ? o->command
					    : (char *const *)with_bear, log,
				 result, err);
	if (!rc)
		rc = o->library ? read_log(log, o->command, all, result, err)
				: read_bear(bear, all, result, err);
	if (!rc)
		rc = write_database(all, o->output, result, err);
	json_decref(all);
	free(with_bear);
	free(bear);
	free(log);
	return rc;
}
