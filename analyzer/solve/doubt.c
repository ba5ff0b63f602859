/* SPDX-License-Identifier: MIT */
/*
 * Marks of a chain of calls that leave room for doubt: something decides there
 * whether the way is ever taken that no single way through one function shows.
 * A finding at the end of such a chain is never more than a warning.
 */
#include "solve/verdict.h"

/* The pointer that is called was read from an object: it was put there some time
 * before, maybe to be called some time later. What is passed along and called
 * is no such thing, nor is a table that always holds the same functions. */
static bool by_stored_pointer(struct solver *s, const struct event *e)
{
	const struct lc_unit *u = function_unit(&s->program, e->function);
	const struct lc_instr *in = &u->instrs.data[e->instr];
	const struct lc_operand *o = &u->operands.data[in->operand];
	uint32_t targets[MAX_GUESSES];
	enum guess guess = GUESS_LOOSE;

	if (in->kind != LC_I_CALL || o->kind != LC_OP_LOAD ||
	    !u->paths.data[o->ref].nsteps)
		return false;
	order_call_targets(s, e->function, in, targets, MAX_GUESSES, &guess);
	return guess == GUESS_LOOSE;
}

static bool named_as_count(const struct solver *s, uint32_t function,
			   const struct lc_path *q)
{
	const struct lc_unit *u = function_unit(&s->program, function);

	for (uint32_t i = 0; i < q->nsteps; i++) {
		const struct lc_step *x = &u->steps.data[q->first_step + i];
		const char *name;

		if (x->kind != LC_STEP_FIELD)
			continue;
		name = lc_str(&u->strings, u->fields.data[x->ref].name);
		if (strcasestr(name, "ref") || strcasestr(name, "use"))
			return true;
	}
	return false;
}

/* The function gives a reference back before it goes on: whether it was the
 * last one is for those to know who hold the others. */
static bool gives_reference_back(const struct solver *s, const struct event *e)
{
	const struct lc_unit *u = function_unit(&s->program, e->function);
	struct instrs it = instrs_of(&s->program, e->function);
	const struct lc_instr *in;

	while ((in = instrs_next(&it))) {
		const struct lc_operand *o = &u->operands.data[in->operand];

		if (in->kind == LC_I_ASSIGN && in->flags & LC_INSTR_STEP &&
		    o->kind == LC_OP_CONST && o->value < 0 &&
		    named_as_count(s, e->function, &u->paths.data[in->path]))
			return true;
	}
	return false;
}

static bool asks_global(const struct lc_unit *u, uint32_t operand,
			uint32_t global)
{
	const struct lc_operand *o;
	const struct lc_path *q;

	if (operand == LC_NONE)
		return false;
	o = &u->operands.data[operand];
	if (o->kind != LC_OP_LOAD)
		return false;
	q = &u->paths.data[o->ref];
	return q->root_kind == LC_ROOT_GLOBAL && q->root == global &&
	       !q->nsteps;
}

static bool tests_global(const struct lc_unit *u, const struct lc_flow *f,
			 uint32_t global)
{
	for (uint32_t i = 0; i < f->nblocks; i++) {
		const struct lc_block *b = &u->blocks.data[f->first_block + i];

		if (b->term == LC_T_TEST && asks_global(u, b->lhs, global))
			return true;
	}
	return false;
}

/* `if (inited) return; inited = 1; …`: whether it has been here before is for
 * others to know. */
static bool once_by_flag(const struct solver *s, const struct event *e)
{
	const struct lc_unit *u = function_unit(&s->program, e->function);
	const struct lc_flow *f = s->program.functions.data[e->function].flow;
	struct instrs it = instrs_of(&s->program, e->function);
	const struct lc_instr *in;

	while ((in = instrs_next(&it))) {
		const struct lc_path *q;

		if (in->kind != LC_I_ASSIGN ||
		    u->operands.data[in->operand].kind != LC_OP_CONST)
			continue;
		q = &u->paths.data[in->path];
		if (q->root_kind == LC_ROOT_GLOBAL && !q->nsteps &&
		    tests_global(u, f, q->root))
			return true;
	}
	return false;
}

bool verdict_put_by(const struct solver *s, uint32_t callback)
{
	const struct event *e =
		&s->events.data[event_innermost(s, callback)];
	const struct lc_unit *u = function_unit(&s->program, e->function);
	const struct lc_instr *in = &u->instrs.data[e->instr];
	const struct lc_operand *o = &u->operands.data[in->operand];
	const struct lc_flow *f = s->program.functions.data[e->function].flow;
	const struct lc_path *q;

	if (in->kind != LC_I_CALL || o->kind != LC_OP_LOAD)
		return false;
	q = &u->paths.data[o->ref];
	return q->nsteps || q->root_kind != LC_ROOT_LOCAL ||
	       q->root >= f->nparams;
}

bool verdict_roundabout(struct solver *s, uint32_t event)
{
	for (uint32_t x = event; s->events.data[x].inner != LC_NONE;
	     x = s->events.data[x].inner) {
		struct event e = s->events.data[x];

		if (by_stored_pointer(s, &e) ||
		    (x != event &&
		     (gives_reference_back(s, &e) || once_by_flag(s, &e)) &&
		     verdict_avoidable(s, e.function, e.instr)))
			return true;
	}
	return false;
}
