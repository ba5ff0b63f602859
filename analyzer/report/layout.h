/* SPDX-License-Identifier: MIT */
/*
 * Where the locks and arrows of the lock order are drawn: a layered drawing
 * (Sugiyama, Tagawa, Toda 1981) from left to right, what is held left of what
 * is wanted. In whole units (pixels, if one likes) and integer arithmetic
 * throughout, so every machine draws the same.
 */
#ifndef LC_REPORT_LAYOUT_H
#define LC_REPORT_LAYOUT_H

#include "report/lockgraph.h"

struct lc_layout_node {
	int32_t x, y, width, height; /* left top corner; width 0: not drawn */
};
struct lc_layout_edge {
	/* x, y, x, y …: points from the held lock's side to the wanted one's.
	 * Points 2k and 2k + 1 are joined by a curve that is level at both
	 * ends, 2k + 1 and 2k + 2 by a straight level run. Empty for a lock
	 * that is ordered with itself, and for an implied one. */
	LC_ARRAY(int32_t) points;
	/* It follows from others (a → b → c makes a → c) and is left out. */
	bool implied;
};
struct lc_layout {
	LC_ARRAY(struct lc_layout_node) nodes; /* by index of lock */
	LC_ARRAY(struct lc_layout_edge) edges; /* by index of pair */
	int32_t width, height;
};

/* `l` is zeroed memory; release it. */
void lc_layout_make(struct lc_layout *l, const struct lc_lockgraph *g);
void lc_layout_release(struct lc_layout *l);

#endif
