/* SPDX-License-Identifier: MIT */
/*
 * The library that `lockcheck run` preloads into a build. It stands before
 * every function that starts a program, appends calls that could be compilations
 * to one file, and hands the call on. What of that is a compilation is decided
 * later (capture.c).
 *
 * It runs in strangers' processes, between vfork and exec too: no allocation,
 * no locks, no stdio, errno as it was, nothing written but the record. Its two
 * variables are put back into an environment that was emptied, so that what is
 * below `env -i` is seen as well.
 *
 * Not seen: programs that are linked statically (the calls they make), and the
 * directory of a child started with posix_spawn_file_actions_addchdir.
 */
#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/record.h"

extern char **environ;

typedef int exec_fn(const char *, char *const[], char *const[]);
typedef int spawn_fn(pid_t *, const char *, const posix_spawn_file_actions_t *,
		     const posix_spawnattr_t *, char *const[], char *const[]);

static struct {
	exec_fn *execve, *execvpe;
	int (*execveat)(int, const char *, char *const[], char *const[], int);
	int (*fexecve)(int, char *const[], char *const[]);
	spawn_fn *spawn, *spawnp;
} real;

/* "NAME=value" of our two variables, as this process was given them. */
static char log_variable[PATH_MAX + 32], preload_variable[2 * PATH_MAX];
static const char *log_path, *library;

static void *find(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void keep(char *to, size_t size, const char *name, const char *value)
{
	size_t n = strlen(name), k = strlen(value);

	if (n + k + 2 > size)
		return;
	memcpy(to, name, n);
	to[n] = '=';
	memcpy(to + n + 1, value, k + 1);
}

__attribute__((constructor)) static void begin(void)
{
	const char *log = getenv(LC_CAPTURE_LOG);
	const char *preload = getenv("LD_PRELOAD");

	*(void **)&real.execve = find("execve");
	*(void **)&real.execvpe = find("execvpe");
	*(void **)&real.execveat = find("execveat");
	*(void **)&real.fexecve = find("fexecve");
	*(void **)&real.spawn = find("posix_spawn");
	*(void **)&real.spawnp = find("posix_spawnp");
	if (!log || !preload)
		return;
	keep(log_variable, sizeof(log_variable), LC_CAPTURE_LOG, log);
	keep(preload_variable, sizeof(preload_variable), "LD_PRELOAD", preload);
	if (!*log_variable || !*preload_variable)
		return;
	library = preload_variable + sizeof("LD_PRELOAD");
	log_path = log_variable + sizeof(LC_CAPTURE_LOG);
}

/* ---- the record ---- */

static bool ends(const char *word, size_t n, const char *suffix)
{
	size_t k = strlen(suffix);

	return n >= k && !memcmp(word + n - k, suffix, k);
}

/* Could it compile C? A source, a file of arguments, or -x c. */
static bool is_candidate(char *const argv[])
{
	for (size_t i = 1; argv && argv[0] && argv[i]; i++) {
		size_t n = strlen(argv[i]);

		if (argv[i][0] == '@' || ends(argv[i], n, ".c") ||
		    ends(argv[i], n, ".i") || !strncmp(argv[i], "-x", 2))
			return true;
	}
	return false;
}

static char *put(char *to, const char *text)
{
	size_t n = strlen(text) + 1;

	memcpy(to, text, n);
	return to + n;
}

/* One write to a file opened for appending is one piece in it, whoever else
 * writes. */
static void write_record(const char *directory, char *const argv[])
{
	struct lc_capture_head head = { LC_CAPTURE_MAGIC, 0, 0 };
	size_t size = sizeof(head) + strlen(directory) + 1;
	char *record, *p;
	int fd;

	for (; argv[head.argc]; head.argc++)
		size += strlen(argv[head.argc]) + 1;
	head.size = (uint32_t)size;
	record = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (record == MAP_FAILED)
		return;
	memcpy(record, &head, sizeof(head));
	p = put(record + sizeof(head), directory);
	for (uint32_t i = 0; i < head.argc; i++)
		p = put(p, argv[i]);
	fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t done = write(fd, record, size);

		(void)done; /* a full disk is no reason to stop a build */
		close(fd);
	}
	munmap(record, size);
}

static void record(char *const argv[])
{
	char directory[PATH_MAX];
	int saved = errno;

	if (log_path && is_candidate(argv) &&
	    getcwd(directory, sizeof(directory)))
		write_record(directory, argv);
	errno = saved;
}

/* ---- the environment ---- */

static bool is_variable(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(entry, name, n) && entry[n] == '=';
}

static size_t count(char *const list[])
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* Does `envp` need no help? */
static bool has_ours(char *const envp[])
{
	bool log = false, preload = false;

	for (size_t i = 0; envp && envp[i]; i++) {
		log |= is_variable(envp[i], LC_CAPTURE_LOG);
		preload |= is_variable(envp[i], "LD_PRELOAD") &&
			   strstr(envp[i], library);
	}
	return log && preload;
}

/* `to` has room for all of `envp` and three more. */
static char *const *fill(char **to, char *const envp[])
{
	size_t n = 0;

	for (size_t i = 0; envp && envp[i]; i++)
		if (!is_variable(envp[i], LC_CAPTURE_LOG) &&
		    !is_variable(envp[i], "LD_PRELOAD"))
			to[n++] = envp[i];
	to[n++] = log_variable;
	to[n++] = preload_variable;
	to[n] = NULL;
	return to;
}

/* A macro, since what alloca gives lives as long as the function it is in. */
#define WITH_OURS(envp)                                                        \
	(!log_path || has_ours(envp)                                           \
		 ? (envp)                                                      \
		 : fill(alloca((count(envp) + 3) * sizeof(char *)), (envp)))

/* ---- the functions ---- */

#define EXPORT __attribute__((visibility("default")))

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	record(argv);
	return real.execve(path, argv, WITH_OURS(envp));
}

EXPORT int execv(const char *path, char *const argv[])
{
	record(argv);
	return real.execve(path, argv, WITH_OURS(environ));
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	record(argv);
	return real.execvpe(file, argv, WITH_OURS(envp));
}

EXPORT int execvp(const char *file, char *const argv[])
{
	record(argv);
	return real.execvpe(file, argv, WITH_OURS(environ));
}

EXPORT int execveat(int dir, const char *path, char *const argv[],
		    char *const envp[], int flags)
{
	record(argv);
	return real.execveat(dir, path, argv, WITH_OURS(envp), flags);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	record(argv);
	return real.fexecve(fd, argv, WITH_OURS(envp));
}

/* The variable arguments from `first` on as an array; what stands behind them
 * is read by AFTER, which may be nothing. */
#define COLLECT(argv, first, AFTER)                                            \
	char **argv;                                                           \
	do {                                                                   \
		va_list ap;                                                    \
		size_t n = 1;                                                  \
		va_start(ap, first);                                           \
		while (va_arg(ap, char *))                                     \
			n++;                                                   \
		va_end(ap);                                                    \
		argv = alloca((n + 1) * sizeof(char *));                       \
		va_start(ap, first);                                           \
		argv[0] = (char *)(uintptr_t)first;                            \
		for (size_t i = 1; i <= n; i++)                                \
			argv[i] = va_arg(ap, char *);                          \
		AFTER;                                                         \
		va_end(ap);                                                    \
	} while (0)

EXPORT int execl(const char *path, const char *arg, ...)
{
	COLLECT(argv, arg, (void)0);
	record(argv);
	return real.execve(path, argv, WITH_OURS(environ));
}

EXPORT int execlp(const char *file, const char *arg, ...)
{
	COLLECT(argv, arg, (void)0);
	record(argv);
	return real.execvpe(file, argv, WITH_OURS(environ));
}

EXPORT int execle(const char *path, const char *arg, ...)
{
	char *const *envp;

	COLLECT(argv, arg, envp = va_arg(ap, char *const *));
	record(argv);
	return real.execve(path, argv, WITH_OURS(envp));
}

EXPORT int posix_spawn(pid_t *pid, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const envp[])
{
	record(argv);
	return real.spawn(pid, path, actions, attributes, argv,
			  WITH_OURS(envp));
}

EXPORT int posix_spawnp(pid_t *pid, const char *file,
			const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes, char *const argv[],
			char *const envp[])
{
	record(argv);
	return real.spawnp(pid, file, actions, attributes, argv,
			   WITH_OURS(envp));
}
