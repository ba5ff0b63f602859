/* SPDX-License-Identifier: MIT */
/*
 * The record file: opened, written block by block, ended. The format is in
 * record.h. All by raw system calls: libc's open and write are points of
 * cancellation, and our callers' lock calls are not.
 */
#include "internal.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { HEADER_BYTES = 4096, BLOCK_BYTES = 16384 };

uint32_t lc_rt_epoch;

static struct {
	int fd; /* -1: no file */
	dev_t dev;
	ino_t ino;
	struct lc_rec_file *header; /* mapped */
	char path[PATH_MAX];
	uint64_t seq;
	uint32_t told; /* that something was lost */
} file = { .fd = -1 };

/* ---- open ---- */

/* Path of this process's file by the pattern; nth > 0 for another try. */
static void make_path(char *to, size_t size, const char *pattern, int nth)
{
	const char *p = strstr(pattern, "%p");
	size_t n;

	if (p)
		snprintf(to, size, "%.*s%d%s", (int)(p - pattern), pattern,
			 (int)getpid(), p + 2);
	else
		snprintf(to, size, "%s.%d", pattern, (int)getpid());
	n = strlen(to);
	if (nth)
		snprintf(to + n, size - n, ".%d", nth);
}

/* A number that programs which close or dup2 low ones do not meet. */
static int lift(int fd)
{
	int high = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 900);

	if (high < 0)
		high = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 200);
	if (high < 0)
		return fd;
	syscall(SYS_close, fd);
	return high;
}

static int create(void)
{
	char path[PATH_MAX];
	int fd = -1;

	for (int nth = 0; nth < 1000; nth++) {
		make_path(path, sizeof(path), lc_rt_options.record, nth);
		fd = (int)syscall(SYS_openat, AT_FDCWD, path,
				  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	if (fd < 0) {
		lc_rt_say("lockcheck: %s: cannot be written (errno %d), nothing "
			  "is recorded\n", path, errno);
		return -1;
	}
	/* A later chdir must not change what is meant. */
	if (path[0] == '/' ||
	    syscall(SYS_getcwd, file.path, sizeof(file.path) - 1) <= 0)
		file.path[0] = 0;
	else
		strncat(file.path, "/", sizeof(file.path) - strlen(file.path) - 1);
	strncat(file.path, path, sizeof(file.path) - strlen(file.path) - 1);
	return lift(fd);
}

static size_t read_file(const char *path, char *to, size_t size)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = syscall(SYS_read, fd, to, size);
	syscall(SYS_close, fd);
	return n < 0 ? 0 : (size_t)n;
}

static void fill_header(struct lc_rec_file *h, const char *parent, bool forked)
{
	char *text = (char *)(h + 1);
	char *end = (char *)h + HEADER_BYTES;
	struct timespec now = { 0 };
	ssize_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	memcpy(h->magic, LC_REC_MAGIC, sizeof(h->magic));
	h->version = LC_REC_VERSION;
	h->header_bytes = HEADER_BYTES;
	h->block_bytes = BLOCK_BYTES;
	h->flags = (lc_rt_options.steer ? LC_FILE_STEERED : 0) |
		   (forked ? LC_FILE_FORKED : 0) |
		   (lc_rt_probe ? lc_rt_probe->file_flags : LC_FILE_PRIMITIVES);
	h->pid = (uint64_t)getpid();
	h->parent_pid = (uint64_t)getppid();
	h->start_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	n = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", text, 1500);
	h->exe_len = n > 0 ? (uint32_t)n : 0;
	text += h->exe_len;
	h->parent_file_len = (uint32_t)strnlen(parent, 1000);
	h->command_len = (uint32_t)read_file("/proc/self/cmdline", text,
					     (size_t)(end - text) -
						     h->parent_file_len);
	text += h->command_len;
	memcpy(text, parent, h->parent_file_len);
}

/* Makes the file long enough for [at, at + n), with disk space behind it: a
 * write into a hole on a full disk would be a SIGBUS. */
static bool extend(int fd, uint64_t at, uint64_t n)
{
	static const char zeros[BLOCK_BYTES];

	if (syscall(SYS_fallocate, fd, 0, at, n) == 0)
		return true;
	if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR)
		return false;
	for (; n; n -= n < sizeof(zeros) ? n : sizeof(zeros), at += sizeof(zeros))
		if (syscall(SYS_pwrite64, fd, zeros,
			    n < sizeof(zeros) ? n : sizeof(zeros), at) < 0)
			return false;
	return true;
}

void lc_rt_record_open(bool forked)
{
	char parent[PATH_MAX];
	struct stat st;
	void *p;

	memcpy(parent, file.path, sizeof(parent));
	file.header = NULL;
	file.path[0] = 0;
	file.seq = 0;
	if (file.fd >= 0)
		syscall(SYS_close, file.fd);
	file.fd = -1;
	if (!lc_rt_options.record)
		return;
	file.fd = create();
	if (file.fd < 0)
		return;
	p = MAP_FAILED;
	if (fstat(file.fd, &st) == 0 && extend(file.fd, 0, HEADER_BYTES))
		p = mmap(NULL, HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			 file.fd, 0);
	if (p == MAP_FAILED) {
		lc_rt_say("lockcheck: %s: cannot be mapped, nothing is recorded\n",
			  file.path);
		syscall(SYS_close, file.fd);
		file.fd = -1;
		return;
	}
	file.dev = st.st_dev;
	file.ino = st.st_ino;
	fill_header(p, parent, forked);
	__atomic_store_n(&file.header, p, __ATOMIC_RELEASE);
}

void lc_rt_record_end(enum lc_rec_end end)
{
	if (file.header)
		file.header->end = end;
}

const char *lc_rt_record_path(void)
{
	return file.path;
}

/* ---- blocks ---- */

/* The file's descriptor, if it is still ours: programs close what they do not
 * know, and get the number back for something else. -1 if there is none.
 * *opened: to be closed by the caller. */
static int file_fd(bool *opened)
{
	struct stat st;
	int fd = file.fd;

	*opened = false;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == file.dev &&
	    st.st_ino == file.ino)
		return fd;
	fd = (int)syscall(SYS_openat, AT_FDCWD, file.path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == file.dev &&
	    st.st_ino == file.ino) {
		*opened = true;
		return fd;
	}
	if (fd >= 0)
		syscall(SYS_close, fd);
	return -1;
}

static void lose(const char *why)
{
	__atomic_fetch_add(&file.header->lost, 1, __ATOMIC_RELAXED);
	if (!__atomic_exchange_n(&file.told, 1, __ATOMIC_RELAXED))
		lc_rt_say("lockcheck: %s: %s; what follows is not recorded\n",
			  file.path, why);
}

static bool take_block(struct lc_rt_writer *w, size_t bytes)
{
	uint64_t n = (sizeof(struct lc_rec_block) + bytes + BLOCK_BYTES - 1) /
		     BLOCK_BYTES;
	uint64_t i, at;
	struct lc_rec_block *b;
	bool opened;
	int fd;

	if ((LC_RT_GET(file.header->blocks) + n) * BLOCK_BYTES >
	    lc_rt_options.max_bytes) {
		lose("LOCKCHECK_MAX_MB is reached");
		return false;
	}
	fd = file_fd(&opened);
	if (fd < 0) {
		lose("was closed and cannot be opened again");
		return false;
	}
	i = __atomic_fetch_add(&file.header->blocks, n, __ATOMIC_RELAXED);
	at = HEADER_BYTES + i * BLOCK_BYTES;
	b = MAP_FAILED;
	if (extend(fd, at, n * BLOCK_BYTES))
		b = mmap(NULL, n * BLOCK_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, (off_t)at);
	if (opened)
		syscall(SYS_close, fd);
	if (b == MAP_FAILED) {
		lose("no space left");
		return false;
	}
	/* The last block stays mapped for a record that is being written. */
	if (w->epoch != lc_rt_epoch)
		w->map = w->old_map = NULL;
	if (w->old_map)
		munmap(w->old_map, w->old_bytes);
	w->old_map = w->map;
	w->old_bytes = w->map_bytes;
	b->blocks = (uint32_t)n;
	b->magic = LC_REC_BLOCK_MAGIC;
	w->map = (char *)b;
	w->map_bytes = n * BLOCK_BYTES;
	w->at = w->map + sizeof(*b);
	w->end = w->map + w->map_bytes;
	w->epoch = lc_rt_epoch;
	return true;
}

/* ---- records ---- */

void *lc_rt_record_new(struct lc_rt_thread *me, uint16_t type, size_t bytes)
{
	struct lc_rt_writer *w;
	struct lc_rec *r;

	if (!file.header)
		return NULL;
	bytes = lc_rt_pad(bytes);
	if (!me->writer)
		me->writer = lc_rt_alloc(sizeof(*me->writer));
	w = me->writer;
	if (w->epoch != lc_rt_epoch || (size_t)(w->end - w->at) < bytes)
		if (!take_block(w, bytes))
			return NULL;
	r = (struct lc_rec *)w->at;
	w->at += bytes;
	r->type = type;
	r->seq = __atomic_add_fetch(&file.seq, 1, __ATOMIC_RELAXED);
	return r;
}

void lc_rt_record_done(void *rec, size_t bytes)
{
	struct lc_rec *r = rec;

	if (r)
		__atomic_store_n(&r->size, (uint32_t)lc_rt_pad(bytes),
				 __ATOMIC_RELEASE);
}

char *lc_rt_record_text(char *to, const void *text, size_t len)
{
	if (len)
		memcpy(to, text, len);
	return to + lc_rt_pad(len);
}
