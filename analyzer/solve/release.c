/* SPDX-License-Identifier: MIT */
/*
 * A release: of a lock that is held, of one that may be held under another
 * name, of the caller's, or of one that nobody can hold. What is wrong with it
 * is written down for verdict.c, and so is what was right.
 */
#include "solve/sim.h"

/* ---- under which conditions a lock was taken ---- */

static struct condition *condition_at(struct sim *m, uint32_t instr)
{
	for (uint32_t i = 0; i < m->conditions.len; i++)
		if (m->conditions.data[i].instr == instr)
			return &m->conditions.data[i];
	return NULL;
}

void ops_note_condition(struct sim *m, const struct state *st)
{
	struct condition *c = condition_at(m, m->instr);
	struct fact *facts;
	uint32_t n = sim_conds(m, st, &m->scratch, &facts);

	if (c) {
		facts_share(c->facts, &c->nfacts, facts, n);
		return;
	}
	*lc_push(&m->conditions) = (struct condition){
		m->instr, n, sim_copy(&m->s->arena, facts, n * sizeof(*facts))
	};
}

/* ---- what is written down ---- */

/* The functions below us that left the lock held did right; so did those
 * whose way was joined with theirs. */
static void mark_released(struct solver *s, uint32_t event)
{
	uint32_t e = event;

	do {
		uint32_t inner = s->events.data[e].inner;

		if (inner != LC_NONE && !s->events.data[inner].released) {
			uint32_t t = inner;

			do {
				s->events.data[t].released = true;
				t = s->events.data[t].twin;
			} while (t != inner);
			mark_released(s, inner);
		}
		e = s->events.data[e].twin;
	} while (e != event);
}

/* `if (s->shared) lock(); …; if (s->shared) unlock();` and we believe that what
 * is between may have changed it. */
static bool asked_again(const struct sim *m, const struct state *st)
{
	const struct locs *l = &m->s->locs;

	for (uint32_t i = 0; !m->turned_on && i < st->facts.len; i++) {
		const struct loc *x = loc_at(l, st->facts.data[i].sym);

		if (x->kind != STEP_DEREF)
			continue;
		for (uint32_t k = 0; k < st->facts.len; k++) {
			const struct loc *y =
				loc_at(l, st->facts.data[k].sym);

			if (y->kind == ROOT_SYM && y->why == SYM_HAVOC &&
			    y->parent == x->parent)
				return true;
		}
	}
	return false;
}

static struct badrelease *find_release(struct sim *m, struct badrelease *list,
				       uint32_t n, loc_t lock,
				       enum lc_bad_release why, uint32_t event)
{
	while (n-- > 0 && list[n].function == m->function)
		if (list[n].instr == m->instr && list[n].lock == lock &&
		    list[n].why == why && list[n].event == event)
			return &list[n];
	return NULL;
}

static struct badrelease make_release(struct sim *m, const struct state *st,
				      loc_t lock, enum lc_bad_release why,
				      uint32_t event, uint32_t other)
{
	struct badrelease b = { .function = m->function, .instr = m->instr,
				.lock = lock, .why = why, .event = event,
				.other_event = other, .weak = st->weak,
				.asked_again = asked_again(m, st) };
	struct fact *conds;

	b.nconds = sim_conds(m, st, &m->scratch, &conds);
	b.conds = sim_copy(&m->s->arena, conds, b.nconds * sizeof(*conds));
	return b;
}

static void bad_release(struct sim *m, struct state *st, loc_t lock,
			enum lc_bad_release why, uint32_t event,
			uint32_t other)
{
	struct badrelease *b = find_release(m, m->s->badreleases.data,
					    m->s->badreleases.len, lock, why,
					    event);
	struct fact *conds;
	uint32_t nconds;

	if (!b) {
		*lc_push(&m->s->badreleases) =
			make_release(m, st, lock, why, event, other);
		return;
	}
	nconds = sim_conds(m, st, &m->scratch, &conds);
	facts_share(b->conds, &b->nconds, conds, nconds);
	b->asked_again &= asked_again(m, st);
}

static void note_loop_release(struct sim *m, loc_t lock)
{
	if (!m->in_loop[m->block])
		return;
	*lc_push(&m->loop_releases) = (struct loop_class){
		loc_class(&m->s->locs, lock, true), m->loop_of[m->block]
	};
}

static void release_assumed(struct sim *m, struct state *st, struct held *h,
			    uint32_t event)
{
	h->flags &= (uint8_t)~HELD_ASSUMED;
	h->count = -1;
	h->event = event;
	h->instr = m->instr;
	state_set_mark(&m->arena, st, h->lock, MARK_RELEASED, event);
	sim_havoc_shared(m, st, false);
}

static void note_ok_release(struct sim *m, struct state *st,
			    const struct held *h, uint32_t event)
{
	const struct condition *when = condition_at(m, h->instr);
	loc_t lock = h->lock;
	struct okrelease *ok;
	struct fact *conds;
	uint32_t nconds = sim_conds(m, st, &m->scratch, &conds);

	for (uint32_t i = m->s->okreleases.len; i-- > 0;) {
		ok = &m->s->okreleases.data[i];
		if (ok->function != m->function)
			break;
		if (ok->instr != m->instr || ok->lock != lock ||
		    ok->taken != h->instr)
			continue;
		facts_share(ok->conds, &ok->nconds, conds, nconds);
		return;
	}
	ok = lc_push(&m->s->okreleases);
	ok->function = m->function;
	ok->instr = m->instr;
	ok->lock = lock;
	ok->taken = h->instr;
	ok->event = event;
	ok->conds = sim_copy(&m->s->arena, conds, nconds * sizeof(*conds));
	ok->nconds = nconds;
	ok->when = when ? when->facts : NULL;
	ok->nwhen = when ? when->nfacts : 0;
}

static void release_held(struct sim *m, struct state *st, struct held *h,
			 uint32_t event)
{
	loc_t lock = h->lock;

	if (h->flags & HELD_ASSUMED) {
		release_assumed(m, st, h, event);
		return;
	}
	if (h->count == 1) /* else it gives back what was taken on top */
		mark_released(m->s, h->event);
	m->s->events.data[event].matched = true;
	if (h->flags & HELD_UNCHECKED) {
		for (uint32_t i = 0; i < m->s->untested.len; i++)
			if (m->s->untested.data[i].event == h->event)
				m->s->untested.data[i].released = true;
	}
	note_ok_release(m, st, h, event);
	if (h->flags & HELD_MANY)
		return;
	if (--h->count > 0)
		return;
	state_drop_held(st, h);
	state_set_mark(&m->arena, st, lock, MARK_RELEASED, event);
	group_settle(m, st, lock);
	if (!state_nheld(st))
		sim_havoc_shared(m, st, false);
}

/* Found by walking memory or asking a function, not handed to us by name. */
static bool looked_up(const struct locs *l, loc_t object)
{
	const struct loc *n = loc_at(l, object);

	return n->kind == ROOT_SYM ? n->why != SYM_ALLOC
				   : n->kind == STEP_DEREF ||
					     n->kind == STEP_INDEX_VALUE ||
					     n->kind == STEP_INDEX_ANY;
}

/* Two names for what may well be one lock: `table->bucket[b]->lock` and
 * `pages[id].lock`. Not two parameters, not an object and the next one. */
static bool may_be_one(struct locs *l, loc_t a, loc_t b)
{
	loc_t x = loc_object(l, a), y = loc_object(l, b);

	/* a pointer to a lock, kept in some object or handed out by a call */
	if (b == y && looked_up(l, b) && loc_at(l, b)->kind != STEP_INDEX_VALUE &&
	    loc_at(l, b)->kind != STEP_INDEX_ANY)
		return true;
	if (loc_is_exact(l, a) || loc_is_exact(l, b) || x == y ||
	    loc_below(l, x, y) || loc_below(l, y, x) ||
	    (!looked_up(l, x) && !looked_up(l, y)))
		return false;
	return !loc_class(l, a, true) || !loc_class(l, b, true) ||
	       loc_class(l, a, true) == loc_class(l, b, true);
}

/* x with every index that is known to be one number as that number. */
static loc_t with_known_indexes(struct sim *m, const struct state *st, loc_t x)
{
	struct locs *l = &m->s->locs;

	for (loc_t at = x; loc_at(l, at)->kind >= STEP_FIELD;
	     at = loc_at(l, at)->parent) {
		struct loc n = *loc_at(l, at);
		struct fact f;

		if (n.kind != STEP_INDEX_VALUE)
			continue;
		f = state_fact(st, l, value_addr(n.ref));
		if (f.lo == f.hi)
			x = loc_rebase(l, x, at,
				       loc_step(l, n.parent, STEP_INDEX, 0,
						f.lo));
	}
	return x;
}

static struct held *alias(struct sim *m, struct state *st, loc_t lock, int sign)
{
	for (uint32_t i = st->held.len; i-- > 0;)
		if (st->held.data[i].count * sign > 0 &&
		    with_known_indexes(m, st, st->held.data[i].lock) == lock)
			return &st->held.data[i];
	for (uint32_t i = st->held.len; i-- > 0;) {
		struct held *h = &st->held.data[i];

		if (h->count * sign > 0 &&
		    may_be_one(&m->s->locs, h->lock, lock))
			return h;
	}
	return NULL;
}

struct held *ops_held_alias(struct sim *m, struct state *st, loc_t lock)
{
	return alias(m, st, lock, 1);
}

struct held *ops_dropped_alias(struct sim *m, struct state *st, loc_t lock)
{
	return alias(m, st, lock, -1);
}

/* An object that we cannot follow: a lock of some caller may be given up. */
void ops_note_given(struct sim *m, struct state *st, loc_t lock)
{
	struct locs *l = &m->s->locs;

	if (!loc_is_exact(l, lock))
		state_set_mark(&m->arena, st, loc_some_of_class(l, lock),
			       MARK_GIVEN, LC_NONE);
}

static loc_t any_lock(struct sim *m)
{
	return loc_root(&m->s->locs, ROOT_FIXED,
			lc_intern(m->s->program.strings, "some lock"), 0);
}

/* Outside loops it is held by its unknown name, until its function returns. */
void ops_note_taken(struct sim *m, struct state *st)
{
	state_set_mark(&m->arena, st, any_lock(m), MARK_TAKEN, LC_NONE);
}

bool ops_unknown(const struct sim *m, loc_t lock)
{
	const struct loc *n = loc_at(&m->s->locs, lock);
	const struct lc_instr *in;

	if (n->kind != ROOT_SYM || n->why != SYM_HAVOC)
		return false;
	if (loc_at(&m->s->locs, n->parent)->kind == ROOT_FIXED)
		return true; /* an argument that we cannot read */
	if (n->ref != m->function || n->value < m->first_instr)
		return false;
	in = &m->u->instrs.data[n->value];
	return in->kind == LC_I_ASSIGN &&
	       m->u->operands.data[in->operand].kind == LC_OP_UNKNOWN;
}

bool ops_given(struct sim *m, struct state *st, loc_t lock)
{
	if (!state_held(st, lock) && ops_dropped_alias(m, st, lock))
		return true;
	for (uint32_t i = 0; i < st->marks.len; i++)
		if (st->marks.data[i].kind == MARK_GIVEN)
			return state_mark(st,
					  loc_some_of_class(&m->s->locs, lock),
					  MARK_GIVEN);
	return false;
}

/* `while (n > 0) unlock(held[--n]);`, a list of arguments: it may be any lock. */
static bool found_in_list(const struct sim *m, loc_t lock)
{
	const struct locs *l = &m->s->locs;

	return m->in_loop[m->block] &&
	       (ops_unknown(m, lock) || (loc_at(l, lock)->kind == STEP_DEREF &&
					 sim_is_element(m, lock)));
}

void ops_note_unknown(struct sim *m, struct state *st, uint8_t depth)
{
	if (!state_nheld(st) && depth < UNKNOWN_DEPTH &&
	    !m->sum->gives_unknown)
		m->sum->gives_unknown = depth + 1;
	for (uint32_t i = 0; i < st->held.len; i++)
		if (st->held.data[i].count > 0)
			st->held.data[i].flags |= HELD_UNSURE;
}

void ops_release(struct sim *m, struct state *st, loc_t lock, uint32_t event)
{
	struct held *h = state_held(st, lock);
	const struct mark *k;

	if (!h && found_in_list(m, lock))
		m->sum->gives_unknown = 1;
	note_loop_release(m, lock);
	if (sim_swept(m, lock)) {
		balance_note_sweep(m->s, loc_class(&m->s->locs, lock, true));
		return;
	}
	if (!h || h->count < 0 || h->mode == LC_MODE_SHARED)
		group_note_release(m, st, lock, event);
	if (h && h->count > 0) {
		release_held(m, st, h, event);
		return;
	}
	k = state_mark(st, lock, MARK_LOCK_FAILED);
	if (!k)
		k = state_mark(st, lock, MARK_TRY_FAILED);
	if (k) {
		bad_release(m, st, lock, LC_BAD_FAILED_TRY, event, k->event);
		if (k->kind == MARK_LOCK_FAILED) {
			state_clear_marks(st, lock);
			state_set_mark(&m->arena, st, lock, MARK_RELEASED,
				       event);
		}
		return;
	}
	k = state_mark(st, lock, MARK_RELEASED);
	if (k) {
		bad_release(m, st, lock, LC_BAD_DOUBLE, event, k->event);
		return;
	}
	if (!h)
		h = ops_held_alias(m, st, lock);
	if (h && h->count > 0) { /* which of the two it was, nobody knows */
		release_held(m, st, h, event);
		ops_note_given(m, st, lock);
		st->weak = st->maybe_weak = true;
		return;
	}
	if (loc_at(&m->s->locs, loc_at(&m->s->locs, lock)->root)->kind ==
	    ROOT_SYM) {
		ops_note_given(m, st, lock);
		return;
	}
	if (state_mark(st, any_lock(m), MARK_TAKEN))
		return;
	bad_release(m, st, lock, LC_BAD_SOME_PATH, event, LC_NONE);
	if (h) {
		h->count--;
		return;
	}
	h = state_push_held(&m->arena, st);
	h->lock = lock;
	h->count = -1;
	h->event = event;
	h->instr = m->instr;
	state_set_mark(&m->arena, st, lock, MARK_RELEASED, event);
	sim_havoc_shared(m, st, false);
}

/* ---- given up for a while ---- */

static void note_given_up(struct sim *m, struct state *st, loc_t lock,
			  uint32_t event, bool weak)
{
	const struct mark *k = state_mark(st, lock, MARK_RELEASED);
	enum lc_bad_release why = k ? LC_BAD_DOUBLE : LC_BAD_NEVER;

	if (find_release(m, m->s->gaveups.data, m->s->gaveups.len, lock, why,
			 event))
		return;
	*lc_push(&m->s->gaveups) = make_release(m, st, lock, why, event,
						k ? k->event : LC_NONE);
	lc_last(&m->s->gaveups)->weak |= weak;
}

/* Some element of the array is held: which, the index may say. */
static bool holds_element(struct sim *m, const struct state *st, loc_t lock)
{
	struct locs *l = &m->s->locs;
	loc_t first = loc_first_element(l, lock);

	for (uint32_t i = 0; i < st->held.len; i++) {
		loc_t x = st->held.data[i].lock;

		if (st->held.data[i].count > 0 &&
		    loc_first_element(l, x) == first)
			return true;
	}
	return false;
}

/* Is it held, or may it be, as far as we can tell? */
static bool may_hold(struct sim *m, struct state *st, loc_t lock)
{
	const struct held *h = state_held(st, lock);

	if (!h || h->count <= 0)
		h = ops_held_alias(m, st, lock);
	return (h && h->count > 0) || sim_swept(m, lock) ||
	       holds_element(m, st, lock) ||
	       loc_at(&m->s->locs, loc_at(&m->s->locs, lock)->root)->kind ==
		       ROOT_SYM;
}

void ops_given_up(struct sim *m, struct state *st, uint32_t inner, loc_t lock,
		  bool weak)
{
	const struct held *h = state_held(st, lock);

	if (may_hold(m, st, lock))
		event_satisfy(m->s, inner);
	else if (!h) /* else this function has given it up itself */
		note_given_up(m, st, lock, sim_lift_event(m, inner, lock),
			      weak);
}

void ops_waits_without(struct sim *m, struct state *st, loc_t lock,
		       uint32_t event)
{
	const struct held *h = state_held(st, lock);

	if (h && h->count > 0 && !(h->flags & HELD_ASSUMED) &&
	    m->s->events.data[h->event].kind == EV_WAIT)
		return; /* by a wait that has been told, in a round before */
	if (may_hold(m, st, lock))
		event_satisfy(m->s, event);
	else if (!h)
		note_given_up(m, st, lock, event, false);
}
