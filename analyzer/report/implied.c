/* SPDX-License-Identifier: MIT */
/*
 * Which arrows of the lock order follow from others: with a → b and b → c, a → c
 * says nothing new about the order, and a picture is read more easily
 * without it. This is the transitive reduction (Aho, Garey, Ullman 1972) of the
 * arrows that go along the order of ranks, which has no cycles.
 */
#include "report/implied.h"

#include <stdlib.h>

/* For each lock the set of locks that are reached from it, as bits. */
struct reach {
	uint64_t *bits;
	size_t words;
};

static bool reaches(const struct reach *r, uint32_t from, uint32_t to)
{
	return r->bits[from * r->words + to / 64] >> to % 64 & 1;
}

static void include(struct reach *r, uint32_t from, uint32_t to)
{
	uint64_t *a = r->bits + from * r->words, *b = r->bits + to * r->words;

	a[to / 64] |= (uint64_t)1 << to % 64;
	for (size_t i = 0; i < r->words; i++)
		a[i] |= b[i];
}

static bool forward(const struct lc_graph_pair *p, const uint32_t *rank)
{
	return rank[p->held] < rank[p->wanted];
}

/* Pairs sorted by the rank of what is held, the last first. */
struct turn {
	uint32_t rank, pair;
};

static int later_first(const void *pa, const void *pb)
{
	const struct turn *a = pa, *b = pb;

	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return a->pair < b->pair ? -1 : a->pair > b->pair;
}

static void fill(struct reach *r, const struct lc_lockgraph *g,
		 const uint32_t *rank, bool dropped)
{
	struct turn *turns = lc_alloc(g->pairs.len * sizeof(*turns) + 1);

	for (uint32_t i = 0; i < g->pairs.len; i++)
		turns[i] = (struct turn){ rank[g->pairs.data[i].held], i };
	qsort(turns, g->pairs.len, sizeof(*turns), later_first);
	r->words = g->locks.len / 64 + 1;
	r->bits = lc_alloc(r->words * g->locks.len * sizeof(*r->bits) + 1);
	for (uint32_t i = 0; i < g->pairs.len; i++) {
		const struct lc_graph_pair *p = &g->pairs.data[turns[i].pair];

		if (forward(p, rank) && (dropped || !p->dropped))
			include(r, p->held, p->wanted);
	}
	free(turns);
}

/* Is there a way round through another lock? Pairs of one held lock stand
 * together: `first` is the first of them. */
static bool way_round(const struct lc_lockgraph *g, uint32_t first,
		      const struct lc_graph_pair *p, const uint32_t *rank,
		      const struct reach *r, bool dropped)
{
	for (uint32_t i = first; i < g->pairs.len &&
				 g->pairs.data[i].held == p->held; i++) {
		const struct lc_graph_pair *q = &g->pairs.data[i];

		if (q != p && forward(q, rank) && (dropped || !q->dropped) &&
		    reaches(r, q->wanted, p->wanted))
			return true;
	}
	return false;
}

void lc_find_implied(const struct lc_lockgraph *g, const uint32_t *rank,
		     bool *implied)
{
	struct reach sure = { 0 }, any = { 0 };
	uint32_t first = 0;

	fill(&sure, g, rank, false);
	fill(&any, g, rank, true);
	for (uint32_t i = 0; i < g->pairs.len; i++) {
		const struct lc_graph_pair *p = &g->pairs.data[i];

		if (g->pairs.data[first].held != p->held)
			first = i;
		implied[i] = !p->reported && forward(p, rank) &&
			     way_round(g, first, p, rank,
				       p->dropped ? &any : &sure, p->dropped);
	}
	free(sure.bits);
	free(any.bits);
}
