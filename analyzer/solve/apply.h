/* SPDX-License-Identifier: MIT */
/*
 * What apply.c (a call of a function that has a summary), subst.c (names of the
 * callee as the caller knows them) and callback.c (functions that somebody else
 * calls or starts) share.
 */
#ifndef LC_SOLVE_APPLY_H
#define LC_SOLVE_APPLY_H

#include "solve/sim.h"

/* ---- subst.c ---- */
struct subst {
	struct sim *m;
	struct state *pre; /* the state at the call */
	const struct value *args;
	uint32_t nargs;
	uint32_t binding; /* a number for what pre stores and args are */
};

struct value subst(const struct subst *b, loc_t x);
loc_t subst_loc(const struct subst *b, loc_t x);
/* In the scratch arena; 0 for what has no name here. */
loc_t *subst_locs(const struct subst *b, const loc_t *from, uint32_t n);
/* false: cannot be in `st`; *now gets what is known then. */
bool subst_condition(const struct subst *b, const struct state *st,
		     const struct fact *f, struct fact *now);
/* All of them in the state at the call; left: what is not yet known there. */
bool subst_conditions(const struct subst *b, const struct fact *conds,
		      uint32_t n, struct fact *left, uint32_t *nleft);

/* ---- apply.c ---- */
/* The acquires, orders and kinds of locks in and below the callee. */
void apply_inside(const struct subst *b, const struct summary *sum, bool weak);

/* ---- callback.c ---- */
/* Calls and starts through pointers of the callee's caller, which is here.
 * only_starts: the others have been looked into before. */
void callback_lift(const struct subst *b, const struct summary *sum, bool weak,
		   bool only_starts);

#endif
