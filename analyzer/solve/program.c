/* SPDX-License-Identifier: MIT */
/* Linking: units' tables become the program's. See program.h for identity. */
#include "solve/program.h"
#include "solve/link.h"

#include <stdlib.h>

struct symbol_key {
	uint32_t name, scope;
	struct definition at;
};

static bool same_symbol(const void *ctx, uint32_t i, const void *key)
{
	const struct program *p = ctx;
	const struct symbol *s = &p->symbols.data[i];
	const struct symbol_key *k = key;

	return s->name == k->name && s->scope == k->scope &&
	       s->file == k->at.file && s->target == k->at.target;
}

static uint64_t hash3(uint32_t a, uint32_t b, uint32_t c)
{
	return lc_hash_u64(((uint64_t)a << 32) | b, c);
}

uint32_t program_string(struct program *p, uint32_t unit, uint32_t string)
{
	uint32_t *slot = &p->string_map[unit][string];

	if (*slot == LC_NONE)
		*slot = lc_intern(p->strings,
				  lc_str(&p->units[unit].strings, string));
	return *slot;
}

const char *function_name(const struct program *p, uint32_t f)
{
	return lc_str(p->strings, function_symbol(p, f)->name);
}

static uint32_t symbol_get(struct program *p, uint32_t unit,
			   const struct lc_symbol *s, struct definition at)
{
	struct symbol_key k = { program_string(p, unit, s->name),
				program_string(p, unit, s->scope), at };
	uint64_t h = hash3(k.name, k.scope, at.file + 31 * at.target);
	uint32_t i = lc_map_find(&p->symbol_index, h, same_symbol, p, &k);
	struct symbol *n;

	if (i == LC_NOT_FOUND) {
		i = p->symbols.len;
		n = lc_push(&p->symbols);
		n->name = k.name;
		n->scope = k.scope;
		n->file = at.file;
		n->target = at.target;
		n->function = LC_NONE;
		n->unit = unit;
		n->pos = s->pos;
		n->type = program_string(p, unit, s->type);
		lc_map_add(&p->symbol_index, h, i);
	}
	n = &p->symbols.data[i];
	if ((s->flags & LC_SYM_DEFINED) && !(n->flags & LC_SYM_DEFINED)) {
		n->unit = unit;
		n->pos = s->pos;
	}
	n->flags |= s->flags;
	return i;
}

static bool same_field(const void *ctx, uint32_t i, const void *key)
{
	const struct field *a = &((const struct program *)ctx)->fields.data[i];
	const struct field *b = key;

	return a->record == b->record && a->scope == b->scope &&
	       a->name == b->name;
}

static void link_fields(struct program *p, uint32_t u)
{
	const struct lc_unit *unit = &p->units[u];

	for (uint32_t i = 0; i < unit->fields.len; i++) {
		const struct lc_field *f = &unit->fields.data[i];
		struct field n = { program_string(p, u, f->record),
				   program_string(p, u, f->scope),
				   program_string(p, u, f->name),
				   program_string(p, u, f->type), f->flags };
		uint64_t h = hash3(n.record, n.scope, n.name);
		uint32_t id = lc_map_find(&p->field_index, h, same_field, p,
					  &n);

		if (id == LC_NOT_FOUND) {
			id = p->fields.len;
			*lc_push(&p->fields) = n;
			lc_map_add(&p->field_index, h, id);
		}
		p->field_map[u][i] = id;
	}
}

/* ---- one file, compiled twice ---- */

static bool about_locks(const struct lc_model *m)
{
	return m->op >= LC_MODEL_ACQUIRE && m->op <= LC_MODEL_BARRIER &&
	       m->op != LC_MODEL_EXIT;
}

static const char *callee_name(const struct lc_unit *u,
			       const struct lc_instr *in)
{
	const struct lc_operand *o = &u->operands.data[in->operand];

	if (in->kind != LC_I_CALL || o->kind != LC_OP_FUNC)
		return "";
	return lc_str(&u->strings, u->symbols.data[o->ref].name);
}

/* Blocks, places and calls are the same: then so is the rest, but for what
 * other flags make of a constant. */
static bool same_flow(const struct lc_unit *u, const struct lc_flow *a,
		      const struct lc_unit *w, const struct lc_flow *b)
{
	if (a->nblocks != b->nblocks)
		return false;
	for (uint32_t i = 0; i < a->nblocks; i++) {
		const struct lc_block *x = &u->blocks.data[a->first_block + i];
		const struct lc_block *y = &w->blocks.data[b->first_block + i];

		if (x->ninstrs != y->ninstrs || x->term != y->term ||
		    x->pos.line != y->pos.line)
			return false;
		for (uint32_t k = 0; k < x->ninstrs; k++) {
			const struct lc_instr *c =
				&u->instrs.data[x->first_instr + k];
			const struct lc_instr *d =
				&w->instrs.data[y->first_instr + k];

			if (c->kind != d->kind || c->pos.line != d->pos.line ||
			    c->pos.col != d->pos.col ||
			    strcmp(callee_name(u, c), callee_name(w, d)) != 0)
				return false;
		}
	}
	return true;
}

static uint32_t lock_calls(const struct program *p, const struct lc_unit *u,
			   const struct lc_flow *flow)
{
	struct instrs it = instrs_of_flow(u, flow);
	const struct lc_instr *in;
	uint32_t n = 0;

	while ((in = instrs_next(&it))) {
		const struct lc_model *m =
			lc_models_find(p->models, callee_name(u, in));

		n += m && about_locks(m);
	}
	return n;
}

/*
 * Another definition of a function we have. Callers mean the variant with the
 * most lock calls; the others are looked at too, as functions nobody calls. A
 * header's inline functions vary from unit to unit for no reason that counts.
 */
static void add_variant(struct program *p, uint32_t u, uint32_t id,
			const struct lc_symbol *s)
{
	const struct lc_unit *unit = &p->units[u];
	const struct lc_flow *flow = &unit->flows.data[s->flow];
	struct function old, *mine;

	if (strcmp(lc_str(&unit->strings, s->pos.file),
		   lc_str(&unit->strings, unit->file)) != 0)
		return;
	for (uint32_t f = p->symbols.data[id].function; f != LC_NONE;
	     f = p->functions.data[f].variant)
		if (same_flow(&p->units[p->functions.data[f].unit],
			      p->functions.data[f].flow, unit, flow))
			return;
	mine = &p->functions.data[p->symbols.data[id].function];
	old = *mine;
	old.variant = mine->variant;
	if (lock_calls(p, unit, flow) >
	    lock_calls(p, &p->units[old.unit], old.flow)) {
		mine->unit = u;
		mine->flow = flow;
	} else {
		old.unit = u;
		old.flow = flow;
	}
	mine->variant = p->functions.len;
	*lc_push(&p->functions) = old;
}

static void link_symbols(struct program *p, struct linkage *links, uint32_t u)
{
	const struct lc_unit *unit = &p->units[u];

	for (uint32_t i = 0; i < unit->symbols.len; i++) {
		const struct lc_symbol *s = &unit->symbols.data[i];
		uint32_t id = symbol_get(p, u, s, link_meant(links, u, s));

		p->symbol_map[u][i] = id;
		if (s->flow != LC_NONE &&
		    p->symbols.data[id].function != LC_NONE) {
			add_variant(p, u, id, s);
		} else if (s->flow != LC_NONE) {
			struct function *f;

			p->symbols.data[id].function = p->functions.len;
			f = lc_push(&p->functions);
			f->symbol = id;
			f->unit = u;
			f->flow = &unit->flows.data[s->flow];
			f->variant = LC_NONE;
		}
	}
}

static uint32_t *filled(uint32_t n)
{
	uint32_t *a = lc_realloc(NULL, (n + 1) * sizeof(*a));

	memset(a, 0xff, (n + 1) * sizeof(*a));
	return a;
}

void program_link(struct program *p, const struct lc_unit *units,
		  uint32_t nunits, const struct lc_models *models,
		  struct lc_strings *strings)
{
	struct linkage *links;

	memset(p, 0, sizeof(*p));
	p->units = units;
	p->nunits = nunits;
	p->models = models;
	p->strings = strings;
	p->symbol_map = lc_alloc(nunits * sizeof(void *));
	p->field_map = lc_alloc(nunits * sizeof(void *));
	p->string_map = lc_alloc(nunits * sizeof(void *));
	for (uint32_t u = 0; u < nunits; u++) {
		p->symbol_map[u] = filled(units[u].symbols.len);
		p->field_map[u] = filled(units[u].fields.len);
		p->string_map[u] = filled(units[u].strings.text.len);
	}
	links = link_find(p);
	for (uint32_t u = 0; u < nunits; u++) {
		link_fields(p, u);
		link_symbols(p, links, u);
	}
	/* A model speaks of a name; it is the source's word against ours when
	 * the program defines that name itself: a static function of the same
	 * name is the program's own, an external one that works on locks
	 * replaces the library's, so the model stands. */
	for (uint32_t i = 0; i < p->symbols.len; i++) {
		struct symbol *s = &p->symbols.data[i];

		if (!(s->flags & LC_SYM_FUNCTION))
			continue;
		s->model = lc_models_find(models, lc_str(strings, s->name));
		if (s->model && s->function != LC_NONE &&
		    ((s->flags & LC_SYM_INTERNAL) || !about_locks(s->model)))
			s->model = NULL;
	}
	link_release(links);
}

void program_release(struct program *p)
{
	for (uint32_t u = 0; u < p->nunits; u++) {
		free(p->symbol_map[u]);
		free(p->field_map[u]);
		free(p->string_map[u]);
	}
	free(p->symbol_map);
	free(p->field_map);
	free(p->string_map);
	for (uint32_t i = 0; i < p->targets.len; i++)
		lc_array_release(&p->targets.data[i].functions);
	lc_array_release(&p->targets);
	lc_array_release(&p->target_keys);
	lc_array_release(&p->inclusions);
	lc_array_release(&p->placed);
	lc_map_release(&p->target_index);
	lc_array_release(&p->symbols);
	lc_array_release(&p->fields);
	lc_array_release(&p->functions);
	lc_map_release(&p->symbol_index);
	lc_map_release(&p->field_index);
}

bool program_has_main(const struct program *p)
{
	for (uint32_t f = 0; f < p->functions.len; f++)
		if (!strcmp(function_name(p, f), "main"))
			return true;
	return false;
}
