/* SPDX-License-Identifier: MIT */
/* What simulation leaves behind for the stages after it: events, order edges,
 * call records; and how a restarted simulation takes its own back. */
#include "solve/sim.h"

#include <stdlib.h>

/* ---- events ---- */

static bool same_event(const void *ctx, uint32_t i, const void *key)
{
	const struct solver *s = ctx;
	const struct event *a = &s->events.data[i], *b = key;

	return a->kind == b->kind && a->function == b->function &&
	       a->instr == b->instr && a->inner == b->inner &&
	       a->lock == b->lock;
}

uint32_t event_get(struct solver *s, struct event e)
{
	uint64_t h = lc_hash_u64(((uint64_t)e.function << 32) | e.instr,
				 ((uint64_t)e.inner << 32) | e.lock) +
		     e.kind;
	uint32_t i = lc_map_find(&s->event_index, h, same_event, s, &e);

	if (i != LC_NOT_FOUND)
		return i;
	i = s->events.len;
	e.twin = i;
	*lc_push(&s->events) = e;
	lc_map_add(&s->event_index, h, i);
	return i;
}

uint32_t event_innermost(const struct solver *s, uint32_t event)
{
	while (s->events.data[event].inner != LC_NONE)
		event = s->events.data[event].inner;
	return event;
}

void event_unite(struct solver *s, uint32_t a, uint32_t b)
{
	uint32_t next = s->events.data[a].twin;

	for (uint32_t e = next; e != a; e = s->events.data[e].twin)
		if (e == b)
			return;
	if (a == b)
		return;
	s->events.data[a].twin = s->events.data[b].twin;
	s->events.data[b].twin = next;
}

void event_satisfy(struct solver *s, uint32_t event)
{
	for (uint32_t e = event;
	     e != LC_NONE && !s->events.data[e].satisfied;
	     e = s->events.data[e].inner) {
		s->events.data[e].satisfied = true;
		event_satisfy(s, s->events.data[e].twin);
	}
}

/* How many calls down is the first function that never returns, and is an
 * assertion or the like for that? 0 = there is none on the way. */
static uint32_t fatal_depth(const struct solver *s, uint32_t event)
{
	uint32_t depth = 1;

	for (uint32_t e = s->events.data[event].inner; e != LC_NONE;
	     e = s->events.data[e].inner, depth++)
		if (function_symbol(&s->program, s->events.data[e].function)
			    ->flags & LC_SYM_NORETURN)
			return depth;
	return 0;
}

bool event_while_dying(const struct solver *s, uint32_t event)
{
	uint32_t fatal = fatal_depth(s, event);

	return fatal > 1 ||
	       (fatal && s->events.data[event].depth > NEAR_FATAL);
}

/* ---- edges ---- */

static bool same_edge(const void *ctx, uint32_t i, const void *key)
{
	const struct solver *s = ctx;
	const struct edge *a, *b = key;

	if (i >= s->edges.len)
		return false; /* taken back by a restart */
	a = &s->edges.data[i];
	return a->held.lock == b->held.lock && a->wanted == b->wanted &&
	       a->held.mode == b->held.mode && a->mode == b->mode &&
	       a->blocking == b->blocking && a->function == b->function &&
	       a->weak == b->weak && a->ring == b->ring &&
	       a->guessed == b->guessed &&
	       a->ngates == b->ngates &&
	       (!a->ngates ||
		!memcmp(a->gates, b->gates, a->ngates * sizeof(loc_t)));
}

static uint64_t edge_hash(const struct edge *e)
{
	uint64_t h = lc_hash_u64(((uint64_t)e->held.lock << 32) | e->wanted,
				 e->function);

	for (uint32_t i = 0; i < e->ngates; i++)
		h = lc_hash_u64(h, e->gates[i]);
	return h ^ (e->held.mode | e->mode << 2 | e->blocking << 4 |
		    (uint64_t)e->weak << 6 | (uint64_t)e->guessed << 7);
}

/* Joined on one of the ways counts, as where states join: a loop may have been
 * seen before the end of one round was. */
void live_merge(struct lives *into, const struct state *st)
{
	for (uint32_t i = 0; i < st->live.len; i++) {
		bool known = false;

		/* mostly it is the same list again */
		if (i < into->len &&
		    into->data[i].event == st->live.data[i].event) {
			into->data[i].joined |= st->live.data[i].joined;
			continue;
		}
		for (uint32_t k = 0; k < into->len; k++)
			if (into->data[k].event == st->live.data[i].event) {
				known = true;
				into->data[k].joined |=
					st->live.data[i].joined;
			}
		if (!known && into->len < 2 * MAX_LIVE)
			*lc_push(into) = st->live.data[i];
	}
}

static int by_loc(const void *a, const void *b)
{
	loc_t x = *(const loc_t *)a, y = *(const loc_t *)b;

	return x < y ? -1 : x > y;
}

static void add_closed(struct sim *m, struct state *st, struct edge *e)
{
	struct solver *s = m->s;
	uint64_t h;
	uint32_t i;

	if (e->ngates)
		qsort(e->gates, e->ngates, sizeof(loc_t), by_loc);
	h = edge_hash(e);
	i = lc_map_find(&s->edge_index, h, same_edge, s, e);
	if (i == LC_NOT_FOUND) {
		i = s->edges.len;
		e->gates = sim_copy(&s->arena, e->gates,
				    e->ngates * sizeof(loc_t));
		*lc_push(&s->edges) = *e;
		lc_map_add(&s->edge_index, h, i);
	}
	live_merge(&s->edges.data[i].live, st);
}

static bool known_open(const struct summary *sum, const struct openedge *e)
{
	for (uint32_t i = 0; i < sum->edges.len; i++) {
		const struct openedge *o = &sum->edges.data[i];

		if (o->held.lock == e->held.lock && o->wanted == e->wanted &&
		    o->held.mode == e->held.mode && o->mode == e->mode &&
		    o->blocking == e->blocking && o->weak == e->weak &&
		    o->ring == e->ring && o->tested == e->tested)
			return true;
	}
	return false;
}

/* A lock in an object that no other thread can know of yet. */
static bool unpublished(const struct locs *l, const struct state *st, loc_t x)
{
	loc_t root = loc_at(l, x)->root;

	if (loc_at(l, root)->kind != ROOT_SYM ||
	    loc_at(l, root)->why != SYM_ALLOC ||
	    state_mark(st, root, MARK_ESCAPED))
		return false;
	for (uint32_t i = 0; i < st->store.len; i++) {
		const struct bind *b = &st->store.data[i];

		if (b->value.loc && loc_at(l, b->value.loc)->root == root &&
		    loc_at(l, b->loc)->root != root &&
		    loc_is_shared(l, b->loc))
			return false;
	}
	return true;
}

/* The element of an array that a number is stored in, LC_NOTHING = in none. */
static loc_t element_of(const struct locs *l, loc_t number)
{
	const struct loc *n = loc_at(l, number);
	loc_t x = n->parent;

	if (n->kind != STEP_DEREF || loc_at(l, x)->kind != STEP_FIELD)
		return 0;
	x = loc_object(l, x);
	return loc_at(l, x)->kind == STEP_INDEX_VALUE ? x : 0;
}

/* A number that is kept in an object, and that the function itself changes: no
 * order that lasts. */
static bool changes(const struct sim *m, loc_t number)
{
	const struct locs *l = &m->s->locs;
	const struct loc *n = loc_at(l, number);
	const uint64_t *mods = m->s->summaries[m->function].own_mods;
	uint32_t x, y;

	if (n->kind != STEP_DEREF || loc_at(l, n->parent)->kind != STEP_FIELD)
		return false;
	mod_bits(sim_mod_hash(l, n->parent), &x, &y);
	return mods[x / 64] >> (x % 64) & mods[y / 64] >> (y % 64) & 1;
}

/* Two objects whose order the function has compared, by address or by a number
 * in them: the fact that says so, NULL = it has not. */
static const struct fact *compared(const struct sim *m, const struct state *st,
				   loc_t a, loc_t b)
{
	const struct locs *l = &m->s->locs;

	for (uint32_t i = 0; i < st->facts.len; i++) {
		const struct loc *n = loc_at(l, st->facts.data[i].sym);
		loc_t p, q, x, y;

		if (n->kind != ROOT_SYM || n->why != SYM_CMP || !n->value)
			continue;
		/* by address, or by a number behind it */
		p = n->parent;
		q = n->ref;
		if ((loc_below(l, a, p) && loc_below(l, b, q)) ||
		    (loc_below(l, a, q) && loc_below(l, b, p)))
			return &st->facts.data[i];
		if (changes(m, p) || changes(m, q))
			continue;
		x = element_of(l, p);
		y = element_of(l, q);
		if (x && y && x != y &&
		    ((loc_below(l, a, x) && loc_below(l, b, y)) ||
		     (loc_below(l, a, y) && loc_below(l, b, x))))
			return &st->facts.data[i];
		p = loc_at(l, p)->root;
		q = loc_at(l, q)->root;
		x = loc_at(l, a)->root;
		y = loc_at(l, b)->root;
		if (x != y && ((p == x && q == y) || (p == y && q == x)))
			return &st->facts.data[i];
	}
	return NULL;
}

/* The comparison of the two decides who comes first; not if it was only asked
 * for, and they are taken in one order whatever it says. */
static bool ordered(struct sim *m, const struct state *st, loc_t held,
		    loc_t wanted)
{
	const struct fact *f = compared(m, st, held, wanted);
	int truth = f ? fact_test(f, LC_NE, 0) : -1;
	bool either = false, known = false;

	if (truth < 0)
		return f != NULL;
	for (uint32_t i = 0; i < m->ordered.len; i++) {
		const struct ordered *o = &m->ordered.data[i];

		if (o->held != held || o->wanted != wanted || o->cmp != f->sym)
			continue;
		either |= o->truth != truth;
		known |= o->truth == truth;
	}
	if (!known)
		*lc_push(&m->ordered) = (struct ordered){ held, wanted, f->sym,
							  truth };
	return !either;
}

static loc_t without_arithmetic(const struct locs *l, loc_t x)
{
	while (value_is_step(loc_at(l, x)->kind))
		x = loc_at(l, x)->parent;
	return x;
}

/* Has the function asked something that tells indexes from each other: is it
 * the last one, is it odd, is one below the other? */
static bool index_tested(const struct locs *l, const struct state *st,
			 loc_t index)
{
	for (uint32_t i = 0; i < st->facts.len; i++) {
		const struct fact *f = &st->facts.data[i];
		const struct loc *n = loc_at(l, f->sym);

		if (without_arithmetic(l, f->sym) == index &&
		    (f->nne || f->lo == f->hi))
			return true;
		if (n->kind == ROOT_SYM && n->why == SYM_CMP && n->value &&
		    (without_arithmetic(l, n->parent) == index ||
		     without_arithmetic(l, n->ref) == index))
			return true;
	}
	return false;
}

static bool seated(const struct state *st)
{
	for (uint32_t i = 0; i < st->marks.len; i++)
		if (st->marks.data[i].kind == MARK_SEAT)
			return true;
	return false;
}

/* A number from outside, perhaps brought into the range: a parameter, a field
 * of one. */
static bool given(const struct locs *l, loc_t index)
{
	return loc_at(l, loc_at(l, index)->root)->kind == ROOT_PARAM;
}

/* What a call returned, perhaps brought into the range: a hash, a random
 * number. */
static bool drawn(const struct locs *l, loc_t index)
{
	const struct loc *n = loc_at(l, without_arithmetic(l, index));

	return n->kind == ROOT_SYM &&
	       (n->why == SYM_RESULT || n->why == SYM_FRESH);
}

/* Two numbers that have nothing to do with each other. */
static bool unrelated(const struct locs *l, loc_t a, loc_t b)
{
	return ((given(l, a) && given(l, b)) || (drawn(l, a) && drawn(l, b))) &&
	       without_arithmetic(l, a) != without_arithmetic(l, b);
}

/* The indexes of two elements of one array; false = they are no such things. */
static bool two_indexes(const struct locs *l, loc_t held, loc_t wanted,
			loc_t *i, loc_t *k)
{
	const struct loc *a = loc_at(l, held), *b = loc_at(l, wanted);

	while (a->kind == STEP_FIELD && b->kind == STEP_FIELD &&
	       a->ref == b->ref) {
		a = loc_at(l, a->parent);
		b = loc_at(l, b->parent);
	}
	*i = a->ref;
	*k = b->ref;
	return a->kind == STEP_INDEX_VALUE && b->kind == STEP_INDEX_VALUE &&
	       a->parent == b->parent && a->ref != b->ref;
}

static bool any_tested(const struct locs *l, const struct state *st, loc_t i,
		       loc_t k)
{
	return index_tested(l, st, without_arithmetic(l, i)) ||
	       index_tested(l, st, without_arithmetic(l, k));
}

/* The dining philosophers' forks: one element of an array, and the one that
 * wrapping arithmetic finds from it; or two elements by two numbers of which
 * nothing is known. Fewer guests than seats are let in by a semaphore that
 * counts: then nothing is said. */
static bool is_ring(const struct locs *l, const struct state *st, loc_t held,
		    loc_t wanted)
{
	const struct loc *x, *y;
	loc_t i, k;

	if (!two_indexes(l, held, wanted, &i, &k) || any_tested(l, st, i, k) ||
	    seated(st))
		return false;
	if (unrelated(l, i, k))
		return true;
	x = loc_at(l, i);
	y = loc_at(l, k);
	return ((x->kind == STEP_ARITH && (x->value & LC_ARITH_WRAPS)) ||
		(y->kind == STEP_ARITH && (y->value & LC_ARITH_WRAPS))) &&
	       without_arithmetic(l, i) == without_arithmetic(l, k);
}

void edge_add(struct sim *m, struct state *st, const struct lockref *held,
	      loc_t wanted, const struct acquire *a, const loc_t *gates,
	      uint32_t ngates, const struct fact *conds, uint32_t nconds)
{
	struct locs *l = &m->s->locs;
	bool weak = a->weak || st->weak;
	bool ring = a->ring ||
		    (!a->tested && is_ring(l, st, held->lock, wanted));
	bool tested = a->tested;
	loc_t *kept = NULL, x, y;
	uint32_t n = 0;
	struct lockref some = *held;

	if ((!a->published && (unpublished(l, st, held->lock) ||
			       unpublished(l, st, wanted))) ||
	    ordered(m, st, held->lock, wanted))
		return;
	if (two_indexes(l, held->lock, wanted, &x, &y))
		tested |= any_tested(l, st, x, y);
	some.lock = loc_some(l, held->lock);
	held = &some;
	wanted = loc_some(l, wanted);
	if (ngates) {
		kept = lc_arena_alloc(&m->scratch, ngates * sizeof(loc_t));
		for (uint32_t i = 0; i < ngates; i++)
			if (gates[i] && gates[i] != held->lock &&
			    gates[i] != wanted)
				kept[n++] = gates[i];
	}
	if (loc_is_open(l, held->lock) || loc_is_open(l, wanted)) {
		struct openedge o = { .held = *held, .event = a->event,
				      .wanted = wanted, .mode = a->mode,
				      .blocking = a->blocking, .weak = weak,
				      .ring = ring, .tested = tested,
				      .ngates = n, .gates = kept,
				      .nconds = nconds };

		if (known_open(m->sum, &o))
			return;
		if (m->sum->edges.len >= MAX_PAIRS_OPEN) {
			m->sum->capped = true;
			m->cap_reason = "too many lock pairs in and below it";
			return;
		}
		o.conds = sim_copy(m->keep, conds, nconds * sizeof(*conds));
		o.gates = sim_copy(m->keep, kept, n * sizeof(loc_t));
		*lc_push(&m->sum->edges) = o;
		return;
	}
	add_closed(m, st,
		   &(struct edge){ .held = *held, .wanted = wanted,
				   .mode = a->mode, .blocking = a->blocking,
				   .weak = weak, .ring = ring,
				   .guessed = a->guessed, .event = a->event,
				   .function = m->function, .instr = m->instr,
				   .ngates = n, .gates = kept });
}

/* ---- call records ---- */

struct call_key {
	uint32_t function, instr, callee;
};

static bool same_call(const void *ctx, uint32_t i, const void *key)
{
	const struct callrec *a = &((const struct solver *)ctx)->callrecs.data[i];
	const struct call_key *b = key;

	return a->function == b->function && a->instr == b->instr &&
	       a->callee == b->callee;
}

static struct callrec *callrec_get(struct solver *s, uint32_t function,
				   uint32_t instr, uint32_t callee)
{
	struct call_key k = { function, instr, callee };
	uint64_t h = lc_hash_u64(((uint64_t)function << 32) | instr, callee);
	uint32_t i = lc_map_find(&s->callrec_index, h, same_call, s, &k);
	struct callrec *c;

	if (i == LC_NOT_FOUND) {
		i = s->callrecs.len;
		c = lc_push(&s->callrecs);
		c->function = function;
		c->instr = instr;
		c->callee = callee;
		lc_map_add(&s->callrec_index, h, i);
	}
	return &s->callrecs.data[i];
}

static void meet_held(struct sim *m, struct callrec *c, const struct state *st)
{
	uint32_t n = 0;

	if (!c->seen) {
		c->held = lc_arena_alloc(&m->s->arena,
					 (st->held.len + 1) * sizeof(loc_t));
		for (uint32_t i = 0; i < st->held.len; i++) {
			const struct held *h = &st->held.data[i];

			if (h->count > 0 && !(h->flags & HELD_UNCHECKED) &&
			    h->mode != LC_MODE_SHARED &&
			    loc_is_exact(&m->s->locs, h->lock))
				c->held[c->nheld++] = h->lock;
		}
		return;
	}
	for (uint32_t i = 0; i < c->nheld; i++) {
		const struct held *h = state_held(st, c->held[i]);

		if (h && h->count > 0)
			c->held[n++] = c->held[i];
	}
	c->nheld = n;
}

void note_callrec(struct sim *m, struct state *st, uint32_t callee, bool weak)
{
	struct callrec *c = callrec_get(m->s, m->function, m->instr, callee);

	meet_held(m, c, st);
	for (uint32_t i = 0; i < st->held.len; i++) {
		const struct held *h = &st->held.data[i];
		bool known = false;

		if (h->count >= 0 || !loc_is_exact(&m->s->locs, h->lock))
			continue;
		for (uint32_t k = 0; k < c->ndropped; k++)
			known |= c->dropped[k] == h->lock;
		if (!known) {
			loc_t *d = lc_arena_alloc(
				&m->s->arena,
				(c->ndropped + 1) * sizeof(loc_t));

			if (c->ndropped)
				memcpy(d, c->dropped,
				       c->ndropped * sizeof(loc_t));
			d[c->ndropped++] = h->lock;
			c->dropped = d;
		}
	}
	live_merge(&c->live, st);
	c->seen = true;
	c->weak |= weak;
}

/* ---- restart ---- */

struct marks sim_observations(const struct solver *s)
{
	return (struct marks){ { s->reacquires.len, s->leaks.len,
				 s->balances.len, s->badreleases.len,
				 s->okreleases.len, s->untested.len,
				 s->edges.len, s->kinds.len,
				 s->gaveups.len, s->manycalls.len } };
}

void sim_rewind(struct solver *s, const struct marks *at)
{
	s->reacquires.len = at->n[0];
	s->leaks.len = at->n[1];
	s->balances.len = at->n[2];
	s->badreleases.len = at->n[3];
	s->okreleases.len = at->n[4];
	s->untested.len = at->n[5];
	for (uint32_t i = at->n[6]; i < s->edges.len; i++)
		lc_array_release(&s->edges.data[i].live);
	s->edges.len = at->n[6];
	s->kinds.len = at->n[7];
	s->gaveups.len = at->n[8];
	s->manycalls.len = at->n[9];
}
