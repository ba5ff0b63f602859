/* SPDX-License-Identifier: MIT */
/*
 * The watcher: a thread that looks for hangs, some times a second.
 *
 * A wait counts once it is the same at two looks. What the graph then finds is
 * told if the next look finds the same and the kernel says that none of its
 * threads has run in between. It is started with the first thread that is
 * created (one thread alone can only block on itself, which is seen at once),
 * and ends when there are no other threads, so that it keeps no process alive.
 */
#include "internal.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_EDGES = 256, STACK_BYTES = 256 * 1024 };

/* look[] of a thread; 0 to 2 are graph.c's. */
enum { LOOK_WAIT = 3, LOOK_RAN = 4, LOOK_STILL = 5 };

static uint32_t running; /* is there a watcher? */
static uint32_t told_count;
static uint64_t told[64]; /* hangs that have been told */
static struct lc_rt_thread self; /* its books: to write records by */
static struct lc_rec_edge edges[MAX_EDGES], own_edge;
static uint64_t suspected; /* what the last look found */

static uint64_t wait_of(struct lc_rt_thread *t)
{
	uint64_t place;
	const void *object = lc_rt_waits_for(t, &place);

	if (!object)
		return 0;
	return lc_rt_mix(lc_rt_mix((uintptr_t)object, place),
			 lc_rt_mix(t->wait_serial,
				   lc_rt_edge_at(t, lc_rt_depth(t))->key)) |
	       1;
}

static bool still(struct lc_rt_thread *t)
{
	return t->look[LOOK_STILL] && wait_of(t) == t->look[LOOK_WAIT];
}

static void look_at_all(void)
{
	LC_RT_EACH_THREAD(t) {
		uint64_t now = t->state == LC_RT_THREAD_LIVE ? wait_of(t) : 0;

		t->look[LOOK_STILL] = now && now == t->look[LOOK_WAIT];
		t->look[LOOK_WAIT] = now;
	}
}

/* Has none of the waiters run since the last time? */
static bool none_ran(uint32_t count)
{
	bool none = true;

	for (uint32_t i = 0; i < count; i++) {
		struct lc_rt_thread *t = lc_rt_thread_by_id(edges[i].waiter);
		bool spins = LC_WHAT_KIND(edges[i].what) == LC_KIND_SPIN;
		uint64_t ran;
		char state;

		if (!t)
			return false;
		ran = lc_rt_run_time(t->tid, &state);
		if (!spins && (state == 'R' || ran != t->look[LOOK_RAN]))
			none = false;
		t->look[LOOK_RAN] = ran;
	}
	return none;
}

static uint64_t hash_of(uint32_t count, uint32_t cycle)
{
	uint64_t key = lc_rt_mix(cycle, 1);

	/* A hang is its cycle; who runs into it later is no news. */
	for (uint32_t i = 0; i < (cycle ? cycle : count); i++)
		key += lc_rt_mix(lc_rt_mix(edges[i].waiter, edges[i].lock),
				 edges[i].wait_site);
	return key;
}

static void record_hang(struct lc_rt_thread *me, const struct lc_rec_edge *e,
			uint32_t count, uint32_t cycle)
{
	size_t bytes = sizeof(struct lc_rec_hang) + count * sizeof(*e);
	struct lc_rec_hang *r = lc_rt_record_new(me, LC_REC_HANG, bytes);

	if (!r)
		return;
	r->count = count;
	r->cycle = cycle;
	memcpy(r->edges, e, count * sizeof(*e));
	lc_rt_record_done(r, bytes);
}

static void tell(struct lc_rt_thread *me, const struct lc_rec_edge *e,
		 uint32_t count, uint32_t cycle)
{
	record_hang(me, e, count, cycle);
	lc_rt_say_hang(e, count, cycle);
	if (lc_rt_steered && lc_rt_steer.hang)
		lc_rt_steer.hang(e, count, cycle);
	lc_rt_hang_act();
}

static bool has_been_told(uint64_t key)
{
	for (uint32_t i = 0; i < told_count && i < 64; i++)
		if (told[i] == key)
			return true;
	return false;
}

static void look_for_hangs(void)
{
	uint32_t cycle = 0, count;
	uint64_t key;
	bool none;

	look_at_all();
	count = lc_rt_find_hang(still, edges, MAX_EDGES, &cycle);
	if (!count) {
		suspected = 0;
		return;
	}
	key = hash_of(count, cycle);
	none = none_ran(count);
	if (key == suspected && none && !has_been_told(key)) {
		told[told_count++ % 64] = key;
		tell(&self, edges, count, cycle);
	}
	suspected = key;
}

static bool anybody(void)
{
	LC_RT_EACH_THREAD(t)
		if (t->state == LC_RT_THREAD_LIVE ||
		    t->state == LC_RT_THREAD_STARTING)
			return true;
	return false;
}

static void *watch(void *unused)
{
	uint32_t word = 0;

	(void)unused;
	lc_rt_tls.inside = 1;
	lc_rt_tls.fast = NULL;
	lc_rt_tls.me = &self;
	self.tid = lc_rt_tid();
	pthread_setname_np(pthread_self(), "lockcheck");
	while (anybody()) {
		lc_rt_futex_wait(&word, 0,
				 (uint64_t)lc_rt_options.tick_ms * 1000000u);
		if (lc_rt_steered && lc_rt_steer.tick)
			lc_rt_steer.tick();
		if (lc_rt_options.on_hang != LC_RT_HANG_IGNORE)
			look_for_hangs();
	}
	__atomic_store_n(&running, 0, __ATOMIC_RELEASE);
	return NULL;
}

static void prepare_self(void)
{
	if (!self.held)
		lc_rt_books_new(&self);
}

void lc_rt_watch_start(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int rc;

	if (lc_rt_options.on_hang == LC_RT_HANG_IGNORE && !lc_rt_steered)
		return;
	if (__atomic_exchange_n(&running, 1, __ATOMIC_ACQ_REL))
		return;
	prepare_self();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, watch, NULL);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc) {
		lc_rt_say("lockcheck: no thread can be created to look for "
			  "hangs; there will be no word of any\n");
		/* Not tried again: every create would say so. */
	}
}

void lc_rt_watch_forked(void)
{
	running = 0;
	told_count = 0;
	suspected = 0;
}

void lc_rt_hang_self(struct lc_rt_thread *me, const void *lock, uint32_t what,
		     lc_rt_site_t site, uint32_t stack, uint32_t held_index)
{
	const struct lc_rt_edge *h = lc_rt_edge_at(me, held_index);
	struct lc_rec_edge e = {
		.waiter = me->id,
		.what = what & 0x1ff,
		.wait_stack = stack,
		.holder = me->id,
		.hold_what = LC_RT_PLACE_WHAT(h->place) & 0x1ff,
		.hold_stack = lc_rt_entry_stack(me, held_index),
	};
	struct lc_rt_lock *l = lc_rt_lock_find(lock);

	if (lc_rt_options.on_hang == LC_RT_HANG_IGNORE)
		return;
	e.lock = l ? lc_rt_lock_record(me, l) : 0;
	e.wait_site = lc_rt_site_place(me, site, what);
	e.hold_site = lc_rt_site_place(me, LC_RT_PLACE_SITE(h->place),
				       LC_RT_PLACE_WHAT(h->place));
	own_edge = e;
	/* The watcher need not find it again. */
	if (!lc_rt_steered) {
		uint64_t key = lc_rt_mix(1, 1) +
			       lc_rt_mix(lc_rt_mix(e.waiter, e.lock),
					 e.wait_site);

		told[__atomic_fetch_add(&told_count, 1, __ATOMIC_RELAXED) %
		     64] = key;
	}
	tell(me, &own_edge, 1, 1);
}

/* ---- stillness ---- */

static size_t read_status(char *to, size_t size)
{
	int fd = (int)syscall(SYS_openat, -100, "/proc/self/status", 02000000);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = syscall(SYS_read, fd, to, size - 1);
	syscall(SYS_close, fd);
	to[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

/* Timers and asynchronous input have threads that libc starts by itself. */
bool lc_rt_no_others(void)
{
	char text[4096];
	const char *p;
	unsigned long seen = 0;

	if (!read_status(text, sizeof(text)))
		return false;
	p = strstr(text, "\nThreads:");
	LC_RT_EACH_THREAD(t)
		seen += t->state == LC_RT_THREAD_LIVE;
	return p && strtoul(p + 9, NULL, 10) <= seen + running;
}

/* A handler may post a semaphore: is one installed for a signal that comes
 * from outside? */
static bool has_handlers(void)
{
	char text[4096];
	const char *p;
	unsigned long long faults =
		1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1) |
		1ull << (SIGFPE - 1) | 1ull << (SIGILL - 1) |
		1ull << (SIGABRT - 1) | 1ull << (SIGTRAP - 1) |
		1ull << (SIGPIPE - 1) | 1ull << (SIGSYS - 1) |
		3ull << 31; /* 32 and 33 are libc's own */

	if (!read_status(text, sizeof(text)))
		return true;
	p = strstr(text, "\nSigCgt:");
	return !p || strtoull(p + 8, NULL, 16) & ~faults;
}

bool lc_rt_ours_alone(const void *object, uint32_t what)
{
	const struct lc_rt_lock *l = lc_rt_lock_find(object);

	if (!l || l->flags & LC_LOCK_SHARED)
		return false;
	if (LC_WHAT_KIND(what) != LC_KIND_SEM)
		return true;
	return l->init_seen && !has_handlers();
}
