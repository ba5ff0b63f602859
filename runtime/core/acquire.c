/* SPDX-License-Identifier: MIT */
/*
 * The slow paths of acquire and release: what is new is recorded, what is odd
 * is looked into. The fast paths are in core.h.
 */
#include "internal.h"

/* ---- acquire ---- */

struct lc_rt_event lc_rt_event(struct lc_rt_thread *me,
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
	i = lc_rt_find_held(me, address);
	if (!i || !lc_rt_conflict(what, LC_RT_PLACE_WHAT(lc_rt_edge_at(me, i)->place)))
		return 0;
	owner = lc_rt_probe ? lc_rt_probe->owner(address, kind) : -1;
	if (owner < 0 || owner == me->tid)
		return i;
	lc_rt_take_out(me, i); /* released on a way we did not see */
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
	if (!lc_rt_seen_find(me->seen, lc_rt_tuple_key(me, lock, place, held)))
		return false;
	lc_rt_books_missed(me);
	return true;
}

/* The key of one of many locks stands for them all: its stack is the first's. */
static void keep_stack(struct lc_rt_thread *me, uint32_t i, uint32_t stack)
{
	const struct lc_rt_edge *e = lc_rt_edge_at(me, i);

	if (e->lock == LC_RT_ANY && stack && !lc_rt_seen_find(me->seen, e->key))
		lc_rt_seen_add(me->seen, e->key, stack);
}

struct lc_rt_op lc_rt_acquire_slow(const void *address, uint32_t what,
				   lc_rt_site_t site)
{
	struct lc_rt_op op = { NULL, 0 };
	struct lc_rt_thread *me;
	struct lc_rt_lock *lock;
	uint64_t place = LC_RT_PLACE(site, what);
	uint32_t stack, self;

	if (!lc_rt_active())
		return op;
	me = lc_rt_in();
	if (!me)
		return op;
	lc_rt_books_tidy(me);
	if (!lc_rt_steered && not_new(me, address, place)) {
		op.me = me;
		op.index = lc_rt_push(me, address, place, LC_RT_ASKED,
				      lc_rt_lasting(me, place));
		lc_rt_out(me);
		return op;
	}
	lock = lc_rt_lock_get(me, address, what, site);
	self = blocks_on_itself(me, lock, what);
	stack = 0;
	if (!(lock->flags & LC_LOCK_RECURSIVE) || !lc_rt_find_held(me, address))
		stack = lc_rt_tuple(me, lock, what, site);
	if (lc_rt_steered && lc_rt_steer.before &&
	    LC_WHAT_HOW(what) == LC_HOW_BLOCK) {
		struct lc_rt_event e = lc_rt_event(me, lock, what, site);

		lc_rt_steer.before(&e);
	}
	if (self)
		double_acquire(me, lock, what, site, stack, self);
	op.me = me;
	op.index = lc_rt_push(me, address, place, LC_RT_ASKED,
			      lc_rt_lasting(me, place));
	keep_stack(me, op.index, stack);
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
			lc_rt_event(me,
				    lc_rt_lock_get(me,
						   lc_rt_lock_at(me, op.index),
						   what, site),
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
	lock = lc_rt_lock_at(me, op.index);
	if (got) {
		lc_rt_mark_held(&me->held[op.index]);
	} else {
		LC_RT_PUT(me->held[op.index].edge, (uintptr_t)&lc_rt_no_edge);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		if (op.index == lc_rt_depth(me))
			LC_RT_PUT(me->top, me->top - 1);
	}
	if (lc_rt_steered && lc_rt_steer.after && lock && lc_rt_in()) {
		struct lc_rt_event ev =
			lc_rt_event(me, lc_rt_lock_get(me, lock, what, site), what,
			      site);

		lc_rt_steer.after(&ev, got);
		lc_rt_out(me);
	}
}

/* ---- release ---- */

void lc_rt_released(struct lc_rt_thread *me, const void *lock, uint32_t what,
		    lc_rt_site_t site)
{
	if (lc_rt_steered && lc_rt_steer.released) {
		struct lc_rt_event e = lc_rt_event(
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
	i = lc_rt_find_held(me, lock);
	if (i) {
		lc_rt_take_out(me, i);
	} else {
		verdict = judge(me, lock, what, site);
		l = lc_rt_lock_find(lock);
		if (l) {
			l->last_thread = me->id;
			l->last_place = LC_RT_PLACE(site, what);
		}
	}
	lc_rt_released(me, lock, what, site);
	lc_rt_out(me);
	return verdict;
}

