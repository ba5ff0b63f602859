/* SPDX-License-Identifier: MIT */
/*
 * Situations: what is new is recorded, with a stack; and who wakes whom.
 */
#include "internal.h"

/* What of `what` goes into the record. */
#define RECORDED(what) ((what) & (0x1ffu | LC_WHAT_RELOCK))

enum { STACKS_A_SHAPE = 16 };

/* With nothing held the lock does not matter, only the site. */
uint64_t lc_rt_site_key(const struct lc_rt_thread *t, uint64_t place)
{
	return lc_rt_mix(t->base.key, place);
}

/* ---- tuples ---- */

static void fill_held(struct lc_rt_thread *me, struct lc_rec_held *to,
		      uint32_t i)
{
	const struct lc_rt_edge *e = lc_rt_edge_at(me, i);
	uint32_t what = LC_RT_PLACE_WHAT(e->place);
	lc_rt_site_t site = LC_RT_PLACE_SITE(e->place);

	to->lock = lc_rt_lock_record(me,
				     lc_rt_lock_get(me, lc_rt_lock_at(me, i),
						    what, site));
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
			lc_rt_held_at(me, i) ?
				lc_rt_lock_find(lc_rt_lock_at(me, i)) :
				NULL;

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
	me->situations++;
	return stack;
}

bool lc_rt_loose(const struct lc_rt_thread *me)
{
	for (uint32_t i = lc_rt_depth(me); i > 0; i--)
		if (lc_rt_edge_at(me, i)->lock == LC_RT_ANY)
			return true;
	return false;
}

uint64_t lc_rt_tuple_key(const struct lc_rt_thread *me, const void *lock,
			 uint64_t place, uint32_t held)
{
	uint32_t depth = lc_rt_depth(me);
	uint64_t key = me->base.key;

	if (!held)
		return lc_rt_site_key(me, place);
	if (!lc_rt_loose(me))
		return lc_rt_key(lc_rt_edge_at(me, depth)->key, lock, place);
	/* The caches do not tell the locks apart, this set does. */
	for (uint32_t i = 1; i <= depth; i++)
		if (lc_rt_lock_at(me, i))
			key = lc_rt_key(key, lc_rt_lock_at(me, i),
					lc_rt_edge_at(me, i)->place);
	return lc_rt_key(key, lock, place);
}

/*
 * May the fast path pass from now on? Where one of many locks is held that the
 * cache does not tell apart it may not at once, or only the first of them would
 * be recorded with what is acquired inside.
 */
bool lc_rt_lasting(struct lc_rt_thread *me, uint64_t place)
{
	uint64_t before = lc_rt_edge_at(me, lc_rt_depth(me))->key;
	uint64_t visits = lc_rt_mix(lc_rt_mix(before, place), 0x515);
	uint32_t *count;

	if (!lc_rt_loose(me))
		return true;
	count = lc_rt_seen_find(me->seen, visits);
	if (!count)
		lc_rt_seen_add(me->seen, visits, 1);
	return count && ++*count > lc_rt_options.instances;
}

uint32_t lc_rt_tuple(struct lc_rt_thread *me, struct lc_rt_lock *lock,
		     uint32_t what, lc_rt_site_t site)
{
	uint32_t held = lc_rt_count_held(me);
	uint64_t key = lc_rt_tuple_key(me, (const void *)lock->node.key,
				 LC_RT_PLACE(site, what), held);
	uint32_t *seen = lc_rt_seen_find(me->seen, key);

	return seen ? *seen : new_tuple(me, lock, what, site, key, held);
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

void lc_rt_wake_by(struct lc_rt_thread *me, const void *object, uint32_t what,
		   lc_rt_site_t site)
{
	uint64_t key = lc_rt_key(lc_rt_site_key(me, LC_RT_PLACE(site, what)), object,
				 0x3a4e);

	uint32_t *known = lc_rt_seen_find(me->seen, key);

	me->signals++;
	if (!lc_rt_recording() || (known && *known == me->situations))
		return;
	if (known)
		*known = me->situations;
	else
		lc_rt_seen_add(me->seen, key, me->situations);
	record_wake(me, lc_rt_lock_get(me, object, what, site), what, site);
}

void lc_rt_wake(const void *object, uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_in();

	if (!me)
		return;
	lc_rt_wake_by(me, object, what, site);
	lc_rt_out(me);
}

