/* SPDX-License-Identifier: MIT */
/*
 * Thread, on top of pthread_create and pthread_join.
 *
 * What a thread and those who ask for it share is a struct state, from a list
 * that only grows; `pool` guards all of them. A state is used again when the
 * thread is over and nobody refers to it; then its ident is another, by which
 * copies of an old struct lc_thread know that theirs is gone.
 */
#include "internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* lc_thread.flags */
enum { STARTED = 1, DAEMON = 2, LET_GO = 4 }; /* LET_GO: joined or detached */

struct state {
	struct state *next; /* all of them */
	uint64_t ident; /* 0: not in use */
	uint32_t refs; /* the thread, its struct lc_thread, who joins */
	uint32_t ended; /* to sleep on */
	uint32_t reaped; /* 0, 1 somebody joins the pthread, 2 done */
	bool daemon, detached, here; /* here: created in this process */
	pthread_t handle;
	struct lc_rt_thread *books;
	void (*entry)(void *);
	void *arg;
	const struct lc_site *site;
	char name[sizeof(((struct lc_thread *)0)->name)];
};

static uint32_t pool;
static struct state *states;
static uint64_t idents;
static uint32_t names;

LC_RT_TLS uint64_t lc_self_ident;
static LC_RT_TLS struct lc_thread current;
static LC_RT_TLS struct state *current_state;

uint64_t lc_self_new(void)
{
	lc_self_ident = __atomic_add_fetch(&idents, 1, __ATOMIC_RELAXED);
	return lc_self_ident;
}

/* ---- states; the pool is locked ---- */

static struct state *new_state(void)
{
	struct state *s;

	for (s = states; s; s = s->next)
		if (!s->refs)
			break;
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return NULL;
		s->next = states;
		states = s;
	}
	s->ident = __atomic_add_fetch(&idents, 1, __ATOMIC_RELAXED);
	s->refs = 2;
	s->ended = s->reaped = 0;
	s->detached = false;
	s->here = true;
	return s;
}

static void drop(struct state *s)
{
	if (--s->refs == 0)
		s->ident = 0;
}

/* The state of t's thread, if it has not been used again. */
static struct state *state_of(const struct lc_thread *t)
{
	struct state *s = t->state;

	return s && t->ident && s->ident == t->ident ? s : NULL;
}

/* ---- fork: only the caller is left ---- */

static void before_fork(void)
{
	word_lock(&pool);
}

static void after_fork(void)
{
	word_give(&pool);
}

static void in_child(void)
{
	for (struct state *s = states; s; s = s->next)
		if (s != current_state && s->refs && !s->ended) {
			s->here = false;
			s->ended = 1;
			s->reaped = 2;
			drop(s);
		}
	pool = 0;
}

/* ---- join ---- */

/* The first of the joiners joins the pthread, the others wait for that. The
 * caller has a reference. */
static void reap(struct state *s, struct lc_rt_wait *books)
{
	bool first;

	word_lock(&pool);
	first = s->reaped == 0 && s->here && !s->detached;
	if (first)
		s->reaped = 1;
	word_give(&pool);
	if (first) {
		lc_rt_enter();
		pthread_join(s->handle, NULL);
		lc_rt_leave();
		__atomic_store_n(&s->reaped, 2, __ATOMIC_RELEASE);
		lc_wake(&s->reaped, UINT32_MAX);
	}
	while (__atomic_load_n(&s->reaped, __ATOMIC_ACQUIRE) == 1)
		lc_sleep(&s->reaped, 1, FOREVER);
	lc_rt_join_end(books, first);
}

static enum lc_result join_state(struct state *s, uint32_t what,
				 uint64_t deadline, const struct lc_site *site)
{
	struct lc_rt_wait books = { .me = NULL };

	if (lc_rt_active())
		books = lc_rt_join_begin((uintptr_t)s->handle, what,
					 PLACE(site));
	while (!__atomic_load_n(&s->ended, __ATOMIC_ACQUIRE))
		if (!lc_sleep(&s->ended, 0, deadline) &&
		    !__atomic_load_n(&s->ended, __ATOMIC_ACQUIRE)) {
			lc_rt_join_end(&books, false);
			return LC_TIMEOUT;
		}
	reap(s, &books);
	return LC_OK;
}

static enum lc_result join(struct lc_thread *t, uint32_t what,
			   uint64_t deadline, const struct lc_site *site)
{
	enum lc_result rc = LC_OK;
	struct state *s;

	if (!(get(&t->flags) & STARTED))
		return lc_prim_misuse(LC_MISUSE_NOT_STARTED, t, what, site,
				      NULL, NULL, LC_NOT_STARTED);
	if (t->ident == self())
		return lc_prim_misuse(LC_MISUSE_JOIN_SELF, t, what, site,
				      current_state ? current_state->site :
						      NULL,
				      "started", LC_DEADLOCK);
	word_lock(&pool);
	s = state_of(t);
	if (s)
		s->refs++;
	word_give(&pool);
	if (!s)
		return LC_OK; /* over, and joined before */
	rc = join_state(s, what, deadline, site);
	word_lock(&pool);
	if (rc == LC_OK && !(t->flags & LET_GO)) {
		put(&t->flags, t->flags | LET_GO);
		drop(s);
	}
	drop(s);
	word_give(&pool);
	return rc;
}

enum lc_result lc_thread_join_at(struct lc_thread *t,
				 const struct lc_site *site)
{
	return join(t, WHAT(THREAD, BLOCK), FOREVER, site);
}

enum lc_result lc_thread_timed_join_at(struct lc_thread *t, uint64_t timeout_ms,
				       const struct lc_site *site)
{
	return join(t, WHAT(THREAD, TIMED), lc_deadline(timeout_ms), site);
}

void lc_thread_detach(struct lc_thread *t)
{
	struct state *s;

	word_lock(&pool);
	s = state_of(t);
	if (s && !(t->flags & LET_GO)) {
		put(&t->flags, t->flags | LET_GO);
		/* Somebody joins it this moment: that will do. */
		if (s->here && !s->reaped && !s->detached) {
			s->detached = true;
			if (lc_rt_active())
				lc_rt_thread_detached((uintptr_t)s->handle);
			lc_rt_enter();
			pthread_detach(s->handle);
			lc_rt_leave();
		}
		drop(s);
	}
	word_give(&pool);
}

/* ---- exit ---- */

/* A running thread that is no daemon, with a reference. */
static struct state *next_to_wait_for(void)
{
	struct state *s;

	word_lock(&pool);
	for (s = states; s; s = s->next)
		if (s->refs && !s->ended && !s->daemon && s != current_state)
			break;
	if (s)
		s->refs++;
	word_give(&pool);
	return s;
}

static void wait_for_all(void)
{
	static const struct lc_site here = { "(exit)", "exit", 0, 0 };
	struct state *s;

	while ((s = next_to_wait_for())) {
		join_state(s, WHAT(THREAD, BLOCK), FOREVER, &here);
		word_lock(&pool);
		drop(s);
		word_give(&pool);
	}
}

static void prepare(void)
{
	atexit(wait_for_all);
	pthread_atfork(before_fork, after_fork, in_child);
}

/* ---- start ---- */

static void finish(void *arg)
{
	struct state *s = arg;

	lc_rt_thread_end();
	word_lock(&pool);
	__atomic_store_n(&s->ended, 1, __ATOMIC_RELEASE);
	lc_wake(&s->ended, UINT32_MAX);
	drop(s);
	word_give(&pool);
}

static void name_it(const char *name)
{
	char cut[16]; /* what the kernel keeps */

	strncpy(cut, name, sizeof(cut) - 1);
	cut[sizeof(cut) - 1] = 0;
	if (lc_rt_active())
		lc_rt_thread_name((uintptr_t)pthread_self(), name);
	lc_rt_enter();
	pthread_setname_np(pthread_self(), cut);
	lc_rt_leave();
}

static void *run(void *arg)
{
	struct state *s = arg;

	lc_self_ident = s->ident;
	current_state = s;
	current.state = s;
	current.ident = s->ident;
	current.flags = STARTED | LET_GO | (s->daemon ? DAEMON : 0);
	memcpy(current.name, s->name, sizeof(current.name));
	lc_rt_thread_run(s->books);
	name_it(s->name);
	pthread_cleanup_push(finish, s);
	s->entry(s->arg);
	pthread_cleanup_pop(1);
	return NULL;
}

static void append_number(char *to, uint32_t n)
{
	char digits[10];
	int i = 0;

	do {
		digits[i++] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	while (i)
		*to++ = digits[--i];
	*to = 0;
}

static void set_name(struct state *s, const char *name)
{
	if (name) {
		strncpy(s->name, name, sizeof(s->name) - 1);
		s->name[sizeof(s->name) - 1] = 0;
		return;
	}
	memcpy(s->name, "Thread-", 7);
	append_number(s->name + 7,
		      __atomic_add_fetch(&names, 1, __ATOMIC_RELAXED));
}

/* With the pool locked: a child that is over at once waits for us in finish, so
 * that its handle and the caller's struct are there before it ends. */
static bool create(struct state *s)
{
	int rc;

	s->books = lc_rt_active() ?
			   lc_rt_thread_create((uintptr_t)s->entry, 0,
					       WHAT_KIND_ONLY(THREAD),
					       PLACE(s->site)) :
			   NULL;
	lc_rt_enter();
	rc = pthread_create(&s->handle, NULL, run, s);
	lc_rt_leave();
	if (rc) {
		lc_rt_thread_failed(s->books);
		return false;
	}
	lc_rt_thread_created(s->books, (uintptr_t)s->handle);
	return true;
}

enum lc_result lc_thread_start_at(struct lc_thread *t, void (*entry)(void *),
				  void *arg, const char *name, bool daemon,
				  const struct lc_site *site)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	enum lc_result rc = LC_NO_THREAD;
	struct state *s;

	if (get(&t->flags) & STARTED && !(get(&t->flags) & LET_GO))
		return lc_prim_misuse(LC_MISUSE_STARTED_TWICE, t,
				      WHAT_KIND_ONLY(THREAD), site,
				      t->state ? ((struct state *)t->state)->site :
						 NULL,
				      "started before", LC_IN_USE);
	lc_rt_enter();
	pthread_once(&once, prepare);
	lc_rt_leave();
	word_lock(&pool);
	s = new_state();
	if (s) {
		s->entry = entry;
		s->arg = arg;
		s->site = site;
		s->daemon = daemon;
		set_name(s, name);
		t->state = s;
		t->ident = s->ident;
		memcpy(t->name, s->name, sizeof(t->name));
		put(&t->flags, STARTED | (daemon ? DAEMON : 0));
		if (create(s)) {
			rc = LC_OK;
		} else {
			s->refs = 0;
			s->ident = t->ident = 0;
			put(&t->flags, 0);
		}
	}
	word_give(&pool);
	return rc;
}

/* ---- questions ---- */

bool lc_thread_is_alive(const struct lc_thread *t)
{
	struct state *s;
	bool alive;

	if (t == &current)
		return true;
	word_lock(&pool);
	s = state_of(t);
	alive = s && !s->ended;
	word_give(&pool);
	return alive;
}

bool lc_thread_is_daemon(const struct lc_thread *t)
{
	return get(&t->flags) & DAEMON;
}

const char *lc_thread_name(const struct lc_thread *t)
{
	return t->name;
}

uint64_t lc_thread_ident(const struct lc_thread *t)
{
	return t->ident;
}

/* A thread of somebody else's: exit does not wait for it, so it is a daemon. */
static void introduce(void)
{
	uint64_t me = self();

	current.ident = me;
	current.flags = STARTED | LET_GO;
	if (syscall(SYS_gettid) == getpid()) {
		memcpy(current.name, "MainThread", 11);
		return;
	}
	current.flags |= DAEMON;
	memcpy(current.name, "Dummy-", 6);
	append_number(current.name + 6,
		      __atomic_add_fetch(&names, 1, __ATOMIC_RELAXED));
}

const struct lc_thread *lc_thread_current(void)
{
	if (!current.ident)
		introduce();
	return &current;
}
