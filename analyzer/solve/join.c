/* SPDX-License-Identifier: MIT */
/*
 * Joining two states of equal lock shape by anti-unification.
 *
 * Step 1  Every location bound differently gets a common unknown (a "phi",
 *         named after the place and the location). The triples (old value, new
 *         value, phi) are the generalisation.
 * Step 2  Locks and marks are rewritten by the same triples: if `old` and
 *         `new` are the same steps from a pair's two sides, the result is those
 *         steps from the phi. So "cur's lock is held" survives though cur moves.
 *         A pair that no triple explains becomes an unknown of its own.
 * Step 3  Facts: the hull of what both sides know, of each phi and of each
 *         value both share, widened after a few rounds so that counters end:
 *         first to the numbers that the function tests for, then to nothing.
 * Step 4  Comparisons of a phi with a value that both sides share (`i < n`).
 *
 * A phi of this very place on the new side is the value of the round before,
 * which is another value than the phi means now, unless it is unchanged.
 */
#include "solve/state.h"

enum { WIDEN_AFTER = 3, GIVE_UP_AFTER = 10, MAX_PAIRS = 64 };

struct pair {
	struct value old, new;
	loc_t phi;
};
struct join {
	struct lc_arena *arena;
	struct locs *locs;
	const struct meeting *at;
	struct pair pairs[MAX_PAIRS];
	uint32_t npairs;
	bool changed;
};

/* A lock call that reported an error keeps its path apart until the lock is
 * released, so that nobody takes it for one without the call. */
static bool same_failures(const struct state *a, const struct state *b)
{
	for (uint32_t i = 0; i < a->marks.len; i++)
		if (a->marks.data[i].kind == MARK_LOCK_FAILED &&
		    !state_mark(b, a->marks.data[i].lock, MARK_LOCK_FAILED))
			return false;
	return true;
}

bool state_same_shape(const struct state *a, const struct state *b,
		      bool guesses)
{
	if (a->held.len != b->held.len ||
	    (!guesses && a->weak != b->weak) ||
	    !same_failures(a, b) || !same_failures(b, a))
		return false;
	for (uint32_t i = 0; i < a->held.len; i++) {
		const struct held *x = &a->held.data[i], *y = &b->held.data[i];

		if (x->instr != y->instr || x->count != y->count ||
		    x->mode != y->mode ||
		    ((x->flags ^ y->flags) & ~HELD_JOINED) ||
		    (x->cond != 0) != (y->cond != 0))
			return false;
		/* the same site on another object, outside of a loop over
		 * objects, is told apart by joining only unknown objects */
		if (x->lock != y->lock && x->count < 0)
			return false;
	}
	return true;
}

static bool is_phi_here(const struct join *j, loc_t x)
{
	const struct loc *n = loc_at(j->locs, x);

	return n->kind == ROOT_SYM && n->why == SYM_PHI &&
	       n->ref == j->at->function && n->value == j->at->place;
}

/* The unknown for (old, new) at location `about`. */
static struct value generalise(struct join *j, struct value old,
			       struct value new, loc_t about)
{
	loc_t phi;

	for (uint32_t i = 0; i < j->npairs; i++)
		if (value_same(j->pairs[i].old, old) &&
		    value_same(j->pairs[i].new, new))
			return value_addr(j->pairs[i].phi);
	if (is_phi_here(j, old.loc) && loc_at(j->locs, old.loc)->parent == about)
		phi = old.loc; /* what loc_sym would find */
	else
		phi = loc_sym(j->locs, SYM_PHI, j->at->function, j->at->place,
			      about);
	if (j->npairs < MAX_PAIRS)
		j->pairs[j->npairs++] = (struct pair){ old, new, phi };
	return value_addr(phi);
}

static const struct bind *bind_of(const struct state *s, loc_t x)
{
	uint32_t lo = 0, hi = s->store.len;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->store.data[mid].loc < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->store.len && s->store.data[lo].loc == x
		       ? &s->store.data[lo]
		       : NULL;
}

static void join_bind(struct join *j, struct state *into, uint32_t i,
		      struct value other)
{
	struct bind *b = &into->store.data[i];
	struct value v;

	if (value_same(b->value, other))
		return;
	v = generalise(j, b->value, other, b->loc);
	if (!value_same(v, b->value)) {
		b->value = v;
		j->changed = true;
	}
}

static bool is_local(const struct locs *l, loc_t x)
{
	return loc_at(l, loc_at(l, x)->root)->kind == ROOT_LOCAL;
}

/* Step 1. Both stores are sorted by location. */
static void join_store(struct join *j, struct state *into,
		       const struct state *from)
{
	uint32_t n = 0;

	for (uint32_t i = 0, k = 0; i < into->store.len; i++) {
		loc_t x = into->store.data[i].loc;

		while (k < from->store.len && from->store.data[k].loc < x)
			k++;
		if (k < from->store.len && from->store.data[k].loc == x) {
			join_bind(j, into, i, from->store.data[k].value);
		} else if (is_local(j->locs, x)) {
			j->changed = true; /* not set on the other way */
			continue;
		} else {
			join_bind(j, into, i,
				  value_addr(loc_deref(j->locs, x)));
		}
		into->store.data[n++] = into->store.data[i];
	}
	into->store.len = n;
	for (uint32_t k = 0; k < from->store.len; k++) {
		const struct bind *b = &from->store.data[k];
		struct value init;

		if (is_local(j->locs, b->loc) || bind_of(into, b->loc))
			continue;
		init = value_addr(loc_deref(j->locs, b->loc));
		state_store(j->arena, into, b->loc,
			    generalise(j, init, b->value, b->loc));
		j->changed = true;
	}
}

/* Does the unknown stand for another value from now on? */
static bool rebound_phi(const struct join *j, loc_t x)
{
	if (!is_phi_here(j, x))
		return false;
	for (uint32_t i = 0; i < j->npairs; i++)
		if (j->pairs[i].phi == x && j->pairs[i].new.loc != x)
			return true;
	return false;
}

/* Is a value in x's path rebound by this join: its root, or an index? */
static bool rebound(const struct join *j, loc_t x)
{
	const struct loc *n = loc_at(j->locs, x);

	for (; n->kind >= STEP_FIELD; n = loc_at(j->locs, n->parent))
		if (n->kind == STEP_INDEX_VALUE && rebound(j, n->ref))
			return true;
	return rebound_phi(j, loc_at(j->locs, x)->root);
}

/* The constant index that a step is; an absent step is index 0. */
static bool constant_index(const struct join *j, loc_t x, loc_t *base,
			   int64_t *index)
{
	const struct loc *n = loc_at(j->locs, x);

	*base = n->kind == STEP_INDEX ? n->parent : x;
	*index = n->kind == STEP_INDEX ? n->value : 0;
	return n->kind != STEP_INDEX_VALUE && n->kind != STEP_INDEX_ANY;
}

/* An element by constant on the one side and by variable on the other, when
 * the variable's two values were generalised too. 0 = no. */
static loc_t explain_index(struct join *j, loc_t old, loc_t new)
{
	const struct loc *n = loc_at(j->locs, new);
	int64_t index;
	loc_t base;

	if (n->kind != STEP_INDEX_VALUE ||
	    !constant_index(j, old, &base, &index) || base != n->parent)
		return 0;
	for (uint32_t i = 0; i < j->npairs; i++)
		if (!j->pairs[i].old.loc && j->pairs[i].old.constant == index &&
		    j->pairs[i].new.loc == n->ref)
			return loc_step(j->locs, base, STEP_INDEX_VALUE,
					j->pairs[i].phi, 0);
	return 0;
}

/* The common name of `old` and `new` by the pairs there are, 0 = none. */
static loc_t explain(struct join *j, loc_t old, loc_t new)
{
	struct loc a = *loc_at(j->locs, old), b = *loc_at(j->locs, new);
	loc_t parent, ref = a.ref;

	for (uint32_t i = 0; i < j->npairs; i++)
		if (j->pairs[i].old.loc == old && j->pairs[i].new.loc == new)
			return j->pairs[i].phi;
	if (old == new && !rebound(j, new))
		return old;
	if (b.kind == STEP_INDEX_VALUE && a.kind != STEP_INDEX_VALUE)
		return explain_index(j, old, new);
	if (a.kind < STEP_FIELD || a.kind != b.kind || a.value != b.value)
		return 0;
	if (a.kind == STEP_INDEX_VALUE)
		ref = explain(j, a.ref, b.ref);
	else if (a.ref != b.ref)
		return 0;
	parent = explain(j, a.parent, b.parent);
	if (!parent || (a.kind == STEP_INDEX_VALUE && !ref))
		return 0;
	return loc_step(j->locs, parent, a.kind, ref, a.value);
}

/* Step 2. */
static loc_t join_loc(struct join *j, loc_t old, loc_t new, loc_t about)
{
	loc_t o = old, n = new, common = explain(j, old, new);

	if (common)
		return common;
	/* unexplained: keep the type's steps, lose the object */
	while (loc_at(j->locs, o)->kind == STEP_FIELD &&
	       loc_at(j->locs, n)->kind == STEP_FIELD &&
	       loc_at(j->locs, o)->ref == loc_at(j->locs, n)->ref) {
		o = loc_at(j->locs, o)->parent;
		n = loc_at(j->locs, n)->parent;
	}
	return loc_rebase(j->locs, old, o,
			  generalise(j, value_addr(o), value_addr(n), about)
				  .loc);
}

static void join_held(struct join *j, struct state *into,
		      const struct state *from)
{
	for (uint32_t i = 0; i < into->held.len; i++) {
		struct held *h = &into->held.data[i];
		const struct held *g = &from->held.data[i];
		loc_t about = loc_root(j->locs, ROOT_PARAM, 1000 + i, 0);
		loc_t lock = join_loc(j, h->lock, g->lock, about);
		loc_t cond = h->cond == g->cond
				     ? h->cond
				     : join_loc(j, h->cond, g->cond, about);

		if (lock != h->lock || cond != h->cond)
			j->changed = true;
		if (lock != h->lock || lock != g->lock)
			h->flags |= HELD_JOINED;
		h->lock = lock;
		h->cond = cond;
		h->flags |= g->flags & HELD_JOINED;
		if (g->max_count > h->max_count)
			h->max_count = g->max_count;
	}
}

/* The pointer to it is null: what is said of the lock is true of no other. */
static bool no_such_lock(const struct join *j, const struct state *s, loc_t x)
{
	for (;;) {
		const struct loc *n = loc_at(j->locs, x);

		if (n->kind < STEP_FIELD || n->kind == STEP_DEREF) {
			struct fact f = state_fact(s, j->locs, value_addr(x));

			if (f.lo == 0 && f.hi == 0)
				return true;
		}
		if (n->kind < STEP_FIELD)
			return false;
		x = n->parent;
	}
}

static void join_marks(struct join *j, struct state *into,
		       const struct state *from)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < into->marks.len; i++) {
		const struct mark *m = &into->marks.data[i];

		if ((state_mark(from, m->lock, m->kind) ||
		     m->kind == MARK_TAKEN ||
		     (m->kind == MARK_RELEASED &&
		      no_such_lock(j, from, m->lock))) &&
		    !rebound(j, m->lock))
			into->marks.data[n++] = *m;
	}
	j->changed |= n != into->marks.len;
	into->marks.len = n;
	for (uint32_t i = 0; i < from->marks.len; i++) {
		const struct mark *m = &from->marks.data[i];

		if (m->kind == MARK_TAKEN &&
		    !state_mark(into, m->lock, MARK_TAKEN)) {
			state_set_mark(j->arena, into, m->lock, MARK_TAKEN,
				       m->event);
			j->changed = true;
		}
		if (m->kind != MARK_RELEASED || into->joins > GIVE_UP_AFTER ||
		    state_mark(into, m->lock, m->kind) ||
		    rebound(j, m->lock) || !no_such_lock(j, into, m->lock))
			continue;
		state_set_mark(j->arena, into, m->lock, MARK_RELEASED,
			       m->event);
		j->changed = true;
	}
}

static bool waited(const struct state *s, uint32_t event)
{
	for (uint32_t i = 0; i < s->live.len; i++)
		if (s->live.data[i].event == event)
			return true;
	return false;
}

/* A thread joined through an array or a list on one way (a loop that may run
 * zero times) counts as joined: the loop is meant to reach all of them. */
static void join_live(struct join *j, struct state *into,
		      const struct state *from)
{
	uint32_t n = 0;

	/* waited for on both ways, or not surely */
	for (uint32_t i = 0; i < into->live.len; i++) {
		const struct live *v = &into->live.data[i];

		if (!(v->event & LIVE_WAITED) || waited(from, v->event))
			into->live.data[n++] = *v;
	}
	j->changed |= n != into->live.len;
	into->live.len = n;
	for (uint32_t i = 0; i < from->live.len; i++) {
		const struct live *v = &from->live.data[i];
		struct live *mine = NULL;

		if (v->event & LIVE_WAITED)
			continue;

		for (uint32_t k = 0; k < into->live.len; k++)
			if (into->live.data[k].event == v->event)
				mine = &into->live.data[k];
		if (!mine) {
			state_add_live(j->arena, into, *v);
			j->changed = true;
		} else if (v->joined && !mine->joined) {
			mine->joined = true;
			j->changed = true;
		}
	}
}

/* Facts about bits are few: how many has s, and has it one about bits of v? */
static uint32_t count_masks(const struct join *j, const struct state *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; j->at->nmasks && i < s->facts.len; i++)
		n += loc_at(j->locs, s->facts.data[i].sym)->kind == STEP_MASK;
	return n;
}

static bool has_mask(const struct join *j, const struct state *s, uint32_t n,
		     loc_t v)
{
	for (uint32_t i = 0; n && i < s->facts.len; i++) {
		const struct loc *x = loc_at(j->locs, s->facts.data[i].sym);

		if (x->kind != STEP_MASK)
			continue;
		if (x->parent == v)
			return true;
		n--;
	}
	return false;
}

/* May s know bits of v, n being its count_masks? */
static bool tells_bits(const struct join *j, const struct state *s, uint32_t n,
		       struct value v)
{
	enum loc_kind k = (enum loc_kind)loc_at(j->locs, v.loc)->kind;

	return !v.loc || k == STEP_OR || k == STEP_MASK ||
	       has_mask(j, s, n, v.loc);
}

/* The bits of a phi, as far as both sides know them and somebody asks. */
static void join_masks(struct join *j, struct state *into,
		       const struct state *old, const struct state *from,
		       const struct pair *p)
{
	for (uint32_t i = 0; i < j->at->nmasks; i++) {
		int64_t mask = j->at->masks[i];
		struct value phi = value_mask(j->locs, value_addr(p->phi), mask);
		struct fact f, had;

		f = fact_hull(state_fact(old, j->locs,
					 value_mask(j->locs, p->old, mask)),
			      state_fact(from, j->locs,
					 value_mask(j->locs, p->new, mask)));
		f.sym = phi.loc;
		had = state_fact(old, j->locs, phi);
		if (!fact_same(&f, &had)) {
			/* only ever less is known, or it would not end */
			if (into->joins > GIVE_UP_AFTER)
				f = fact_any(phi.loc);
			j->changed |= !fact_same(&f, &had);
		}
		if (!fact_is_any(&f))
			state_put_fact(j->arena, into, j->locs, f);
	}
}

static void widen(const struct join *j, uint32_t joins, struct fact *f,
		  const struct fact *old)
{
	const int64_t *b = j->at->bounds;
	uint32_t n = joins > GIVE_UP_AFTER ? 0 : j->at->nbounds, i = 0;

	if (joins <= WIDEN_AFTER)
		return;
	if (f->hi > old->hi) {
		while (i < n && b[i] < f->hi)
			i++;
		f->hi = i < n ? b[i] : INT64_MAX;
	}
	if (f->lo < old->lo) {
		while (n > 0 && b[n - 1] > f->lo)
			n--;
		f->lo = n ? b[n - 1] : INT64_MIN;
	}
}

/* ---- comparisons ---- */

/* What a state knows of `a == b` or `a < b`: 1, 0, or -1 for nothing. */
static int compared(struct join *j, const struct state *s, struct value a,
		    struct value b, bool less)
{
	struct fact x, y;

	if (a.loc && b.loc) {
		bool swap = !less && a.loc > b.loc;
		loc_t p = swap ? b.loc : a.loc, q = swap ? a.loc : b.loc;

		x = state_fact(s, j->locs,
			       value_addr(loc_sym(j->locs, SYM_CMP, q, less, p)));
		if (fact_test(&x, LC_NE, 0) >= 0)
			return fact_test(&x, LC_NE, 0);
	}
	x = state_fact(s, j->locs, a);
	y = state_fact(s, j->locs, b);
	if (x.hi < y.lo)
		return less;
	if (x.lo > y.hi || (less && x.lo >= y.hi))
		return 0;
	return -1;
}

static bool is_comparison(const struct join *j, loc_t x)
{
	const struct loc *n = loc_at(j->locs, x);

	return n->kind == ROOT_SYM && n->why == SYM_CMP;
}

/* The pair whose new value x is; NULL = x is the same on both sides. */
static const struct pair *pair_of(const struct join *j, loc_t x)
{
	for (uint32_t i = 0; i < j->npairs; i++)
		if (j->pairs[i].new.loc == x)
			return &j->pairs[i];
	return NULL;
}

/* Does the comparison speak of a phi that has another value from now on? */
static bool stale(const struct join *j, loc_t cmp)
{
	const struct loc *n = loc_at(j->locs, cmp);

	for (uint32_t i = 0; i < j->npairs; i++)
		if (j->pairs[i].phi == n->parent || j->pairs[i].phi == n->ref)
			return true;
	return false;
}

/* Step 4. Of the comparisons known in `from`, those that `old` agrees with. */
static void join_comparisons(struct join *j, struct state *into,
			     const struct state *old, const struct state *from)
{
	for (uint32_t i = 0; i < from->facts.len; i++) {
		struct fact f = from->facts.data[i];
		const struct loc *n = loc_at(j->locs, f.sym);
		const struct pair *a, *b;
		loc_t x, y;
		bool less;

		if (!is_comparison(j, f.sym))
			continue;
		less = n->value;
		a = pair_of(j, n->parent);
		b = pair_of(j, n->ref);
		x = a ? a->phi : n->parent;
		y = b ? b->phi : n->ref;
		if ((!a && !b) || fact_test(&f, LC_NE, 0) < 0 ||
		    fact_test(&f, LC_NE, 0) !=
			    compared(j, old, a ? a->old : value_addr(x),
				     b ? b->old : value_addr(y), less))
			continue;
		if (!less && x > y)
			f.sym = loc_sym(j->locs, SYM_CMP, x, less, y);
		else
			f.sym = loc_sym(j->locs, SYM_CMP, y, less, x);
		state_put_fact(j->arena, into, j->locs, f);
	}
	for (uint32_t i = 0; i < old->facts.len; i++) {
		struct fact f = old->facts.data[i], g;

		if (!is_comparison(j, f.sym) || !stale(j, f.sym))
			continue;
		g = state_fact(into, j->locs, value_addr(f.sym));
		j->changed |= !fact_same(&f, &g);
	}
}

/* What a pointer's object holds, or bits of it: the last steps of the name. */
static bool is_content(const struct join *j, loc_t x)
{
	const struct loc *n = loc_at(j->locs, x);

	return n->kind == STEP_DEREF ||
	       (n->kind == STEP_MASK &&
		loc_at(j->locs, n->parent)->kind == STEP_DEREF);
}

static bool ends_alike(const struct join *j, loc_t x, loc_t y)
{
	const struct loc *a = loc_at(j->locs, x), *b = loc_at(j->locs, y);

	while (a->kind == b->kind && a->value == b->value &&
	       (a->kind == STEP_DEREF || a->kind == STEP_MASK)) {
		a = loc_at(j->locs, a->parent);
		b = loc_at(j->locs, b->parent);
	}
	return a->kind != STEP_FIELD || b->kind != STEP_FIELD ||
	       a->ref == b->ref;
}

static void learn(struct join *j, struct state *into, struct fact f)
{
	if (fact_is_any(&f))
		return;
	state_put_fact(j->arena, into, j->locs, f);
	j->changed = true;
}

/* Step 5. `p->shared` of the one and of the other p is that of the phi.
 * What changes once more after that is forgotten, or it would not end soon. */
static void join_contents(struct join *j, struct state *into,
			  const struct state *old, const struct state *from)
{
	for (uint32_t i = 0; j->npairs && i < from->facts.len; i++) {
		const struct fact *f = &from->facts.data[i];

		if (!is_content(j, f->sym))
			continue;
		for (uint32_t k = 0; k < old->facts.len; k++) {
			const struct fact *g = &old->facts.data[k];
			struct fact both, had;

			if (!is_content(j, g->sym) ||
			    !ends_alike(j, f->sym, g->sym))
				continue;
			both = fact_hull(*g, *f);
			both.sym = explain(j, g->sym, f->sym);
			if (!both.sym || !rebound(j, both.sym))
				continue;
			had = state_fact(old, j->locs, value_addr(both.sym));
			if (fact_same(&both, &had))
				state_put_fact(j->arena, into, j->locs, both);
			else if (fact_is_any(&had) &&
				 into->joins <= WIDEN_AFTER)
				learn(j, into, both);
		}
	}
	for (uint32_t i = 0; i < old->facts.len; i++) {
		struct fact f = old->facts.data[i], g;

		if (!is_content(j, f.sym) || !rebound(j, f.sym))
			continue;
		g = state_fact(into, j->locs, value_addr(f.sym));
		j->changed |= !fact_same(&f, &g);
	}
}

/* Step 3. */
static void join_facts(struct join *j, struct state *into,
		       const struct state *from)
{
	struct state facts = { 0 }, *old = &facts; /* of `into`, before */
	uint32_t nold, nfrom;
	uint32_t n = 0;

	state_copy_facts(j->arena, old, into);
	nold = count_masks(j, old);
	nfrom = count_masks(j, from);

	for (uint32_t i = 0; i < into->facts.len; i++) {
		struct fact f = into->facts.data[i], g;

		if (rebound(j, f.sym) ||
		    (is_comparison(j, f.sym) && stale(j, f.sym)))
			continue; /* below, from its pair */
		g = fact_hull(f, state_fact(from, j->locs,
					    value_addr(f.sym)));
		g.sym = f.sym;
		widen(j, into->joins, &g, &f);
		j->changed |= !fact_same(&f, &g);
		if (!fact_is_any(&g))
			into->facts.data[n++] = g;
	}
	into->facts.len = n;
	for (uint32_t i = 0; i < j->npairs; i++) {
		struct fact a = state_fact(old, j->locs, j->pairs[i].old);
		struct fact b = state_fact(from, j->locs, j->pairs[i].new);
		struct fact f = fact_hull(a, b);

		f.sym = j->pairs[i].phi;
		widen(j, into->joins, &f, &a);
		if (!fact_same(&f, &a))
			j->changed = true;
		if (!fact_is_any(&f))
			state_put_fact(j->arena, into, j->locs, f);
		if (j->at->nmasks &&
		    (has_mask(j, old, nold, j->pairs[i].phi) ||
		     (tells_bits(j, old, nold, j->pairs[i].old) &&
		      tells_bits(j, from, nfrom, j->pairs[i].new))))
			join_masks(j, into, old, from, &j->pairs[i]);
	}
	join_comparisons(j, into, old, from);
	join_contents(j, into, old, from);
}

void state_give_up(struct state *s)
{
	if (s->joins < GIVE_UP_AFTER)
		s->joins = GIVE_UP_AFTER;
}

bool state_join(struct lc_arena *a, struct locs *l, struct state *into,
		const struct state *from, const struct meeting *at)
{
	struct join j = { .arena = a, .locs = l, .at = at };

	into->joins++;
	j.changed = (into->weak && !from->weak) ||
		    (from->maybe_weak && !into->maybe_weak);
	into->weak &= from->weak;
	into->maybe_weak |= from->maybe_weak;
	join_store(&j, into, from);
	join_held(&j, into, from);
	join_marks(&j, into, from);
	join_live(&j, into, from);
	join_facts(&j, into, from);
	return j.changed;
}
