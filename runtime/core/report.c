/* SPDX-License-Identifier: MIT */
/*
 * What the runtime says: hangs, misuse, notes. Texts go to LOCKCHECK_REPORT_FD.
 */
#include "internal.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_FRAMES_SAID = 12, MAX_OTHERS_SAID = 8 };

void lc_rt_say(const char *format, ...)
{
	char text[2048];
	va_list args;
	int n, saved = errno;
	size_t at = 0;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n > (int)sizeof(text) - 1)
		n = (int)sizeof(text) - 1;
	while (n > 0 && at < (size_t)n) {
		ssize_t done = syscall(SYS_write, lc_rt_options.report_fd,
				       text + at, (size_t)n - at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			break;
		at += (size_t)done;
	}
	errno = saved;
}

/* ---- names ---- */

static const char *const kind_names[32] = {
	[LC_KIND_MUTEX] = "mutex",	[LC_KIND_RWLOCK] = "rwlock",
	[LC_KIND_SPIN] = "spinlock",	[LC_KIND_SEM] = "semaphore",
	[LC_KIND_COND] = "condition",	[LC_KIND_BARRIER] = "barrier",
	[LC_KIND_ONCE] = "once",	[LC_KIND_FILE] = "stdio stream",
	[LC_KIND_THREAD] = "thread",	[LC_KIND_EVENT] = "event",
	[LC_KIND_RLOCK] = "reentrant lock", [LC_KIND_LOADER] = "loader",
};

static const char *kind_name(uint32_t what)
{
	const char *name = kind_names[LC_WHAT_KIND(what)];

	return name ? name : "lock";
}

/* "f+0x12 in program", "file.c:12 in f", or "?". */
static void place_name(lc_rec_place place, char *to, size_t size)
{
	char symbol[200];
	const char *path, *base;
	const struct lc_rt_site *site;

	snprintf(to, size, "?");
	if (LC_REC_MODULE_OF(place) == LC_REC_NAMED_MODULE) {
		site = lc_rt_site_by_id((uint32_t)LC_REC_OFFSET_OF(place));
		if (site)
			snprintf(to, size, "%s:%u in %s", site->file,
				 site->line, site->function);
		return;
	}
	path = lc_rt_module_path(LC_REC_MODULE_OF(place), NULL, NULL);
	if (!path)
		return;
	base = strrchr(path, '/');
	base = base ? base + 1 : path;
	lc_rt_symbol(place, symbol, sizeof(symbol));
	snprintf(to, size, "%s%s(%s+0x%lx)", symbol, *symbol ? " " : "", base,
		 (unsigned long)LC_REC_OFFSET_OF(place));
}

static struct lc_rt_lock *lock_by_id(uint32_t id);

static void lock_name(uint32_t id, uint32_t what, char *to, size_t size)
{
	struct lc_rt_lock *l = lock_by_id(id);
	char where[300];

	if (!l) {
		snprintf(to, size, "a %s", kind_name(what));
	} else if (l->name[0]) {
		snprintf(to, size, "%s %s", kind_name(what), l->name);
	} else if (l->where) {
		lc_rt_symbol(l->where, where, sizeof(where));
		if (!*where)
			place_name(l->where, where, sizeof(where));
		snprintf(to, size, "%s %s", kind_name(what), where);
	} else {
		place_name(l->init, where, sizeof(where));
		snprintf(to, size, "%s number %u %s at %s", kind_name(what),
			 l->nth, l->init_seen ? "initialised" : "first used",
			 where);
	}
}

static void thread_name(uint32_t id, char *to, size_t size)
{
	struct lc_rt_thread *t = lc_rt_thread_by_id(id);
	char path[64], comm[32] = "";
	int fd;
	ssize_t n;

	if (!t) {
		snprintf(to, size, "thread %u", id);
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/task/%u/comm", t->tid);
	fd = (int)syscall(SYS_openat, -100, path, 02000000 /* O_CLOEXEC */);
	if (fd >= 0) {
		n = syscall(SYS_read, fd, comm, sizeof(comm) - 1);
		syscall(SYS_close, fd);
		comm[n > 0 ? n - 1 : 0] = 0;
	}
	snprintf(to, size, "thread %u (%s%stid %u%s)", id, comm,
		 *comm ? ", " : "", t->tid,
		 t->flags & LC_THREAD_MAIN ? ", main" : "");
}

static void say_stack(uint32_t stack, lc_rec_place site)
{
	char name[400];
	uint32_t count, n = 0;
	const lc_rec_place *frames = lc_rt_stack_frames(stack, &count);

	if (!frames) {
		place_name(site, name, sizeof(name));
		lc_rt_say("      #0 %s\n", name);
		return;
	}
	/* The stack is of the first visit; the site is of this one. */
	for (n = 0; n < count && n < MAX_FRAMES_SAID; n++) {
		place_name(frames[n], name, sizeof(name));
		lc_rt_say("      #%u %s\n", n, name);
	}
	if (n < count)
		lc_rt_say("      … %u more\n", count - n);
}

static struct lc_rt_lock *lock_by_id(uint32_t id)
{
	/* Only in reports: the tables have no index by id. */
	return id ? lc_rt_lock_by_id(id) : NULL;
}

/* ---- hangs ---- */

static void say_edge(const struct lc_rec_edge *e)
{
	char waiter[100], holder[100], lock[400];
	bool shared = LC_WHAT_MODE(e->what) == LC_MODE_SHARED;

	thread_name(e->waiter, waiter, sizeof(waiter));
	thread_name(e->holder, holder, sizeof(holder));
	lock_name(e->lock, e->what, lock, sizeof(lock));
	if (LC_WHAT_KIND(e->what) == LC_KIND_THREAD)
		lc_rt_say("  %s waits for the end of %s, here:\n", waiter,
			  holder);
	else
		lc_rt_say("  %s waits for %s%s, here:\n", waiter, lock,
			  shared ? " (to read)" : "");
	say_stack(e->wait_stack, e->wait_site);
	if (LC_WHAT_KIND(e->what) == LC_KIND_THREAD)
		return;
	if (e->flags & LC_EDGE_STILL)
		lc_rt_say("    and no thread is left that could wake it\n");
	else if (e->flags & LC_EDGE_WAKER)
		lc_rt_say("    behind %s, which waits to write\n", holder);
	else {
		lc_rt_say("    which %s holds%s, acquired here:\n", holder,
			  e->flags & LC_EDGE_HOLDER_ENDED ?
				  " though it has ended" :
				  "");
		say_stack(e->hold_stack, e->hold_site);
	}
}

static bool is_still(const struct lc_rec_edge *edges, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (edges[i].flags & LC_EDGE_STILL)
			return true;
	return false;
}

void lc_rt_say_hang(const struct lc_rec_edge *edges, uint32_t count,
		    uint32_t cycle)
{
	uint32_t shown = count;

	if (cycle == 1 && edges[0].holder == edges[0].waiter)
		lc_rt_say("lockcheck: deadlock in process %d: a thread waits "
			  "for what it holds itself\n", (int)getpid());
	else if (cycle)
		lc_rt_say("lockcheck: deadlock in process %d: %u threads wait "
			  "for each other\n", (int)getpid(), cycle);
	else if (is_still(edges, count))
		lc_rt_say("lockcheck: hang in process %d: every thread waits, "
			  "and none is left to wake them\n", (int)getpid());
	else
		lc_rt_say("lockcheck: hang in process %d: what is waited for "
			  "will not come\n", (int)getpid());
	if (count > cycle + MAX_OTHERS_SAID)
		shown = cycle + MAX_OTHERS_SAID;
	for (uint32_t i = 0; i < shown; i++) {
		if (cycle && i == cycle)
			lc_rt_say("  These wait, too:\n");
		say_edge(&edges[i]);
	}
	if (shown < count)
		lc_rt_say("  and %u more threads\n", count - shown);
	if (lc_rt_recording() && !lc_rt_options.passing)
		lc_rt_say("  The record is in %s\n", lc_rt_record_path());
}

static void die(int sig)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigaction(sig, &by_default, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	syscall(SYS_kill, getpid(), sig);
	for (;;)
		syscall(SYS_pause);
}

void lc_rt_hang_act(void)
{
	switch (lc_rt_options.on_hang) {
	case LC_RT_HANG_ABORT:
		lc_rt_record_end(LC_END_HANG);
		die(SIGABRT);
		break;
	case LC_RT_HANG_DUMP:
		lc_rt_record_end(LC_END_HANG);
		die(SIGQUIT);
		break;
	case LC_RT_HANG_EXIT:
		lc_rt_record_end(LC_END_HANG);
		syscall(SYS_exit_group, LC_RT_EXIT_HANG);
		break;
	case LC_RT_HANG_REPORT:
	case LC_RT_HANG_IGNORE:
		break;
	}
}

/* ---- misuse ---- */

static const char *const misuse_texts[] = {
	[LC_MISUSE_RELEASE_NOT_HELD] = "is released, and nobody holds it",
	[LC_MISUSE_RELEASE_OTHERS] = "is released by a thread that does not "
				     "hold it",
	[LC_MISUSE_DOUBLE_ACQUIRE] = "is acquired by the thread that holds it",
	[LC_MISUSE_EXIT_HOLDING] = "is held by a thread that ends",
	[LC_MISUSE_DESTROY_HELD] = "is destroyed while it is held",
	[LC_MISUSE_INIT_HELD] = "is initialised while it is held",
	[LC_MISUSE_WAIT_NOT_HELD] = "is not held by the thread that gives it "
				    "to a condition wait",
	[LC_MISUSE_DESTROY_WAITED] = "is destroyed while a thread waits for it",
	[LC_MISUSE_OVER_RELEASE] = "is released more often than acquired",
	[LC_MISUSE_TOO_MANY] = "is acquired more often than can be counted",
	[LC_MISUSE_OTHER_LOCK] = "is waited for with another lock than its own",
	[LC_MISUSE_NOTIFY_NOT_HELD] = "is notified by a thread that does not "
				      "hold its lock",
	[LC_MISUSE_JOIN_SELF] = "waits for its own end",
	[LC_MISUSE_NOT_STARTED] = "is joined and was not started",
	[LC_MISUSE_STARTED_TWICE] = "is started again before it was joined or "
				    "detached",
};

const char *lc_rt_misuse_text(enum lc_rec_misuse_kind kind)
{
	return misuse_texts[kind];
}

struct told {
	struct lc_rt_node node;
	uint32_t times;
};

static struct lc_rt_table told = { .node_bytes = sizeof(struct told) };

/* The second place, by whoever found the misuse. */
struct second {
	lc_rt_site_t site; /* 0: none */
	uint32_t what;
	const char *did;
};

/* Where it was acquired, or, if nobody holds it, what the caller says, or where
 * it was last released. */
static void other_side(struct lc_rec_misuse *m, const struct lc_rt_lock *l,
		       const struct second *second)
{
	struct lc_rt_thread *holder = NULL;

	if (lc_rt_holders((const void *)l->node.key, &holder, 1)) {
		for (uint32_t i = lc_rt_depth(holder); i > 0; i--) {
			uint64_t place = lc_rt_edge_at(holder, i)->place;

			if (lc_rt_lock_at(holder, i) !=
			    (const void *)l->node.key)
				continue;
			m->other_site = lc_rt_place_of(
				LC_RT_PLACE_SITE(place),
				LC_RT_PLACE_WHAT(place));
			m->other_stack = lc_rt_entry_stack(holder, i);
			break;
		}
		m->other_thread = holder->id;
	} else if (second->site) {
		m->other_site = lc_rt_place_of(second->site, second->what);
	} else if (l->last_place) {
		m->other_site =
			lc_rt_place_of(LC_RT_PLACE_SITE(l->last_place),
				       LC_RT_PLACE_WHAT(l->last_place));
		m->other_thread = l->last_thread;
	}
}

static void say_misuse(const struct lc_rec_misuse *m, const char *did)
{
	char lock[400], thread[100], other[100];

	lock_name(m->lock, m->what, lock, sizeof(lock));
	thread_name(m->thread, thread, sizeof(thread));
	lc_rt_say("lockcheck: misuse in process %d: %s %s\n", (int)getpid(),
		  lock, misuse_texts[m->misuse]);
	if (m->site) {
		lc_rt_say("  by %s, here:\n", thread);
		say_stack(m->stack, m->site);
	} else {
		lc_rt_say("  %s\n", thread);
	}
	if (m->other_site) {
		thread_name(m->other_thread, other, sizeof(other));
		lc_rt_say("  %s%s%s, here:\n", did,
			  m->other_thread ? " by " : "",
			  m->other_thread ? other : "");
		say_stack(m->other_stack, m->other_site);
	}
}

static void record_misuse(struct lc_rt_thread *me,
			  const struct lc_rec_misuse *m)
{
	struct lc_rec_misuse *r =
		lc_rt_record_new(me, LC_REC_MISUSE, sizeof(*r));

	if (!r)
		return;
	memcpy((char *)r + sizeof(r->rec), (const char *)m + sizeof(m->rec),
	       sizeof(*m) - sizeof(m->rec));
	lc_rt_record_done(r, sizeof(*r));
}

static void misuse(struct lc_rt_thread *me, enum lc_rec_misuse_kind kind,
		   const void *lock, uint32_t what, lc_rt_site_t site,
		   const struct second *second)
{
	struct lc_rt_lock *l = lc_rt_lock_get(me, lock, what, site);
	const char *did = second->did ? second->did : "last released";
	struct lc_rec_misuse m = { .misuse = kind, .thread = me->id };
	struct told *t;

	m.what = what & 0x1ff;
	m.site = lc_rt_site_place(me, site, what);
	other_side(&m, l, second);
	t = (struct told *)lc_rt_get(
		&told, lc_rt_mix(lc_rt_mix(m.site, kind),
				 lc_rt_mix(m.other_site, l->init)));
	if (__atomic_fetch_add(&t->times, 1, __ATOMIC_RELAXED))
		return;
	m.lock = lc_rt_lock_record(me, l);
	if (site)
		m.stack = lc_rt_stack_take(me, site, what);
	record_misuse(me, &m);
	if (lc_rt_options.on_misuse == LC_RT_MISUSE_RECORD)
		return;
	say_misuse(&m, lc_rt_holders(lock, NULL, 0) ? "acquired" : did);
	if (lc_rt_options.on_misuse == LC_RT_MISUSE_REPORT)
		return;
	lc_rt_record_end(LC_END_MISUSE);
	if (lc_rt_options.on_misuse == LC_RT_MISUSE_ABORT)
		die(SIGABRT);
	syscall(SYS_exit_group, LC_RT_EXIT_MISUSE);
}

void lc_rt_misuse_with(enum lc_rec_misuse_kind kind, const void *lock,
		       uint32_t what, lc_rt_site_t site, lc_rt_site_t other,
		       const char *did)
{
	struct second second = { other, what, did };
	struct lc_rt_thread *me;

	if (lc_rt_options.on_misuse == LC_RT_MISUSE_IGNORE)
		return;
	if (lc_rt_tls.inside) {
		if (lc_rt_tls.me && lc_rt_state == LC_RT_ON)
			misuse(lc_rt_tls.me, kind, lock, what, site, &second);
		return;
	}
	me = lc_rt_in();
	if (!me)
		return;
	misuse(me, kind, lock, what, site, &second);
	lc_rt_out(me);
}

void lc_rt_misuse(enum lc_rec_misuse_kind kind, const void *lock,
		  uint32_t what, lc_rt_site_t site)
{
	lc_rt_misuse_with(kind, lock, what, site, 0, NULL);
}

/* ---- notes ---- */

void lc_rt_note(enum lc_rec_note_kind kind, const char *text)
{
	size_t len = strlen(text);
	size_t bytes = sizeof(struct lc_rec_note) + lc_rt_pad(len);
	struct lc_rec_note *r = NULL;
	uint64_t key = kind;
	struct told *t;

	for (const char *p = text; *p; p++)
		key = lc_rt_mix(key, (uint64_t)*p);
	t = (struct told *)lc_rt_get(&told, key);
	if (__atomic_fetch_add(&t->times, 1, __ATOMIC_RELAXED))
		return;
	if (lc_rt_tls.me)
		r = lc_rt_record_new(lc_rt_tls.me, LC_REC_NOTE, bytes);
	if (r) {
		r->note = kind;
		r->text_len = (uint32_t)len;
		lc_rt_record_text((char *)(r + 1), text, len);
	}
	lc_rt_record_done(r, bytes);
	lc_rt_say("lockcheck: %s\n", text);
}

void lc_rt_record_steer(uint32_t event, uint32_t thread, uint32_t lock,
			uint32_t stack, lc_rec_place site, uint64_t value,
			const char *text)
{
	size_t len = text ? strlen(text) : 0;
	size_t bytes = sizeof(struct lc_rec_steer) + lc_rt_pad(len);
	struct lc_rec_steer *r = NULL;

	if (lc_rt_tls.me)
		r = lc_rt_record_new(lc_rt_tls.me, LC_REC_STEER, bytes);
	if (!r)
		return;
	r->event = event;
	r->thread = thread;
	r->lock = lock;
	r->stack = stack;
	r->site = site;
	r->value = value;
	r->text_len = (uint32_t)len;
	lc_rt_record_text((char *)(r + 1), text, len);
	lc_rt_record_done(r, bytes);
}
