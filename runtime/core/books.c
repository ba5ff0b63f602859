/* SPDX-License-Identifier: MIT */
/*
 * The books of a thread: the stack of what it holds and asks for, and the two
 * caches of situations it has been in. What is looked up on the fast path, and
 * how, is in core.h; here is how it comes to be there.
 */
#include "internal.h"

#include <pthread.h>

enum { FIRST_CAPACITY = 32, MARGIN = 4, FIRST_MORE = 256, MAX_MORE = 32768 };

static void clear_entry(struct lc_rt_entry *entry)
{
	LC_RT_PUT(entry->edge, (uintptr_t)&lc_rt_no_edge);
}

/* Nothing is found in the caches. What entries point to stays. */
static void forget_edges(struct lc_rt_thread *t)
{
	for (uint32_t i = 0; i < LC_RT_EDGES; i++)
		LC_RT_PUT(t->edges[i].path, 0);
	for (uint64_t i = 0; i <= t->more_mask; i++)
		LC_RT_PUT(t->more[i].path, 0);
	for (uint32_t i = 0; i < LC_RT_BELOW; i++)
		LC_RT_PUT(t->below[i].path, 0);
}

void lc_rt_books_clear(struct lc_rt_thread *t)
{
	for (uint32_t i = 1; i < t->capacity; i++)
		clear_entry(&t->held[i]);
	t->held[0].edge = (uintptr_t)&t->base;
	t->base.key = LC_RT_KEY_REAL;
	t->top = t->held;
	forget_edges(t);
	lc_rt_seen_clear(t->seen);
}

void lc_rt_books_new(struct lc_rt_thread *t)
{
	t->capacity = FIRST_CAPACITY;
	t->held = lc_rt_alloc(t->capacity * sizeof(*t->held));
	t->own = lc_rt_alloc(t->capacity * sizeof(*t->own));
	t->edges = lc_rt_alloc(LC_RT_EDGES * sizeof(*t->edges));
	t->more = lc_rt_alloc(FIRST_MORE * sizeof(*t->more));
	t->more_mask = FIRST_MORE - 1;
	t->below = lc_rt_alloc(LC_RT_BELOW * sizeof(*t->below));
	t->seen = lc_rt_alloc(sizeof(*t->seen));
	lc_rt_books_clear(t);
}

/* ---- edges ---- */

static bool is_used(const struct lc_rt_thread *me, const struct lc_rt_edge *e)
{
	for (uint32_t i = lc_rt_depth(me); i > 0; i--)
		if (lc_rt_edge_at(me, i) == e)
			return true;
	return false;
}

/* With path 0 the fast path does not find it. */
static struct lc_rt_edge *fill(struct lc_rt_thread *me, struct lc_rt_edge *e,
			       uint64_t path, const void *lock, uint64_t key,
			       uint64_t place)
{
	LC_RT_PUT(e->path, 0);
	LC_RT_PUT(e->lock, lock);
	LC_RT_PUT(e->key, key);
	LC_RT_PUT(e->place, place);
	__atomic_store_n(&e->path, path, __ATOMIC_RELEASE);
	if (path && lock != LC_RT_ANY)
		lc_rt_lock_cached(me, lc_rt_lock_get(me, lock,
						     LC_RT_PLACE_WHAT(place),
						     LC_RT_PLACE_SITE(place)),
				  e);
	return e;
}

/* How many locks has this place had, after what is on the books? Counted from
 * the second on; above LOCKCHECK_INSTANCES they are not told apart any more. */
static uint32_t count_lock(struct lc_rt_thread *me, uint64_t path,
			   const void *lock, bool second)
{
	uint64_t one = lc_rt_mix(lc_rt_lock_path(path, lock), 0x10c);
	uint64_t all = lc_rt_mix(path, 0xa11);
	uint32_t limit = lc_rt_options.instances, n = 1;
	uint32_t *count;

	if (!limit || lc_rt_steered)
		return 0;
	count = lc_rt_seen_find(me->seen, all);
	if (count && *count > limit)
		return *count = limit + 2;
	if ((!count && !second) || lc_rt_seen_find(me->seen, one))
		return 0;
	if (count)
		n = ++*count;
	else
		lc_rt_seen_add(me->seen, all, n);
	lc_rt_seen_add(me->seen, one, 0);
	return n;
}

/* Any lock at this place: whatever was held or asked for before. */
static uint64_t any_key(uint64_t path)
{
	uint64_t key = lc_rt_mix(path, 0xa17);

	return (key & ~(uint64_t)LC_RT_KEY_BITS) | LC_RT_KEY_REAL;
}

/* What was found with single ones held that are now one of many will not come
 * again, and would only be in the way. */
static void forget_single(struct lc_rt_thread *me)
{
	for (uint32_t i = 0; i < LC_RT_EDGES; i++)
		if (me->edges[i].lock != LC_RT_ANY)
			LC_RT_PUT(me->edges[i].path, 0);
	for (uint64_t i = 0; i <= me->more_mask; i++)
		LC_RT_PUT(me->more[i].path, 0);
}

/* Into the second cache, unless its place there is in use. */
static struct lc_rt_edge *cache_second(struct lc_rt_thread *me, uint64_t path,
				       const void *lock, uint64_t key,
				       uint64_t place)
{
	struct lc_rt_edge *e;

	path = lc_rt_lock_path(path, lock);
	e = lc_rt_second_edge(me, path);
	return is_used(me, e) ? NULL : fill(me, e, path, lock, key, place);
}

/* Where a path is in the first cache; NULL: it is not. */
static struct lc_rt_edge *way_of(const struct lc_rt_thread *me, uint64_t path)
{
	struct lc_rt_edge *e = lc_rt_first_edge(me, path);

	if (LC_RT_GET(e->path) == path)
		return e;
	e = lc_rt_other_way(e);
	return LC_RT_GET(e->path) == path ? e : NULL;
}

/* Where it could be: what is there goes into the second cache. */
static struct lc_rt_edge *free_way(struct lc_rt_thread *me, uint64_t path)
{
	struct lc_rt_edge *e = lc_rt_first_edge(me, path);

	for (int i = 0; i < 2; i++, e = lc_rt_other_way(e))
		if (!LC_RT_GET(e->path) && !is_used(me, e))
			return e;
	for (int i = 0; i < 2; i++, e = lc_rt_other_way(e))
		if (e->lock != LC_RT_ANY && !is_used(me, e)) {
			cache_second(me, e->path, e->lock, e->key, e->place);
			return e;
		}
	return NULL;
}

/* For the fast path. NULL: there is no place. */
static struct lc_rt_edge *cache(struct lc_rt_thread *me, uint64_t path,
				const void *lock, uint64_t key, uint64_t place)
{
	struct lc_rt_edge *e = way_of(me, path);
	uint32_t limit = lc_rt_options.instances;
	uint32_t count = count_lock(me, path, lock, e != NULL);

	if (count > limit) {
		if (count == limit + 1)
			forget_single(me);
		if (!e || is_used(me, e))
			e = free_way(me, path);
		return e ? fill(me, e, path, LC_RT_ANY, any_key(path), place) :
			   NULL;
	}
	e = e ? NULL : free_way(me, path);
	return e ? fill(me, e, path, lock, key, place) :
		   cache_second(me, path, lock, key, place);
}

/* The edge of a situation for entry i, found or made. Lasting: it has been
 * recorded, the fast path may find it from now on. */
static struct lc_rt_edge *edge(struct lc_rt_thread *me, uint32_t i,
			       const void *lock, uint64_t place, bool lasting)
{
	uint64_t before = lc_rt_edge_at(me, i - 1)->key;
	uint64_t path = lc_rt_path(before, LC_RT_PLACE_WHAT(place),
				   LC_RT_PLACE_SITE(place));
	uint64_t lock_path = lc_rt_lock_path(path, lock);
	uint64_t key = lc_rt_key(before, lock, place);
	struct lc_rt_edge *e = way_of(me, path);

	if (e && (e->lock == lock || e->lock == LC_RT_ANY))
		return e;
	e = lc_rt_second_edge(me, lock_path);
	if (LC_RT_GET(e->path) == lock_path && e->lock == lock)
		return e;
	e = NULL;
	if (lasting && (before & LC_RT_KEY_BITS) == LC_RT_KEY_REAL)
		e = cache(me, path, lock, key, place);
	return e ? e : fill(me, &me->own[i], 0, lock, key, place);
}

/* The second cache is too small for what the thread does: a larger one, empty.
 * What entries point to stays where it is. */
void lc_rt_books_missed(struct lc_rt_thread *me)
{
	uint64_t count = me->more_mask + 1;

	if (++me->misses <= 2 * count)
		return;
	me->misses = 0;
	if (count >= MAX_MORE)
		return;
	/* Another thread's new_life reads the mask first. */
	__atomic_store_n(&me->more,
			 lc_rt_alloc(count * 4 * sizeof(*me->more)),
			 __ATOMIC_RELEASE);
	__atomic_store_n(&me->more_mask, count * 4 - 1, __ATOMIC_RELEASE);
}

void lc_rt_books_forget_lock(struct lc_rt_thread *t, const void *lock)
{
	uint64_t mask = __atomic_load_n(&t->more_mask, __ATOMIC_ACQUIRE);
	struct lc_rt_edge *more = __atomic_load_n(&t->more, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < LC_RT_EDGES; i++)
		if (t->edges[i].lock == lock)
			LC_RT_PUT(t->edges[i].path, 0);
	for (uint64_t i = 0; i <= mask; i++)
		if (LC_RT_GET(more[i].lock) == lock)
			LC_RT_PUT(more[i].path, 0);
}

/* ---- the stack ---- */

static void set_entry(struct lc_rt_thread *me, uint32_t i, const void *lock,
		      uint64_t place, uint32_t state, bool lasting)
{
	struct lc_rt_edge *e = edge(me, i, lock, place, lasting);

	LC_RT_PUT(me->held[i].lock, lock);
	LC_RT_PUT(me->held[i].edge, (uintptr_t)e | state);
}

/* Where the stack of an entry is kept that was acquired in a segment before, or
 * with more on the books: beside the keys of tuples, so that no tuple is taken
 * for seen. */
static uint64_t older_key(const struct lc_rt_edge *e)
{
	return lc_rt_mix(e->key, 0x57ac);
}

/*
 * Keys anew, from entry i on. These situations came about by a release and have
 * not been recorded: the fast path must not find them. One of many locks stays
 * one of many.
 */
static void rechain(struct lc_rt_thread *me, uint32_t i)
{
	for (; i <= lc_rt_depth(me); i++) {
		struct lc_rt_entry *entry = &me->held[i];
		const void *lock = lc_rt_lock_at(me, i);
		const void *in_edge = lc_rt_edge_at(me, i)->lock;
		uint64_t place = lc_rt_edge_at(me, i)->place;
		uint64_t before = lc_rt_edge_at(me, i - 1)->key, key;
		uint32_t stack = 0;
		uint64_t *known;

		if (!lock)
			continue;
		if (in_edge == LC_RT_ANY)
			key = any_key(lc_rt_path(before,
						 LC_RT_PLACE_WHAT(place),
						 LC_RT_PLACE_SITE(place)));
		else
			key = lc_rt_key(before, lock, place);
		known = &me->seen->chained[key >> 32 & (LC_RT_CHAINED - 1)];
		if (*known != key)
			stack = lc_rt_entry_stack(me, i);
		fill(me, &me->own[i], 0, in_edge, key, place);
		LC_RT_PUT(entry->lock, lock);
		LC_RT_PUT(entry->edge,
			  (uintptr_t)&me->own[i] |
				  (LC_RT_GET(entry->edge) & LC_RT_STATE));
		if (!stack)
			continue;
		if (!lc_rt_entry_stack(me, i))
			lc_rt_seen_add(me->seen,
				       older_key(lc_rt_edge_at(me, i)), stack);
		*known = key;
	}
}

/* A segment begins: what was seen in the last one is new again. */
void lc_rt_books_seed(struct lc_rt_thread *me)
{
	uint64_t before = me->base.key;
	uint64_t now = (lc_rt_mix(me->segment, me->id) &
			~(uint64_t)LC_RT_KEY_BITS) | LC_RT_KEY_REAL;

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
	for (uint32_t i = 0; i < LC_RT_EDGES; i++)
		LC_RT_PUT(me->edges[i].path, 0);
}

/* After a fork. The mutexes that are held name the parent's thread. */
void lc_rt_books_forked(struct lc_rt_thread *me)
{
	for (uint32_t i = lc_rt_depth(me); i > 0; i--)
		if (lc_rt_held_at(me, i))
			lc_rt_mark_held(&me->held[i]);
	lc_rt_seen_clear(me->seen);
	forget_edges(me);
}

/* What is on top now, after the lock below it was taken out when the key was
 * `key`: from now on the fast path does it. Its stack has been seen to. */
static void keep_below(struct lc_rt_thread *me, uint64_t key)
{
	struct lc_rt_edge *e = lc_rt_below_edge(me, key);
	const struct lc_rt_edge *now = lc_rt_edge_at(me, lc_rt_depth(me));

	if ((key & LC_RT_KEY_BITS) != LC_RT_KEY_REAL || is_used(me, e) ||
	    !lc_rt_entry_stack(me, lc_rt_depth(me)))
		return;
	fill(me, e, 0, now->lock, now->key, now->place);
	LC_RT_PUT(e->path, key);
}

void lc_rt_take_out(struct lc_rt_thread *me, uint32_t i)
{
	uint32_t depth = lc_rt_depth(me), first, to;
	uint64_t key = lc_rt_edge_at(me, depth)->key;
	bool below = i + 1 == depth && lc_rt_lock_at(me, depth);

	clear_entry(&me->held[i]);
	for (to = 1; lc_rt_lock_at(me, to); to++)
		;
	first = to;
	for (uint32_t from = to; from <= depth; from++)
		if (lc_rt_lock_at(me, from)) {
			LC_RT_PUT(me->held[to].lock, me->held[from].lock);
			LC_RT_PUT(me->held[to].edge,
				  LC_RT_GET(me->held[from].edge));
			to++;
		}
	for (uint32_t from = to; from <= depth; from++)
		clear_entry(&me->held[from]);
	LC_RT_PUT(me->top, &me->held[to - 1]);
	rechain(me, first);
	if (below && first == i)
		keep_below(me, key);
}

/* What others have cleared on top. */
void lc_rt_books_tidy(struct lc_rt_thread *me)
{
	while (lc_rt_depth(me) && !lc_rt_lock_at(me, lc_rt_depth(me)))
		LC_RT_PUT(me->top, me->top - 1);
}

/* The old arrays stay for who may be reading them. */
static void make_room(struct lc_rt_thread *me)
{
	uint32_t capacity = me->capacity * 2, depth = lc_rt_depth(me);
	struct lc_rt_entry *bigger;

	if (depth < me->capacity - MARGIN)
		return;
	bigger = lc_rt_alloc(capacity * sizeof(*bigger));
	memcpy(bigger, me->held, me->capacity * sizeof(*bigger));
	for (uint32_t i = me->capacity; i < capacity; i++)
		clear_entry(&bigger[i]);
	__atomic_store_n(&me->held, bigger, __ATOMIC_RELEASE);
	__atomic_store_n(&me->top, &bigger[depth], __ATOMIC_RELEASE);
	me->own = lc_rt_alloc(capacity * sizeof(*me->own));
	LC_RT_PUT(me->capacity, capacity);
}

uint32_t lc_rt_push(struct lc_rt_thread *me, const void *lock, uint64_t place,
		    uint32_t state, bool lasting)
{
	uint32_t i;

	make_room(me);
	i = lc_rt_depth(me) + 1;
	set_entry(me, i, lock, place, state, lasting);
	__atomic_store_n(&me->top, &me->held[i], __ATOMIC_RELEASE);
	return i;
}

/* ---- questions ---- */

uint32_t lc_rt_find_held(const struct lc_rt_thread *t, const void *lock)
{
	for (uint32_t i = lc_rt_depth(t); i > 0; i--)
		if (lc_rt_lock_at(t, i) == lock && lc_rt_held_at(t, i))
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
	return lc_rt_tls.me && lc_rt_find_held(lc_rt_tls.me, lock) != 0;
}

/*
 * Who asks about itself is not waiting, or is a signal handler in between, which
 * might as well have come a moment later. Of another thread the lock is asked: by
 * a copy, since it may be gone by now.
 */
bool lc_rt_plain_held(const struct lc_rt_thread *t, uint32_t i)
{
	uint32_t what = LC_RT_PLACE_WHAT(LC_RT_GET(lc_rt_edge_at(t, i)->place));
	union {
		pthread_mutex_t mutex;
		pthread_rwlock_t rwlock;
	} copy;
	size_t size = LC_WHAT_KIND(what) == LC_KIND_RWLOCK ?
			      sizeof(copy.rwlock) :
			      sizeof(copy.mutex);

	if (t == lc_rt_tls.me || !lc_rt_probe)
		return true;
	return lc_rt_peek(&copy, lc_rt_lock_at(t, i), size) &&
	       lc_rt_probe->given(&copy, what, t->tid);
}

/* In anybody's books: the entry no longer counts. Its own thread takes it out
 * when it comes by. */
void lc_rt_entry_drop(struct lc_rt_thread *t, const void *lock)
{
	for (uint32_t i = lc_rt_depth(t); i > 0; i--)
		if (lc_rt_lock_at(t, i) == lock && lc_rt_held_at(t, i))
			clear_entry(&t->held[i]);
}

uint32_t lc_rt_entry_stack(const struct lc_rt_thread *t, uint32_t index)
{
	const struct lc_rt_edge *e = lc_rt_edge_at(t, index);
	const uint32_t *stack;

	if (!t->seen)
		return 0;
	stack = lc_rt_seen_find(t->seen, e->key);
	if (!stack)
		stack = lc_rt_seen_find(t->seen, lc_rt_site_key(t, e->place));
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
