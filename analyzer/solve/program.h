/* SPDX-License-Identifier: MIT */
/*
 * The linked program: every unit's symbols and fields under one numbering, one
 * flow per function, and what is known of where function pointers point.
 *
 * Identity: external symbols by name; when several units define the same name
 * (a compile database of several programs), each definition is a symbol of
 * its own, and link.h says which one a reference means. Internal symbols by
 * name and file.
 */
#ifndef LC_SOLVE_PROGRAM_H
#define LC_SOLVE_PROGRAM_H

#include "flow/flow.h"
#include "model/model.h"
#include "solve/facts.h"

struct symbol {
	uint32_t name, scope; /* strings of the program */
	uint32_t file;        /* defining file */
	uint32_t target;      /* of struct definition, link.h */
	uint32_t flags;       /* enum lc_symbol_flag, or-ed over units */
	uint32_t function;    /* index into functions, LC_NONE */
	const struct lc_model *model; /* only when the name has no body here */
	struct lc_pos pos;    /* of unit `unit` */
	uint32_t unit;
	uint32_t type;
};

struct field {
	uint32_t record, scope, name, type;
	uint32_t flags; /* enum lc_field_flag */
};

struct function {
	uint32_t symbol;
	uint32_t unit;
	const struct lc_flow *flow;
	uint32_t variant; /* the next one of the same symbol, LC_NONE */
};

/* Every instruction of a function, block by block:
 * struct instrs it = instrs_of(p, f); while ((in = instrs_next(&it))) … */
struct instrs {
	const struct lc_unit *unit;
	const struct lc_flow *flow;
	uint32_t block, i;
};

struct init { /* static initialiser under program numbering */
	uint32_t unit, init;
};

/* Functions that may be stored in a variable, field or parameter. */
struct targets {
	LC_ARRAY(uint32_t) functions; /* sorted */
	bool loose; /* some came through another variable or a parameter */
	bool mixed; /* … through a field, of whatever object of the type */
	bool holds;  /* some function that matters may be there … */
	bool stored; /* … put there by code, not by an initialiser alone */
	bool locks; /* a function that a model describes may be there: a lock's */
};
struct inclusion { /* what is in `from` is in `to` */
	uint32_t from, to;
};
struct placed { /* a function written down where it is stored */
	uint32_t place, function;
	bool by_code;
};

struct program {
	const struct lc_unit *units;
	uint32_t nunits;
	const struct lc_models *models;
	struct lc_strings *strings; /* those of the facts */
	LC_ARRAY(struct symbol) symbols;
	LC_ARRAY(struct field) fields;
	LC_ARRAY(struct function) functions;
	uint32_t **symbol_map; /* [unit][symbol of unit] → symbol */
	uint32_t **field_map;
	uint32_t **string_map; /* lazily filled, LC_NONE = not yet */
	struct lc_map symbol_index, field_index; /* private */
	/* fptr.c */
	LC_ARRAY(struct targets) targets;
	struct lc_map target_index;
	LC_ARRAY(uint64_t) target_keys;
	LC_ARRAY(struct inclusion) inclusions; /* sorted by `from` */
	LC_ARRAY(struct placed) placed;
};

void program_link(struct program *p, const struct lc_unit *units,
		  uint32_t nunits, const struct lc_models *models,
		  struct lc_strings *strings);
void program_release(struct program *p);
/* A unit's string under the program's numbering. */
uint32_t program_string(struct program *p, uint32_t unit, uint32_t string);

/* fptr.c: flow-insensitive propagation of function addresses through
 * fields, globals, locals and parameters. */
void program_find_targets(struct program *p);
/* The function that is called by its name, LC_NONE = none that we know. */
uint32_t program_direct_callee(const struct program *p, uint32_t unit,
			       const struct lc_instr *in);
/* Per temp of the function: whose result it is, as above. In `table`, which may
 * move: the caller's, NULL the first time. */
uint32_t *program_temp_callees(const struct program *p, uint32_t f,
			       uint32_t *table);
/* Where may the pointer stored in `path` of `function` point? NULL = unknown */
const struct targets *program_path_targets(struct program *p,
					   uint32_t function, uint32_t path);
const struct targets *program_field_targets(struct program *p, uint32_t field);
/* What the code puts into a global by the global's name: into the field of it
 * (of an element of it), or with LC_NONE into itself. */
const struct targets *program_global_targets(struct program *p,
					     uint32_t symbol, uint32_t field);
const struct targets *program_operand_targets(struct program *p,
					      uint32_t function,
					      uint32_t operand);
/* What is called there may be a lock's own function: `int (*lk)(…) =
 * pthread_mutex_lock`. */
bool program_operand_locks(struct program *p, uint32_t function,
			   uint32_t operand);
/* Which places may hold one of the functions that matter? Then: may code have
 * put one into this field of some object, or passed one as this parameter?
 * What is passed in calls through pointers is not counted. */
void program_find_matters(struct program *p, bool (*matter)(void *, uint32_t),
			  void *ctx);
bool program_field_matters(const struct program *p, uint32_t field);
bool program_parameter_matters(const struct program *p, uint32_t function,
			       uint32_t number);

static inline const struct lc_unit *function_unit(const struct program *p,
						  uint32_t f)
{
	return &p->units[p->functions.data[f].unit];
}
static inline const struct symbol *function_symbol(const struct program *p,
						   uint32_t f)
{
	return &p->symbols.data[p->functions.data[f].symbol];
}
const char *function_name(const struct program *p, uint32_t f);

static inline struct instrs instrs_of_flow(const struct lc_unit *u,
					   const struct lc_flow *flow)
{
	return (struct instrs){ u, flow, 0, 0 };
}
static inline struct instrs instrs_of(const struct program *p, uint32_t f)
{
	return instrs_of_flow(function_unit(p, f), p->functions.data[f].flow);
}
static inline const struct lc_instr *instrs_next(struct instrs *it)
{
	for (; it->block < it->flow->nblocks; it->block++, it->i = 0) {
		const struct lc_block *b = &it->unit->blocks.data
			[it->flow->first_block + it->block];

		if (it->i < b->ninstrs)
			return &it->unit->instrs.data[b->first_instr +
						      it->i++];
	}
	return NULL;
}

bool program_has_main(const struct program *p);

/* What the model says has to do with locks or threads. */
static inline bool model_touches(const struct lc_model *mo)
{
	switch (mo->op) {
	case LC_MODEL_ACQUIRE:
	case LC_MODEL_RELEASE:
	case LC_MODEL_INIT:
	case LC_MODEL_ATTR_KIND:
	case LC_MODEL_WAIT:
	case LC_MODEL_START:
	case LC_MODEL_JOIN:
	case LC_MODEL_THREAD_EXIT:
	case LC_MODEL_THREAD_SET:
	case LC_MODEL_CLEANUP_NEXT:
		return true;
	default:
		return false;
	}
}

#endif
