/* SPDX-License-Identifier: MIT */
/*
 * The worker processes: jobs go out, encoded units come back.
 *
 * A worker is a fork of this process (no exec) that parses one job after the
 * other with a parser of its own. Over a socket pair the parent sends the
 * index of a job (uint32_t), the worker answers with the length (uint64_t) and
 * the bytes of lc_unit_encode. Whatever a source does to libclang, it does to a
 * worker: the parent sees the socket close, starts another worker, and tries
 * the unit once more.
 *
 * Jobs go out biggest source first, so that no long unit is left for the end;
 * the result does not depend on who parsed what.
 *
 * Environment, for tests: LOCKCHECK_TEST_CRASH=TEXT and LOCKCHECK_TEST_HANG=TEXT
 * make a worker abort or hang on units whose name contains TEXT;
 * LOCKCHECK_WORKER_STDERR=1 leaves a worker its stderr (else silenced, because
 * libclang prints when it crashes).
 */
#include "frontend/frontend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_S 120
#define MAX_TRIES 2
/* Virtual memory only: deep nesting needs it, most units touch little. */
#define STACK_BYTES ((size_t)256 << 20)
#define SMALL_STACK_BYTES ((size_t)64 << 20)

/* ---- the worker's side ---- */

struct worker_task {
	const struct lc_plan *plan;
	int fd;
};

static bool read_all(int fd, void *p, size_t n)
{
	while (n) {
		ssize_t got = recv(fd, p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p = (char *)p + got;
		n -= (size_t)got;
	}
	return true;
}

static bool write_all(int fd, const void *p, size_t n)
{
	while (n) {
		ssize_t put = send(fd, p, n, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p = (const char *)p + put;
		n -= (size_t)put;
	}
	return true;
}

static bool test_hook(const char *variable, const char *name)
{
	const char *text = getenv(variable);

	return text && *text && strstr(name, text);
}

static bool answer(struct lc_parser *parser, const struct lc_plan *plan,
		   uint32_t index, int fd)
{
	const struct lc_job *job = &plan->jobs.data[index];
	struct lc_buf bytes = {0};
	struct lc_unit unit;
	uint64_t n;
	bool sent;

	if (test_hook("LOCKCHECK_TEST_CRASH", job->name))
		abort();
	while (test_hook("LOCKCHECK_TEST_HANG", job->name))
		pause();
	lc_unit_init(&unit);
	lc_parser_unit(parser, job, plan->root, &unit);
	lc_unit_encode(&unit, &bytes);
	lc_unit_release(&unit);
	n = bytes.len;
	sent = write_all(fd, &n, sizeof(n)) && write_all(fd, bytes.data, n);
	lc_buf_release(&bytes);
	return sent;
}

static void *worker_loop(void *arg)
{
	const struct worker_task *task = arg;
	struct lc_parser *parser = lc_parser_new();
	uint32_t index;

	while (read_all(task->fd, &index, sizeof(index)) &&
	       answer(parser, task->plan, index, task->fd))
		;
	/* The parent went away or has no more jobs. Nothing needs an orderly
	 * end: memory and files go with the process. */
	_exit(0);
}

static void silence(void)
{
	const char *keep = getenv("LOCKCHECK_WORKER_STDERR");
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (!keep || !*keep)
		dup2(null, STDERR_FILENO);
}

/* Runs in the fresh child; never returns. */
static void LC_NORETURN worker_main(const struct lc_plan *plan, int fd)
{
	struct worker_task task = { plan, fd };
	const struct rlimit no_core = { 0, 0 };
	pthread_attr_t attr;
	pthread_t thread;

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &no_core);
	silence();
	/* libclang would catch its own crash, and go on with whatever memory
	 * the crash left. It shall die, and be started anew. */
	setenv("LIBCLANG_DISABLE_CRASH_RECOVERY", "1", 1);
	/* Parse on our thread with its big stack, not on one of its own. */
	setenv("LIBCLANG_NOTHREADS", "1", 1);

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (pthread_create(&thread, &attr, worker_loop, &task)) {
		pthread_attr_setstacksize(&attr, SMALL_STACK_BYTES);
		if (pthread_create(&thread, &attr, worker_loop, &task))
			worker_loop(&task);
	}
	pthread_join(thread, NULL);
	_exit(0);
}

/* ---- the parent's side ---- */

struct worker {
	pid_t pid; /* 0: this place is empty */
	int fd;
	uint32_t job;        /* LC_NONE: idle */
	int64_t deadline_ms; /* of its job */
	struct lc_buf in;    /* what came of the answer so far */
};

struct run {
	const struct lc_plan *plan;
	const struct lc_extract_options *options;
	struct lc_unit *units;
	struct worker *workers;
	uint32_t nworkers;
	uint32_t timeout_s;
	LC_ARRAY(uint32_t) queue; /* jobs to do, the next one last */
	uint8_t *tries;           /* by job: how often it was begun */
	uint32_t done;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	interrupted = sig;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool start_worker(struct run *r, struct worker *w)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return false;
	w->pid = fork();
	if (w->pid < 0) {
		close(ends[0]);
		close(ends[1]);
		w->pid = 0;
		return false;
	}
	if (!w->pid) {
		/* An open copy of another worker's socket would keep that
		 * worker alive after the parent is gone. */
		close(ends[0]);
		for (uint32_t i = 0; i < r->nworkers; i++)
			if (&r->workers[i] != w && r->workers[i].pid)
				close(r->workers[i].fd);
		worker_main(r->plan, ends[1]);
	}
	close(ends[1]);
	w->fd = ends[0];
	w->job = LC_NONE;
	return true;
}

/* Reaps the worker and empties its place. Returns its wait status. */
static int stop_worker(struct worker *w, bool by_force)
{
	int status = 0;

	close(w->fd);
	if (by_force)
		kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	lc_buf_release(&w->in);
	w->pid = 0;
	w->job = LC_NONE;
	return status;
}

static void finish(struct run *r, uint32_t job)
{
	r->done++;
	if (r->options->progress)
		r->options->progress(r->options->progress_ctx, r->done,
				     r->plan->jobs.len,
				     r->plan->jobs.data[job].name);
}

/* Records that there is nothing to be had of this unit. */
static void give_up(struct run *r, uint32_t job, enum lc_unit_status status,
		    const char *message)
{
	struct lc_unit *u = &r->units[job];

	lc_unit_release(u);
	lc_unit_init(u);
	u->file = lc_intern(&u->strings, r->plan->jobs.data[job].name);
	u->status = status;
	u->message = lc_intern(&u->strings, message);
	u->ndropped_flags = r->plan->jobs.data[job].ndropped;
	finish(r, job);
}

static void worker_died(struct run *r, struct worker *w)
{
	uint32_t job = w->job;
	int status = stop_worker(w, false);
	char *message;

	if (job == LC_NONE)
		return;
	if (r->tries[job] < MAX_TRIES) {
		*lc_push(&r->queue) = job;
		return;
	}
	message = WIFSIGNALED(status)
			  ? lc_asprintf("the parser died on it twice (signal %d)",
					WTERMSIG(status))
			  : lc_asprintf("the parser ended on it twice (status %d)",
					WEXITSTATUS(status));
	give_up(r, job, LC_UNIT_CRASHED, message);
	free(message);
}

static void worker_timed_out(struct run *r, struct worker *w)
{
	uint32_t job = w->job;
	char *message = lc_asprintf("it took longer than %u s to parse",
				    r->timeout_s);

	stop_worker(w, true);
	give_up(r, job, LC_UNIT_TIMEOUT, message);
	free(message);
}

/* The answer of `w` is complete. */
static void take_unit(struct run *r, struct worker *w)
{
	struct lc_error err = LC_ERROR_INIT;
	uint32_t job = w->job;

	w->job = LC_NONE;
	if (lc_unit_decode(&r->units[job], w->in.data + sizeof(uint64_t),
			   w->in.len - sizeof(uint64_t), &err)) {
		give_up(r, job, LC_UNIT_FAILED, err.text);
		lc_error_release(&err);
	} else {
		finish(r, job);
	}
	lc_buf_release(&w->in);
}

static bool is_complete(const struct worker *w)
{
	uint64_t n;

	if (w->in.len < sizeof(n))
		return false;
	memcpy(&n, w->in.data, sizeof(n));
	return w->in.len - sizeof(n) >= n;
}

/* Reads what there is. */
static void receive(struct run *r, struct worker *w)
{
	char chunk[65536];
	ssize_t got;

	for (;;) {
		got = recv(w->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
		if (got <= 0)
			break;
		lc_buf_add(&w->in, chunk, (size_t)got);
		if (w->job != LC_NONE && is_complete(w))
			take_unit(r, w);
	}
	if (got == 0 || (errno != EAGAIN && errno != EINTR))
		worker_died(r, w);
}

/* Gives every idle or empty place a job while there are any. */
static void hand_out(struct run *r)
{
	for (uint32_t i = 0; i < r->nworkers && r->queue.len; i++) {
		struct worker *w = &r->workers[i];
		uint32_t job = *lc_last(&r->queue);

		if (w->pid && w->job != LC_NONE)
			continue;
		if (!w->pid && !start_worker(r, w))
			continue;
		w->job = job;
		w->deadline_ms = now_ms() + (int64_t)r->timeout_s * 1000;
		r->queue.len--;
		r->tries[job]++;
		if (!write_all(w->fd, &job, sizeof(job)))
			worker_died(r, w);
	}
}

static uint32_t busy_workers(const struct run *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->nworkers; i++)
		n += r->workers[i].pid && r->workers[i].job != LC_NONE;
	return n;
}

static int time_left(const struct run *r)
{
	/* Looks up at least this often: a signal just before poll() begins to
	 * sleep does not wake it. */
	int64_t least = 500, now = now_ms();

	for (uint32_t i = 0; i < r->nworkers; i++) {
		const struct worker *w = &r->workers[i];

		if (w->pid && w->job != LC_NONE &&
		    w->deadline_ms - now < least)
			least = w->deadline_ms - now;
	}
	return least < 0 ? 0 : (int)least;
}

/* Waits for answers, deaths, deadlines or a signal, and deals with them. */
static void wait_for_workers(struct run *r, struct pollfd *polls)
{
	int64_t now;

	for (uint32_t i = 0; i < r->nworkers; i++) {
		polls[i].fd = r->workers[i].pid ? r->workers[i].fd : -1;
		polls[i].events = POLLIN;
		polls[i].revents = 0;
	}
	if (poll(polls, r->nworkers, time_left(r)) < 0)
		return; /* EINTR: the caller looks at `interrupted` */
	for (uint32_t i = 0; i < r->nworkers; i++)
		if (polls[i].revents)
			receive(r, &r->workers[i]);
	now = now_ms();
	for (uint32_t i = 0; i < r->nworkers; i++) {
		struct worker *w = &r->workers[i];

		if (w->pid && w->job != LC_NONE && now >= w->deadline_ms)
			worker_timed_out(r, w);
	}
}

static int run_jobs(struct run *r, struct lc_error *err)
{
	struct pollfd *polls = lc_alloc(r->nworkers * sizeof(*polls));
	int rc = 0;

	while (r->done < r->plan->jobs.len && !interrupted) {
		hand_out(r);
		if (busy_workers(r)) {
			wait_for_workers(r, polls);
		} else if (r->queue.len && !r->done) {
			rc = lc_fail(err, "cannot start a worker process: %s",
				     strerror(errno));
			break;
		} else if (r->queue.len) {
			give_up(r, *lc_last(&r->queue), LC_UNIT_FAILED,
				"no worker process could be started for it");
			r->queue.len--;
		}
	}
	free(polls);
	return rc;
}

/* ---- the order of work ---- */

struct sized {
	int64_t bytes;
	uint32_t job;
};

static int smallest_first(const void *pa, const void *pb)
{
	const struct sized *a = pa, *b = pb;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return a->job > b->job ? -1 : a->job < b->job;
}

/* The queue is worked off from its end: the biggest stands last. */
static void fill_queue(struct run *r)
{
	uint32_t n = r->plan->jobs.len;
	struct sized *order = lc_alloc(n * sizeof(*order));

	for (uint32_t i = 0; i < n; i++) {
		struct stat st;

		order[i].job = i;
		if (!stat(r->plan->jobs.data[i].file, &st))
			order[i].bytes = st.st_size;
	}
	if (n)
		qsort(order, n, sizeof(*order), smallest_first);
	for (uint32_t i = 0; i < n; i++)
		*lc_push(&r->queue) = order[i].job;
	free(order);
}

/* While workers run, a signal must not kill the parent over their heads. */
static void catch_signals(struct sigaction old[2])
{
	struct sigaction sa = { .sa_handler = on_interrupt };

	interrupted = 0;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, &old[0]);
	sigaction(SIGTERM, &sa, &old[1]);
}

int lc_extract(const struct lc_plan *plan, const struct lc_extract_options *o,
	       struct lc_unit *units, struct lc_error *err)
{
	struct run r = { .plan = plan, .options = o, .units = units };
	struct sigaction old[2];
	int rc;

	r.timeout_s = o->timeout_s ? o->timeout_s : DEFAULT_TIMEOUT_S;
	r.nworkers = o->nworkers ? o->nworkers : 1;
	if (r.nworkers > plan->jobs.len)
		r.nworkers = plan->jobs.len;
	r.workers = lc_alloc(r.nworkers * sizeof(*r.workers));
	r.tries = lc_alloc(plan->jobs.len);
	fill_queue(&r);

	catch_signals(old);
	fflush(NULL); /* or a worker could write our buffers a second time */
	rc = run_jobs(&r, err);
	for (uint32_t i = 0; i < r.nworkers; i++)
		if (r.workers[i].pid)
			stop_worker(&r.workers[i], true);
	sigaction(SIGINT, &old[0], NULL);
	sigaction(SIGTERM, &old[1], NULL);

	lc_array_release(&r.queue);
	free(r.tries);
	free(r.workers);
	if (interrupted) {
		/* Now with the handling the caller chose. */
		raise(interrupted);
		rc = lc_fail(err, "interrupted");
	}
	return rc;
}
