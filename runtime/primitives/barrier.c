/* SPDX-License-Identifier: MIT */
/*
 * Barrier. word guards the rest; it is held for moments only, but for the
 * action, which the last to come runs while the others sleep.
 */
#include "internal.h"

enum { WAITS = 0, GOES_ON = 1, SENT_AWAY = 2 };

static void release_all(struct lc_barrier *b, uint32_t how)
{
	struct waiter *w;

	b->waiting = 0;
	while ((w = b->first)) {
		lc_queue_remove(&b->first, &b->last, w);
		lc_queue_wake(w, how);
	}
}

/* The last one. Who comes while the action runs waits for word. */
static void complete(struct lc_barrier *b, struct waiter *w)
{
	w->word = GOES_ON;
	if (b->action)
		b->action(b->action_arg);
	release_all(b, GOES_ON);
}

/* True: it was us who broke it. */
static bool too_late(struct lc_barrier *b, struct waiter *w)
{
	bool late;

	word_lock(&b->word);
	late = get(&w->word) == WAITS;
	if (late) {
		lc_queue_remove(&b->first, &b->last, w);
		b->broken = 1;
		release_all(b, SENT_AWAY);
	}
	word_give(&b->word);
	return late;
}

static enum lc_result pass(struct lc_barrier *b, uint32_t *index,
			   uint64_t deadline, const struct lc_site *site)
{
	struct waiter w = { .site = site };
	bool late = false;

	word_lock(&b->word);
	if (b->broken) {
		word_give(&b->word);
		return LC_BROKEN;
	}
	w.index = b->waiting++;
	if (b->waiting >= b->parties)
		complete(b, &w);
	else
		lc_queue_add(&b->first, &b->last, &w);
	word_give(&b->word);
	while (!late && __atomic_load_n(&w.word, __ATOMIC_ACQUIRE) == WAITS)
		if (!lc_sleep(&w.word, WAITS, deadline))
			late = too_late(b, &w);
	if (late)
		return LC_TIMEOUT;
	if (w.word == SENT_AWAY)
		return LC_BROKEN;
	if (index)
		*index = w.index;
	return LC_OK;
}

static enum lc_result wait(struct lc_barrier *b, uint32_t *index, uint32_t what,
			   uint64_t deadline, const struct lc_site *site)
{
	struct lc_rt_wait books = { .me = NULL };
	enum lc_result rc;

	if (lc_rt_active()) {
		lc_rt_wake(b, WHAT_KIND_ONLY(BARRIER), PLACE(site));
		books = lc_rt_wait_begin(b, NULL, what, PLACE(site));
	}
	rc = pass(b, index, deadline, site);
	lc_rt_wait_end(&books);
	return rc;
}

enum lc_result lc_barrier_wait_at(struct lc_barrier *b, uint32_t *index,
				  const struct lc_site *site)
{
	return wait(b, index, WHAT(BARRIER, BLOCK), FOREVER, site);
}

enum lc_result lc_barrier_timed_at(struct lc_barrier *b, uint32_t *index,
				   uint64_t timeout_ms,
				   const struct lc_site *site)
{
	return wait(b, index, WHAT(BARRIER, TIMED), lc_deadline(timeout_ms),
		    site);
}

static void send_away(struct lc_barrier *b, uint32_t broken,
		      const struct lc_site *site)
{
	if (lc_rt_active())
		lc_rt_wake(b, WHAT_KIND_ONLY(BARRIER), PLACE(site));
	word_lock(&b->word);
	put(&b->broken, broken);
	release_all(b, SENT_AWAY);
	word_give(&b->word);
}

void lc_barrier_reset_at(struct lc_barrier *b, const struct lc_site *site)
{
	send_away(b, 0, site);
}

void lc_barrier_abort_at(struct lc_barrier *b, const struct lc_site *site)
{
	send_away(b, 1, site);
}

/* ---- life, questions ---- */

enum lc_result lc_barrier_init_at(struct lc_barrier *b, uint32_t parties,
				  void (*action)(void *), void *arg,
				  const char *name, const struct lc_site *site)
{
	*b = (struct lc_barrier)LC_BARRIER_INIT(parties);
	b->action = action;
	b->action_arg = arg;
	if (lc_rt_active())
		lc_rt_init(b, LC_KIND_BARRIER, 0, parties, name, LC_WHAT_NAMED,
			   PLACE(site));
	return LC_OK;
}

/* A thread that has been let go may still be on its way out of word. */
enum lc_result lc_barrier_destroy_at(struct lc_barrier *b,
				     const struct lc_site *site)
{
	const struct lc_site *waits = NULL;
	enum lc_result rc = LC_OK;

	word_lock(&b->word);
	if (b->first)
		waits = ((struct waiter *)b->first)->site;
	word_give(&b->word);
	if (waits)
		rc = lc_prim_misuse(LC_MISUSE_DESTROY_WAITED, b,
				    WHAT_KIND_ONLY(BARRIER), site, waits,
				    "waited for", LC_IN_USE);
	if (lc_rt_active())
		lc_rt_destroy(b, LC_KIND_BARRIER, LC_WHAT_NAMED, PLACE(site));
	return rc;
}

uint32_t lc_barrier_waiting(const struct lc_barrier *b)
{
	return get(&b->waiting);
}

bool lc_barrier_is_broken(const struct lc_barrier *b)
{
	return get(&b->broken) != 0;
}
