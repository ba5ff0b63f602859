/* SPDX-License-Identifier: MIT */
/*
 * The order of locks of a database, in memory: what DOT, SVG, the HTML report
 * and `report --dropped` show. Locks are referred to by their index in `locks`;
 * everything is sorted as the database numbers it, so equal databases give
 * equal graphs.
 */
#ifndef LC_REPORT_LOCKGRAPH_H
#define LC_REPORT_LOCKGRAPH_H

#include "report/findings.h"

struct lc_graph_lock {
	uint32_t id; /* its row */
	char *name, *cls, *kind, *api;
	struct lc_place decl;         /* file "" if unknown */
	uint32_t first_take, ntakes;  /* in `takes` */
	bool in_order;                /* has an arc */
	bool reported;                /* is in a reported cycle */
};
/* Where a lock is acquired, once for each set of locks held there. */
struct lc_graph_take {
	uint32_t lock;
	struct lc_place at;
	char *mode, *blocking, *strength; /* the words of schema.sql */
	char *held;                       /* "g_a, g_b", "" if none */
};
/* One place where `wanted` is acquired while `held` is held. */
struct lc_graph_arc {
	struct lc_place held_at, at;
	char *function;                   /* where the two met */
	char *held_mode, *mode, *blocking, *strength;
	char *gates, *threads;            /* names, "" if none */
	char *dropped;                    /* why it is in no cycle, else "" */
	bool reported;                    /* in a reported cycle */
};
/* All arcs between two locks: one arrow. */
struct lc_graph_pair {
	uint32_t held, wanted;
	uint32_t first_arc, narcs;        /* in `arcs` */
	bool dropped;                     /* all its arcs are */
	bool reported;                    /* some arc is */
};
struct lc_graph_cycle {
	char *locks;    /* "g_a → g_b" */
	char *where;    /* "f() at a.c:3, g() at b.c:7": its edges' places */
	char *strength;
	char *dropped;  /* the filter that dropped it, "" = reported */
};
struct lc_lockgraph {
	LC_ARRAY(struct lc_graph_lock) locks;
	LC_ARRAY(struct lc_graph_take) takes;
	LC_ARRAY(struct lc_graph_pair) pairs;
	LC_ARRAY(struct lc_graph_arc) arcs;
	LC_ARRAY(struct lc_graph_cycle) cycles;
};

/* `g` is zeroed memory; release it in any case. */
int lc_lockgraph_load(struct lc_lockgraph *g, struct lc_store *store,
		      struct lc_error *err);
void lc_lockgraph_release(struct lc_lockgraph *g);
/* Leaves only the arrows to and from the locks of this name; -1 if there is no
 * such lock. */
int lc_lockgraph_around(struct lc_lockgraph *g, const char *name,
			struct lc_error *err);
/* Index of the lock with this row id, or LC_NONE. */
uint32_t lc_lockgraph_find(const struct lc_lockgraph *g, uint32_t id);

#endif
