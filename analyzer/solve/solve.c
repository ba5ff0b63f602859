/* SPDX-License-Identifier: MIT */
/* The stages of solving, in order; and the text of summaries. */
#include "solve/sim.h"

#include <inttypes.h>
#include <stdlib.h>

/* Static initialisers say what kind a lock is. */
static void static_kinds(struct solver *s)
{
	for (uint32_t u = 0; u < s->program.nunits; u++) {
		const struct lc_unit *unit = &s->program.units[u];
		struct sim m = { .s = s, .unit = u, .u = unit };
		struct state st = { 0 };
		struct summary none = { 0 };

		m.sum = &none;
		for (uint32_t i = 0; i < unit->inits.len; i++) {
			const struct lc_init *in = &unit->inits.data[i];
			const struct lc_operand *o =
				&unit->operands.data[in->operand];

			if (o->kind != LC_OP_INIT)
				continue;
			sim_initialiser(&m, sim_path(&m, &st, in->path),
					o->ref);
		}
		lc_array_release(&none.kinds);
	}
}

/* Function tables, pointers and numbers that an initialiser fills and nobody
 * writes. */
static int by_loc(const void *a, const void *b)
{
	const struct bind *x = a, *y = b;

	return x->loc < y->loc ? -1 : x->loc > y->loc;
}

static void mark_root(struct solver *s, uint32_t unit, uint32_t path,
		      bool *marks)
{
	const struct lc_path *q = &s->program.units[unit].paths.data[path];

	if (q->root_kind == LC_ROOT_GLOBAL)
		marks[s->program.symbol_map[unit][q->root]] = true;
}

static void mark_written(struct solver *s, bool *written)
{
	for (uint32_t u = 0; u < s->program.nunits; u++) {
		const struct lc_unit *unit = &s->program.units[u];

		for (uint32_t i = 0; i < unit->instrs.len; i++)
			if (unit->instrs.data[i].kind == LC_I_ASSIGN)
				mark_root(s, u, unit->instrs.data[i].path,
					  written);
	}
}

/* Whose address is taken anywhere: it may be written through it. */
static void mark_pointed_to(struct solver *s, bool *pointed_to)
{
	for (uint32_t u = 0; u < s->program.nunits; u++) {
		const struct lc_unit *unit = &s->program.units[u];

		for (uint32_t i = 0; i < unit->operands.len; i++)
			if (unit->operands.data[i].kind == LC_OP_ADDR)
				mark_root(s, u, unit->operands.data[i].ref,
					  pointed_to);
	}
}

/* All code that could write the variable by its name is here. */
static bool all_seen(const struct solver *s, const struct symbol *sym)
{
	return (sym->flags & LC_SYM_DEFINED) &&
	       !(sym->flags & (LC_SYM_FUNCTION | LC_SYM_VOLATILE)) &&
	       ((sym->flags & LC_SYM_INTERNAL) || s->has_main);
}

struct constants {
	struct solver *s;
	bool *written, *pointed_to;
	bool *initialised;
};

/* `static const bool tracing = false`, `static int always = 1`: tests of it are
 * decided. Of arrays only pointers are kept: a table of numbers decides no
 * lock. */
static bool fixed_number(const struct constants *c, const struct lc_unit *u,
			 const struct lc_path *q, uint32_t symbol,
			 const struct lc_operand *o)
{
	const struct symbol *sym = &c->s->program.symbols.data[symbol];

	if (o->kind != LC_OP_CONST || sym->flags & LC_SYM_VOLATILE ||
	    (!(sym->flags & LC_SYM_CONST) &&
	     (c->pointed_to[symbol] || !all_seen(c->s, sym))))
		return false;
	for (uint32_t i = 0; i < q->nsteps; i++)
		if (u->steps.data[q->first_step + i].kind != LC_STEP_FIELD)
			return false;
	return true;
}

static void unit_constants(const struct constants *c, uint32_t u)
{
	struct solver *s = c->s;
	const struct lc_unit *unit = &s->program.units[u];
	struct sim m = { .s = s, .unit = u, .u = unit };
	struct state st = { 0 };

	for (uint32_t i = 0; i < unit->inits.len; i++) {
		const struct lc_init *in = &unit->inits.data[i];
		const struct lc_operand *o = &unit->operands.data[in->operand];
		const struct lc_path *q = &unit->paths.data[in->path];
		uint32_t symbol;

		if (q->root_kind != LC_ROOT_GLOBAL)
			continue;
		symbol = s->program.symbol_map[u][q->root];
		c->initialised[symbol] = true;
		if (c->written[symbol] ||
		    (o->kind != LC_OP_FUNC && o->kind != LC_OP_ADDR &&
		     !fixed_number(c, unit, q, symbol, o)))
			continue;
		*lc_push(&s->constants) = (struct bind){
			sim_path(&m, &st, in->path),
			sim_operand(&m, &st, in->operand)
		};
	}
}

/* `static int tracing;` that nobody ever sets. */
static void zeros(const struct constants *c)
{
	struct solver *s = c->s;

	for (uint32_t i = 0; i < s->program.symbols.len; i++) {
		const struct symbol *sym = &s->program.symbols.data[i];

		if (c->written[i] || c->pointed_to[i] || c->initialised[i] ||
		    sym->flags & LC_SYM_POINTER || !all_seen(s, sym))
			continue;
		*lc_push(&s->constants) = (struct bind){
			loc_root(&s->locs, ROOT_GLOBAL, i, 0), value_const(0)
		};
	}
}

static void static_values(struct solver *s)
{
	uint32_t n = s->program.symbols.len + 1;
	struct constants c = { s, lc_alloc(n), lc_alloc(n), lc_alloc(n) };

	mark_written(s, c.written);
	mark_pointed_to(s, c.pointed_to);
	for (uint32_t u = 0; u < s->program.nunits; u++)
		unit_constants(&c, u);
	zeros(&c);
	if (s->constants.len)
		qsort(s->constants.data, s->constants.len,
		      sizeof(struct bind), by_loc);
	free(c.written);
	free(c.pointed_to);
	free(c.initialised);
}

/* ---- dump ---- */

static void print_loc(struct solver *s, loc_t x, FILE *f)
{
	struct lc_buf b = { 0 };

	loc_print(&s->locs, x, &b);
	fputs(b.data ? b.data : "", f);
	lc_buf_release(&b);
}

static void print_fact(struct solver *s, const struct fact *k, FILE *f)
{
	print_loc(s, k->sym, f);
	if (k->lo == k->hi) {
		fprintf(f, " == %" PRId64, k->lo);
		return;
	}
	if (k->lo != INT64_MIN)
		fprintf(f, " >= %" PRId64, k->lo);
	if (k->hi != INT64_MAX)
		fprintf(f, " <= %" PRId64, k->hi);
	for (uint8_t i = 0; i < k->nne; i++)
		fprintf(f, " != %" PRId64, k->ne[i]);
}

static void print_conds(struct solver *s, const struct fact *c, uint32_t n,
			FILE *f)
{
	for (uint32_t i = 0; i < n; i++) {
		fputs(i ? ", " : " if ", f);
		print_fact(s, &c[i], f);
	}
}

static void print_outcome(struct solver *s, const struct outcome *o, FILE *f)
{
	fputs("  returns", f);
	if (o->has_ret) {
		struct fact r = o->ret_fact;

		fputs(" ", f);
		if (r.lo == r.hi)
			fprintf(f, "%" PRId64, r.lo);
		else if (o->ret.loc)
			print_loc(s, o->ret.loc, f);
		if (r.lo != r.hi && r.hi < 0)
			fputs(" (negative)", f);
		else if (r.lo != r.hi && r.nne)
			fputs(" (non-zero)", f);
	}
	for (uint32_t i = 0; i < o->ndeltas; i++) {
		const struct held *h = &o->deltas[i].held;

		fputs(h->count > 0 ? " +" : " -", f);
		print_loc(s, h->lock, f);
		if (h->count > 1 || h->count < -1)
			fprintf(f, "x%d", h->count > 0 ? h->count : -h->count);
		if (h->mode == LC_MODE_SHARED)
			fputs(" (shared)", f);
		if (o->deltas[i].cond_return)
			fputs(" (by the result)", f);
	}
	print_conds(s, o->conds, o->nconds, f);
	fputs("\n", f);
}

static void print_summary(struct solver *s, uint32_t fn, FILE *f)
{
	const struct summary *sum = &s->summaries[fn];

	fprintf(f, "%s%s\n", function_name(&s->program, fn),
		sum->capped ? " (incomplete)" : "");
	for (uint32_t i = 0; i < sum->acquires.len; i++) {
		const struct acquire *a = &sum->acquires.data[i];

		fputs("  acquires ", f);
		print_loc(s, a->lock, f);
		if (a->mode == LC_MODE_SHARED)
			fputs(" (shared)", f);
		if (a->blocking != LC_BLOCK_YES)
			fprintf(f, " (%s)",
				lc_blocking_name((enum lc_blocking)a->blocking));
		for (uint32_t k = 0; k < a->ndropped; k++) {
			fputs(k ? ", " : " without ", f);
			print_loc(s, a->dropped[k], f);
		}
		print_conds(s, a->conds, a->nconds, f);
		fputs("\n", f);
	}
	for (uint32_t i = 0; i < sum->edges.len; i++) {
		fputs("  order ", f);
		print_loc(s, sum->edges.data[i].held.lock, f);
		fputs(" -> ", f);
		print_loc(s, sum->edges.data[i].wanted, f);
		fputs("\n", f);
	}
	for (uint32_t i = 0; i < sum->callbacks.len; i++) {
		fputs(sum->callbacks.data[i].start ? "  starts " : "  calls ",
		      f);
		print_loc(s, sum->callbacks.data[i].target, f);
		fputs("\n", f);
	}
	for (uint32_t i = 0; i < sum->outcomes.len; i++)
		print_outcome(s, &sum->outcomes.data[i], f);
	if (!sum->returns && !sum->capped)
		fputs("  never returns\n", f);
}

static void print_summaries(struct solver *s)
{
	const char *only = s->options->only_function;

	for (uint32_t f = 0; f < s->program.functions.len; f++)
		if (s->summaries[f].relevant && s->summaries[f].done &&
		    (!only || !*only ||
		     !strcmp(only, function_name(&s->program, f))))
			print_summary(s, f, s->options->summaries);
}

/* ---- the end ---- */

static void release(struct solver *s)
{
	for (uint32_t f = 0; f < s->program.functions.len; f++) {
		struct summary *sum = &s->summaries[f];

		lc_array_release(&sum->outcomes);
		lc_array_release(&sum->acquires);
		lc_array_release(&sum->edges);
		lc_array_release(&sum->callbacks);
		lc_array_release(&sum->kinds);
		lc_array_release(&sum->joined);
		lc_array_release(&sum->sweeps);
		lc_arena_release(&sum->arena);
	}
	for (uint32_t i = 0; i < s->edges.len; i++)
		lc_array_release(&s->edges.data[i].live);
	for (uint32_t i = 0; i < s->starts.len; i++)
		lc_array_release(&s->starts.data[i].live);
	for (uint32_t i = 0; i < s->callrecs.len; i++)
		lc_array_release(&s->callrecs.data[i].live);
	free(s->summaries);
	free(s->ncallers);
	free(s->escapes);
	free(s->lookers);
	lc_array_release(&s->questions);
	lc_map_release(&s->question_index);
	free(s->entry);
	free(s->declared);
	free(s->once);
	lc_array_release(&s->events);
	lc_array_release(&s->callrecs);
	lc_array_release(&s->reacquires);
	lc_array_release(&s->leaks);
	lc_array_release(&s->balances);
	lc_array_release(&s->badreleases);
	lc_array_release(&s->gaveups);
	lc_array_release(&s->okreleases);
	lc_array_release(&s->untested);
	lc_array_release(&s->manycalls);
	lc_array_release(&s->uncounted);
	lc_array_release(&s->edges);
	lc_array_release(&s->starts);
	lc_array_release(&s->kinds);
	lc_array_release(&s->groups);
	lc_array_release(&s->constants);
	lc_array_release(&s->reached);
	lc_array_release(&s->class_uses);
	lc_array_release(&s->lock_keys);
	lc_array_release(&s->lock_semaphores);
	lc_array_release(&s->other_semaphores);
	lc_map_release(&s->event_index);
	lc_map_release(&s->callrec_index);
	lc_map_release(&s->edge_index);
	lc_map_release(&s->lock_index);
	lc_map_release(&s->site_index);
	lc_arena_release(&s->arena);
	lc_arena_release(&s->spare);
	lc_arena_release(&s->spare_scratch);
	locs_release(&s->locs);
	program_release(&s->program);
}

void lc_solve(const struct lc_unit *units, uint32_t nunits,
	      const struct lc_models *models,
	      const struct lc_solve_options *options, struct lc_facts *out)
{
	struct solver s = { .models = models, .options = options, .out = out };
	struct threads threads = { 0 };

	program_link(&s.program, units, nunits, models, &out->strings);
	locs_init(&s.locs, &s.program);
	program_find_targets(&s.program);
	s.has_main = program_has_main(&s.program);
	static_kinds(&s);
	pointees_find(&s);
	static_values(&s);
	solve_functions(&s);
	if (options->summaries)
		print_summaries(&s);
	threads_find(&s, &threads);
	solve_verdicts(&s);
	solve_edges(&s, &threads);
	solve_cycles(&s, &threads);
	emit_tables(&s, &threads);
	threads_release(&s, &threads);
	release(&s);
}
