/* SPDX-License-Identifier: MIT */
/*
 * Who gives which locks back, over the whole program, by class of lock.
 *
 * A function that only takes a lock may be a lock function, one that only
 * releases it an unlock function: then the other half is somewhere. Where all
 * others take and release a class in pairs, there is no other half.
 */
#include "solve/verdict.h"

#include <stdlib.h>

/* Another way to the same call has the lock from this very function. */
static bool sometimes_own(const struct solver *s, const struct badrelease *b)
{
	for (uint32_t i = 0; i < s->okreleases.len; i++)
		if (s->okreleases.data[i].function == b->function &&
		    s->okreleases.data[i].instr == b->instr)
			return true;
	return false;
}

static void mark(struct solver *s, loc_t lock, enum class_use use)
{
	uint32_t cls = loc_class(&s->locs, lock, true);

	while (s->class_uses.len <= cls)
		*lc_push(&s->class_uses) = 0;
	s->class_uses.data[cls] |= (uint8_t)use;
}

/* What a function did that was not seen whole may be either half. */
static void mark_capped(struct solver *s)
{
	for (uint32_t i = 0; i < s->events.len; i++) {
		const struct event *e = &s->events.data[i];

		if (e->inner != LC_NONE || !s->summaries[e->function].capped)
			continue;
		if (e->kind == EV_RELEASE)
			mark(s, e->lock, CLASS_RELEASED_ALONE);
		else if (e->kind == EV_ACQUIRE)
			mark(s, e->lock, CLASS_KEPT);
	}
}

/* Released through a pointer kept somewhere, it may be any lock. */
static bool through_pointer(const struct locs *l, loc_t lock)
{
	return loc_at(l, lock)->kind == STEP_DEREF &&
	       loc_at(l, loc_at(l, lock)->parent)->kind == STEP_FIELD;
}

/* The function takes such locks too: what it releases is its own. */
static bool takes_itself(struct solver *s, uint32_t function, loc_t lock)
{
	uint32_t cls = loc_class(&s->locs, lock, true);

	for (uint32_t i = 0; i < s->okreleases.len; i++)
		if (s->okreleases.data[i].function == function &&
		    loc_class(&s->locs, s->okreleases.data[i].lock, true) ==
			    cls)
			return true;
	return false;
}

/* All who could have taken the one lock before are here to be seen, and none
 * has: that is no half of a pair. */
static bool pointless(const struct solver *s, const struct badrelease *b)
{
	uint32_t f = b->function;
	const struct loc *root =
		loc_at(&s->locs, loc_at(&s->locs, b->lock)->root);

	if (!loc_is_exact(&s->locs, b->lock) || root->kind != ROOT_GLOBAL)
		return false;
	if (!strcmp(function_name(&s->program, f), "main"))
		return true;
	if (s->escapes[f] || s->entry[f] || !s->ncallers[f])
		return false;
	return s->has_main ||
	       (function_symbol(&s->program, f)->flags & LC_SYM_INTERNAL);
}

/* The function took one such lock and releases another: a mistake, not half of
 * a pair. */
static bool wrong_object(struct solver *s, const struct badrelease *b)
{
	uint32_t k = verdict_held_instead(s, b);

	return k != LC_NONE &&
	       loc_class(&s->locs, s->leaks.data[k].lock, true) ==
		       loc_class(&s->locs, b->lock, true);
}

void balance_find(struct solver *s)
{
	for (uint32_t i = 0; i < s->okreleases.len; i++)
		mark(s, s->okreleases.data[i].lock, CLASS_PAIRED);
	for (uint32_t i = 0; i < s->badreleases.len; i++) {
		const struct badrelease *b = &s->badreleases.data[i];

		/* not the unlock function of callers that we see */
		if (b->why != LC_BAD_DOUBLE && b->why != LC_BAD_FAILED_TRY &&
		    !s->events.data[b->event].satisfied &&
		    !sometimes_own(s, b) && !pointless(s, b) &&
		    !wrong_object(s, b) &&
		    !takes_itself(s, b->function, b->lock)) {
			mark(s, b->lock, CLASS_RELEASED_ALONE);
			s->released_by_pointer |=
				through_pointer(&s->locs, b->lock);
		}
	}
	for (uint32_t i = 0; i < s->leaks.len; i++)
		if (!s->leaks.data[i].thread_exit)
			mark(s, s->leaks.data[i].lock, CLASS_KEPT);
	mark_capped(s);
}

uint8_t balance_of(struct solver *s, loc_t lock)
{
	uint32_t cls = loc_class(&s->locs, lock, true);

	if (!cls || cls >= s->class_uses.len)
		return 0;
	return s->class_uses.data[cls] |
	       (s->released_by_pointer ? CLASS_RELEASED_ALONE : 0);
}

void balance_note_sweep(struct solver *s, uint32_t cls)
{
	while (s->class_uses.len <= cls)
		*lc_push(&s->class_uses) = 0;
	s->class_uses.data[cls] |= CLASS_RELEASED_ALONE | CLASS_KEPT;
}

bool balance_always_gives_up(const struct solver *s, uint32_t function,
			     loc_t lock)
{
	const struct summary *sum = &s->summaries[function];

	for (uint32_t i = 0; i < sum->outcomes.len; i++) {
		bool gives = false;

		for (uint32_t k = 0; k < sum->outcomes.data[i].ndeltas; k++) {
			const struct held *h =
				&sum->outcomes.data[i].deltas[k].held;

			gives |= h->lock == lock && h->count < 0;
		}
		if (!gives)
			return false;
	}
	return sum->outcomes.len > 0;
}
