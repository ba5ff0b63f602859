/* SPDX-License-Identifier: MIT */
/*
 * `if (o->locked) unlock(l); wait(o); if (o->locked) lock(l);`: the lock is the
 * callers', and the same is asked twice. That the second answer is another one
 * may be possible by the letter, since others write to `o->locked`, or may look
 * so, since states of equal locks are one; but who asks so means one thing.
 */
#include "solve/verdict.h"

#include <stdlib.h>

enum { NEAR = 4 }; /* blocks between a question and what hangs on it */

static bool same_path(const struct lc_unit *u, const struct lc_path *a,
		      const struct lc_path *b)
{
	if (a->root_kind != b->root_kind || a->root != b->root ||
	    a->nsteps != b->nsteps)
		return false;
	for (uint32_t i = 0; i < a->nsteps; i++) {
		const struct lc_step *x = &u->steps.data[a->first_step + i];
		const struct lc_step *y = &u->steps.data[b->first_step + i];

		if (x->kind != y->kind || x->ref != y->ref ||
		    x->value != y->value)
			return false;
	}
	return true;
}

static bool same_operand(const struct lc_unit *u, uint32_t a, uint32_t b)
{
	const struct lc_operand *x, *y;

	if (a == LC_NONE || b == LC_NONE)
		return a == b;
	x = &u->operands.data[a];
	y = &u->operands.data[b];
	if (x->kind != y->kind)
		return false;
	if (x->kind == LC_OP_CONST)
		return x->value == y->value;
	return x->kind == LC_OP_LOAD &&
	       same_path(u, &u->paths.data[x->ref], &u->paths.data[y->ref]);
}

/* A question, and the answer on the way that was taken. */
struct answer {
	const struct lc_block *asked;
	uint32_t side;
};

static bool same_answer(const struct lc_unit *u, const struct answer *a,
			const struct answer *b)
{
	return a->asked != b->asked && a->side == b->side &&
	       a->asked->cmp == b->asked->cmp &&
	       same_operand(u, a->asked->lhs, b->asked->lhs) &&
	       same_operand(u, a->asked->rhs, b->asked->rhs);
}

/* The only block that comes before, and by which of its ways; false = there
 * are several. */
static bool one_before(const struct lc_unit *u, const struct lc_flow *f,
		       uint32_t block, struct answer *out)
{
	uint32_t n = 0;

	for (uint32_t b = 0; b < f->nblocks; b++) {
		const struct lc_block *x = &u->blocks.data[f->first_block + b];

		for (uint32_t i = 0; i < flow_successors(x); i++)
			if (flow_successor(u, x, i) == block) {
				*out = (struct answer){ x, i };
				n++;
			}
	}
	return n == 1;
}

/* What was asked last on every way to an instruction. */
static uint32_t answers_before(const struct solver *s, uint32_t fn,
			       uint32_t instr, struct answer *out)
{
	const struct lc_unit *u = function_unit(&s->program, fn);
	const struct lc_flow *f = s->program.functions.data[fn].flow;
	uint32_t block = verdict_block_of(u, f, instr), n = 0;
	struct answer a;

	for (uint32_t i = 0; i < NEAR && one_before(u, f, block, &a); i++) {
		if (a.asked->term == LC_T_TEST)
			out[n++] = a;
		block = (uint32_t)(a.asked - &u->blocks.data[f->first_block]);
	}
	return n;
}

/* Does the other answer lead to `to` too, but not by `around`? Not if it is that
 * of an assertion, or returns. */
static bool optional(const struct lc_unit *u, const struct lc_flow *f,
		     const struct answer *a, uint32_t around, uint32_t to)
{
	bool *seen = lc_alloc(f->nblocks + 1), found = false;
	LC_ARRAY(uint32_t) todo = { 0 };

	seen[around] = true;
	*lc_push(&todo) = flow_successor(u, a->asked, !a->side);
	while (todo.len && !found) {
		uint32_t b = todo.data[--todo.len];
		const struct lc_block *x = &u->blocks.data[f->first_block + b];

		if (seen[b])
			continue;
		seen[b] = true;
		found = b == to;
		for (uint32_t i = 0; i < flow_successors(x); i++)
			*lc_push(&todo) = flow_successor(u, x, i);
	}
	free(seen);
	lc_array_release(&todo);
	return found;
}

/* Does the release hang on the same as the acquire, and may be passed by? */
static bool asked_alike(const struct solver *s, uint32_t fn, uint32_t release,
			uint32_t acquire)
{
	const struct lc_unit *u = function_unit(&s->program, fn);
	const struct lc_flow *f = s->program.functions.data[fn].flow;
	uint32_t around = verdict_block_of(u, f, release);
	uint32_t to = verdict_block_of(u, f, acquire);
	struct answer a[NEAR], b[NEAR];
	uint32_t na = answers_before(s, fn, release, a);
	uint32_t nb = answers_before(s, fn, acquire, b);

	for (uint32_t i = 0; i < na; i++)
		for (uint32_t k = 0; k < nb; k++)
			if (same_answer(u, &a[i], &b[k]) &&
			    optional(u, f, &a[i], around, to))
				return true;
	return false;
}

bool verdict_taken_back(const struct solver *s, const struct leak *k)
{
	for (uint32_t i = 0; i < s->badreleases.len; i++) {
		const struct badrelease *b = &s->badreleases.data[i];

		if (b->function == k->function && b->lock == k->lock &&
		    b->why != LC_BAD_FAILED_TRY &&
		    b->instr != k->held.instr &&
		    verdict_flow_reaches(s, k->function, b->instr,
					 k->held.instr) &&
		    asked_alike(s, k->function, b->instr, k->held.instr))
			return true;
	}
	return false;
}
