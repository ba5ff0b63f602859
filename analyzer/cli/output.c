/* SPDX-License-Identifier: MIT */
/* Temporary files and their renaming. See output.h. */
#include "cli/output.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/words.h"
#include "cli/exit.h"

/* What a signal handler must remove. Guarded by nothing: an entry is set after
 * its file exists and cleared after it is gone, and unlink of a name that
 * is gone does no harm. */
static const char *volatile temporaries[6];

static void on_signal(int sig)
{
	for (size_t i = 0; i < LC_LEN(temporaries); i++)
		if (temporaries[i] && unlink(temporaries[i]))
			rmdir(temporaries[i]);
	_exit(LC_CODE_SIGNAL + sig);
}

void lc_output_catch_signals(void)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < LC_LEN(caught); i++)
		sigaction(caught[i], &sa, NULL);
}

void lc_output_remember(const char *path)
{
	for (size_t i = 0; i < LC_LEN(temporaries); i++) {
		if (temporaries[i])
			continue;
		temporaries[i] = path;
		return;
	}
	LC_BUG("too many temporary files");
}

void lc_output_forget(const char *path)
{
	for (size_t i = 0; i < LC_LEN(temporaries); i++)
		if (temporaries[i] == path)
			temporaries[i] = NULL;
}

static int write_fail(const struct lc_output *out, struct lc_error *err)
{
	return lc_fail(err, "cannot write %s: %s", out->target,
		       strerror(errno));
}

/* Makes the temporary file; returns its descriptor or -1. */
static int make_temporary(struct lc_output *out, struct lc_error *err)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	out->final = realpath(out->target, NULL); /* keeps a link a link */
	if (!out->final)
		out->final = lc_strdup(out->target);
	if (lc_is_dir(out->final)) {
		errno = EISDIR;
		return write_fail(out, err);
	}
	out->temporary = lc_asprintf("%s.XXXXXX", out->final);
	fd = mkstemp(out->temporary);
	if (fd < 0) {
		write_fail(out, err);
		free(out->temporary);
		out->temporary = NULL;
		return -1;
	}
	lc_output_remember(out->temporary);
	fchmod(fd, 0666 & ~mask);
	return fd;
}

/* A device or pipe cannot be replaced, only written to. */
static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int lc_output_check(const char *path, struct lc_error *err)
{
	char *dir;

	if (!path)
		return 0;
	dir = lc_path_dirname(path);
	if (lc_is_dir(path))
		errno = EISDIR;
	else if (!access(path, F_OK) ? !access(path, W_OK)
				     : !access(dir, W_OK | X_OK))
		errno = 0;
	free(dir);
	return errno ? lc_fail(err, "cannot write %s: %s", path,
			       strerror(errno)) : 0;
}

int lc_output_open(struct lc_output *out, const char *path,
		   struct lc_error *err)
{
	int fd;

	memset(out, 0, sizeof(*out));
	out->target = lc_strdup(path ? path : "the standard output");
	if (!path) {
		out->is_stdout = true;
		out->file = stdout;
		return 0;
	}
	if (is_special(path)) {
		out->file = fopen(path, "we");
		return out->file ? 0 : write_fail(out, err);
	}
	fd = make_temporary(out, err);
	if (fd < 0)
		return -1;
	out->file = fdopen(fd, "w");
	LC_CHECK(out->file);
	return 0;
}

int lc_output_reserve(struct lc_output *out, const char *path,
		      struct lc_error *err)
{
	int fd;

	memset(out, 0, sizeof(*out));
	out->target = lc_strdup(path);
	if (is_special(path))
		return lc_fail(err, "cannot write %s: it is no regular file",
			       path);
	fd = make_temporary(out, err);
	return fd < 0 ? -1 : close(fd);
}

int lc_output_commit(struct lc_output *out, struct lc_error *err)
{
	if (out->file) {
		bool bad = ferror(out->file) || fflush(out->file);

		if (!out->is_stdout)
			bad |= fclose(out->file) != 0;
		out->file = NULL;
		if (bad)
			return write_fail(out, err);
	}
	if (out->temporary) {
		if (rename(out->temporary, out->final))
			return write_fail(out, err);
		lc_output_forget(out->temporary);
		free(out->temporary);
		out->temporary = NULL;
	}
	return 0;
}

void lc_output_release(struct lc_output *out)
{
	if (out->file && !out->is_stdout)
		fclose(out->file);
	if (out->temporary) {
		unlink(out->temporary);
		lc_output_forget(out->temporary);
	}
	free(out->temporary);
	free(out->target);
	free(out->final);
	memset(out, 0, sizeof(*out));
}
