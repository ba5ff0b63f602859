/* SPDX-License-Identifier: MIT */
/*
 * Locations: the solver's names for objects. A location is hash-consed, so
 * equal names are equal numbers. It is a root and steps outward:
 *
 *   ROOT_GLOBAL s    the static object of program symbol s
 *   ROOT_LOCAL f,i   local i of function f
 *   ROOT_PARAM k     what parameter k points to on entry (of the function at
 *                    hand); a summary speaks in these, a call replaces them
 *   ROOT_FUNCTION f  a function
 *   ROOT_FIXED n     an API-level lock (a model's `fixed`)
 *   ROOT_MODEL s     a function that a model describes: program symbol s
 *   ROOT_SYM         what an unknown value points to; which value it is, is
 *                    told apart by (why, function, instruction, location)
 *
 * A value is a constant or the address of a location. An unknown integer is
 * "the address" of a SYM nobody else has, so one mechanism carries pointers,
 * flags and return codes: what matters is only which values are the same.
 * The value first found in location L is the address of L.DEREF. So is a record
 * that is copied, passed or returned as a whole: its field F is L.F.DEREF, or if
 * it is unknown where it came from, PART F of the value.
 */
#ifndef LC_SOLVE_LOC_H
#define LC_SOLVE_LOC_H

#include "solve/program.h"

typedef uint32_t loc_t; /* 0 = no location */

enum loc_kind {
	LOC_NOTHING,
	ROOT_GLOBAL,
	ROOT_LOCAL,
	ROOT_PARAM,
	ROOT_FUNCTION,
	ROOT_FIXED,
	ROOT_MODEL,
	ROOT_SYM,
	STEP_FIELD,
	STEP_DEREF,
	STEP_PART, /* field ref of a record that is a value: DEREF of the field */
	STEP_INDEX,
	STEP_INDEX_VALUE, /* ref = location whose address is the index */
	STEP_INDEX_ANY,
	STEP_MASK,
	STEP_ARITH,
	/* not objects, but the parent's value … */
	STEP_PLUS,   /* + value */
	STEP_NEGATE, /* negated */
	STEP_OR,     /* | value */
	STEP_CONTAINER,
	STEP_SPECIFIC, /* what a key stands for in the calling thread */
	STEP_KIND /* pseudo-field of an attribute object: the kind set in it */
};
enum sym_why {
	SYM_RESULT, /* result of a call */
	SYM_HAVOC,  /* location's content after something may have changed it */
	SYM_PHI,    /* differing values met at a join */
	SYM_FRESH,  /* a callee's unknown, seen from one call of it */
	SYM_ALLOC,  /* a fresh object */
	SYM_SOME,   /* any object: stands for all unknowns (loc_some) */
	SYM_LOST,   /* null or constant dereferenced, path too deep … */
	SYM_ANSWER, /* the place of what a function that only looks says */
	SYM_CMP     /* truth of a comparison between two values */
};

struct loc {
	uint8_t kind;
	uint8_t depth; /* steps from the root */
	uint8_t why;   /* ROOT_SYM */
	bool once;     /* ROOT_SYM: one value in a run: made by main, no loop */
	loc_t parent;  /* steps; SYM: the location it is about, or 0 */
	loc_t root;
	uint32_t ref;  /* symbol, field, function, … */
	loc_t deref;   /* the step STEP_DEREF from here, 0 = not asked yet */
	int64_t value; /* local's number, index, mask; SYM: instruction */
};

struct value {
	loc_t loc; /* 0: the constant */
	int64_t constant;
};

/* What a pointer variable or field points to, if it is one object in the whole
 * program: see pointee.c. */
struct pointee {
	loc_t object; /* 0 = several, or nobody knows */
	bool nulled;  /* … or code makes it NULL again */
};

struct locs {
	LC_ARRAY(struct loc) data;
	struct lc_map index;
	struct program *program;
	LC_ARRAY(uint32_t) classes; /* of loc_class(…, true), + 1; 0 = not yet */
	struct pointee *of_global;  /* per symbol; NULL = not looked for yet */
	struct pointee *of_field;   /* per field */
};

void locs_init(struct locs *l, struct program *p);
void locs_release(struct locs *l);
static inline const struct loc *loc_at(const struct locs *l, loc_t i)
{
	return &l->data.data[i];
}

loc_t loc_root(struct locs *l, enum loc_kind kind, uint32_t ref,
	       int64_t value);
loc_t loc_sym(struct locs *l, enum sym_why why, uint32_t function,
	      int64_t instr, loc_t about);
/* One step outward; simplifies (CONTAINER f of FIELD f, INDEX 0 …). */
loc_t loc_step(struct locs *l, loc_t parent, enum loc_kind kind, uint32_t ref,
	       int64_t value);
static inline loc_t loc_deref(struct locs *l, loc_t x)
{
	if (!l->data.data[x].deref) {
		loc_t to = loc_step(l, x, STEP_DEREF, 0, 0);

		l->data.data[x].deref = to;
	}
	return l->data.data[x].deref;
}

/* The object that the pointer in `place` points to whenever it points anywhere;
 * 0 = several. */
loc_t loc_pointee(const struct locs *l, loc_t place, bool *nulled);
/* The field of the record that the value v is. */
loc_t loc_part(struct locs *l, loc_t v, uint32_t field);

static inline struct value value_const(int64_t c)
{
	return (struct value){ 0, c };
}
static inline struct value value_addr(loc_t x)
{
	return (struct value){ x, 0 };
}
/* ---- value.c ---- */
struct value value_plus(struct locs *l, struct value v, int64_t c);
struct value value_negate(struct locs *l, struct value v);
struct value value_mask(struct locs *l, struct value v, int64_t mask);
struct value value_or(struct locs *l, struct value v, int64_t bits);
/* Any of these, and STEP_ARITH (which a constant passes unchanged). */
struct value value_step(struct locs *l, struct value v, enum loc_kind kind,
			int64_t c);
bool value_is_step(enum loc_kind kind);
/* The x of (±x) + more. */
loc_t value_base(const struct locs *l, loc_t x, bool *negated, int64_t *more);

static inline bool value_same(struct value a, struct value b)
{
	return a.loc == b.loc && (a.loc || a.constant == b.constant);
}

/* The address is certainly not null: a named object or a part of one. */
bool loc_is_object(const struct locs *l, loc_t x);
/* Rooted in a parameter: its meaning depends on the caller. */
bool loc_is_open(const struct locs *l, loc_t x);
/* The object that x is a field of (at whatever depth), or x itself. */
loc_t loc_object(const struct locs *l, loc_t x);
/* Does `x` start with `prefix`? */
bool loc_below(const struct locs *l, loc_t x, loc_t prefix);
/* One object in the whole program (a global, by fields and constant indexes). */
bool loc_is_exact(const struct locs *l, loc_t x);
/* Reaches memory that other functions may see. */
bool loc_is_shared(const struct locs *l, loc_t x);
/* … and other threads: not a thread-local variable itself. */
bool loc_is_concurrent(const struct locs *l, loc_t x);
/* Rebuilds x with its prefix replaced. */
loc_t loc_rebase(struct locs *l, loc_t x, loc_t from, loc_t to);

/* The like of x in the first element of its array, which bears the array's own
 * name; x itself, if it is in none. */
loc_t loc_first_element(struct locs *l, loc_t x);

/* x with everything that no caller can name made "some object": for what is
 * told to callers. Never equal to a lock that is held. */
loc_t loc_some(struct locs *l, loc_t x);
bool loc_is_some(const struct locs *l, loc_t x);
/* The same lock of some object of the type; exact ones stay. */
loc_t loc_some_of_class(struct locs *l, loc_t x);

/* The lock class: record type and fields, or the global itself. "" when
 * nothing is known. As strings of the program. `ident` adds the files, so that
 * two records of one tag stay apart. */
uint32_t loc_class(struct locs *l, loc_t x, bool ident);
/* As a person would write it, e.g. "conn->lock" without the instance:
 * "g_cache.lock", "tab[2]", "struct conn.lock". */
uint32_t loc_name(struct locs *l, loc_t x);
/* For dumps and debugging: full, stable. */
void loc_print(const struct locs *l, loc_t x, struct lc_buf *out);

#endif
