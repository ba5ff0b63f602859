/* SPDX-License-Identifier: MIT */
/* Running a program under the shim. See run.h. */
#include "confirm/run.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/words.h"

/* ---- what can be run ---- */

static char *find_program(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return lc_is_file(name) ? lc_strdup(name) : NULL;
	while (path && *path) {
		size_t n = strcspn(path, ":");
		char *full = lc_asprintf("%.*s/%s", (int)n, path, name);

		if (n && lc_is_file(full) && !access(full, X_OK))
			return full;
		free(full);
		path += n + (path[n] == ':');
	}
	return NULL;
}

/* Is it an ELF program without an interpreter, so that nothing is preloaded?
 * With the archive in it, the name of our variable is in it, too. */
static bool is_plain_static(const char *path)
{
	struct lc_buf b = {0};
	struct lc_error err = LC_ERROR_INIT;
	const Elf64_Ehdr *h;
	bool is_static = false;

	if (!lc_read_file(path, &b, &err) && b.len > sizeof(*h) &&
	    !memcmp(b.data, ELFMAG, SELFMAG) &&
	    b.data[EI_CLASS] == ELFCLASS64) {
		h = (const Elf64_Ehdr *)b.data;
		is_static = true;
		for (unsigned i = 0; i < h->e_phnum; i++) {
			uint64_t at = h->e_phoff + (uint64_t)i * h->e_phentsize;
			Elf64_Phdr p;

			if (at + sizeof(p) > b.len)
				break;
			memcpy(&p, b.data + at, sizeof(p));
			if (p.p_type == PT_INTERP)
				is_static = false;
		}
		if (is_static && memmem(b.data, b.len, "LOCKCHECK_RECORD", 16))
			is_static = false;
	}
	lc_buf_release(&b);
	lc_error_release(&err);
	return is_static;
}

static int check_program(const char *name, char **path, struct lc_error *err)
{
	struct stat st;

	*path = find_program(name);
	if (!*path)
		return lc_fail(err, "there is no program %s", name);
	if (access(*path, X_OK) || stat(*path, &st))
		return lc_fail(err, "%s cannot be run: %s", *path,
			       strerror(errno));
	if (st.st_mode & (S_ISUID | S_ISGID))
		return lc_fail(err, "%s runs as another user or group "
			       "(set-user-id), and the system preloads nothing "
			       "into such programs", *path);
	if (is_plain_static(*path))
		return lc_fail(err, "%s is linked statically, so nothing can be "
			       "preloaded: link it with liblockcheck_shim.a "
			       "(docs/confirm.md)", *path);
	return 0;
}

static char *find_shim(struct lc_error *err)
{
	static const char *const places[] = {
		"runtime/liblockcheck_shim.so",
		"../lib/lockcheck/liblockcheck_shim.so",
		"../lib64/lockcheck/liblockcheck_shim.so",
		"../" LC_LIBDIR "/lockcheck/liblockcheck_shim.so",
	};
	const char *named = getenv("LOCKCHECK_SHIM");
	char exe[PATH_MAX], *dir, *found = NULL;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (named && *named) {
		if (lc_is_file(named))
			return lc_path_physical(".", named);
		lc_fail(err, "LOCKCHECK_SHIM is %s, which is no file", named);
		return NULL;
	}
	exe[n < 0 ? 0 : n] = 0;
	dir = lc_path_dirname(exe);
	for (size_t i = 0; i < LC_LEN(places) && !found; i++) {
		char *joined = lc_path_join(dir, places[i]);

		if (lc_is_file(joined))
			found = lc_path_normal(joined);
		free(joined);
	}
	if (!found)
		lc_fail(err, "cannot find liblockcheck_shim.so beside the "
			"command in %s (set LOCKCHECK_SHIM)", dir);
	free(dir);
	return found;
}

/* ---- the child ---- */

static void set_environment(const struct lc_launch *l, const char *shim,
			    const char *dir)
{
	const char *before = getenv("LD_PRELOAD");
	char *preload = before && *before ? lc_asprintf("%s:%s", shim, before)
					  : lc_strdup(shim);
	char *record = lc_asprintf("%s/%%p.rec", dir);

	setenv("LD_PRELOAD", preload, 1);
	setenv("LOCKCHECK_RECORD", record, 1);
	setenv("LOCKCHECK_PASSING", "1", 1); /* it goes when we have read it */
	if (!l->leave_hangs || !getenv("LOCKCHECK_ON_HANG"))
		setenv("LOCKCHECK_ON_HANG", "exit", 1);
	if (l->silent)
		setenv("LOCKCHECK_ON_MISUSE", "record", 1);
	if (l->plan)
		setenv("LOCKCHECK_STEER", l->plan, 1);
	else
		unsetenv("LOCKCHECK_STEER");
	/* Hangs are looked for often: we wait for them. */
	setenv("LOCKCHECK_TICK_MS", "20", 0);
	free(preload);
	free(record);
}

static void become(const struct lc_launch *l, const char *path,
		   const char *shim, const char *dir)
{
	LC_ARRAY(char *) argv = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (l->silent || !isatty(0))
		setpgid(0, 0);
	if (l->silent) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
	}
	set_environment(l, shim, dir);
	for (uint32_t i = 0; i < l->argc; i++)
		*lc_push(&argv) = lc_strdup(l->argv[i]);
	lc_push(&argv);
	signal(SIGPIPE, SIG_DFL);
	execv(path, argv.data);
	_exit(127);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void end(pid_t child, int sig)
{
	if (kill(-child, sig))
		kill(child, sig);
}

/* Waits for the end, and brings it about after the time that is allowed. */
static void wait_for(struct lc_run *run, pid_t child, uint32_t timeout_s)
{
	struct timespec nap = { .tv_nsec = 2000000 };
	double limit = now_s() + timeout_s;
	int asked = 0;

	while (waitpid(child, &run->status, WNOHANG) == 0) {
		if (now_s() > limit + 2 * asked && asked < 2) {
			run->timed_out = true;
			end(child, asked++ ? SIGKILL : SIGTERM);
		}
		nanosleep(&nap, NULL);
	}
}

/* ---- its records ---- */

static int by_start(const void *pa, const void *pb)
{
	const struct lc_record *a = pa, *b = pb;

	if (a->head.start_ns != b->head.start_ns)
		return a->head.start_ns < b->head.start_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

static int collect(struct lc_run *run, const char *dir, struct lc_error *err)
{
	struct lc_words names = {0};
	/* After an exec a process has a second one: PID.rec.1. */
	int rc = lc_list_dir(dir, "", &names, err);

	for (uint32_t i = 0; i < names.len; i++) {
		char *path = lc_path_join(dir, names.data[i]);
		struct lc_error ours = LC_ERROR_INIT;
		struct lc_record *r = lc_push(&run->records);

		/* One that was killed at birth is none. */
		if (lc_record_read(r, path, &ours)) {
			lc_record_release(r);
			run->records.len--;
		}
		lc_error_release(&ours);
		unlink(path);
		free(path);
	}
	lc_words_release(&names);
	if (run->records.len > 1)
		qsort(run->records.data, run->records.len,
		      sizeof(*run->records.data), by_start);
	return rc < 0 ? -1 : 0;
}

int lc_run(struct lc_run *run, const struct lc_launch *l, struct lc_error *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path = NULL, *shim = NULL, *dir = NULL;
	pid_t child;
	int rc = -1;

	memset(run, 0, sizeof(*run));
	if (check_program(l->argv[0], &path, err))
		goto out;
	shim = find_shim(err);
	if (!shim)
		goto out;
	dir = lc_asprintf("%s/lockcheck-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(dir)) {
		lc_fail(err, "cannot make a directory %s: %s", dir,
			strerror(errno));
		goto out;
	}
	fflush(NULL);
	child = fork();
	if (child == 0)
		become(l, path, shim, dir);
	if (child < 0) {
		lc_fail(err, "cannot start %s: %s", path, strerror(errno));
		goto out_dir;
	}
	wait_for(run, child, l->timeout_s);
	rc = collect(run, dir, err);
	if (!rc && !run->records.len)
		rc = lc_fail(err, "%s recorded nothing%s", path,
			     WIFEXITED(run->status) &&
				     WEXITSTATUS(run->status) == 127
				     ? ": it could not be started"
				     : ": it is a script or program that starts "
				       "no program the shim can be loaded into");
out_dir:
	rmdir(dir);
out:
	free(path);
	free(shim);
	free(dir);
	return rc;
}

int lc_run_read(struct lc_run *run, const char *const *paths, uint32_t n,
		struct lc_error *err)
{
	memset(run, 0, sizeof(*run));
	for (uint32_t i = 0; i < n; i++) {
		if (lc_record_read(lc_push(&run->records), paths[i], err))
			return -1;
	}
	if (n > 1)
		qsort(run->records.data, n, sizeof(*run->records.data),
		      by_start);
	return 0;
}

void lc_run_release(struct lc_run *run)
{
	for (uint32_t i = 0; i < run->records.len; i++)
		lc_record_release(&run->records.data[i]);
	lc_array_release(&run->records);
}
