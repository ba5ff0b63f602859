/* SPDX-License-Identifier: MIT */
/*
 * Every entry of rules/models/libc.yaml, used right and silent, and one misuse
 * for each family of operations. A library: no main.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <arpa/nameser.h>
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <link.h>
#include <malloc.h>
#include <mqueue.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <sched.h>
#include <search.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <wchar.h>

/* POSIX 2001 had it, glibc still exports it. */
extern void (*bsd_signal(int signum, void (*handler)(int)))(int);

struct state {
	pthread_mutex_t lock;
	jmp_buf jump;
	sigjmp_buf sigjump;
	FILE *log;
	int fd, n;
	char line[128];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;

/* ---- the lock of a stream ---- */

void stream_ok(FILE *f, struct _IO_FILE *same)
{
	flockfile(f);
	flockfile(f); /* it is recursive */
	fputs("a", f);
	funlockfile(f);
	funlockfile(f);
	if (ftrylockfile(same) == 0) {
		fputc('\n', same);
		funlockfile(same);
	}
}

int stream_leak_bad(FILE *f, int n)
{
	flockfile(f);
	if (n < 0)
		return -1; // @expect unreleased-lock
	fprintf(f, "%d\n", n);
	funlockfile(f);
	return 0;
}

void stream_try_bad(FILE *f)
{
	ftrylockfile(f); // @expect trylock-unchecked
	fputs("b", f);
	funlockfile(f);
}

/* ---- processes and their ends: nothing is left behind ---- */

int process_ok(struct state *s, int how)
{
	va_list none;

	pthread_mutex_lock(&s->lock);
	switch (how) {
	case 0: exit(0);
	case 1: _exit(0);
	case 2: _Exit(0);
	case 3: quick_exit(0);
	case 4: abort();
	case 5: err(1, "state");
	case 6: errx(1, "state");
	case 7: memset(&none, 0, sizeof(none)); verr(1, "state", none);
	case 8: memset(&none, 0, sizeof(none)); verrx(1, "state", none);
	case 9: __assert("state", "libc.c", 1);
	}
	assert(s->n >= 0);
	assert_perror(s->n);
	pthread_mutex_unlock(&s->lock);
	if (fork() == 0)
		_exit(0);
	if (vfork() == 0)
		_exit(0);
	return errno;
}

int process_bad(struct state *s, int how)
{
	pthread_mutex_lock(&s->lock);
	if (how == 0)
		exit(0);
	if (how == 1)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* ---- jumps ---- */

void jump_ok(struct state *s, int how)
{
	if (how == 0)
		longjmp(s->jump, 1);
	if (how == 1)
		_longjmp(s->jump, 1);
	siglongjmp(s->sigjump, 1);
}

int jump_bad(struct state *s, int how)
{
	pthread_mutex_lock(&s->lock);
	if (how > 0) {
		pthread_mutex_unlock(&s->lock);
		longjmp(s->jump, 1);
	}
	if (how < 0)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* ---- called later ---- */

static void at_end(void)
{
	pthread_mutex_lock(&lock);
	count = 0;
	pthread_mutex_unlock(&lock);
}

static void at_end_with(int code, void *arg)
{
	struct state *s = arg;

	s->n = code;
	at_end();
}

static void on_signal(int signo)
{
	count = signo;
}

void later_ok(struct state *s, ucontext_t *context)
{
	pthread_mutex_lock(&lock);
	atexit(at_end);
	at_quick_exit(at_end);
	on_exit(at_end_with, s);
	makecontext(context, at_end, 0);
	pthread_mutex_unlock(&lock);
	signal(SIGUSR1, on_signal);
	bsd_signal(SIGUSR1, on_signal);
	sysv_signal(SIGUSR1, on_signal);
	ssignal(SIGUSR1, on_signal);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
	sigset(SIGUSR1, on_signal);
#pragma clang diagnostic pop
}

/* Registered is fine; called now is not. */
void later_bad(void)
{
	pthread_mutex_lock(&lock);
	atexit(at_end);
	at_end(); // @expect double-acquire
	pthread_mutex_unlock(&lock);
}

/* ---- called now ---- */

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int compare_counting(const void *a, const void *b)
{
	pthread_mutex_lock(&lock);
	count++;
	pthread_mutex_unlock(&lock);
	return compare(a, b);
}

static int compare_with(const void *a, const void *b, void *arg)
{
	*(int *)arg += 1;
	return compare(a, b);
}

static void visit(const void *node, VISIT order, int depth)
{
	count += node && order == leaf ? depth : 0;
}

static void visit_with(const void *node, VISIT order, void *arg)
{
	*(int *)arg += node && order == leaf;
}

static int visit_file(const char *path, const struct stat *st, int type)
{
	return path && st ? type : -1;
}

static int visit_nfile(const char *path, const struct stat *st, int type,
		       struct FTW *at)
{
	return visit_file(path, st, type) + at->level;
}

static int order_fts(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int any_entry(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int glob_error(const char *path, int error)
{
	return path ? error : 0;
}

static int visit_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	*(int *)arg += info->dlpi_phnum + (int)size;
	return 0;
}

int now_ok(int *v, size_t n, int key)
{
	static void *root;
	struct dirent **names;
	char *const dirs[] = { "/tmp", NULL };
	glob_t found;
	int seen = 0;

	pthread_mutex_lock(&lock);
	qsort(v, n, sizeof(*v), compare);
	qsort_r(v, n, sizeof(*v), compare_with, &seen);
	if (bsearch(&key, v, n, sizeof(*v), compare))
		count++;
	if (lfind(&key, v, &n, sizeof(*v), compare))
		count++;
	lsearch(&key, v, &n, sizeof(*v), compare);
	tsearch(&key, &root, compare);
	tfind(&key, &root, compare);
	twalk(root, visit);
	twalk_r(root, visit_with, &seen);
	tdelete(&key, &root, compare);
	tdestroy(root, free);
	ftw("/tmp", visit_file, 8);
	nftw("/tmp", visit_nfile, 8, 0);
	fts_open(dirs, FTS_LOGICAL, order_fts);
	scandir("/tmp", &names, any_entry, alphasort);
	scandirat(AT_FDCWD, "/tmp", &names, any_entry, alphasort);
	glob("*.c", 0, glob_error, &found);
	dl_iterate_phdr(visit_object, &seen);
	pthread_mutex_unlock(&lock);
	qsort(v, n, sizeof(*v), compare_counting);
	return seen;
}

void now_bad(int *v, size_t n)
{
	pthread_mutex_lock(&lock);
	qsort(v, n, sizeof(*v), compare_counting); // @expect double-acquire
	count = 0;
	pthread_mutex_unlock(&lock);
}

/* ---- memory ---- */

struct node {
	pthread_mutex_t lock;
	int value;
};

/* Each new object is another one: no lock is taken twice. */
int memory_ok(size_t n)
{
	struct node *a = malloc(sizeof(*a));
	struct node *b = calloc(1, sizeof(*b));
	int value = -1;

	if (!a || !b)
		goto out;
	pthread_mutex_init(&a->lock, NULL);
	pthread_mutex_init(&b->lock, NULL);
	pthread_mutex_lock(&a->lock);
	pthread_mutex_lock(&b->lock);
	value = a->value = b->value;
	pthread_mutex_unlock(&b->lock);
	pthread_mutex_unlock(&a->lock);
out:
	free(realloc(b, n));
	free(reallocarray(a, n, 2));
	return value;
}

int memory_bad(void)
{
	struct node *a = malloc(sizeof(*a));
	struct node *b = a;

	if (!a)
		return -1;
	pthread_mutex_init(&a->lock, NULL);
	pthread_mutex_lock(&a->lock);
	pthread_mutex_lock(&b->lock); // @expect double-acquire
	a->value = 0;
	pthread_mutex_unlock(&a->lock);
	free(a);
	return 0;
}

void blocks_ok(size_t n)
{
	void *p[] = {
		aligned_alloc(16, n), memalign(16, n), valloc(n), pvalloc(n),
		strdup("a"), strndup("abc", 2), wcsdup(L"a"),
	};
	void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < sizeof(p) / sizeof(p[0]); i++)
		free(p[i]);
	munmap(map, n);
}

void streams_ok(char *buf, size_t n)
{
	FILE *f[] = {
		fopen("/tmp/a", "r"), fdopen(0, "r"), fmemopen(buf, n, "r"),
		open_memstream(&buf, &n), tmpfile(),
	};
	FILE *child = popen("true", "r");
	DIR *d = opendir("/tmp");

	for (size_t i = 0; i < sizeof(f) / sizeof(f[0]); i++)
		fclose(f[i]);
	pclose(child);
	closedir(d);
}

/* ---- blocking calls: between locks, not under them ---- */

int wait_ok(const sigset_t *set, siginfo_t *info)
{
	struct timespec nap = { .tv_nsec = 1 };
	int signo;

	sleep(1);
	usleep(1);
	nanosleep(&nap, NULL);
	clock_nanosleep(CLOCK_REALTIME, 0, &nap, NULL);
	pause();
	sigsuspend(set);
	sigwait(set, &signo);
	sigwaitinfo(set, info);
	return sigtimedwait(set, info, &nap);
}

ssize_t files_ok(int fd, char *buf, size_t n, struct iovec *iov)
{
	ssize_t got = 0;

	got += read(fd, buf, n);
	got += pread(fd, buf, n, 0);
	got += readv(fd, iov, 1);
	got += preadv(fd, iov, 1, 0);
	got += write(fd, buf, n);
	got += pwrite(fd, buf, n, 0);
	got += writev(fd, iov, 1);
	got += pwritev(fd, iov, 1, 0);
	got += sendfile(fd, 0, NULL, n);
	got += splice(0, NULL, fd, NULL, n, 0);
	got += tee(0, fd, n, 0);
	fsync(fd);
	fdatasync(fd);
	sync();
	syncfs(fd);
	sync_file_range(fd, 0, 0, 0);
	msync(buf, n, MS_SYNC);
	flock(fd, LOCK_SH);
	if (lockf(fd, F_LOCK, 0) != 0)
		got = -1;
	tcdrain(fd);
	close(fd);
	return got;
}

ssize_t sockets_ok(int fd, char *buf, size_t n, struct sockaddr *sa,
		   socklen_t len)
{
	struct msghdr msg = { 0 };
	struct mmsghdr many = { .msg_len = 0 };
	ssize_t got = 0;

	connect(fd, sa, len);
	accept(fd, sa, &len);
	accept4(fd, sa, &len, 0);
	got += recv(fd, buf, n, 0);
	got += recvfrom(fd, buf, n, 0, sa, &len);
	got += recvmsg(fd, &msg, 0);
	got += recvmmsg(fd, &many, 1, 0, NULL);
	got += send(fd, buf, n, 0);
	got += sendto(fd, buf, n, 0, sa, len);
	got += sendmsg(fd, &msg, 0);
	got += sendmmsg(fd, &many, 1, 0);
	return got;
}

int polls_ok(int fd, const sigset_t *set)
{
	struct pollfd p = { .fd = fd };
	struct epoll_event ev;
	struct timespec ts = { 0 };
	fd_set r;

	FD_ZERO(&r);
	FD_SET(fd, &r);
	select(fd + 1, &r, NULL, NULL, NULL);
	pselect(fd + 1, &r, NULL, NULL, &ts, set);
	poll(&p, 1, -1);
	ppoll(&p, 1, &ts, set);
	epoll_wait(fd, &ev, 1, -1);
	epoll_pwait(fd, &ev, 1, -1, set);
	return epoll_pwait2(fd, &ev, 1, &ts, set);
}

int input_ok(FILE *f, char **line, size_t *n)
{
	char buf[16];
	int a = fgetc(f) + getc(f) + getchar();

	if (!fgets(buf, sizeof(buf), f))
		return -1;
	a += (int)fread(buf, 1, sizeof(buf), f);
	a += (int)getline(line, n, f);
	a += (int)getdelim(line, n, ':', f);
	if (scanf("%d", &a) != 1 || fscanf(f, "%d", &a) != 1)
		return -1;
	return fflush(f) + a;
}

int queues_ok(mqd_t q, int id, char *buf, size_t n, const struct aiocb *cb)
{
	struct timespec ts = { 0 };
	struct sembuf op = { 0 };
	unsigned prio;

	mq_send(q, buf, n, 0);
	mq_timedsend(q, buf, n, 0, &ts);
	mq_receive(q, buf, n, &prio);
	mq_timedreceive(q, buf, n, &prio, &ts);
	msgsnd(id, buf, n, 0);
	msgrcv(id, buf, n, 0, 0);
	semop(id, &op, 1);
	semtimedop(id, &op, 1, &ts);
	return aio_suspend(&cb, 1, &ts);
}

int others_ok(const char *name, va_list ap, unsigned char *answer, char **argv)
{
	struct addrinfo *ai = NULL;
	struct in_addr addr = { 0 };
	struct rusage *usage = NULL;
	char host[64];
	siginfo_t info;
	int status;
	pid_t pid;

	posix_spawn(&pid, name, NULL, NULL, argv, argv);
	posix_spawnp(&pid, name, NULL, NULL, argv, argv);
	wait(&status);
	wait3(&status, 0, usage);
	wait4(-1, &status, 0, usage);
	waitpid(-1, &status, 0);
	waitid(P_ALL, 0, &info, WEXITED);
	if (system(name) != 0)
		return -1;
	if (getaddrinfo(name, NULL, NULL, &ai) == 0) {
		getnameinfo(ai->ai_addr, ai->ai_addrlen, host, sizeof(host),
			    NULL, 0, 0);
		freeaddrinfo(ai);
	}
	gethostbyname(name);
	gethostbyname2(name, AF_INET);
	gethostbyaddr(&addr, sizeof(addr), AF_INET);
	res_query(name, C_IN, T_A, answer, 64);
	res_search(name, C_IN, T_A, answer, 64);
	syslog(LOG_INFO, "%s", name);
	vsyslog(LOG_INFO, "%s", ap);
	return dlopen(name, RTLD_NOW) ? status : -1;
}

/* A blocking call changes nothing about what is held. */
int blocking_bad(struct state *s)
{
	pthread_mutex_lock(&s->lock);
	if (read(s->fd, s->line, sizeof(s->line)) < 0)
		return -1; // @expect unreleased-lock
	s->n++;
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* ---- calls that mean nothing here ---- */

int nothing_ok(struct state *s, const char *text, va_list ap)
{
	int n;

	pthread_mutex_lock(&s->lock);
	printf("%s\n", text);
	fprintf(s->log, "%s\n", text);
	vprintf("%s\n", ap);
	vfprintf(s->log, "%s\n", ap);
	puts(text);
	fputs(text, s->log);
	putchar('a');
	fputc('a', s->log);
	perror(strerror(s->n));
	sched_yield();
	n = (int)strlen(text) + atoi(text) + (int)atol(text) + getpid();
	if (strcmp(text, s->line) == 0 || strncmp(text, s->line, 3) == 0 ||
	    strcasecmp(text, s->line) == 0 || memcmp(text, s->line, 1) == 0)
		n = 0;
	pthread_mutex_unlock(&s->lock);
	return n;
}

int nothing_bad(struct state *s, const char *text)
{
	pthread_mutex_lock(&s->lock);
	if (strcmp(text, s->line) == 0) {
		puts(text);
		return 0; // @expect unreleased-lock
	}
	pthread_mutex_unlock(&s->lock);
	return 1;
}
