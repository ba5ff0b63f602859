/* SPDX-License-Identifier: MIT */
/* From records to dependencies, as predict.h wants them. */
#include "confirm/targets.h"

/* Is it something a thread has until it gives it back? */
static bool is_owned(const struct lc_record *r, uint32_t id, uint32_t what)
{
	const struct lc_rec_lock *l;

	switch (LC_WHAT_KIND(what)) {
	case LC_KIND_COND:
	case LC_KIND_BARRIER:
	case LC_KIND_THREAD:
	case LC_KIND_EVENT:
		return false;
	case LC_KIND_SEM:
		l = lc_record_lock(r, id);
		return l && l->initial == 1 && !(l->flags & LC_LOCK_SIGNALS);
	default:
		l = lc_record_lock(r, id);
		return !l || !(l->flags & LC_LOCK_SIGNALS);
	}
}

void lc_deps_make(const struct lc_record *r, struct lc_deps *d)
{
	for (uint32_t i = 0; i < r->tuples.len; i++) {
		const struct lc_rec_tuple *t = r->tuples.data[i];
		struct lc_dep *dep;

		if (!t->held_count || !is_owned(r, t->lock, t->what))
			continue;
		dep = lc_push(&d->deps);
		dep->thread = t->thread;
		dep->segment = t->segment;
		dep->wanted = t->lock;
		dep->shared = LC_WHAT_MODE(t->what) == LC_MODE_SHARED;
		dep->bounded = LC_WHAT_HOW(t->what) != LC_HOW_BLOCK;
		dep->site = t->site;
		dep->origin = i;
		dep->first_hold = d->holds.len;
		for (uint32_t k = 0; k < t->held_count; k++) {
			const struct lc_rec_held *h = &t->held[k];

			if (!is_owned(r, h->lock, h->what))
				continue;
			*lc_push(&d->holds) = (struct lc_hold){
				h->lock,
				LC_WHAT_MODE(h->what) == LC_MODE_SHARED,
				h->site
			};
			dep->nholds++;
		}
	}
	for (uint32_t i = 0; i < r->segments.len; i++) {
		const struct lc_rec_segment *s = r->segments.data[i];

		if (s->other)
			*lc_push(&d->orders) = (struct lc_order){
				s->thread, s->segment, s->other,
				s->other_segment
			};
	}
}
