/* SPDX-License-Identifier: MIT */
/*
 * The slow paths of acquire, release and wait: what is new is recorded, what
 * is odd is looked into. The fast paths are in core.h.
 */
#include "internal.h"

/* What of `what` goes into the record. */
#define RECORDED(what) ((what) & (0x1ffu | LC_WHAT_RELOCK))

/* ---- the stack of books ---- */

static uint64_t entry_key(const struct lc_rt_held *before, const void *lock,
			  uint64_t place)
{
	return lc_rt_key(before->key, lock, place & ~LC_RT_PLACE_HELD);
}

/* With nothing held the lock does not matter, only the site. */
static uint64_t site_key(const struct lc_rt_thread *t, uint64_t place)
{
	return lc_rt_mix(t->held[0].key, place & ~LC_RT_PLACE_HELD);
}

static void rechain(struct lc_rt_thread *me)
{
	for (uint32_t i = 1; i <= me->depth; i++)
		me->held[i].key = entry_key(&me->held[i - 1], me->held[i].lock,
					    me->held[i].place);
}

/* Where the stack of an entry is kept that was acquired in a segment before:
 * beside the keys of tuples, so that no tuple of this one is taken for seen. */
static uint64_t older_key(const struct lc_rt_held *e)
{
	return lc_rt_mix(e->key, 0x57ac);
}

/* A segment begins: what was seen in the last one is new again. */
void lc_rt_books_seed(struct lc_rt_thread *me)
{
	uint64_t before = me->held[0].key;
	uint64_t now = lc_rt_mix(me->segment, me->id);

	for (uint32_t i = me->depth; i > 0; i--) {
		uint32_t stack;

		me->held[0].key = before;
		rechain(me);
		stack = lc_rt_entry_stack(me, i);
		me->held[0].key = now;
		rechain(me);
		if (stack)
			lc_rt_seen_add(me->seen, older_key(&me->held[i]),
				       stack);
	}
	me->held[0].key = now;
}

/* Takes entry i out, and with it all that others have cleared. */
static void take_out(struct lc_rt_thread *me, uint32_t i)
{
	uint32_t to = 1;

	me->held[i].lock = NULL;
	for (uint32_t from = 1; from <= me->depth; from++)
		if (me->held[from].lock)
			me->held[to++] = me->held[from];
	for (uint32_t from = to; from <= me->depth; from++)
		me->held[from].lock = NULL;
	me->depth = to - 1;
	rechain(me);
}

/* The old array stays for who may be reading it. */
static void make_room(struct lc_rt_thread *me)
{
	uint32_t capacity = me->capacity * 2;
	struct lc_rt_held *bigger;

	if (me->depth + 4 < me->capacity)
		return;
	bigger = lc_rt_alloc(capacity * sizeof(*bigger));
	memcpy(bigger, me->held, me->capacity * sizeof(*bigger));
	__atomic_store_n(&me->held, bigger, __ATOMIC_RELEASE);
	me->capacity = capacity;
}

static uint32_t push(struct lc_rt_thread *me, const void *lock, uint64_t place)
{
	struct lc_rt_held *e;

	make_room(me);
	e = &me->held[me->depth + 1];
	e->place = place;
	e->key = entry_key(e - 1, lock, place);
	__atomic_store_n(&e->lock, lock, __ATOMIC_RELEASE);
	return ++me->depth;
}

static uint32_t find_held(const struct lc_rt_thread *t, const void *lock)
{
	for (uint32_t i = t->depth; i > 0; i--)
		if (t->held[i].lock == lock &&
		    t->held[i].place & LC_RT_PLACE_HELD)
			return i;
	return 0;
}

static bool is_held(const struct lc_rt_held *e)
{
	return e->lock && e->place & LC_RT_PLACE_HELD;
}

bool lc_rt_holds(const void *lock)
{
	return lc_rt_tls.me && find_held(lc_rt_tls.me, lock) != 0;
}

/* In anybody's books: the entry no longer counts. Its own thread takes it out
 * when it comes by. */
void lc_rt_entry_drop(struct lc_rt_thread *t, const void *lock)
{
	struct lc_rt_held *held = __atomic_load_n(&t->held, __ATOMIC_ACQUIRE);
	uint32_t depth = t->depth;

	for (uint32_t i = depth; i > 0; i--)
		if (held[i].lock == lock && held[i].place & LC_RT_PLACE_HELD)
			held[i].lock = NULL;
}

uint32_t lc_rt_entry_stack(const struct lc_rt_thread *t, uint32_t index)
{
	const struct lc_rt_held *e = &t->held[index];
	const uint32_t *stack;

	if (!t->seen)
		return 0;
	stack = lc_rt_seen_find(t->seen, e->key);
	if (!stack)
		stack = lc_rt_seen_find(t->seen, site_key(t, e->place));
	if (!stack)
		stack = lc_rt_seen_find(t->seen, older_key(e));
	return stack ? *stack : 0;
}

/* Must who wants wait for who holds? Two shared holds go together. */
bool lc_rt_conflict(uint32_t what, uint32_t held_what)
{
	return LC_WHAT_MODE(what) != LC_MODE_SHARED ||
	       LC_WHAT_MODE(held_what) != LC_MODE_SHARED;
}

/* ---- tuples ---- */

static void fill_held(struct lc_rt_thread *me, struct lc_rec_held *to,
		      const struct lc_rt_held *e)
{
	uint32_t what = LC_RT_PLACE_WHAT(e->place);
	lc_rt_site_t site = LC_RT_PLACE_SITE(e->place);

	to->lock = lc_rt_lock_record(me,
				     lc_rt_lock_get(me, e->lock, what, site));
	to->what = RECORDED(what);
	to->site = lc_rt_site_place(me, site, what);
	to->stack = lc_rt_entry_stack(me, (uint32_t)(e - me->held));
}

static void record_tuple(struct lc_rt_thread *me, struct lc_rt_lock *lock,
			 uint32_t what, lc_rt_site_t site, uint32_t stack,
			 uint32_t count)
{
	size_t bytes = sizeof(struct lc_rec_tuple) +
		       count * sizeof(struct lc_rec_held);
	uint32_t id = lc_rt_lock_record(me, lock);
	lc_rec_place place = lc_rt_site_place(me, site, what);
	struct lc_rec_tuple *r;
	uint32_t n = 0;

	/* The ids first: a record cannot be begun inside another. */
	for (uint32_t i = 1; i <= me->depth; i++) {
		struct lc_rec_held unused;

		if (is_held(&me->held[i]))
			fill_held(me, &unused, &me->held[i]);
	}
	r = lc_rt_record_new(me, LC_REC_TUPLE, bytes);
	if (!r)
		return;
	r->thread = me->id;
	r->segment = me->segment;
	r->lock = id;
	r->what = RECORDED(what);
	r->site = place;
	r->stack = stack;
	for (uint32_t i = 1; i <= me->depth && n < count; i++)
		if (is_held(&me->held[i]))
			fill_held(me, &r->held[n++], &me->held[i]);
	r->held_count = n;
	lc_rt_record_done(r, bytes);
}

/* Records the situation if it is new; the id of its stack. */
uint32_t lc_rt_tuple(struct lc_rt_thread *me, struct lc_rt_lock *lock,
		     uint32_t what, lc_rt_site_t site)
{
	uint64_t place = LC_RT_PLACE(site, what);
	uint64_t key = entry_key(&me->held[me->depth],
				 (const void *)lock->node.key, place);
	uint32_t held = 0, stack;
	uint32_t *seen;

	for (uint32_t i = 1; i <= me->depth; i++)
		held += is_held(&me->held[i]);
	if (!held)
		key = site_key(me, place);
	if (!me->seen)
		me->seen = lc_rt_alloc(sizeof(*me->seen));
	seen = lc_rt_seen_find(me->seen, key);
	if (seen)
		return *seen;
	stack = lc_rt_stack_take(me, site, what);
	if (lc_rt_recording())
		record_tuple(me, lock, what, site, stack, held);
	lc_rt_seen_add(me->seen, key, stack);
	return stack;
}

/* ---- acquire ---- */

static struct lc_rt_event event(struct lc_rt_thread *me,
				struct lc_rt_lock *lock, uint32_t what,
				lc_rt_site_t site)
{
	return (struct lc_rt_event){
		.thread = me,
		.lock = (const void *)lock->node.key,
		.object = lock,
		.what = what,
		.site = site,
		.place = lc_rt_site_place(me, site, what),
	};
}

/* Would this block on what the thread holds itself, in a way that only it
 * could end? The entry's index, or 0. */
static uint32_t blocks_on_itself(struct lc_rt_thread *me,
				 struct lc_rt_lock *lock, uint32_t what)
{
	const void *address = (const void *)lock->node.key;
	uint32_t kind = LC_WHAT_KIND(what);
	uint32_t i;
	int64_t owner;

	if (LC_WHAT_HOW(what) != LC_HOW_BLOCK || !(what & LC_WHAT_LIBC) ||
	    lock->flags & (LC_LOCK_RECURSIVE | LC_LOCK_ERRORCHECK))
		return 0;
	if (kind != LC_KIND_MUTEX && kind != LC_KIND_RWLOCK &&
	    kind != LC_KIND_SPIN && kind != LC_KIND_ONCE)
		return 0;
	i = find_held(me, address);
	if (!i || !lc_rt_conflict(what, LC_RT_PLACE_WHAT(me->held[i].place)))
		return 0;
	owner = lc_rt_probe ? lc_rt_probe->owner(address, kind) : -1;
	if (owner < 0 || owner == me->tid)
		return i;
	take_out(me, i); /* released on a way we did not see */
	return 0;
}

static void double_acquire(struct lc_rt_thread *me, struct lc_rt_lock *lock,
			   uint32_t what, lc_rt_site_t site, uint32_t stack,
			   uint32_t held_index)
{
	uint32_t held_what = LC_RT_PLACE_WHAT(me->held[held_index].place);

	lc_rt_misuse(LC_MISUSE_DOUBLE_ACQUIRE, (const void *)lock->node.key,
		     what, site);
	/* glibc's rwlock answers EDEADLK to the holder of a write lock. */
	if (LC_WHAT_KIND(what) != LC_KIND_RWLOCK ||
	    LC_WHAT_MODE(held_what) == LC_MODE_SHARED)
		lc_rt_hang_self(me, (const void *)lock->node.key, what, site,
				stack, held_index);
}

struct lc_rt_op lc_rt_acquire_slow(const void *address, uint32_t what,
				   lc_rt_site_t site)
{
	struct lc_rt_op op = { NULL, 0 };
	struct lc_rt_thread *me;
	struct lc_rt_lock *lock;
	uint32_t stack, self;
	uint64_t key;

	if (!lc_rt_active())
		return op;
	me = lc_rt_in();
	if (!me)
		return op;
	make_room(me);
	lock = lc_rt_lock_get(me, address, what, site);
	self = blocks_on_itself(me, lock, what);
	stack = 0;
	if (!(lock->flags & LC_LOCK_RECURSIVE) || !find_held(me, address))
		stack = lc_rt_tuple(me, lock, what, site);
	if (lc_rt_steered && lc_rt_steer.before &&
	    LC_WHAT_HOW(what) == LC_HOW_BLOCK) {
		struct lc_rt_event e = event(me, lock, what, site);

		lc_rt_steer.before(&e);
	}
	if (self)
		double_acquire(me, lock, what, site, stack, self);
	op.me = me;
	op.index = push(me, address, LC_RT_PLACE(site, what));
	key = me->held[op.index].key;
	if (!self)
		me->edges[key & (LC_RT_EDGES - 1)] = key;
	lc_rt_out(me);
	return op;
}

void lc_rt_blocked(struct lc_rt_op op)
{
	struct lc_rt_thread *me = op.me ? lc_rt_in() : NULL;

	if (!me)
		return;
	if (lc_rt_steered && lc_rt_steer.blocked) {
		struct lc_rt_held *h = &me->held[op.index];
		uint32_t what = LC_RT_PLACE_WHAT(h->place);
		lc_rt_site_t site = LC_RT_PLACE_SITE(h->place);
		struct lc_rt_event e =
			event(me, lc_rt_lock_get(me, h->lock, what, site),
			      what, site);

		lc_rt_steer.blocked(&e);
	}
	lc_rt_out(me);
}

void lc_rt_acquire_end_slow(struct lc_rt_op op, bool got)
{
	struct lc_rt_thread *me = op.me;
	struct lc_rt_held *e;
	uint32_t what;
	lc_rt_site_t site;
	const void *lock;

	if (!me)
		return;
	e = &me->held[op.index];
	what = LC_RT_PLACE_WHAT(e->place);
	site = LC_RT_PLACE_SITE(e->place);
	lock = e->lock;
	if (got) {
		e->place |= LC_RT_PLACE_HELD;
	} else {
		e->lock = NULL;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		if (op.index == me->depth)
			me->depth--;
	}
	if (lc_rt_steered && lc_rt_steer.after && lock && lc_rt_in()) {
		struct lc_rt_event ev =
			event(me, lc_rt_lock_get(me, lock, what, site), what,
			      site);

		lc_rt_steer.after(&ev, got);
		lc_rt_out(me);
	}
}

/* ---- release ---- */

static void released(struct lc_rt_thread *me, const void *lock, uint32_t what,
		     lc_rt_site_t site)
{
	if (lc_rt_steered && lc_rt_steer.released) {
		struct lc_rt_event e = event(
			me, lc_rt_lock_get(me, lock, what, site), what, site);

		lc_rt_steer.released(&e);
	}
}

/* Not in the caller's books: whose is it? */
static enum lc_rt_release judge(struct lc_rt_thread *me, const void *lock,
				uint32_t what, lc_rt_site_t site)
{
	uint32_t kind = LC_WHAT_KIND(what);
	bool libc = what & LC_WHAT_LIBC;
	struct lc_rt_lock *l = lc_rt_lock_get(me, lock, what, site);
	struct lc_rt_thread *holder;
	int64_t owner = -1;

	if (libc && lc_rt_probe)
		owner = lc_rt_probe->owner(lock, kind);
	if (owner == me->tid)
		return LC_RT_RELEASE_UNKNOWN; /* taken where we do not see */
	if (lc_rt_holders(lock, &holder, 1)) {
		if (owner > 0 && owner != holder->tid)
			return LC_RT_RELEASE_UNKNOWN;
		if (libc && !(l->flags & LC_LOCK_ERRORCHECK))
			lc_rt_misuse(LC_MISUSE_RELEASE_OTHERS, lock, what,
				     site);
		/* Errorcheck and recursive ones refuse: nothing happens. */
		if (l->flags & (LC_LOCK_RECURSIVE | LC_LOCK_ERRORCHECK))
			return LC_RT_RELEASE_OTHERS;
		l->flags |= LC_LOCK_SIGNALS;
		lc_rt_entry_drop(holder, lock);
		return LC_RT_RELEASE_OTHERS;
	}
	if (owner > 0 || (owner < 0 && kind != LC_KIND_SPIN && libc))
		return LC_RT_RELEASE_UNKNOWN;
	/* An errorcheck mutex is asked for the error. */
	if (libc && kind != LC_KIND_FILE && !(l->flags & LC_LOCK_ERRORCHECK))
		lc_rt_misuse(LC_MISUSE_RELEASE_NOT_HELD, lock, what, site);
	return LC_RT_RELEASE_NOT_HELD;
}

enum lc_rt_release lc_rt_release_slow(const void *lock, uint32_t what,
				      lc_rt_site_t site)
{
	enum lc_rt_release verdict = LC_RT_RELEASE_OK;
	struct lc_rt_thread *me;
	struct lc_rt_lock *l;
	uint32_t i;

	if (!lc_rt_active())
		return LC_RT_RELEASE_UNKNOWN;
	me = lc_rt_in();
	if (!me)
		return LC_RT_RELEASE_UNKNOWN;
	i = find_held(me, lock);
	if (i)
		take_out(me, i);
	else
		verdict = judge(me, lock, what, site);
	l = lc_rt_lock_find(lock);
	if (l) {
		l->last_thread = me->id;
		l->last_place = LC_RT_PLACE(site, what);
	}
	released(me, lock, what, site);
	lc_rt_out(me);
	return verdict;
}

/* ---- waits without an owner ---- */

static void begin_waiting(struct lc_rt_thread *me, struct lc_rt_wait *w,
			  struct lc_rt_lock *object)
{
	w->me = me;
	me->wait_stack = lc_rt_tuple(me, object, w->what, w->site);
	me->wait_place = LC_RT_PLACE(w->site, w->what);
	me->wait_serial++;
	__atomic_store_n(&me->wait_object, (const void *)object->node.key,
			 __ATOMIC_RELEASE);
	if (lc_rt_steered && lc_rt_steer.waits) {
		struct lc_rt_event e = event(me, object, w->what, w->site);

		lc_rt_steer.waits(&e);
	}
}

static void drop_mutex(struct lc_rt_thread *me, struct lc_rt_wait *w)
{
	uint32_t i = find_held(me, w->mutex);
	/* libc's wait undoes one level of a recursive mutex; lockcheck.h's
	 * Condition undoes all. */
	uint32_t levels = w->what & LC_WHAT_LIBC ? 1 : UINT32_MAX;

	if (!i) {
		if (w->what & LC_WHAT_LIBC && lc_rt_probe) {
			int64_t owner =
				lc_rt_probe->owner(w->mutex, LC_KIND_MUTEX);

			if (owner >= 0 && owner != me->tid)
				lc_rt_misuse(
					LC_MISUSE_WAIT_NOT_HELD, w->mutex,
					LC_WHAT(LC_KIND_MUTEX, 0, 0) |
						(w->what & (LC_WHAT_NAMED |
							    LC_WHAT_LIBC)),
					w->site);
		}
		return;
	}
	w->mutex_place = me->held[i].place;
	for (; i && w->count < levels; i = find_held(me, w->mutex)) {
		take_out(me, i);
		w->count++;
	}
	if (lc_rt_steered)
		released(me, w->mutex, LC_RT_PLACE_WHAT(w->mutex_place),
			 w->site);
}

struct lc_rt_wait lc_rt_wait_begin(const void *object, const void *mutex,
				   uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_wait w = { .mutex = mutex, .site = site, .what = what };
	struct lc_rt_thread *me = lc_rt_in();

	if (!me)
		return w;
	if (mutex)
		drop_mutex(me, &w);
	begin_waiting(me, &w, lc_rt_lock_get(me, object, what, site));
	lc_rt_out(me);
	return w;
}

void lc_rt_wait_end(struct lc_rt_wait *w)
{
	struct lc_rt_thread *me = w->me ? lc_rt_in() : NULL;
	uint32_t what, index;
	uint64_t key;

	if (!me)
		return;
	if (lc_rt_steered && lc_rt_steer.waited) {
		struct lc_rt_event e = event(
			me,
			lc_rt_lock_get(me, me->wait_object, w->what, w->site),
			w->what, w->site);

		lc_rt_steer.waited(&e);
	}
	__atomic_store_n(&me->wait_object, NULL, __ATOMIC_RELEASE);
	me->wait_serial++;
	what = (LC_RT_PLACE_WHAT(w->mutex_place) &
		~(uint32_t)(LC_WHAT_HELD | LC_WHAT_NAMED)) |
	       LC_WHAT_RELOCK | (w->what & LC_WHAT_NAMED);
	for (uint32_t i = 0; i < w->count; i++) {
		if (!find_held(me, w->mutex))
			lc_rt_tuple(me,
				    lc_rt_lock_get(me, w->mutex, what, w->site),
				    what, w->site);
		index = push(me, w->mutex, LC_RT_PLACE(w->site, what));
		key = me->held[index].key;
		me->edges[key & (LC_RT_EDGES - 1)] = key;
		me->held[index].place |= LC_RT_PLACE_HELD;
	}
	w->me = NULL;
	lc_rt_out(me);
}

/* ---- wakes ---- */

static void record_wake(struct lc_rt_thread *me, struct lc_rt_lock *object,
			uint32_t what, lc_rt_site_t site)
{
	uint32_t id = lc_rt_lock_record(me, object);
	lc_rec_place place = lc_rt_site_place(me, site, what);
	uint32_t stack = lc_rt_stack_take(me, site, what);
	struct lc_rec_wake *r = lc_rt_record_new(me, LC_REC_WAKE, sizeof(*r));

	if (!r)
		return;
	r->thread = me->id;
	r->segment = me->segment;
	r->lock = id;
	r->what = RECORDED(what);
	r->site = place;
	r->stack = stack;
	for (uint32_t i = 1; i <= me->depth; i++)
		r->held_count += is_held(&me->held[i]);
	lc_rt_record_done(r, sizeof(*r));
}

static void wake(struct lc_rt_thread *me, const void *object, uint32_t what,
		 lc_rt_site_t site)
{
	uint64_t key = lc_rt_key(site_key(me, LC_RT_PLACE(site, what)), object,
				 0x3a4e);

	me->signals++;
	if (!me->seen)
		me->seen = lc_rt_alloc(sizeof(*me->seen));
	if (!lc_rt_recording() || lc_rt_seen_find(me->seen, key))
		return;
	lc_rt_seen_add(me->seen, key, 0);
	record_wake(me, lc_rt_lock_get(me, object, what, site), what, site);
}

void lc_rt_wake(const void *object, uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_in();

	if (!me)
		return;
	wake(me, object, what, site);
	lc_rt_out(me);
}

/* ---- semaphores ---- */

/* Is it used as a lock, as far as one has seen? */
static bool is_lock(const struct lc_rt_lock *l)
{
	return l && l->init_seen && l->initial == 1 &&
	       !(l->flags & (LC_LOCK_SIGNALS | LC_LOCK_SHARED));
}

struct lc_rt_sem lc_rt_sem_begin(const void *sem, uint32_t what,
				 lc_rt_site_t site)
{
	struct lc_rt_sem begun = { { NULL, 0 }, { .me = NULL } };

	if (!lc_rt_active() || lc_rt_tls.inside)
		return begun;
	if (is_lock(lc_rt_lock_find(sem)))
		begun.op = lc_rt_acquire_slow(sem, what, site);
	else if (LC_WHAT_HOW(what) != LC_HOW_TRY)
		begun.wait = lc_rt_wait_begin(sem, NULL, what, site);
	return begun;
}

void lc_rt_sem_end(struct lc_rt_sem *begun, bool got)
{
	if (begun->op.me) {
		const void *sem = begun->op.me->held[begun->op.index].lock;
		struct lc_rt_lock *l = sem ? lc_rt_lock_find(sem) : NULL;

		/* Found out while we waited that it is no lock? */
		lc_rt_acquire_end(begun->op, got && l && is_lock(l));
	}
	if (begun->wait.me)
		lc_rt_wait_end(&begun->wait);
}

void lc_rt_sem_post(const void *sem, uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rt_lock *l;
	uint32_t i;

	if (!me)
		return;
	l = lc_rt_lock_get(me, sem, what, site);
	i = find_held(me, sem);
	if (i) {
		take_out(me, i);
		released(me, sem, what, site);
	} else {
		if (is_lock(l)) {
			l->flags |= LC_LOCK_SIGNALS;
			LC_RT_EACH_THREAD(t)
				lc_rt_entry_drop(t, sem);
		}
		wake(me, sem, what, site);
	}
	lc_rt_out(me);
}
