/* SPDX-License-Identifier: MIT */
/* The conditions under which something happens, as callers are told of them:
 * which of too many are kept. */
#include "solve/sim.h"

bool sim_about_parameter(const struct locs *l, loc_t x)
{
	while (loc_at(l, x)->kind == STEP_MASK)
		x = loc_at(l, x)->parent;
	return loc_at(l, x)->kind == ROOT_PARAM;
}

/* Flags that were passed first: they are what decides most often. */
uint32_t sim_conds(struct sim *m, const struct state *st, struct lc_arena *to,
		   struct fact **out)
{
	const struct locs *l = &m->s->locs;
	struct fact tmp[MAX_CONDS];
	uint32_t n = 0;

	for (int flags = 1; flags >= 0; flags--)
		for (uint32_t i = 0; i < st->facts.len && n < MAX_CONDS; i++) {
			loc_t x = st->facts.data[i].sym;

			if (!st->facts.data[i].implied &&
			    sim_about_parameter(l, x) == flags &&
			    sim_visible(l, x))
				tmp[n++] = st->facts.data[i];
		}
	*out = sim_copy(to, tmp, n * sizeof(**out));
	return n;
}

/* What a condition is about, in the order in which too many are forgotten: last
 * what a program sets for itself (locks are on, a sync is going on) and what
 * callers pass, both of which they know. */
enum about { ABOUT_MEMORY, ABOUT_ARGUMENT, ABOUT_PROGRAM };

static enum about about(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	if (sim_about_parameter(l, x))
		return ABOUT_ARGUMENT;
	return n->kind == STEP_DEREF &&
			       loc_at(l, n->parent)->kind == ROOT_GLOBAL
		       ? ABOUT_PROGRAM
		       : ABOUT_MEMORY;
}

static uint32_t add_conditions(const struct sim *m, struct fact *all,
			       uint32_t n, const struct fact *conds,
			       uint32_t nconds, enum about what)
{
	for (uint32_t i = 0; i < nconds && n < MAX_CONDS; i++)
		if (about(&m->s->locs, conds[i].sym) == what)
			all[n++] = conds[i];
	return n;
}

void sim_join_conds(struct sim *m, struct acquire *a, const struct fact *conds,
		    uint32_t nconds)
{
	struct fact *all;
	uint32_t n = 0;

	if (!nconds)
		return;
	all = lc_arena_alloc(&m->scratch, MAX_CONDS * sizeof(*all));
	n = add_conditions(m, all, n, a->conds, a->nconds, ABOUT_PROGRAM);
	n = add_conditions(m, all, n, conds, nconds, ABOUT_ARGUMENT);
	n = add_conditions(m, all, n, a->conds, a->nconds, ABOUT_ARGUMENT);
	n = add_conditions(m, all, n, a->conds, a->nconds, ABOUT_MEMORY);
	n = add_conditions(m, all, n, conds, nconds, ABOUT_PROGRAM);
	n = add_conditions(m, all, n, conds, nconds, ABOUT_MEMORY);
	a->conds = all;
	a->nconds = n;
}
