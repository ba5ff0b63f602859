/* SPDX-License-Identifier: MIT */
/*
 * The one object that a pointer ever points to: a global variable or a field
 * into which the whole program puts a single object's address, and perhaps
 * NULL. Inclusion constraints as in fptr.c (a field stands for that field of
 * every object of the type), over none, one or several objects; what comes from
 * where we cannot look counts as several.
 */
#include "solve/sim.h"

#include <stdlib.h>

#define SEVERAL UINT32_MAX

struct inclusion_of {
	uint32_t from, to;
};

struct pointees {
	struct solver *s;
	uint32_t globals, fields, results, locals; /* first node of each kind */
	uint32_t nnodes;
	uint32_t *first_local; /* per function: of its nodes */
	loc_t *object;         /* per node: 0 = none, SEVERAL */
	bool *nulled;          /* … code puts NULL there */
	uint32_t *temp_callee; /* of the function at hand */
	LC_ARRAY(struct inclusion_of) inclusions;
};

static void join_object(struct pointees *w, uint32_t node, loc_t x)
{
	if (node == LC_NONE || !x || w->object[node] == x)
		return;
	w->object[node] = w->object[node] ? SEVERAL : x;
}

/* The pointer variable or field that the path ends in; an array is one with
 * its elements. LC_NONE = neither. */
static uint32_t place_of(const struct pointees *w, uint32_t function,
			 uint32_t unit, uint32_t path)
{
	const struct program *p = &w->s->program;
	const struct lc_unit *u = &p->units[unit];
	const struct lc_path *q = &u->paths.data[path];

	for (uint32_t i = q->nsteps; i-- > 0;) {
		const struct lc_step *s = &u->steps.data[q->first_step + i];

		if (s->kind == LC_STEP_FIELD)
			return w->fields + p->field_map[unit][s->ref];
		if (s->kind != LC_STEP_INDEX && s->kind != LC_STEP_INDEX_VAR &&
		    s->kind != LC_STEP_INDEX_ANY)
			return LC_NONE;
	}
	if (q->root_kind == LC_ROOT_GLOBAL)
		return w->globals + p->symbol_map[unit][q->root];
	if (q->root_kind == LC_ROOT_LOCAL && function != LC_NONE)
		return w->first_local[function] + q->root;
	return LC_NONE;
}

/* A global, or a part of one that is always the same. */
static loc_t object_of(const struct pointees *w, uint32_t unit, uint32_t path)
{
	struct solver *s = w->s;
	const struct lc_unit *u = &s->program.units[unit];
	const struct lc_path *q = &u->paths.data[path];
	struct sim m = { .s = s, .unit = unit, .u = u };
	struct state st = { 0 };
	loc_t x;

	if (q->root_kind != LC_ROOT_GLOBAL)
		return SEVERAL;
	for (uint32_t i = 0; i < q->nsteps; i++) {
		uint32_t kind = u->steps.data[q->first_step + i].kind;

		if (kind != LC_STEP_FIELD && kind != LC_STEP_INDEX)
			return SEVERAL;
	}
	x = sim_path(&m, &st, path);
	return loc_is_exact(&s->locs, x) ? x : SEVERAL;
}

/* node ⊇ operand */
static void include(struct pointees *w, uint32_t node, uint32_t function,
		    uint32_t unit, uint32_t operand)
{
	const struct program *p = &w->s->program;
	const struct lc_unit *u = &p->units[unit];
	const struct lc_operand *o;
	const struct lc_path *q;
	uint32_t from;

	if (node == LC_NONE || operand == LC_NONE)
		return;
	o = &u->operands.data[operand];
	if (o->kind == LC_OP_CONST) {
		if (o->value)
			join_object(w, node, SEVERAL);
		else if (function != LC_NONE)
			w->nulled[node] = true;
		return;
	}
	if (o->kind == LC_OP_ADDR) {
		join_object(w, node, object_of(w, unit, o->ref));
		return;
	}
	if (o->kind != LC_OP_LOAD) {
		join_object(w, node, SEVERAL);
		return;
	}
	q = &u->paths.data[o->ref];
	from = place_of(w, function, unit, o->ref);
	if (q->root_kind == LC_ROOT_TEMP && !q->nsteps &&
	    w->temp_callee[q->root] != LC_NONE)
		from = w->results + w->temp_callee[q->root];
	if (from == LC_NONE)
		join_object(w, node, SEVERAL);
	else if (from != node)
		*lc_push(&w->inclusions) = (struct inclusion_of){ from, node };
}

/* Whoever has the address of the pointer may write it. */
static void take_address(struct pointees *w, uint32_t f, uint32_t unit,
			 uint32_t operand)
{
	const struct lc_operand *o;

	if (operand == LC_NONE)
		return;
	o = &w->s->program.units[unit].operands.data[operand];
	if (o->kind == LC_OP_ADDR)
		join_object(w, place_of(w, f, unit, o->ref), SEVERAL);
}

static void scan_instr(struct pointees *w, uint32_t f,
		       const struct lc_instr *in)
{
	const struct program *p = &w->s->program;
	uint32_t unit = p->functions.data[f].unit, callee;
	const uint32_t *args = &p->units[unit].args.data[in->first_arg];

	if (in->kind == LC_I_ASSIGN) {
		take_address(w, f, unit, in->operand);
		include(w, place_of(w, f, unit, in->path), f, unit,
			in->operand);
	}
	if (in->kind != LC_I_CALL)
		return;
	callee = program_direct_callee(p, unit, in);
	for (uint32_t i = 0; i < in->nargs; i++)
		take_address(w, f, unit, args[i]);
	for (uint32_t i = 0; callee != LC_NONE && i < in->nargs; i++)
		if (i < p->functions.data[callee].flow->nparams)
			include(w, w->first_local[callee] + i, f, unit,
				args[i]);
}

static void scan_flow(struct pointees *w, uint32_t f)
{
	const struct program *p = &w->s->program;
	uint32_t unit = p->functions.data[f].unit;
	const struct lc_unit *u = &p->units[unit];
	const struct lc_flow *flow = p->functions.data[f].flow;
	struct instrs it = instrs_of(p, f);
	const struct lc_instr *in;

	w->temp_callee = program_temp_callees(p, f, w->temp_callee);
	while ((in = instrs_next(&it)))
		scan_instr(w, f, in);
	for (uint32_t b = 0; b < flow->nblocks; b++) {
		const struct lc_block *x = &u->blocks.data[flow->first_block + b];

		if (x->term != LC_T_RETURN)
			continue;
		take_address(w, f, unit, x->lhs);
		include(w, w->results + f, f, unit, x->lhs);
	}
}

/* What code that is not here may pass, or who calls through a pointer. */
static bool called_from_outside(const struct solver *s, uint32_t f)
{
	const struct symbol *sym = function_symbol(&s->program, f);

	return (sym->flags & LC_SYM_ADDRESS) ||
	       (!s->has_main && !(sym->flags & LC_SYM_INTERNAL)) ||
	       !strcmp(function_name(&s->program, f), "main");
}

static void open_parameters(struct pointees *w)
{
	const struct program *p = &w->s->program;

	for (uint32_t f = 0; f < p->functions.len; f++) {
		uint32_t n = p->functions.data[f].flow->nparams;

		for (uint32_t i = 0; called_from_outside(w->s, f) && i < n; i++)
			join_object(w, w->first_local[f] + i, SEVERAL);
	}
}

static void open_fields(struct pointees *w)
{
	const struct program *p = &w->s->program;

	for (uint32_t i = 0; i < p->fields.len; i++)
		if (!w->s->has_main ||
		    (p->fields.data[i].flags & LC_FIELD_UNION))
			join_object(w, w->fields + i, SEVERAL);
}

static void open_globals(struct pointees *w)
{
	const struct program *p = &w->s->program;

	for (uint32_t i = 0; i < p->symbols.len; i++)
		if ((p->symbols.data[i].flags & LC_SYM_THREAD) ||
		    (!w->s->has_main &&
		     !(p->symbols.data[i].flags & LC_SYM_INTERNAL)))
			join_object(w, w->globals + i, SEVERAL);
}

static void scan_initialisers(struct pointees *w)
{
	const struct program *p = &w->s->program;

	for (uint32_t u = 0; u < p->nunits; u++)
		for (uint32_t i = 0; i < p->units[u].inits.len; i++) {
			const struct lc_init *in = &p->units[u].inits.data[i];

			take_address(w, LC_NONE, u, in->operand);
			include(w, place_of(w, LC_NONE, u, in->path), LC_NONE,
				u, in->operand);
		}
}

static void propagate(struct pointees *w)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < w->inclusions.len; i++) {
			struct inclusion_of e = w->inclusions.data[i];
			loc_t before = w->object[e.to];

			join_object(w, e.to, w->object[e.from]);
			changed |= w->object[e.to] != before ||
				   w->nulled[e.to] < w->nulled[e.from];
			w->nulled[e.to] |= w->nulled[e.from];
		}
	}
}

static void number_nodes(struct pointees *w)
{
	const struct program *p = &w->s->program;

	w->globals = 0;
	w->fields = p->symbols.len;
	w->results = w->fields + p->fields.len;
	w->nnodes = w->results + p->functions.len;
	w->first_local = lc_alloc((p->functions.len + 1) * sizeof(uint32_t));
	for (uint32_t f = 0; f < p->functions.len; f++) {
		w->first_local[f] = w->nnodes;
		w->nnodes += p->functions.data[f].flow->nlocals;
	}
	w->object = lc_alloc((w->nnodes + 1) * sizeof(loc_t));
	w->nulled = lc_alloc(w->nnodes + 1);
}

static void keep(struct pointees *w, struct pointee *to, uint32_t first,
		 uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (w->object[first + i] != SEVERAL)
			to[i] = (struct pointee){ w->object[first + i],
						  w->nulled[first + i] };
}

void pointees_find(struct solver *s)
{
	struct program *p = &s->program;
	struct pointees w = { .s = s };

	number_nodes(&w);
	open_parameters(&w);
	open_fields(&w);
	open_globals(&w);
	scan_initialisers(&w);
	for (uint32_t f = 0; f < p->functions.len; f++)
		scan_flow(&w, f);
	propagate(&w);
	s->locs.of_global =
		lc_alloc((p->symbols.len + 1) * sizeof(struct pointee));
	s->locs.of_field =
		lc_alloc((p->fields.len + 1) * sizeof(struct pointee));
	keep(&w, s->locs.of_global, w.globals, p->symbols.len);
	keep(&w, s->locs.of_field, w.fields, p->fields.len);
	free(w.first_local);
	free(w.object);
	free(w.nulled);
	free(w.temp_callee);
	lc_array_release(&w.inclusions);
}
