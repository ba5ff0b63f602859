/* SPDX-License-Identifier: MIT */
/*
 * Conditions that were signalled and never waited for: what was awaited had
 * come before anybody looked. Had the one who signals been later, somebody would
 * have waited, and perhaps with a lock that the signaller needs first. The trace
 * does not show that wait, so it is a guess: the signaller is stopped before it
 * takes such a lock, until somebody waits for the condition with any lock held.
 *
 * It is made only where another thread nests two locks that the signaller
 * takes, too (one of them, as a rule, is the condition's own). What is not
 * confirmed is dropped: nothing has been seen that had to be explained.
 */
#include <stdlib.h>

#include "confirm/targets.h"

enum { GUESSES_MAX = 12, SITES_MAX = 4 };

struct guesser {
	struct lc_confirm *c;
	struct lc_record *r;
	const struct lc_deps *d;
	uint32_t record;
};

static bool was_waited_for(const struct lc_record *r, uint32_t lock)
{
	for (uint32_t i = 0; i < r->tuples.len; i++)
		if (r->tuples.data[i]->lock == lock)
			return true;
	return false;
}

static bool takes(const struct lc_record *r, uint32_t thread, uint32_t lock)
{
	for (uint32_t i = 0; i < r->tuples.len; i++)
		if (r->tuples.data[i]->thread == thread &&
		    r->tuples.data[i]->lock == lock)
			return true;
	return false;
}

/* Does another thread nest the lock with a second one that `by` takes, too? */
static bool is_nested_by_others(const struct guesser *g,
				const struct lc_rec_tuple *take)
{
	uint32_t by = take->thread;

	for (uint32_t i = 0; i < g->d->deps.len; i++) {
		const struct lc_dep *dep = &g->d->deps.data[i];

		if (dep->wait || dep->thread == by ||
		    lc_ordered(g->d, dep->thread, dep->segment, by,
			       take->segment) ||
		    lc_ordered(g->d, by, take->segment, dep->thread,
			       dep->segment))
			continue;
		for (uint32_t k = 0; k < dep->nholds; k++) {
			const struct lc_hold *h =
				&g->d->holds.data[dep->first_hold + k];
			uint32_t second = dep->wanted == take->lock
						  ? h->lock
						  : dep->wanted;

			if (!h->waker && (dep->wanted == take->lock ||
					  h->lock == take->lock) &&
			    takes(g->r, by, second))
				return true;
		}
	}
	return false;
}

static bool is_guessed(const struct guesser *g, uint32_t lock, uint64_t site)
{
	for (uint32_t i = 0; i < g->c->targets.len; i++) {
		const struct lc_target *t = &g->c->targets.data[i];

		if (t->kind == LC_TARGET_GUESS && t->record == g->record &&
		    t->guess.object == lock &&
		    g->r->tuples.data[t->guess.take]->site == site)
			return true;
	}
	return false;
}

static void guess(struct guesser *g, const struct lc_rec_wake *w)
{
	uint32_t sites = 0;

	for (uint32_t i = 0; i < g->r->tuples.len && sites < SITES_MAX; i++) {
		const struct lc_rec_tuple *take = g->r->tuples.data[i];
		struct lc_target *t;

		if (take->thread != w->thread || take->rec.seq > w->rec.seq ||
		    LC_WHAT_HOW(take->what) != LC_HOW_BLOCK ||
		    !lc_deps_is_owned(g->r, take->lock, take->what) ||
		    is_guessed(g, w->lock, take->site) ||
		    !is_nested_by_others(g, take))
			continue;
		sites++;
		t = lc_target_add(g->c, LC_TARGET_GUESS);
		t->record = g->record;
		t->guess.take = i;
		t->guess.object = w->lock;
		t->title = lc_asprintf("hang at %s",
				       lc_record_where(g->r, take->site)->text);
	}
}

void lc_targets_guess(struct lc_confirm *c)
{
	uint32_t before = c->targets.len;

	for (uint32_t i = 0; i < c->base.records.len; i++) {
		struct guesser g = { c, &c->base.records.data[i],
				     &c->deps.data[i], i };

		for (uint32_t k = 0; k < g.r->wakes.len; k++) {
			const struct lc_rec_wake *w = g.r->wakes.data[k];

			if (c->targets.len - before < GUESSES_MAX &&
			    LC_WHAT_KIND(w->what) == LC_KIND_COND &&
			    !was_waited_for(g.r, w->lock))
				guess(&g, w);
		}
	}
}

void lc_targets_drop_guesses(struct lc_confirm *c)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->targets.len; i++) {
		struct lc_target *t = &c->targets.data[i];

		if (t->kind == LC_TARGET_GUESS &&
		    t->verdict != LC_VERDICT_CONFIRMED)
			lc_target_release(t);
		else
			c->targets.data[kept++] = *t;
	}
	c->targets.len = kept;
}
