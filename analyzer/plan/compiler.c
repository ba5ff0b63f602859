/* SPDX-License-Identifier: MIT */
/* Asking a compiler, and reading what `-E -v` says. See compiler.h. */
#include "plan/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "plan/command.h"

#define ANSWER_S 10           /* a compiler that takes longer is ended */
#define ANSWER_MAX (1u << 20) /* bytes; what is more is not read */

/* ---- which program ---- */

/* The program in a directory of PATH; with a slash in `word`, only if that
 * is where PATH leads. NULL: not to be run. Relative parts of PATH do not count. */
static char *trusted_program(const char *word)
{
	const char *path = getenv("PATH"), *slash = strrchr(word, '/');
	const char *name = slash ? slash + 1 : word;

	while (path && *path) {
		size_t n = strcspn(path, ":");
		char *dir = lc_strndup(path, n);
		char *file = lc_path_join(dir, name);
		bool here = *dir == '/' && lc_is_file(file) &&
			    !access(file, X_OK) &&
			    (!slash || !strcmp(file, word));

		free(dir);
		if (here)
			return file;
		free(file);
		path += n + (path[n] == ':');
	}
	return NULL;
}

/* ---- asking ---- */

static void LC_NORETURN become(const char *program, const char *machine,
			       int answer)
{
	const char *argv[] = { program, "-E", "-v", "-x", "c", "/dev/null",
			       machine, NULL };
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(answer, STDERR_FILENO);
	setenv("LC_ALL", "C", 1);
	if (!chdir("/"))
		execv(program, (char *const *)argv);
	_exit(127);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until the end, the limit, or too late. */
static void read_answer(int fd, struct lc_buf *out)
{
	long end_ms = now_ms() + ANSWER_S * 1000;
	char block[4096];

	while (out->len < ANSWER_MAX) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		long left_ms = end_ms - now_ms();
		int ready = left_ms > 0 ? poll(&p, 1, (int)left_ms) : 0;
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return;
		n = read(fd, block, sizeof(block));
		if (n <= 0)
			return;
		lc_buf_add(out, block, (size_t)n);
	}
}

/* Did it answer and end well? `machine` is -m32 or such, or NULL. */
static bool ask(const char *program, const char *machine, struct lc_buf *out)
{
	int pipes[2], status = -1;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return false;
	fflush(NULL);
	pid = fork();
	if (!pid)
		become(program, machine, pipes[1]);
	close(pipes[1]);
	if (pid > 0) {
		read_answer(pipes[0], out);
		kill(pid, SIGKILL); /* no harm if it has ended */
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipes[0]);
	return pid > 0 && out->data;
}

/* ---- reading ---- */

/* The compiler's own headers (stddef.h …, intrinsics) fit no other compiler:
 * libclang has its own. */
static bool is_private(const char *dir)
{
	return (lc_ends_with(dir, "/include") ||
		lc_ends_with(dir, "/include-fixed")) &&
	       (strstr(dir, "/gcc/") || strstr(dir, "/gcc-cross/") ||
		strstr(dir, "/clang/"));
}

static char *line_after(char *text, const char *start)
{
	char *at = strstr(text, start);

	return at ? at + strlen(start) : NULL;
}

/* From the answer to flags; says whether it was an answer. */
static bool read_flags(char *text, struct lc_words *flags)
{
	char *target = line_after(text, "\nTarget: ");
	char *list = line_after(text, "\n#include <...> search starts here:\n");

	if (!strncmp(text, "Target: ", 8))
		target = text + 8;
	if (!list)
		return false;
	if (target)
		lc_words_own(flags, lc_asprintf("--target=%.*s",
						(int)strcspn(target, " \r\n"),
						target));
	lc_words_add(flags, "-nostdlibinc");
	while (*list == ' ') {
		size_t n = strcspn(list, "\n");
		char *raw = lc_strndup(list + 1, n - 1);
		char *dir = lc_path_normal(raw);

		if (*dir == '/' && !is_private(dir)) {
			lc_words_add(flags, "-isystem");
			lc_words_add(flags, dir);
		}
		free(dir);
		free(raw);
		list += n + (list[n] == '\n');
	}
	return true;
}

/* ---- all of it ---- */

static const char *machine_of(char *const *words, uint32_t n)
{
	static const char *const names[] = { "-m32", "-mx32", "-m64", "-m16" };

	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < LC_LEN(names); k++)
			if (!strcmp(words[i], names[k]))
				return names[k];
	return NULL;
}

static struct lc_compiler *look_up(struct lc_compilers *c, const char *word,
				   const char *machine)
{
	char *key = lc_asprintf("%s %s", word, machine ? machine : "");
	struct lc_compiler *new;
	struct lc_buf answer = {0};
	char *program;

	for (uint32_t i = 0; i < c->all.len; i++) {
		if (strcmp(c->all.data[i].key, key))
			continue;
		free(key);
		return &c->all.data[i];
	}
	new = lc_push(&c->all);
	new->key = key;
	program = trusted_program(word);
	if (!program)
		lc_words_own(&c->notes, lc_asprintf(
			"%s is not asked for its include paths: PATH does not "
			"lead to it", word));
	else if (!ask(program, machine, &answer) ||
		 !read_flags(answer.data, &new->flags))
		lc_words_own(&c->notes, lc_asprintf(
			"%s does not tell its include paths", word));
	lc_buf_release(&answer);
	free(program);
	return new;
}

static bool has_own(const struct lc_words *flags)
{
	static const char *const names[] = { "-nostdinc", "-nostdlibinc",
					     "--sysroot", "-isysroot" };

	for (uint32_t i = 0; i < flags->len; i++)
		for (size_t k = 0; k < LC_LEN(names); k++)
			if (!strncmp(flags->data[i], names[k],
				     strlen(names[k])))
				return true;
	return false;
}

static bool has_target(const struct lc_words *flags)
{
	for (uint32_t i = 0; i < flags->len; i++)
		if (!strncmp(flags->data[i], "--target", 8) ||
		    !strcmp(flags->data[i], "-target"))
			return true;
	return false;
}

void lc_compilers_add(struct lc_compilers *c, char *const *words, uint32_t n,
		      struct lc_words *flags)
{
	const struct lc_compiler *compiler;
	bool target = has_target(flags);
	uint32_t i = 0;

	while (i < n && lc_is_launcher(words[i]))
		i++;
	if (i == n || !lc_is_compiler(words[i]) || has_own(flags))
		return;
	compiler = look_up(c, words[i], machine_of(words, n));
	for (uint32_t k = 0; k < compiler->flags.len; k++)
		if (!target || strncmp(compiler->flags.data[k], "--target=", 9))
			lc_words_add(flags, compiler->flags.data[k]);
}

void lc_compilers_release(struct lc_compilers *c)
{
	for (uint32_t i = 0; i < c->all.len; i++) {
		free(c->all.data[i].key);
		lc_words_release(&c->all.data[i].flags);
	}
	lc_array_release(&c->all);
	lc_words_release(&c->notes);
}
