/* SPDX-License-Identifier: MIT */
/*
 * `if (i % 16 == 0) lock(); … if (i % 16 == 15) unlock();`: in which rounds of a
 * loop that is, takes more arithmetic than is done here.
 */
#include "solve/verdict.h"

#include <stdlib.h>

/* The local whose remainder or bits the block asks for, LC_NONE. */
static uint32_t asked_of(const struct lc_unit *u, const struct lc_block *b)
{
	const struct lc_operand *o;
	const struct lc_path *q;
	uint32_t step;

	if (b->term != LC_T_TEST || b->lhs == LC_NONE)
		return LC_NONE;
	o = &u->operands.data[b->lhs];
	if (o->kind != LC_OP_LOAD)
		return LC_NONE;
	q = &u->paths.data[o->ref];
	if (q->root_kind != LC_ROOT_LOCAL || q->nsteps != 1)
		return LC_NONE;
	step = u->steps.data[q->first_step].kind;
	return step == LC_STEP_ARITH || step == LC_STEP_MASK ? q->root
							     : LC_NONE;
}

static bool is_counted(const struct lc_unit *u, const struct lc_flow *f,
		       uint32_t local)
{
	for (uint32_t b = 0; b < f->nblocks; b++) {
		const struct lc_block *x = &u->blocks.data[f->first_block + b];

		for (uint32_t i = 0; i < x->ninstrs; i++) {
			const struct lc_instr *in =
				&u->instrs.data[x->first_instr + i];

			if (in->kind == LC_I_ASSIGN &&
			    in->flags & LC_INSTR_STEP &&
			    u->paths.data[in->path].root_kind ==
				    LC_ROOT_LOCAL &&
			    u->paths.data[in->path].root == local &&
			    !u->paths.data[in->path].nsteps)
				return true;
		}
	}
	return false;
}

bool verdict_rarely(const struct solver *s, uint32_t fn, uint32_t instr)
{
	const struct lc_unit *u = function_unit(&s->program, fn);
	const struct lc_flow *f = s->program.functions.data[fn].flow;
	uint32_t at = verdict_block_of(u, f, instr);

	for (uint32_t b = 0; b < f->nblocks; b++) {
		const struct lc_block *x = &u->blocks.data[f->first_block + b];
		uint32_t local = asked_of(u, x);

		if (local != LC_NONE &&
		    (x->succ[0] == at || x->succ[1] == at) &&
		    is_counted(u, f, local))
			return true;
	}
	return false;
}

bool verdict_rounds_apart(const struct solver *s, uint32_t fn, loc_t lock)
{
	bool any = false;

	for (uint32_t i = 0; i < s->okreleases.len; i++) {
		const struct okrelease *o = &s->okreleases.data[i];

		if (o->function != fn || o->lock != lock)
			continue;
		if (!verdict_rarely(s, fn, o->instr) ||
		    !verdict_rarely(s, fn, o->taken))
			return false;
		any = true;
	}
	return any;
}
