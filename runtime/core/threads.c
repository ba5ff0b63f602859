/* SPDX-License-Identifier: MIT */
/*
 * Threads: their books from creation to the end, segments, joins, fork.
 */
#include "internal.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LAST_ROUND = 3 };

static struct lc_rt_thread *threads;
uint32_t lc_rt_thread_count;
static uintptr_t stack_bytes; /* of a thread, if nothing else is said */
static pthread_key_t end_key;
static bool have_end_key;
static pid_t own_pid;

uint32_t lc_rt_tid(void)
{
	return (uint32_t)syscall(SYS_gettid);
}

struct lc_rt_thread *lc_rt_threads(void)
{
	return __atomic_load_n(&threads, __ATOMIC_ACQUIRE);
}

struct lc_rt_thread *lc_rt_thread_by_id(uint32_t id)
{
	LC_RT_EACH_THREAD(t)
		if (t->id == id && t->state != LC_RT_THREAD_FREE)
			return t;
	return NULL;
}

/* Whose stack is it on? The lowest upper end above it. */
struct lc_rt_thread *lc_rt_thread_by_stack(uintptr_t address)
{
	struct lc_rt_thread *found = NULL;

	uintptr_t lowest = UINTPTR_MAX;

	LC_RT_EACH_THREAD(t) {
		uintptr_t high = LC_RT_GET(t->stack_high);

		if (LC_RT_GET(t->state) == LC_RT_THREAD_LIVE &&
		    address < high && address >= LC_RT_GET(t->stack_low) &&
		    high < lowest) {
			lowest = high;
			found = t;
		}
	}
	return found;
}

static struct lc_rt_thread *by_handle(uintptr_t handle)
{
	struct lc_rt_thread *ended = NULL;

	LC_RT_EACH_THREAD(t) {
		uint32_t state = __atomic_load_n(&t->state, __ATOMIC_ACQUIRE);

		if (t->handle != handle || state == LC_RT_THREAD_FREE ||
		    t->joined)
			continue;
		if (state != LC_RT_THREAD_ENDED)
			return t;
		ended = t;
	}
	return ended;
}

/* ---- books ---- */

static void add(struct lc_rt_thread *t)
{
	t->next = __atomic_load_n(&threads, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&threads, &t->next, t, false,
					    __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

/* Books for a new thread: those of one that is gone, or fresh ones. */
static struct lc_rt_thread *take_books(void)
{
	struct lc_rt_thread *t = NULL;

	LC_RT_EACH_THREAD(old) {
		uint32_t is_free = LC_RT_THREAD_FREE;

		if (LC_RT_GET(old->state) == LC_RT_THREAD_FREE &&
		    __atomic_compare_exchange_n(
			    &old->state, &is_free, LC_RT_THREAD_STARTING,
			    false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
			t = old;
			break;
		}
	}
	if (!t) {
		t = lc_rt_alloc(sizeof(*t));
		lc_rt_books_new(t);
		t->state = LC_RT_THREAD_STARTING;
		t->id = __atomic_add_fetch(&lc_rt_thread_count, 1,
					   __ATOMIC_RELAXED);
		add(t);
		return t;
	}
	t->id = __atomic_add_fetch(&lc_rt_thread_count, 1, __ATOMIC_RELAXED);
	lc_rt_books_clear(t);
	t->tid = t->flags = t->nth = 0;
	t->creator = t->creator_segment = 0;
	t->create = t->start = 0;
	t->create_stack = 0;
	t->joined = t->detached = t->of_parent = false;
	t->forked_depth = 0;
	t->handle = 0;
	LC_RT_PUT(t->stack_low, 0);
	LC_RT_PUT(t->stack_high, 0);
	LC_RT_PUT(t->wait_object, NULL);
	t->parked = t->signals = 0;
	t->steer = NULL;
	memset(t->look, 0, sizeof(t->look));
	return t;
}

void lc_rt_thread_record(struct lc_rt_thread *writer, struct lc_rt_thread *t)
{
	struct lc_rec_thread *r =
		lc_rt_record_new(writer, LC_REC_THREAD, sizeof(*r));

	if (!r)
		return;
	r->id = t->id;
	r->tid = t->tid;
	r->creator = t->creator;
	r->creator_segment = t->creator_segment;
	r->create = t->create;
	r->start = t->start;
	r->nth = t->nth;
	r->flags = t->flags;
	r->stack = t->create_stack;
	lc_rt_record_done(r, sizeof(*r));
}

static void segment(struct lc_rt_thread *me, uint32_t other,
		    uint32_t other_segment, enum lc_rec_why why)
{
	struct lc_rec_segment *r;

	me->segment++;
	lc_rt_books_seed(me);
	r = lc_rt_record_new(me, LC_REC_SEGMENT, sizeof(*r));
	if (!r)
		return;
	r->thread = me->id;
	r->segment = me->segment;
	r->other = other;
	r->other_segment = other_segment;
	r->why = why;
	lc_rt_record_done(r, sizeof(*r));
}

/* The calling thread takes up its books. The stack's upper end: what the user
 * keeps on it lies below our caller's frame. */
static void take_up(struct lc_rt_thread *t, uintptr_t high)
{
	t->tid = lc_rt_tid();
	LC_RT_PUT(t->stack_high, high);
	LC_RT_PUT(t->stack_low, high > stack_bytes ? high - stack_bytes : 0);
	if (!t->handle)
		t->handle = (uintptr_t)pthread_self();
	lc_rt_tls.me = t;
	lc_rt_tls.gone = 0;
	t->segment = 0;
	__atomic_store_n(&t->state, LC_RT_THREAD_LIVE, __ATOMIC_RELEASE);
	if (have_end_key)
		pthread_setspecific(end_key, (void *)1);
	lc_rt_thread_record(t, t);
	segment(t, t->creator, t->creator_segment, LC_WHY_START);
}

/* For a thread that is here already: main, or one we did not see start. */
struct lc_rt_thread *lc_rt_thread_book(uint32_t flags)
{
	struct lc_rt_thread *t = take_books();
	uintptr_t high = (uintptr_t)__builtin_frame_address(0);
	extern char **environ;

	/* The environment lies above the first thread's stack. */
	if (flags & LC_THREAD_MAIN && (uintptr_t)environ > high &&
	    (uintptr_t)environ - high < (1u << 20))
		high = (uintptr_t)environ;
	else
		high += 8192;
	t->flags = flags;
	take_up(t, high);
	return t;
}

/* ---- create ---- */

struct lc_rt_thread *lc_rt_thread_create(uintptr_t start, uint32_t flags,
					 uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rt_thread *t;
	uint64_t name;

	if (!me)
		return NULL;
	lc_rt_watch_start();
	t = take_books();
	t->flags = flags;
	t->creator = me->id;
	t->creator_segment = me->segment;
	t->create = lc_rt_site_place(me, site, what);
	t->create_stack = lc_rt_stack_take(me, site, what);
	t->start = lc_rt_place(start, NULL);
	name = lc_rt_mix(lc_rt_mix(me->creator ? me->create : 0, me->nth),
			 lc_rt_mix(t->create, me->flags));
	t->nth = lc_rt_count(name, 0x7472);
	segment(me, 0, 0, LC_WHY_CREATE);
	lc_rt_out(me);
	return t;
}

void lc_rt_thread_failed(struct lc_rt_thread *child)
{
	if (child)
		__atomic_store_n(&child->state, LC_RT_THREAD_FREE,
				 __ATOMIC_RELEASE);
}

void lc_rt_thread_created(struct lc_rt_thread *child, uintptr_t handle)
{
	/* For who joins it before it runs; when it runs it says so itself. Not
	 * for detached threads: their books may be another's by now. */
	uintptr_t none = 0;

	if (child && child->state == LC_RT_THREAD_STARTING)
		__atomic_compare_exchange_n(&child->handle, &none, handle,
					    false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

/* Others that had this handle have been joined where we did not see it. */
static void forget_handle(struct lc_rt_thread *self, uintptr_t handle)
{
	LC_RT_EACH_THREAD(t)
		if (t != self && t->handle == handle &&
		    t->state == LC_RT_THREAD_ENDED)
			t->joined = true;
}

void lc_rt_thread_run(struct lc_rt_thread *self)
{
	int saved = errno;

	if (!self)
		return;
	lc_rt_tls.inside++;
	self->handle = (uintptr_t)pthread_self();
	forget_handle(self, self->handle);
	take_up(self, (uintptr_t)__builtin_frame_address(0) + 4096);
	if (lc_rt_steered && lc_rt_steer.thread_started)
		lc_rt_steer.thread_started(self);
	lc_rt_tls.inside--;
	if (!lc_rt_steered)
		lc_rt_tls.fast = self;
	errno = saved;
}

/* ---- end ---- */

/* `which`: bits of `what`, of the locks that count. */
static void report_held(struct lc_rt_thread *me, uint32_t which)
{
	for (uint32_t i = lc_rt_depth(me); i > 0; i--) {
		const void *lock = lc_rt_lock_at(me, i);
		uint64_t place = lc_rt_edge_at(me, i)->place;
		uint32_t what = LC_RT_PLACE_WHAT(place);
		struct lc_rt_lock *l =
			lock ? lc_rt_lock_get(me, lock, what,
					      LC_RT_PLACE_SITE(place)) :
			       NULL;

		if ((what & which) != which)
			continue;
		/* Any thread may post a semaphore: this one was used as a
		 * lock so far, and is none any more. */
		if (l && LC_WHAT_KIND(what) == LC_KIND_SEM) {
			l->flags |= LC_LOCK_SIGNALS;
			lc_rt_entry_drop(me, lock);
			continue;
		}
		/* To end with a robust mutex is what robust is for. */
		if (!l || !lc_rt_held_at(me, i) || l->flags & LC_LOCK_ROBUST)
			continue;
		lc_rt_misuse(LC_MISUSE_EXIT_HOLDING, lock, what, 0);
	}
}

/* Those of lockcheck.h: its callers want to know. Programs with pthread's often
 * leave by exit with a lock held, on purpose. */
void lc_rt_exit(void)
{
	struct lc_rt_thread *me = lc_rt_in();

	if (!me)
		return;
	report_held(me, LC_WHAT_NAMED);
	lc_rt_out(me);
}

void lc_rt_thread_end(void)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rec_thread_end *r;
	uint32_t held;

	if (!me)
		return;
	if (lc_rt_steered && lc_rt_steer.thread_ended)
		lc_rt_steer.thread_ended(me);
	report_held(me, 0);
	held = lc_rt_count_held(me);
	r = lc_rt_record_new(me, LC_REC_THREAD_END, sizeof(*r));
	if (r) {
		r->thread = me->id;
		r->segment = me->segment;
		r->held = held;
	}
	lc_rt_record_done(r, sizeof(*r));
	LC_RT_PUT(me->stack_high, 0);
	lc_rt_tls.gone = 1;
	lc_rt_tls.me = NULL;
	lc_rt_tls.inside = 0;
	errno = me->saved_errno;
	/* What it holds stays held: the books stay, to explain who waits. */
	__atomic_store_n(&me->state,
			 held || !(me->detached || me->joined) ?
				 LC_RT_THREAD_ENDED :
				 LC_RT_THREAD_FREE,
			 __ATOMIC_RELEASE);
}

/* Destructors of other keys may lock: end in the last round. */
static void key_destructor(void *round)
{
	uintptr_t n = (uintptr_t)round;

	if (n < LAST_ROUND)
		pthread_setspecific(end_key, (void *)(n + 1));
	else
		lc_rt_thread_end();
}

/* Nobody will ask for it any more. */
static void retire(struct lc_rt_thread *t)
{
	uint32_t ended = LC_RT_THREAD_ENDED;

	if (!lc_rt_count_held(t))
		__atomic_compare_exchange_n(&t->state, &ended,
					    LC_RT_THREAD_FREE, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

void lc_rt_thread_detached(uintptr_t handle)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rt_thread *t;

	if (!me)
		return;
	t = by_handle(handle);
	if (t) {
		t->detached = true;
		retire(t);
	}
	lc_rt_out(me);
}

void lc_rt_thread_name(uintptr_t handle, const char *name)
{
	struct lc_rt_thread *me = lc_rt_in();
	size_t len = strlen(name);
	size_t bytes = sizeof(struct lc_rec_thread_name) + lc_rt_pad(len);
	struct lc_rec_thread_name *r;
	struct lc_rt_thread *t;

	if (!me)
		return;
	t = by_handle(handle);
	r = t ? lc_rt_record_new(me, LC_REC_THREAD_NAME, bytes) : NULL;
	if (r) {
		r->thread = t->id;
		r->name_len = (uint32_t)len;
		lc_rt_record_text((char *)(r + 1), name, len);
	}
	lc_rt_record_done(r, bytes);
	lc_rt_out(me);
}

/* ---- join ---- */

struct lc_rt_wait lc_rt_join_begin(uintptr_t handle, uint32_t what,
				   lc_rt_site_t site)
{
	struct lc_rt_wait w = { .site = site, .what = what };
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rt_thread *t;
	struct lc_rt_lock *l;

	if (!me)
		return w;
	t = by_handle(handle);
	/* The books of the thread are the object that is waited for. */
	w.me = me;
	w.mutex = t;
	w.count = 0;
	if (t) {
		l = lc_rt_lock_get(me, t, what, site);
		if (l->initial != t->id) {
			l->epoch = 0;
			l->id = 0;
			l->initial = t->id;
		}
		me->wait_stack = lc_rt_tuple(me, l, what, site);
		me->wait_place = LC_RT_PLACE(site, what);
		me->wait_serial++;
		if (LC_WHAT_HOW(what) != LC_HOW_TRY)
			__atomic_store_n(&me->wait_object, (const void *)t,
					 __ATOMIC_RELEASE);
		if (lc_rt_steered && lc_rt_steer.waits) {
			struct lc_rt_event e = { me, t, l, what, site,
						 lc_rt_site_place(me, site,
								  what) };

			lc_rt_steer.waits(&e);
		}
	}
	lc_rt_out(me);
	return w;
}

void lc_rt_join_end(struct lc_rt_wait *w, bool got)
{
	struct lc_rt_thread *me = w->me ? lc_rt_in() : NULL;
	struct lc_rt_thread *t = (struct lc_rt_thread *)w->mutex;

	if (!me)
		return;
	if (t && lc_rt_steered && lc_rt_steer.waited) {
		struct lc_rt_event e = { me, t, lc_rt_lock_find(t), w->what,
					 w->site, 0 };

		lc_rt_steer.waited(&e);
	}
	__atomic_store_n(&me->wait_object, NULL, __ATOMIC_RELEASE);
	me->wait_serial++;
	if (got && t) {
		segment(me, t->id, t->segment, LC_WHY_JOIN);
		t->joined = true;
		retire(t);
	}
	w->me = NULL;
	lc_rt_out(me);
}

/* ---- fork ---- */

static void forked(bool in_child)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rec_process *r;

	if (!me)
		return;
	if (!in_child) {
		r = lc_rt_record_new(me, LC_REC_PROCESS, sizeof(*r));
		if (r) {
			r->event = LC_PROCESS_FORKED;
			r->thread = me->id;
			r->held = lc_rt_count_held(me);
		}
		lc_rt_record_done(r, sizeof(*r));
	}
	lc_rt_out(me);
}

static void before_fork(void)
{
	if (lc_rt_state == LC_RT_ON)
		forked(false);
}

/* The child of a vfork has our memory but another process id: it must not
 * write here. */
bool lc_rt_exec_begin(lc_rt_site_t site)
{
	struct lc_rt_thread *me;
	struct lc_rec_process *r;

	if (lc_rt_state != LC_RT_ON || (pid_t)syscall(SYS_getpid) != own_pid)
		return false;
	me = lc_rt_in();
	if (!me)
		return false;
	r = lc_rt_record_new(me, LC_REC_PROCESS, sizeof(*r));
	if (r) {
		r->event = LC_PROCESS_EXEC;
		r->thread = me->id;
		r->held = lc_rt_count_held(me);
		r->site = lc_rt_site_place(me, site, 0);
	}
	lc_rt_record_done(r, sizeof(*r));
	lc_rt_record_end(LC_END_EXEC);
	lc_rt_out(me);
	return true;
}

void lc_rt_exec_failed(void)
{
	lc_rt_record_end(LC_END_NONE);
}

bool lc_rt_held_since_fork(const void *lock)
{
	/* The program's handlers may run before ours. */
	if ((pid_t)syscall(SYS_getpid) != own_pid)
		return true;
	LC_RT_EACH_THREAD(t) {
		uint32_t now = lc_rt_depth(t);
		uint32_t depth = t->of_parent ? now : t->forked_depth;

		for (uint32_t i = 1; i <= depth && i <= now; i++)
			if (lc_rt_lock_at(t, i) == lock)
				return true;
	}
	return false;
}

/* Only the forking thread is there. The others' books stay as those of ended
 * threads: what they held is held for ever in this process. */
static void in_child(void)
{
	struct lc_rt_thread *me = lc_rt_tls.me;
	int saved = errno;

	if (lc_rt_state != LC_RT_ON)
		return;
	if (!lc_rt_options.children || !me) {
		lc_rt_state = LC_RT_OFF;
		lc_rt_tls.fast = NULL;
		return;
	}
	lc_rt_tls.inside++;
	LC_RT_EACH_THREAD(t) {
		if (t == me || t->state == LC_RT_THREAD_FREE)
			continue;
		t->joined = t->of_parent = true;
		t->wait_object = NULL;
		t->state = lc_rt_count_held(t) ? LC_RT_THREAD_ENDED :
					  LC_RT_THREAD_FREE;
	}
	own_pid = (pid_t)syscall(SYS_getpid);
	lc_rt_epoch++;
	lc_rt_record_open(true);
	lc_rt_watch_forked();
	me->tid = lc_rt_tid();
	me->flags |= LC_THREAD_MAIN;
	me->forked_depth = lc_rt_depth(me);
	/* The parent's file has the stack, this one has not. */
	me->create_stack = 0;
	lc_rt_books_forked(me);
	lc_rt_modules_again(me);
	lc_rt_thread_record(me, me);
	LC_RT_EACH_THREAD(t)
		if (t->state == LC_RT_THREAD_ENDED) {
			t->create_stack = 0;
			lc_rt_thread_record(me, t);
		}
	me->segment = 0;
	segment(me, 0, 0, LC_WHY_START);
	lc_rt_tls.inside--;
	errno = saved;
}

void lc_rt_threads_start(void)
{
	struct rlimit limit;

	stack_bytes = 8u << 20;
	if (getrlimit(RLIMIT_STACK, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY)
		stack_bytes = limit.rlim_cur;
	own_pid = (pid_t)syscall(SYS_getpid);
	have_end_key = pthread_key_create(&end_key, key_destructor) == 0;
	/* Registered before the program's own: prepare runs last of all. */
	pthread_atfork(before_fork, NULL, in_child);
}
