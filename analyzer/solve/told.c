/* SPDX-License-Identifier: MIT */
/*
 * What a summary tells callers of acquires and of calls through pointers: each
 * as it is while there are few; of many, one for each class of lock or each
 * pointer, with what all of them have in common. So a summary stays small
 * however much there is below a function, and no lock is forgotten.
 */
#include "solve/sim.h"

#include <stdlib.h>

/* ---- lists of locks and conditions ---- */

static bool in_list(const loc_t *list, uint32_t n, loc_t x)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == x)
			return true;
	return false;
}

static bool same_locs(const loc_t *a, uint32_t na, const loc_t *b, uint32_t nb)
{
	return na == nb && (!na || !memcmp(a, b, na * sizeof(*a)));
}

static bool subset(const loc_t *a, uint32_t na, const loc_t *b, uint32_t nb)
{
	for (uint32_t i = 0; i < na; i++)
		if (!in_list(b, nb, a[i]))
			return false;
	return true;
}

/* into[] := what is in both */
static void keep_common(loc_t *into, uint32_t *ninto, const loc_t *b,
			uint32_t nb)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < *ninto; i++)
		if (in_list(b, nb, into[i]))
			into[n++] = into[i];
	*ninto = n;
}

static bool same_conds(const struct acquire *a, const struct acquire *b)
{
	if (a->nconds != b->nconds)
		return false;
	for (uint32_t i = 0; i < a->nconds; i++)
		if (a->conds[i].sym != b->conds[i].sym ||
		    !fact_same(&a->conds[i], &b->conds[i]))
			return false;
	return true;
}

/* ---- acquires ---- */

static uint32_t *list_of(struct sim *m, loc_t lock)
{
	return &m->acquire_lists[lc_hash_u64(lock, 0) % ACQUIRE_LISTS];
}

/* Whenever b says that the lock is taken, so does a. */
static bool says_as_much(const struct acquire *a, const struct acquire *b)
{
	return (!a->weak || b->weak) && (!a->vague || b->vague) &&
	       (a->gave_up != LC_NONE || b->gave_up == LC_NONE) &&
	       (!a->nconds || same_conds(a, b)) &&
	       subset(a->dropped, a->ndropped, b->dropped, b->ndropped);
}

/* Somebody still asks whether a caller has the lock that was given up. */
static void unite_give_ups(struct sim *m, const struct acquire *into,
			   const struct acquire *a)
{
	if (a->gave_up == LC_NONE)
		return;
	if (into && into->gave_up != LC_NONE &&
	    !m->s->events.data[into->gave_up].satisfied)
		event_unite(m->s, into->gave_up, a->gave_up);
	else
		event_satisfy(m->s, a->gave_up);
}

/* The two are one from now on; which way it was taken is not known then. */
static void merge_acquire(struct sim *m, struct acquire *into,
			  const struct acquire *a)
{
	unite_give_ups(m, into, a);
	facts_share(into->conds, &into->nconds, a->conds, a->nconds);
	keep_common(into->dropped, &into->ndropped, a->dropped, a->ndropped);
	into->vague = true;
}

/* Does the summary say it already, or, of many, can one be made to? */
static bool known_acquire(struct sim *m, const struct acquire *a)
{
	struct summary *sum = m->sum;
	struct acquire *last = NULL, *like = NULL;
	uint32_t n = 0;

	for (uint32_t i = *list_of(m, a->lock); i != LC_NONE;
	     i = sum->acquires.data[i].next) {
		struct acquire *b = &sum->acquires.data[i];

		if (b->lock != a->lock || b->mode != a->mode ||
		    b->blocking != a->blocking)
			continue;
		if (says_as_much(b, a)) {
			unite_give_ups(m, b, a);
			return true;
		}
		if (b->weak == a->weak)
			like = b;
		if (b->weak != a->weak || b->vague != a->vague ||
		    !same_locs(a->dropped, a->ndropped, b->dropped,
			       b->ndropped))
			continue;
		if (!last)
			last = b;
		n++;
	}
	if (n >= MAX_VARIANTS) {
		unite_give_ups(m, last, a);
		facts_share(last->conds, &last->nconds, a->conds, a->nconds);
		return true;
	}
	if (!like || sum->acquires.len < MANY_ACQUIRES)
		return false;
	merge_acquire(m, like, a);
	return true;
}

/* Has it one name, here and in all callers, as it stands? */
static bool same_everywhere(const struct locs *l, loc_t lock)
{
	const struct loc *n = loc_at(l, lock);

	if (n->depth > MAX_LOCK_DEPTH)
		return false;
	while (n->kind == STEP_FIELD || n->kind == STEP_INDEX_ANY)
		n = loc_at(l, n->parent);
	return n->kind == ROOT_GLOBAL ||
	       (n->kind == ROOT_SYM && n->why == SYM_SOME);
}

bool told_already(struct sim *m, const struct acquire *a, bool weak)
{
	const struct summary *sum = m->sum;

	if (a->gave_up != LC_NONE || !same_everywhere(&m->s->locs, a->lock))
		return false;
	for (uint32_t i = *list_of(m, a->lock); i != LC_NONE;
	     i = sum->acquires.data[i].next) {
		const struct acquire *b = &sum->acquires.data[i];

		if (b->lock == a->lock && b->mode == a->mode &&
		    b->blocking == a->blocking && !b->nconds &&
		    !b->ndropped && (!b->weak || weak) &&
		    (!b->vague || a->vague))
			return true;
	}
	return false;
}

struct acquire *told_acquire(struct sim *m, const struct acquire *a)
{
	struct locs *l = &m->s->locs;
	struct summary *sum = m->sum;
	struct acquire own = *a;

	own.lock = loc_some(l, a->lock);
	if (sum->acquires.len >= MANY_ACQUIRES ||
	    loc_at(l, own.lock)->depth > MAX_LOCK_DEPTH)
		own.lock = loc_some_of_class(l, own.lock);
	if (own.lock != a->lock) { /* no caller will know it */
		unite_give_ups(m, NULL, &own);
		own.gave_up = LC_NONE;
	}
	if (known_acquire(m, &own))
		return NULL;
	if (sum->acquires.len >= MAX_ACQUIRES) {
		unite_give_ups(m, NULL, &own);
		sum->capped = true;
		m->cap_reason = "too many acquires in and below it";
		return NULL;
	}
	own.inside = false;
	own.next = *list_of(m, own.lock);
	*list_of(m, own.lock) = sum->acquires.len;
	own.conds = sim_copy(m->keep, own.conds,
			     own.nconds * sizeof(*own.conds));
	own.dropped = sim_copy(m->keep, own.dropped,
			       own.ndropped * sizeof(loc_t));
	*lc_push(&sum->acquires) = own;
	return lc_last(&sum->acquires);
}

/* ---- calls through pointers ---- */

/* Can a caller know a function behind this pointer that touches a lock? */
static bool matters(const struct sim *m, loc_t target)
{
	const struct locs *l = &m->s->locs;
	const struct program *p = &m->s->program;
	const struct loc *n = loc_at(l, target);

	if (n->kind == ROOT_FUNCTION)
		return m->s->summaries[n->ref].relevant;
	if (n->kind == ROOT_PARAM)
		return m->s->escapes[m->function] ||
		       program_parameter_matters(p, m->function, n->ref);
	while (n->kind > STEP_FIELD && !value_is_step(n->kind))
		n = loc_at(l, n->parent);
	return n->kind != STEP_FIELD || program_field_matters(p, n->ref);
}

static bool same_held(const struct callback *a, const struct callback *b)
{
	if (a->nheld != b->nheld)
		return false;
	for (uint32_t i = 0; i < a->nheld; i++)
		if (a->held[i].lock != b->held[i].lock ||
		    a->held[i].mode != b->held[i].mode)
			return false;
	return true;
}

static bool same_args(const struct callback *a, const struct callback *b)
{
	if (a->nargs != b->nargs)
		return false;
	for (uint32_t i = 0; i < a->nargs; i++)
		if (!value_same(a->args[i], b->args[i]))
			return false;
	return true;
}

/* One that says as much, or, of many, the one that is to say it too. */
static struct callback *like_callback(struct summary *sum,
				      const struct callback *cb, bool *known)
{
	struct callback *like = NULL;
	uint32_t n = 0;

	*known = false;
	for (uint32_t i = 0; i < sum->callbacks.len; i++) {
		struct callback *b = &sum->callbacks.data[i];

		if (b->event == cb->event &&
		    (!cb->start || b->target == cb->target))
			*known = true;
		if (cb->start || b->start || b->target != cb->target)
			continue;
		if (same_args(b, cb) && same_held(b, cb) &&
		    same_locs(b->dropped, b->ndropped, cb->dropped,
			      cb->ndropped))
			*known = true;
		if (b->nheld == cb->nheld)
			like = b;
		n++;
	}
	return n >= MANY_CALLBACKS || sum->callbacks.len >= MAX_CALLBACKS / 2
		       ? like
		       : NULL;
}

/* Arguments and locks that differ are any, from now on. */
static void merge_callback(struct sim *m, struct callback *into,
			   const struct callback *cb)
{
	struct locs *l = &m->s->locs;

	if (into->nargs > cb->nargs)
		into->nargs = cb->nargs;
	for (uint32_t i = 0; i < into->nargs; i++)
		if (!value_same(into->args[i], cb->args[i]))
			into->args[i] = value_addr(
				loc_sym(l, SYM_SOME, 0, 0, 0));
	for (uint32_t i = 0; i < into->nheld; i++)
		if (into->held[i].lock != cb->held[i].lock)
			into->held[i].lock =
				loc_some_of_class(l, into->held[i].lock);
	keep_common(into->dropped, &into->ndropped, cb->dropped, cb->ndropped);
}

void told_callback(struct sim *m, const struct callback *cb)
{
	struct summary *sum = m->sum;
	struct callback own = *cb, *like;
	bool known;

	/* which element of an array it was says nothing to a caller */
	own.target = loc_some(&m->s->locs, cb->target);
	if (!cb->start && (!matters(m, own.target) ||
			   loc_at(&m->s->locs, own.target)->depth >
				   MAX_LOCK_DEPTH))
		return;
	like = like_callback(sum, &own, &known);
	if (known)
		return;
	if (like) {
		merge_callback(m, like, &own);
		return;
	}
	if (sum->callbacks.len >= MAX_CALLBACKS) {
		sum->capped = true;
		m->cap_reason = "too many calls through parameters";
		return;
	}
	own.held = sim_copy(m->keep, cb->held, cb->nheld * sizeof(*cb->held));
	own.dropped = sim_copy(m->keep, cb->dropped,
			       cb->ndropped * sizeof(loc_t));
	*lc_push(&sum->callbacks) = own;
}
