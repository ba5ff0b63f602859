/* SPDX-License-Identifier: MIT */
/*
 * Group locks, as in the textbooks' readers and writers made by hand:
 *
 *   lock(m); if (++readers == 1) lock(g); unlock(m);
 *   …
 *   lock(m); if (--readers == 0) unlock(g); unlock(m);
 *
 * The first who comes takes g for all, the last who goes gives it back. So from
 * unlock(m) on each of them has g as a reader has it, whoever took it; and who
 * goes has it no longer, whoever gives it back. Told like this the ways through
 * the function hold the same locks, and it is what everybody knows: readers do
 * not wait for each other.
 *
 * Step 1  A lock that is taken while a counter is known to be 0, under another
 *         lock, may be such: a candidate. So may a release while it is 1.
 * Step 2  If g is still held (is gone) at unlock(m), and the counter has grown
 *         (shrunk), it is one, and the function is simulated again.
 * Step 3  Then who comes to unlock(m) with the counter grown holds g as a
 *         reader, who comes with it shrunk does not hold it.
 *
 * The counter must be counted up and down somewhere in the program; who goes is
 * believed after a function has been seen that comes.
 */
#include "solve/sim.h"

/* ---- counters ---- */

static void set_bits(uint64_t *filter, uint64_t h)
{
	uint32_t x, y;

	mod_bits(h, &x, &y);
	filter[x / 64] |= 1ull << (x % 64);
	filter[y / 64] |= 1ull << (y % 64);
}

static bool has_bits(const uint64_t *filter, uint64_t h)
{
	uint32_t x, y;

	mod_bits(h, &x, &y);
	return filter[x / 64] >> (x % 64) & 1 && filter[y / 64] >> (y % 64) & 1;
}

/* By how much the assignment counts up, 0 = it does not count. */
static int64_t counted_by(const struct lc_unit *u, const struct lc_instr *in)
{
	const struct lc_operand *o = &u->operands.data[in->operand];
	const struct lc_path *q;
	const struct lc_step *last;

	if (in->flags & LC_INSTR_STEP)
		return o->kind == LC_OP_CONST ? o->value : 0;
	if (o->kind != LC_OP_LOAD)
		return 0;
	q = &u->paths.data[o->ref];
	if (!q->nsteps)
		return 0;
	last = &u->steps.data[q->first_step + q->nsteps - 1];
	return last->kind == LC_STEP_PLUS ? last->value : 0;
}

void group_note_count(struct solver *s, const struct lc_unit *u,
		      const struct lc_instr *in, uint64_t what)
{
	int64_t by = counted_by(u, in);

	if (by > 0)
		set_bits(s->counted_up, what);
	else if (by < 0)
		set_bits(s->counted_down, what);
}

/* The place of a counter that is known, from a test under a lock, to have been
 * `number` before anybody counts here; 0 = the fact says no such thing. */
static loc_t counter_of(const struct sim *m, const struct state *st,
			const struct fact *f, int64_t number)
{
	struct locs *l = &m->s->locs;
	const struct loc *n = loc_at(l, f->sym);
	loc_t place = n->parent;
	uint64_t h;
	struct value v;
	bool negated;
	int64_t more;

	if (!f->guarded || f->lo != number || f->hi != number || !place ||
	    (n->kind != STEP_DEREF &&
	     !(n->kind == ROOT_SYM &&
	       (n->why == SYM_HAVOC || n->why == SYM_PHI))))
		return 0;
	h = sim_mod_hash(l, place);
	if (!h || !has_bits(m->s->counted_up, h) ||
	    !has_bits(m->s->counted_down, h))
		return 0;
	v = state_load(l, st, place);
	if (!v.loc || value_base(l, v.loc, &negated, &more) != f->sym ||
	    negated)
		return 0;
	return place;
}

void group_note_counted(struct sim *m, struct state *st,
			const struct lc_instr *in, loc_t place)
{
	int64_t by = 0;

	for (uint32_t i = 0; !by && i < m->groups.len; i++)
		if (m->groups.data[i].counter == place)
			by = counted_by(m->u, in);
	if (!by)
		return;
	state_clear_marks(st, place);
	state_set_mark(&m->arena, st, place,
		       by > 0 ? MARK_COUNTED_UP : MARK_COUNTED_DOWN, LC_NONE);
}

/* 1 = counted up since the lock was taken, -1 = down, 0 = nobody knows. A value
 * tells it as long as no other one was joined with it. */
static int counted(const struct sim *m, const struct state *st, loc_t place)
{
	struct value v = state_load(&m->s->locs, st, place);
	bool negated;
	int64_t more;

	if (state_mark(st, place, MARK_COUNTED_UP))
		return 1;
	if (state_mark(st, place, MARK_COUNTED_DOWN))
		return -1;
	if (!v.loc)
		return 0;
	value_base(&m->s->locs, v.loc, &negated, &more);
	return negated ? 0 : more > 0 ? 1 : more < 0 ? -1 : 0;
}

/* ---- candidates ---- */

/* The lock that the counter is under: the one taken last. */
static loc_t taken_last(const struct state *st, loc_t but)
{
	for (uint32_t i = st->held.len; i-- > 0;) {
		const struct held *h = &st->held.data[i];

		if (h->count > 0 && h->mode == LC_MODE_EXCLUSIVE &&
		    h->lock != but)
			return h->lock;
	}
	return 0;
}

static struct group *group_at(struct sim *m, loc_t lock, bool leaves)
{
	for (uint32_t i = 0; i < m->groups.len; i++)
		if (m->groups.data[i].instr == m->instr &&
		    m->groups.data[i].lock == lock &&
		    m->groups.data[i].leaves == leaves)
			return &m->groups.data[i];
	return NULL;
}

static void note(struct sim *m, const struct state *st, loc_t lock,
		 uint32_t event, bool leaves)
{
	loc_t under = taken_last(st, lock), counter = 0;

	if (!under || group_at(m, lock, leaves))
		return;
	for (uint32_t i = 0; i < st->facts.len && !counter; i++)
		counter = counter_of(m, st, &st->facts.data[i], leaves);
	if (counter)
		*lc_push(&m->groups) = (struct group){
			.lock = lock, .under = under, .counter = counter,
			.instr = m->instr, .event = event, .leaves = leaves
		};
}

void group_note_acquire(struct sim *m, const struct state *st, loc_t lock,
			uint32_t event)
{
	note(m, st, lock, event, false);
}

void group_note_release(struct sim *m, const struct state *st, loc_t lock,
			uint32_t event)
{
	note(m, st, lock, event, true);
}

uint8_t group_mode(struct sim *m, loc_t lock, uint8_t mode)
{
	const struct group *g = group_at(m, lock, false);

	return g && g->sure ? LC_MODE_SHARED : mode;
}

/* ---- at unlock(m) ---- */

static bool has_come(struct solver *s, const struct group *g)
{
	uint32_t counter = loc_class(&s->locs, g->counter, true);
	uint32_t lock = loc_class(&s->locs, g->lock, true);

	for (uint32_t i = 0; i < s->groups.len; i++)
		if (s->groups.data[i].counter == counter &&
		    s->groups.data[i].lock == lock)
			return true;
	return false;
}

static void make_sure(struct sim *m, struct group *g)
{
	struct solver *s = m->s;

	g->sure = true;
	m->groups_grew = true;
	if (!g->leaves && !has_come(s, g))
		*lc_push(&s->groups) = (struct group_class){
			loc_class(&s->locs, g->counter, true),
			loc_class(&s->locs, g->lock, true)
		};
}

/* Step 2. */
static void confirm(struct sim *m, const struct state *st, struct group *g)
{
	const struct held *h = state_held(st, g->lock);
	const struct mark *k = state_mark(st, g->lock, MARK_RELEASED);

	if (counted(m, st, g->counter) != (g->leaves ? -1 : 1))
		return;
	if (!g->leaves && h && h->count > 0 && h->instr == g->instr)
		make_sure(m, g);
	if (g->leaves && (!h || h->count < 0) && k && k->event == g->event &&
	    has_come(m->s, g))
		make_sure(m, g);
}

static void join_group(struct sim *m, struct state *st, const struct group *g)
{
	struct held *h;

	if (state_held(st, g->lock))
		return;
	state_clear_marks(st, g->lock);
	h = state_push_held(&m->arena, st);
	h->lock = g->lock;
	h->count = h->max_count = 1;
	h->mode = LC_MODE_SHARED;
	h->event = g->event;
	h->instr = g->instr;
}

/* Does the function itself come, too? */
static bool group_of(const struct sim *m, loc_t lock)
{
	for (uint32_t i = 0; i < m->groups.len; i++)
		if (!m->groups.data[i].leaves && m->groups.data[i].lock == lock)
			return true;
	return false;
}

static void leave_group(struct sim *m, struct state *st, const struct group *g)
{
	struct held *h = state_held(st, g->lock);

	if (h && h->count > 0) {
		ops_release(m, st, g->lock, g->event);
		return;
	}
	if (h || group_of(m, g->lock))
		return;
	h = state_push_held(&m->arena, st);
	h->lock = g->lock;
	h->count = -1;
	h->event = g->event;
	h->instr = g->instr;
	state_set_mark(&m->arena, st, g->lock, MARK_RELEASED, g->event);
}

/* Others may count from now on. */
static void forget_count(struct sim *m, struct state *st, loc_t counter)
{
	struct locs *l = &m->s->locs;
	loc_t now = loc_sym(l, SYM_HAVOC, m->function, m->instr, counter);

	state_clear_marks(st, counter);
	state_store(&m->arena, st, counter, value_addr(now));
	state_put_fact(&m->arena, st, l, fact_any(now));
}

void group_settle(struct sim *m, struct state *st, loc_t under)
{
	for (uint32_t i = 0; i < m->groups.len; i++) {
		struct group *g = &m->groups.data[i];
		int by = g->under == under ? counted(m, st, g->counter) : 0;

		if (!by)
			continue;
		if (!g->sure)
			confirm(m, st, g);
		else if (!g->leaves && by > 0)
			join_group(m, st, g);
		else if (g->leaves && by < 0)
			leave_group(m, st, g);
	}
	for (uint32_t i = 0; i < m->groups.len; i++)
		if (m->groups.data[i].sure && m->groups.data[i].under == under)
			forget_count(m, st, m->groups.data[i].counter);
}
