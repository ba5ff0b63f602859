/* SPDX-License-Identifier: MIT */
/*
 * The steering: makes a predicted deadlock happen (LOCKCHECK_STEER=PLAN).
 *
 * A plan (written by analyzer/confirm/plan.c, form in docs/confirm.md) has members: a
 * thread that holds what it took at one of `outer` and asks for a lock at one of
 * `inner`. Such a thread is parked just before it asks, if what it holds is what
 * the member before it wants, and so on round the ring. Once all members are
 * parked they are let go together: the deadlock is there, by construction
 * (DeadlockFuzzer, Joshi and others, PLDI 2009).
 *
 * A parked thread may hold what a missing member needs first. That is decided
 * by the wait-for graph, when a thread blocks: if every thread that could be
 * the missing member is blocked behind a parked one, exactly that one goes on,
 * and is less likely to be parked there again. The record says who blocked on
 * what; the next plan can then tell that thread to wait earlier, before it
 * takes the lock in question (`delay`; cf. ConLock, ICSE 2014). A grace time
 * counts only while a possible partner runs or sleeps.
 *
 * Nothing parks in a try or timed call: the core does not ask us then.
 */
#include "steer.h"

#include "internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	MAX_MEMBERS = 8,
	MAX_SITES = 24,
	MAX_DELAYS = 8,
	MAX_PLAN_BYTES = 64 * 1024,
	MAX_GRACES = 4,
};

/* "prog+0x12" or "@a.c:7". */
struct site {
	const char *name; /* of the module, without directory; or the file */
	uint64_t offset; /* or the line */
	bool named;
};

struct lock_name {
	bool given;
	bool is_static;
	struct site at;
	uint32_t nth;
};

struct member {
	struct site outer[MAX_SITES], inner[MAX_SITES];
	uint32_t nouter, ninner;
	struct site start;
	bool has_start, is_main;
	struct lock_name holds, wants;
	struct site delay[MAX_DELAYS];
	uint32_t ndelays;
	/* of the run */
	struct lc_rt_thread *thread; /* parked here, NULL = nobody */
	const void *held, *wanted;
	uint64_t since_ns;
	uint32_t chance; /* of 256 */
};

/* A thread that waits at a delay. */
struct waiter {
	struct lc_rt_thread *thread;
	uint32_t member;
	uint64_t since_ns;
};

static char text[MAX_PLAN_BYTES];
static struct member members[MAX_MEMBERS];
static uint32_t nmembers;
static struct waiter waiters[MAX_MEMBERS];
static uint64_t grace_ns = 1000u * 1000000u;
static uint64_t random_state = 1;
static uint32_t graces, stalls;
static uint32_t done; /* met, or given up: nothing is parked any more */
static uint32_t busy; /* guards all of the above */
static uint32_t epoch; /* lc_rt_epoch: a child has none of these threads */

static void forget_parent(void)
{
	epoch = lc_rt_epoch;
	busy = 0;
	for (uint32_t i = 0; i < MAX_MEMBERS; i++)
		members[i].thread = waiters[i].thread = NULL;
}

static void lock_state(void)
{
	if (epoch != lc_rt_epoch)
		forget_parent();
	while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
		syscall(SYS_sched_yield);
}

static void unlock_state(void)
{
	__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

static uint32_t random_byte(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32) & 255;
}

/* ---- the plan ---- */

static bool parse_site(char *word, struct site *to)
{
	char *mark = strrchr(word, *word == '@' ? ':' : '+');
	char *end;

	if (!mark || mark == word || !mark[1])
		return false;
	to->named = *word == '@';
	to->name = to->named ? word + 1 : word;
	to->offset = strtoull(mark + 1, &end, to->named ? 10 : 16);
	*mark = 0;
	return !*end && *to->name;
}

/* "static SITE" or "first N SITE" */
static bool parse_lock(char *rest, struct lock_name *to)
{
	char *end;

	to->given = true;
	if (!strncmp(rest, "static ", 7)) {
		to->is_static = true;
		return parse_site(rest + 7, &to->at);
	}
	if (strncmp(rest, "first ", 6))
		return false;
	to->nth = (uint32_t)strtoul(rest + 6, &end, 10);
	return *end == ' ' && parse_site(end + 1, &to->at);
}

static bool parse_member_word(const char *word, char *rest)
{
	struct member *m = nmembers ? &members[nmembers - 1] : NULL;

	if (!m)
		return false;
	if (!strcmp(word, "outer"))
		return m->nouter == MAX_SITES ||
		       parse_site(rest, &m->outer[m->nouter++]);
	if (!strcmp(word, "inner"))
		return m->ninner == MAX_SITES ||
		       parse_site(rest, &m->inner[m->ninner++]);
	if (!strcmp(word, "delay"))
		return m->ndelays == MAX_DELAYS ||
		       parse_site(rest, &m->delay[m->ndelays++]);
	if (!strcmp(word, "start")) {
		m->is_main = !strcmp(rest, "main");
		m->has_start = !m->is_main;
		return m->is_main || parse_site(rest, &m->start);
	}
	if (!strcmp(word, "holds"))
		return parse_lock(rest, &m->holds);
	return !strcmp(word, "wants") && parse_lock(rest, &m->wants);
}

static bool parse_line(char *line)
{
	char *rest = strchr(line, ' ');

	if (!*line || *line == '#')
		return true;
	if (rest)
		*rest++ = 0;
	if (!strcmp(line, "member")) {
		if (nmembers == MAX_MEMBERS)
			return false;
		members[nmembers++].chance = 256;
		return true;
	}
	if (!rest)
		return false;
	if (!strcmp(line, "seed"))
		random_state = strtoull(rest, NULL, 10) * 0x9e3779b97f4a7c15u | 1;
	else if (!strcmp(line, "grace"))
		grace_ns = strtoull(rest, NULL, 10) * 1000000u;
	else if (!strcmp(line, "build") || !strcmp(line, "expect") ||
		 !strcmp(line, "about"))
		return true; /* for people and for the analyzer */
	else
		return parse_member_word(line, rest);
	return true;
}

static bool parse(char *p)
{
	uint32_t number = 0;
	bool first = true;

	while (*p) {
		char *end = strchr(p, '\n');

		number++;
		if (end)
			*end = 0;
		if (first ? strcmp(p, LC_PLAN_FIRST_LINE) : !parse_line(p)) {
			lc_rt_say("lockcheck: LOCKCHECK_STEER: line %u of the "
				  "plan is not understood\n", number);
			return false;
		}
		first = false;
		if (!end)
			break;
		p = end + 1;
	}
	for (uint32_t i = 0; i < nmembers; i++)
		if (!members[i].nouter || !members[i].ninner)
			nmembers = 0;
	if (nmembers < 2)
		lc_rt_say("lockcheck: LOCKCHECK_STEER: the plan has no two "
			  "members with outer and inner\n");
	return nmembers >= 2;
}

static bool start(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	size_t at = 0;
	ssize_t n = 0;

	if (fd < 0) {
		lc_rt_say("lockcheck: LOCKCHECK_STEER: %s cannot be read\n",
			  path);
		return false;
	}
	epoch = lc_rt_epoch;
	while (at < sizeof(text) - 1 &&
	       (n = syscall(SYS_read, fd, text + at, sizeof(text) - 1 - at)) > 0)
		at += (size_t)n;
	syscall(SYS_close, fd);
	text[at] = 0;
	return n >= 0 && parse(text);
}

/* ---- what matches ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_site(const struct site *s, lc_rec_place place)
{
	const char *path;

	if (LC_REC_MODULE_OF(place) == LC_REC_NAMED_MODULE) {
		const struct lc_rt_site *n =
			s->named ? lc_rt_site_by_id(
					   (uint32_t)LC_REC_OFFSET_OF(place))
				 : NULL;

		return n && n->line == s->offset && !strcmp(n->file, s->name);
	}
	if (s->named || LC_REC_OFFSET_OF(place) != s->offset)
		return false;
	path = lc_rt_module_path(LC_REC_MODULE_OF(place), NULL, NULL);
	return path && !strcmp(base_name(path), s->name);
}

static bool is_any(const struct site *sites, uint32_t n, lc_rec_place place)
{
	for (uint32_t i = 0; i < n; i++)
		if (is_site(&sites[i], place))
			return true;
	return false;
}

static bool is_lock(const struct lock_name *name, struct lc_rt_lock *lock)
{
	lc_rec_place where, init;
	uint32_t nth;

	if (!name->given || !lock)
		return true;
	lc_rt_lock_name(lock, &where, &init, &nth);
	if (name->is_static)
		return is_site(&name->at, where);
	return !where && nth == name->nth && is_site(&name->at, init);
}

static bool starts(const struct member *m, const struct lc_rt_thread *t)
{
	if (m->is_main)
		return t->flags & LC_THREAD_MAIN;
	return !m->has_start || is_site(&m->start, t->start);
}

/* What t holds that was taken at an outer site of m. */
static const void *outer_of(const struct member *m,
			    const struct lc_rt_event *e)
{
	struct lc_rt_thread *t = e->thread;

	for (uint32_t i = lc_rt_depth(t); i > 0; i--) {
		const struct lc_rt_edge *h = lc_rt_edge_at(t, i);
		uint32_t what = LC_RT_PLACE_WHAT(h->place);

		if (!lc_rt_held_at(t, i) || h->lock == e->lock)
			continue;
		if (is_any(m->outer, m->nouter,
			   lc_rt_site_place(t, LC_RT_PLACE_SITE(h->place),
					    what)) &&
		    is_lock(&m->holds, lc_rt_lock_find(h->lock)))
			return h->lock;
	}
	return NULL;
}

/* Does (held, wanted) as member i go with the neighbours that are parked? */
static bool closes_ring(uint32_t i, const void *held, const void *wanted)
{
	const struct member *before = &members[(i + nmembers - 1) % nmembers];
	const struct member *after = &members[(i + 1) % nmembers];

	return !(before->thread && before->wanted != held) &&
	       !(after->thread && after->held != wanted);
}

/* ---- letting go ---- */

static bool is_parked(struct lc_rt_thread *t)
{
	return __atomic_load_n(&t->parked, __ATOMIC_ACQUIRE) != 0;
}

static void wake(struct lc_rt_thread *t)
{
	__atomic_store_n(&t->parked, 0, __ATOMIC_RELEASE);
	lc_rt_futex_wake(&t->parked);
}

static void release_all(void)
{
	done = 1;
	for (uint32_t i = 0; i < nmembers; i++) {
		if (members[i].thread)
			wake(members[i].thread);
		if (waiters[i].thread)
			wake(waiters[i].thread);
		members[i].thread = waiters[i].thread = NULL;
	}
}

/* All but the delayed are parked: now these may go on. */
static void release_waiters(void)
{
	uint32_t missing = 0, waiting = 0;

	for (uint32_t i = 0; i < nmembers; i++) {
		if (members[i].thread)
			continue;
		missing++;
		waiting += waiters[i].thread != NULL;
	}
	if (!waiting || missing != waiting)
		return;
	for (uint32_t i = 0; i < nmembers; i++)
		if (waiters[i].thread) {
			wake(waiters[i].thread);
			waiters[i].thread = NULL;
		}
}

/* Which of its locks does the chain of waits from t to `holder` end at? Where
 * that was taken is what the next plan needs to know. */
static void record_blocker(uint32_t member, struct lc_rt_thread *holder,
			   struct lc_rt_thread *t)
{
	struct lc_rt_thread *first = t, *who = NULL;
	uint64_t place = 0, first_place = 0;
	const void *object = NULL, *first_object = NULL;
	lc_rec_place hold = 0;
	uint32_t id = 0;

	for (uint32_t n = 0; t && t != holder && n <= lc_rt_thread_count; n++) {
		object = lc_rt_waits_for(t, &place);
		if (!n) {
			first_object = object;
			first_place = place;
		}
		if (!object)
			break;
		if (LC_WHAT_KIND(LC_RT_PLACE_WHAT(place)) == LC_KIND_THREAD)
			who = (struct lc_rt_thread *)object;
		else if (!lc_rt_holders(object, &who, 1))
			break;
		t = who;
	}
	for (uint32_t i = lc_rt_depth(holder); i > 0 && object; i--) {
		const struct lc_rt_edge *h = lc_rt_edge_at(holder, i);

		if (h->lock == object && lc_rt_held_at(holder, i))
			hold = lc_rt_place_of(LC_RT_PLACE_SITE(h->place),
					      LC_RT_PLACE_WHAT(h->place));
	}
	if (hold && lc_rt_lock_find(object))
		id = lc_rt_lock_id(lc_rt_lock_find(object));
	lc_rt_record_steer(LC_STEER_BLOCKED, holder->id, id, 0, hold, member,
			   NULL);
	if (!first_object)
		return;
	lc_rt_record_steer(LC_STEER_BLOCKER, first->id, 0, 0,
			   lc_rt_place_of(LC_RT_PLACE_SITE(first_place),
					  LC_RT_PLACE_WHAT(first_place)),
			   LC_RT_PLACE_WHAT(first_place) & 0x1ff, NULL);
}

/* One parked or delayed thread goes on without its partners. */
static void let_go(struct lc_rt_thread *t, uint32_t why,
		   struct lc_rt_thread *blocker)
{
	for (uint32_t i = 0; i < nmembers; i++) {
		if (members[i].thread != t && waiters[i].thread != t)
			continue;
		if (blocker)
			record_blocker(i, t, blocker);
		else
			lc_rt_record_steer(why, t->id, 0, 0, 0, i, NULL);
		if (members[i].thread == t) {
			members[i].thread = NULL;
			if (members[i].chance > 8)
				members[i].chance /= 2;
		} else {
			waiters[i].thread = NULL;
		}
		wake(t);
	}
}

static struct lc_rt_thread *oldest(uint64_t *since_ns)
{
	struct lc_rt_thread *t = NULL;

	*since_ns = UINT64_MAX;
	for (uint32_t i = 0; i < nmembers; i++) {
		if (members[i].thread && members[i].since_ns < *since_ns) {
			t = members[i].thread;
			*since_ns = members[i].since_ns;
		}
		if (waiters[i].thread && waiters[i].since_ns < *since_ns) {
			t = waiters[i].thread;
			*since_ns = waiters[i].since_ns;
		}
	}
	return t;
}

/* ---- deciding ---- */

struct look {
	bool hope; /* a possible partner runs, or waits with a limit */
	bool unclear; /* one waits for what may still come */
	bool others; /* some other thread runs */
	struct lc_rt_thread *holder, *blocked; /* parked; who waits for it */
	struct lc_rt_thread *waiting; /* a possible partner that is unclear */
};

static bool is_possible(struct lc_rt_thread *t)
{
	for (uint32_t i = 0; i < nmembers; i++)
		if (!members[i].thread && starts(&members[i], t))
			return true;
	return false;
}

static struct look look_at_all(void)
{
	struct look l = { false, false, false, NULL, NULL, NULL };

	LC_RT_EACH_THREAD(t) {
		bool possible, waits;
		struct lc_rt_thread *holder;
		uint64_t place;

		if (t->state == LC_RT_THREAD_STARTING) {
			l.hope = true;
			continue;
		}
		if (t->state != LC_RT_THREAD_LIVE || is_parked(t))
			continue;
		possible = is_possible(t);
		waits = lc_rt_waits_for(t, &place) &&
			LC_WHAT_HOW(LC_RT_PLACE_WHAT(place)) == LC_HOW_BLOCK;
		holder = waits ? lc_rt_blocked_behind(t, is_parked) : NULL;
		if (!waits && possible)
			l.hope = true;
		else if (!waits)
			l.others = true;
		else if (!holder) {
			l.unclear = true;
			if (possible)
				l.waiting = t;
		} else if (!l.holder || possible) {
			l.holder = holder;
			l.blocked = t;
		}
	}
	return l;
}

/* With the state locked. by_tick: what is unclear has been so for a while. */
static void decide(bool by_tick)
{
	uint64_t since_ns;
	struct lc_rt_thread *first = oldest(&since_ns);
	struct look l;

	if (done || !first)
		return;
	l = look_at_all();
	if (l.hope || (l.others && (l.unclear || !l.holder))) {
		stalls = 0;
		if (!by_tick || lc_rt_now_ns() - since_ns < grace_ns)
			return;
		let_go(first, LC_STEER_GRACE, NULL);
		if (++graces >= MAX_GRACES)
			release_all();
		return;
	}
	/* A wait that has no holder may be the moment before it gets one. */
	if (l.unclear || !l.holder) {
		stalls += by_tick;
		if (stalls < 3)
			return;
	}
	stalls = 0;
	if (l.holder)
		let_go(l.holder, LC_STEER_BLOCKED,
		       l.waiting ? l.waiting : l.blocked);
	else if (l.waiting)
		let_go(first, LC_STEER_BLOCKED, l.waiting);
	else
		let_go(first, LC_STEER_STILL, NULL);
}

/* ---- parking ---- */

static void stay(struct lc_rt_thread *me)
{
	while (is_parked(me))
		lc_rt_futex_wait(&me->parked, 1, 50u * 1000000u);
}

static bool all_parked(void)
{
	for (uint32_t i = 0; i < nmembers; i++)
		if (!members[i].thread)
			return false;
	return true;
}

/* Parks the caller as member i; true if it has. State locked. */
static bool try_member(uint32_t i, const struct lc_rt_event *e)
{
	struct member *m = &members[i];
	const void *held;

	if (m->thread || !is_any(m->inner, m->ninner, e->place) ||
	    !starts(m, e->thread) || !is_lock(&m->wants, e->object))
		return false;
	held = outer_of(m, e);
	if (!held || !closes_ring(i, held, e->lock))
		return false;
	if (m->chance < 256 && random_byte() >= m->chance)
		return false;
	m->thread = e->thread;
	m->held = held;
	m->wanted = e->lock;
	m->since_ns = lc_rt_now_ns();
	__atomic_store_n(&e->thread->parked, 1, __ATOMIC_RELEASE);
	lc_rt_record_steer(LC_STEER_PARKED, e->thread->id,
			   lc_rt_lock_id(e->object), 0, e->place, i, NULL);
	return true;
}

/* Has m been told to wait before it takes a lock here? Once a thread. */
static bool try_delay(uint32_t i, const struct lc_rt_event *e)
{
	struct member *m = &members[i];

	if (!m->ndelays || m->thread || waiters[i].thread ||
	    !is_any(m->delay, m->ndelays, e->place) || !starts(m, e->thread))
		return false;
	for (uint32_t k = 0; k < nmembers; k++)
		if (waiters[k].thread)
			return false; /* two that wait for each other */
	for (uint32_t k = 0; k < nmembers; k++)
		if (k != i && !members[k].thread)
			goto wait;
	return false; /* all others are there */
wait:
	waiters[i].thread = e->thread;
	waiters[i].since_ns = lc_rt_now_ns();
	__atomic_store_n(&e->thread->parked, 1, __ATOMIC_RELEASE);
	lc_rt_record_steer(LC_STEER_DELAYED, e->thread->id, 0, 0, e->place, i,
			   NULL);
	return true;
}

static void before(const struct lc_rt_event *e)
{
	bool parked = false;

	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	lock_state();
	for (uint32_t i = 0; i < nmembers && !parked && !done; i++)
		parked = try_member(i, e) || try_delay(i, e);
	if (parked && all_parked()) {
		lc_rt_record_steer(LC_STEER_MET, e->thread->id, 0, 0, e->place,
				   nmembers, NULL);
		release_all();
	} else if (parked) {
		release_waiters();
		decide(false);
	}
	unlock_state();
	if (parked)
		stay(e->thread);
}

static void look_again(void)
{
	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	lock_state();
	decide(false);
	unlock_state();
}

static void blocked(const struct lc_rt_event *e)
{
	(void)e;
	look_again();
}

static void thread_ended(struct lc_rt_thread *t)
{
	(void)t;
	look_again();
}

static void tick(void)
{
	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	lock_state();
	decide(true);
	unlock_state();
}

static void stop(void)
{
	lock_state();
	release_all();
	unlock_state();
}

const struct lc_rt_steer lc_rt_steer = {
	.start = start,
	.before = before,
	.blocked = blocked,
	.waits = blocked,
	.thread_ended = thread_ended,
	.tick = tick,
	.stop = stop,
};
