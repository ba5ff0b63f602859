/* SPDX-License-Identifier: MIT */
/* What one of several targets of a function pointer may do. */
#ifndef LC_SOLVE_GUESS_H
#define LC_SOLVE_GUESS_H

#include "solve/apply.h"

struct args {
	struct value v[16];
	uint32_t n;
};

/* One of targets[] is called through the pointer whose value is `called`: would
 * it take what is held in `st`? all_seen: no other function can be there. */
void guess_judge(struct sim *m, struct state *st, const struct lc_instr *in,
		 loc_t called, const uint32_t *targets, uint32_t n,
		 bool all_seen, const struct args *a);
/* … through one that has more targets than are followed; after the last function
 * is known, guess_verdicts() tells what there is to tell. */
void guess_later(struct sim *m, const struct state *st,
		 const struct lc_instr *in, loc_t called);
void guess_verdicts(struct solver *s);

#endif
