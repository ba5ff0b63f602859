/* SPDX-License-Identifier: MIT */
/* Memory that others change: what a state forgets of it, and when. */
#include "solve/sim.h"

void sim_havoc_shared(struct sim *m, struct state *st, bool all)
{
	struct locs *l = &m->s->locs;
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->facts.len; i++) {
		const struct fact *f = &st->facts.data[i];
		const struct loc *x = loc_at(l, f->sym);
		bool gone = (all || f->guarded) && x->kind == STEP_DEREF &&
			    loc_is_concurrent(l, x->parent);

		if (!gone)
			st->facts.data[n++] = *f;
	}
	st->facts.len = n;
	if (all)
		sim_havoc_stored(m, st);
}

void sim_havoc_stored(struct sim *m, struct state *st)
{
	struct locs *l = &m->s->locs;

	for (uint32_t i = 0; i < st->store.len; i++) {
		struct bind *b = &st->store.data[i];
		const struct loc *x = loc_at(l, b->loc);

		if (x->kind != STEP_KIND && loc_is_concurrent(l, b->loc) &&
		    !b->value.loc)
			b->value = value_addr(loc_sym(l, SYM_HAVOC, m->function,
						      m->instr, b->loc));
	}
}

uint64_t sim_mod_hash(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind >= STEP_FIELD && n->kind != STEP_FIELD)
		n = loc_at(l, n->parent);
	if (n->kind == STEP_FIELD)
		return lc_hash_u64(1, n->ref);
	if (n->kind == ROOT_GLOBAL)
		return lc_hash_u64(2, n->ref);
	return 0;
}

static bool may_modify(const uint64_t *mods, uint64_t h)
{
	uint32_t a, b;

	mod_bits(h, &a, &b);
	return h && (mods[a / 64] >> (a % 64) & 1) &&
	       (mods[b / 64] >> (b % 64) & 1);
}

bool sim_may_modify(const struct solver *s, uint32_t f, loc_t x)
{
	return may_modify(s->summaries[f].mods, sim_mod_hash(&s->locs, x));
}

static void havoc(struct sim *m, struct state *st, loc_t x)
{
	state_store(&m->arena, st, x,
		    value_addr(loc_sym(&m->s->locs, SYM_HAVOC, m->function,
				       m->instr, x)));
}

/* The place that `sym` is the initial content of, if it still is. */
static loc_t initial_at(struct locs *l, const struct state *st, loc_t sym)
{
	const struct loc *x = loc_at(l, sym);
	loc_t at = x->parent;

	return x->kind == STEP_DEREF && state_load(l, st, at).loc == sym ? at
									 : 0;
}

void sim_havoc_mods(struct sim *m, struct state *st, const uint64_t *mods)
{
	struct locs *l = &m->s->locs;

	pure_forget_mods(m, st, mods);
	for (uint32_t i = 0; i < st->store.len; i++) {
		struct bind *b = &st->store.data[i];

		if (loc_is_shared(l, b->loc) &&
		    may_modify(mods, sim_mod_hash(l, b->loc)))
			b->value = value_addr(loc_sym(l, SYM_HAVOC, m->function,
						      m->instr, b->loc));
	}
	for (uint32_t i = 0; i < st->facts.len; i++) {
		loc_t at = initial_at(l, st, st->facts.data[i].sym);

		if (at && loc_is_shared(l, at) &&
		    may_modify(mods, sim_mod_hash(l, at)))
			havoc(m, st, at);
	}
}

void sim_havoc_below(struct sim *m, struct state *st, loc_t x)
{
	struct locs *l = &m->s->locs;

	for (uint32_t i = 0; i < st->store.len; i++) {
		struct bind *b = &st->store.data[i];

		if (b->loc != x && loc_below(l, b->loc, x))
			b->value = value_addr(loc_sym(l, SYM_HAVOC, m->function,
						      m->instr, b->loc));
	}
	havoc(m, st, x);
}
