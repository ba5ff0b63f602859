/* SPDX-License-Identifier: MIT */
/*
 * The slow paths of acquire, release and wait: what is new is recorded, what
 * is odd is looked into. The fast paths are in core.h.
 */
#include "internal.h"

/* What of `what` goes into the record. */
#define RECORDED(what) ((what) & (0x1ffu | LC_WHAT_RELOCK))

enum { FIRST_CAPACITY = 32, MARGIN = 4, STACKS_A_SHAPE = 16,
       FIRST_EDGES = 1024, MAX_EDGES = 32768 };

/* ---- the stack of books ---- */

void lc_rt_books_clear(struct lc_rt_thread *t)
{
	for (uint32_t i = 1; i < t->capacity; i++)
		t->held[i] = (lc_rt_entry_t)&lc_rt_no_edge;
	t->held[0] = (lc_rt_entry_t)&t->base;
	t->top = t->held;
	t->limit = &t->held[t->capacity - MARGIN];
	memset(t->edges, 0, (t->edge_mask + 1) * sizeof(*t->edges));
	lc_rt_seen_clear(t->seen);
}

/* The cache is too small for what the thread does: a larger one, empty. What
 * entries point to stays where it is. */
static void more_edges(struct lc_rt_thread *me)
{
	uint64_t count = me->edge_mask + 1;

	me->misses = 0;
	if (count >= MAX_EDGES)
		return;
	me->edges = lc_rt_alloc(count * 4 * sizeof(*me->edges));
	me->edge_mask = count * 4 - 1;
}

void lc_rt_books_new(struct lc_rt_thread *t)
{
	t->capacity = FIRST_CAPACITY;
	t->held = lc_rt_alloc(t->capacity * sizeof(*t->held));
	t->edges = lc_rt_alloc(FIRST_EDGES * sizeof(*t->edges));
	t->edge_mask = FIRST_EDGES - 1;
	t->seen = lc_rt_alloc(sizeof(*t->seen));
	lc_rt_books_clear(t);
}

/* With nothing held the lock does not matter, only the site. */
static uint64_t site_key(const struct lc_rt_thread *t, uint64_t place)
{
	return lc_rt_mix(t->base.key, place);
}

static bool is_used(const struct lc_rt_thread *me, const struct lc_rt_edge *e)
{
	for (uint32_t i = lc_rt_depth(me); i > 0; i--)
		if (lc_rt_edge_at(me, i) == e)
			return true;
	return false;
}

/* The edge of a key: from the cache, or into it. A place that an entry points
 * to is not free; then the next will do until it is. */
static struct lc_rt_edge *edge(struct lc_rt_thread *me, uint64_t key,
			       const void *lock, uint64_t place)
{
	struct lc_rt_edge *e = NULL;

	for (uint64_t i = 0; i <= me->edge_mask; i++) {
		e = &me->edges[(key + i) & me->edge_mask];
		if (e->key == key)
			return e;
		if (!is_used(me, e))
			break;
		e = NULL;
	}
	if (!e)
		e = lc_rt_alloc(sizeof(*e));
	e->key = key;
	e->lock = lock;
	e->place = place;
	return e;
}

static void set_entry(struct lc_rt_thread *me, uint32_t i, const void *lock,
		      uint64_t place, lc_rt_entry_t held)
{
	uint64_t key = lc_rt_key(lc_rt_edge_at(me, i - 1)->key, lock, place);

	me->held[i] = (lc_rt_entry_t)edge(me, key, lock, place) | held;
}

/* Keys anew, from entry i on. */
static void rechain(struct lc_rt_thread *me, uint32_t i)
{
	for (; i <= lc_rt_depth(me); i++) {
		const struct lc_rt_edge *e = lc_rt_edge_at(me, i);

		if (e->lock)
			set_entry(me, i, e->lock, e->place,
				  me->held[i] & LC_RT_HELD);
	}
}

/* Where the stack of an entry is kept that was acquired in a segment before:
 * beside the keys of tuples, so that no tuple of this one is taken for seen. */
static uint64_t older_key(const struct lc_rt_edge *e)
{
	return lc_rt_mix(e->key, 0x57ac);
}

/* A segment begins: what was seen in the last one is new again. */
void lc_rt_books_seed(struct lc_rt_thread *me)
{
	uint64_t before = me->base.key;
	uint64_t now = lc_rt_mix(me->segment, me->id);

	me->base.key = now;
	for (uint32_t i = lc_rt_depth(me); i > 0; i--) {
		uint32_t stack;

		me->base.key = before;
		rechain(me, 1);
		stack = lc_rt_entry_stack(me, i);
		me->base.key = now;
		rechain(me, 1);
		if (stack)
			lc_rt_seen_add(me->seen, older_key(lc_rt_edge_at(me, i)),
				       stack);
	}
}

void lc_rt_books_forget(struct lc_rt_thread *me)
{
	lc_rt_seen_clear(me->seen);
	for (uint64_t i = 0; i <= me->edge_mask; i++)
		if (!is_used(me, &me->edges[i]))
			me->edges[i].key = 0;
}

/* Takes entry i out, and with it all that others have cleared. */
static void take_out(struct lc_rt_thread *me, uint32_t i)
{
	uint32_t depth = lc_rt_depth(me), first, to;

	me->held[i] = (lc_rt_entry_t)&lc_rt_no_edge;
	for (to = 1; lc_rt_edge_at(me, to)->lock; to++)
		;
	first = to;
	for (uint32_t from = to; from <= depth; from++)
		if (lc_rt_edge_at(me, from)->lock)
			me->held[to++] = me->held[from];
	for (uint32_t from = to; from <= depth; from++)
		me->held[from] = (lc_rt_entry_t)&lc_rt_no_edge;
	me->top = &me->held[to - 1];
	rechain(me, first);
}

/* The old array stays for who may be reading it. */
static void make_room(struct lc_rt_thread *me)
{
	uint32_t capacity = me->capacity * 2, depth = lc_rt_depth(me);
	lc_rt_entry_t *bigger;

	if (me->top < me->limit)
		return;
	bigger = lc_rt_alloc(capacity * sizeof(*bigger));
	memcpy(bigger, me->held, me->capacity * sizeof(*bigger));
	for (uint32_t i = me->capacity; i < capacity; i++)
		bigger[i] = (lc_rt_entry_t)&lc_rt_no_edge;
	__atomic_store_n(&me->held, bigger, __ATOMIC_RELEASE);
	__atomic_store_n(&me->top, &bigger[depth], __ATOMIC_RELEASE);
	me->limit = &bigger[capacity - MARGIN];
	me->capacity = capacity;
}

/* On top, as asked for. */
static uint32_t push(struct lc_rt_thread *me, const void *lock, uint64_t place)
{
	uint32_t i;

	make_room(me);
	i = lc_rt_depth(me) + 1;
	set_entry(me, i, lock, place, 0);
	__atomic_store_n(&me->top, &me->held[i], __ATOMIC_RELEASE);
	return i;
}

static uint32_t find_held(const struct lc_rt_thread *t, const void *lock)
{
	for (uint32_t i = lc_rt_depth(t); i > 0; i--)
		if (lc_rt_edge_at(t, i)->lock == lock && lc_rt_held_at(t, i))
			return i;
	return 0;
}

uint32_t lc_rt_count_held(const struct lc_rt_thread *t)
{
	uint32_t n = 0;

	for (uint32_t i = lc_rt_depth(t); i > 0; i--)
		n += lc_rt_held_at(t, i);
	return n;
}

bool lc_rt_holds(const void *lock)
{
	return lc_rt_tls.me && find_held(lc_rt_tls.me, lock) != 0;
}

/* In anybody's books: the entry no longer counts. Its own thread takes it out
 * when it comes by. */
void lc_rt_entry_drop(struct lc_rt_thread *t, const void *lock)
{
	for (uint32_t i = lc_rt_depth(t); i > 0; i--)
		if (lc_rt_edge_at(t, i)->lock == lock && lc_rt_held_at(t, i))
			t->held[i] = (lc_rt_entry_t)&lc_rt_no_edge;
}

uint32_t lc_rt_entry_stack(const struct lc_rt_thread *t, uint32_t index)
{
	const struct lc_rt_edge *e = lc_rt_edge_at(t, index);
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
		      uint32_t i)
{
	const struct lc_rt_edge *e = lc_rt_edge_at(me, i);
	uint32_t what = LC_RT_PLACE_WHAT(e->place);
	lc_rt_site_t site = LC_RT_PLACE_SITE(e->place);

	to->lock = lc_rt_lock_record(me,
				     lc_rt_lock_get(me, e->lock, what, site));
	to->what = RECORDED(what);
	to->site = lc_rt_site_place(me, site, what);
	to->stack = lc_rt_entry_stack(me, i);
}

static void record_tuple(struct lc_rt_thread *me, struct lc_rt_lock *lock,
			 uint32_t what, lc_rt_site_t site, uint32_t stack,
			 uint32_t count, uint32_t more)
{
	size_t bytes = sizeof(struct lc_rec_tuple) +
		       count * sizeof(struct lc_rec_held);
	uint32_t id = lc_rt_lock_record(me, lock), depth = lc_rt_depth(me);
	lc_rec_place place = lc_rt_site_place(me, site, what);
	struct lc_rec_tuple *r;
	uint32_t n = 0;

	/* The ids first: a record cannot be begun inside another. */
	for (uint32_t i = 1; i <= depth; i++) {
		struct lc_rec_held unused;

		if (lc_rt_held_at(me, i))
			fill_held(me, &unused, i);
	}
	r = lc_rt_record_new(me, LC_REC_TUPLE, bytes);
	if (!r)
		return;
	r->thread = me->id;
	r->segment = me->segment;
	r->lock = id;
	r->what = RECORDED(what) | more;
	r->site = place;
	r->stack = stack;
	for (uint32_t i = 1; i <= depth && n < count; i++)
		if (lc_rt_held_at(me, i))
			fill_held(me, &r->held[n++], i);
	r->held_count = n;
	lc_rt_record_done(r, bytes);
}

/* What the situation looks like but for which locks they are: the sites, and
 * where the locks were initialised. */
static uint64_t family(const struct lc_rt_lock *l)
{
	return l->init_seen || !l->where ? l->init : l->where;
}

static uint64_t shape(struct lc_rt_thread *me, const struct lc_rt_lock *wanted,
		      uint64_t place)
{
	uint64_t key = lc_rt_mix(family(wanted), place);

	for (uint32_t i = lc_rt_depth(me); i > 0; i--) {
		const struct lc_rt_edge *e = lc_rt_edge_at(me, i);
		const struct lc_rt_lock *l =
			lc_rt_held_at(me, i) ? lc_rt_lock_find(e->lock) : NULL;

		if (l)
			key = lc_rt_mix(lc_rt_mix(key, e->place), family(l));
	}
	return key;
}

/*
 * Records a situation that this thread was not in before; the id of its stack.
 *
 * A program with a table of thousands of locks has as many situations of one
 * shape. A stack costs microseconds: some of them get one (there may be several
 * paths), the others have that of the first. And LOCKCHECK_INSTANCES of them
 * are recorded; the last says that there are more.
 */
static uint32_t new_tuple(struct lc_rt_thread *me, struct lc_rt_lock *lock,
			  uint32_t what, lc_rt_site_t site, uint64_t key,
			  uint32_t held)
{
	uint64_t first = shape(me, lock, LC_RT_PLACE(site, what));
	uint64_t counter = lc_rt_mix(first, 0xc0);
	uint32_t *known = lc_rt_seen_find(me->seen, counter);
	uint32_t count = known ? ++*known : 1, stack;
	uint32_t limit = lc_rt_options.instances;

	if (count > STACKS_A_SHAPE)
		stack = *lc_rt_seen_find(me->seen, first);
	else
		stack = lc_rt_stack_take(me, site, what);
	if (!known) {
		lc_rt_seen_add(me->seen, counter, 1);
		lc_rt_seen_add(me->seen, first, stack);
	}
	if (lc_rt_recording() && (!limit || count <= limit))
		record_tuple(me, lock, what, site, stack, held,
			     count == limit ? LC_WHAT_AND_MORE : 0);
	lc_rt_seen_add(me->seen, key, stack);
	return stack;
}

/* The key of a situation among all that the thread has seen. */
static uint64_t tuple_key(const struct lc_rt_thread *me, const void *lock,
			  uint64_t place, uint32_t held)
{
	return held ? lc_rt_key(lc_rt_edge_at(me, lc_rt_depth(me))->key, lock,
				place) :
		      site_key(me, place);
}

uint32_t lc_rt_tuple(struct lc_rt_thread *me, struct lc_rt_lock *lock,
		     uint32_t what, lc_rt_site_t site)
{
	uint32_t held = lc_rt_count_held(me);
	uint64_t key = tuple_key(me, (const void *)lock->node.key,
				 LC_RT_PLACE(site, what), held);
	uint32_t *seen = lc_rt_seen_find(me->seen, key);

	return seen ? *seen : new_tuple(me, lock, what, site, key, held);
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
	if (!i || !lc_rt_conflict(what, LC_RT_PLACE_WHAT(lc_rt_edge_at(me, i)->place)))
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
	uint32_t held_what = LC_RT_PLACE_WHAT(lc_rt_edge_at(me, held_index)->place);

	lc_rt_misuse(LC_MISUSE_DOUBLE_ACQUIRE, (const void *)lock->node.key,
		     what, site);
	/* glibc's rwlock answers EDEADLK to the holder of a write lock. */
	if (LC_WHAT_KIND(what) != LC_KIND_RWLOCK ||
	    LC_WHAT_MODE(held_what) == LC_MODE_SHARED)
		lc_rt_hang_self(me, (const void *)lock->node.key, what, site,
				stack, held_index);
}

/* Seen, but not in the cache: the cache may be too small. With nothing held
 * the lock itself may be new: a new life of it, whose identity must be made. */
static bool not_new(struct lc_rt_thread *me, const void *lock, uint64_t place)
{
	uint32_t held = lc_rt_count_held(me);

	if (!held && !lc_rt_lock_find(lock))
		return false;
	if (!lc_rt_seen_find(me->seen, tuple_key(me, lock, place, held)))
		return false;
	if (++me->misses > 2 * me->edge_mask)
		more_edges(me);
	return true;
}

struct lc_rt_op lc_rt_acquire_slow(const void *address, uint32_t what,
				   lc_rt_site_t site)
{
	struct lc_rt_op op = { NULL, 0 };
	struct lc_rt_thread *me;
	struct lc_rt_lock *lock;
	uint32_t stack, self;

	if (!lc_rt_active())
		return op;
	me = lc_rt_in();
	if (!me)
		return op;
	if (!lc_rt_steered && not_new(me, address, LC_RT_PLACE(site, what))) {
		op.me = me;
		op.index = push(me, address, LC_RT_PLACE(site, what));
		lc_rt_out(me);
		return op;
	}
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
	lc_rt_out(me);
	return op;
}

void lc_rt_blocked(struct lc_rt_op op)
{
	struct lc_rt_thread *me = op.me ? lc_rt_in() : NULL;

	if (!me)
		return;
	if (lc_rt_steered && lc_rt_steer.blocked) {
		const struct lc_rt_edge *h = lc_rt_edge_at(me, op.index);
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
	const struct lc_rt_edge *e;
	uint32_t what;
	lc_rt_site_t site;
	const void *lock;

	if (!me)
		return;
	e = lc_rt_edge_at(me, op.index);
	what = LC_RT_PLACE_WHAT(e->place);
	site = LC_RT_PLACE_SITE(e->place);
	lock = e->lock;
	if (got) {
		me->held[op.index] |= LC_RT_HELD;
	} else {
		me->held[op.index] = (lc_rt_entry_t)&lc_rt_no_edge;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		if (op.index == lc_rt_depth(me))
			me->top--;
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
	if (i) {
		take_out(me, i);
	} else {
		verdict = judge(me, lock, what, site);
		l = lc_rt_lock_find(lock);
		if (l) {
			l->last_thread = me->id;
			l->last_place = LC_RT_PLACE(site, what);
		}
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
	w->mutex_place = lc_rt_edge_at(me, i)->place;
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
		~(uint32_t)LC_WHAT_NAMED) |
	       LC_WHAT_RELOCK | (w->what & LC_WHAT_NAMED);
	for (uint32_t i = 0; i < w->count; i++) {
		if (!find_held(me, w->mutex))
			lc_rt_tuple(me,
				    lc_rt_lock_get(me, w->mutex, what, w->site),
				    what, w->site);
		index = push(me, w->mutex, LC_RT_PLACE(w->site, what));
		me->held[index] |= LC_RT_HELD;
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
	r->held_count = lc_rt_count_held(me);
	lc_rt_record_done(r, sizeof(*r));
}

static void wake(struct lc_rt_thread *me, const void *object, uint32_t what,
		 lc_rt_site_t site)
{
	uint64_t key = lc_rt_key(site_key(me, LC_RT_PLACE(site, what)), object,
				 0x3a4e);

	me->signals++;
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
		const void *sem =
			lc_rt_edge_at(begun->op.me, begun->op.index)->lock;
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
