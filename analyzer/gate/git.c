/* SPDX-License-Identifier: MIT */
/* See git.h. */
#include "gate/git.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- running it ---- */

/* In the child; never returns. */
static void exec_git(const char *dir, int out, char *const *argv)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 2) < 0 ||
	    dup2(out, 1) < 0 || chdir(dir))
		_exit(126);
	setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	setenv("GIT_NO_LAZY_FETCH", "1", 1);
	setenv("LC_ALL", "C", 1);
	unsetenv("GIT_EXTERNAL_DIFF");
	execvp("git", argv);
	_exit(127);
}

static void drain(int fd, struct lc_buf *out)
{
	char part[65536];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0 ||
	       (n < 0 && errno == EINTR))
		if (n > 0)
			lc_buf_add(out, part, (size_t)n);
}

int lc_git_run(const char *dir, const char *const *argv, struct lc_buf *out,
	       struct lc_error *err)
{
	int pipes[2], status = 0;
	pid_t child;

	lc_buf_str(out, "");
	if (pipe2(pipes, O_CLOEXEC))
		return lc_fail(err, "cannot run git: %s", strerror(errno));
	child = fork();
	if (child == 0)
		exec_git(dir, pipes[1], (char *const *)argv);
	close(pipes[1]);
	if (child > 0)
		drain(pipes[0], out);
	close(pipes[0]);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return lc_fail(err, "cannot run git: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 126 ||
	    WEXITSTATUS(status) == 127) /* see exec_git; git's own is 128 */
		return lc_fail(err, "cannot run git: is it installed?");
	return WEXITSTATUS(status);
}

/* ---- which revision of which repository ---- */

/* Only bytes that a URI may have as they are (RFC 3986). */
static bool is_uri(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) &&
		    !strchr("-._~:/?#[]@!$&'()*+,;=%", *s))
			return false;
	return true;
}

char *lc_git_public_url(const char *url)
{
	static const char *const schemes[] = { "https://", "http://",
					       "ssh://", "git://" };
	const char *host = NULL, *at, *path;
	char *made;

	if (!is_uri(url))
		return NULL;
	for (size_t i = 0; !host && i < sizeof(schemes) / sizeof(*schemes); i++)
		if (!strncmp(url, schemes[i], strlen(schemes[i])))
			host = url + strlen(schemes[i]);
	if (!host) { /* git's own short form, user@host:path */
		at = strchr(url, '@');
		path = at ? strchr(at, ':') : NULL;
		if (!path || memchr(url, '/', (size_t)(path - url)))
			return NULL;
		return lc_asprintf("ssh://%.*s/%s", (int)(path - at - 1), at + 1,
				   path + 1 + strspn(path + 1, "/"));
	}
	path = host + strcspn(host, "/");
	for (at = path; at > host && at[-1] != '@';)
		at--;
	made = lc_asprintf("%.*s%s", (int)(host - url), url, at);
	if (at == path || strpbrk(made, "?#"))
		return free(made), NULL;
	return made;
}

/* The first line of `*text`, which then is the rest. */
static char *take_line(const char **text)
{
	size_t n = strcspn(*text, "\n");
	char *line = lc_strndup(*text, n);

	*text += n + ((*text)[n] == '\n');
	return line;
}

static bool is_revision(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");

	return n >= 40 && !s[n];
}

void lc_git_provenance_read(struct lc_provenance *p, const char *dir)
{
	const char *const revision[] = { LC_GIT, "rev-parse", "--show-prefix",
					 "HEAD", "--abbrev-ref", "HEAD", NULL };
	const char *const remote[] = { LC_GIT, "config", "--get",
				       "remote.origin.url", NULL };
	struct lc_buf out = { 0 }, url = { 0 };
	struct lc_error ignored = { 0 };
	char *prefix = NULL, *line;
	const char *rest;

	memset(p, 0, sizeof(*p));
	if (lc_git_run(dir, revision, &out, &ignored) == 0) {
		rest = out.data;
		prefix = take_line(&rest);
		p->revision = take_line(&rest);
		p->branch = take_line(&rest);
	}
	if (prefix && !*prefix && is_revision(p->revision) &&
	    lc_git_run(dir, remote, &url, &ignored) == 0) {
		rest = url.data;
		line = take_line(&rest);
		p->repository = lc_git_public_url(line);
		free(line);
	}
	if (!p->repository)
		lc_git_provenance_release(p);
	else if (!strcmp(p->branch, "HEAD")) /* detached, on none */
		*p->branch = 0;
	free(prefix);
	lc_buf_release(&out);
	lc_buf_release(&url);
}

void lc_git_provenance_release(struct lc_provenance *p)
{
	free(p->repository);
	free(p->revision);
	free(p->branch);
	memset(p, 0, sizeof(*p));
}
