/* SPDX-License-Identifier: MIT */
/*
 * The intermediate form: what extraction makes of one translation unit, and
 * all that the later stages ever see of the source.
 *
 * A unit holds strings, symbols, fields, access paths and one flow per
 * function body. A flow is a graph of blocks; a block is a run of instructions
 * and one terminator. No lock API is known here: a lock call is a call.
 *
 * Everything refers to everything by 32-bit index into the unit's tables, so
 * a unit can be written, read and compared as bytes (encode.h) and printed
 * (print.h). All arrays of a flow live in the unit (unit-wide tables).
 *
 * Invariants (lc_unit_check): indexes are in range; strings[0] is ""; block 0
 * of a flow is its entry; every block is reachable from the entry; an empty
 * block that only jumps is folded away unless it is the entry or a self loop.
 */
#ifndef LC_FLOW_FLOW_H
#define LC_FLOW_FLOW_H

#include "base/base.h"
#include "base/map.h"

#define LC_NONE UINT32_MAX /* "no index" in any field below */

/* Where a person looks: the expansion location. macro is the name of the
 * outermost macro whose expansion produced the construct ("" if none). */
struct lc_pos {
	uint32_t file; /* string: path as given by plan (see lc_unit.file) */
	uint32_t line, col; /* 1-based; 0 = unknown */
	uint32_t macro; /* string */
};

/* ---- symbols: functions and variables with static storage ---- */
enum lc_symbol_flag {
	LC_SYM_FUNCTION = 1 << 0, /* else a variable */
	LC_SYM_INTERNAL = 1 << 1, /* internal or no linkage */
	LC_SYM_DEFINED = 1 << 2,  /* this unit has body / storage (tentative too)*/
	LC_SYM_NORETURN = 1 << 3,
	LC_SYM_VOLATILE = 1 << 4, /* volatile or _Atomic: no facts survive */
	LC_SYM_THREAD = 1 << 5,   /* thread-local storage */
	LC_SYM_CONST = 1 << 6,    /* const-qualified object */
	LC_SYM_ADDRESS = 1 << 7,  /* function's address taken somewhere here */
	LC_SYM_WEAK = 1 << 8,     /* __attribute__((weak)) */
	LC_SYM_CTOR = 1 << 9,     /* constructor attribute */
	LC_SYM_DTOR = 1 << 10,    /* destructor attribute */
	LC_SYM_HIDDEN = 1 << 11,  /* visibility("hidden"/"internal") */
	LC_SYM_VOID = 1 << 12,    /* function returning void */
	LC_SYM_POINTER_RET = 1 << 13, /* function returning a pointer */
	LC_SYM_POINTER = 1 << 14, /* variable of pointer type */
	LC_SYM_UNUSED_OK = 1 << 15,
};
struct lc_symbol {
	uint32_t name;  /* string */
	uint32_t scope; /* string: "" for external linkage; defining file for
			 * internal; "file:function:line" for a static local */
	uint32_t flags;
	struct lc_pos pos; /* definition if any, else declaration */
	uint32_t type;     /* string: variable's type as written, for people;
			    * function: its prototype "int (struct s *, int)"
			    * in canonical spelling (signature matching) */
	uint32_t flow;     /* index of the flow, or LC_NONE */
};

/* ---- fields ---- */
enum lc_field_flag {
	LC_FIELD_VOLATILE = 1 << 0, /* volatile or _Atomic */
	LC_FIELD_POINTER = 1 << 1,
	LC_FIELD_FUNCPTR = 1 << 2, /* (array of) pointer to function */
	LC_FIELD_UNION = 1 << 3,   /* member of a union */
};
struct lc_field {
	uint32_t record; /* string for people and identity: the tag
			  * ("conn" for struct conn), the typedef's name of an
			  * untagged record, or "anon@FILE:LINE:COL" */
	uint32_t scope;  /* string: file that defines the record */
	uint32_t name;   /* string; members of anonymous structs/unions are
			  * taken as members of the enclosing record */
	uint32_t type;   /* string: spelling of the field's type */
	uint32_t flags;
};

/* ---- access paths ----
 * A path denotes an object (an lvalue): a root and steps outward.
 *   g        global g                  s->m     local s, DEREF, FIELD m
 *   a[2].m   a, INDEX 2, FIELD m       p[i]     p, DEREF, INDEX_VAR i
 *   *p       p, DEREF                  p[0]     p, DEREF (no step for 0)
 * On pointers the index step follows DEREF; "p + 1" is the address of
 * p, DEREF, INDEX 1. Through arrays (no pointer) there is no DEREF.
 */
enum lc_root {
	LC_ROOT_GLOBAL, /* root = symbol (also static locals) */
	LC_ROOT_LOCAL,  /* root = index into the flow's locals (parameters are
			 * the first nparams locals) */
	LC_ROOT_TEMP,   /* root = temp number: result of a call instruction */
	LC_ROOT_STRING, /* a string literal object: root = string */
	LC_ROOT_UNKNOWN /* nothing is known; root = a number unique in flow */
};
enum lc_step_kind {
	LC_STEP_FIELD,     /* ref = field */
	LC_STEP_DEREF,     /* the object that the pointer stored here points to */
	LC_STEP_INDEX,     /* value = constant index (or pointer offset) */
	LC_STEP_INDEX_VAR, /* ref = operand whose value is the index */
	LC_STEP_INDEX_ANY, /* some element */
	LC_STEP_MASK,      /* not an object: "value stored here & value". Only
			    * last, only read (LC_OP_LOAD) */
	LC_STEP_CONTAINER, /* container_of: ref = field that the object so far
			    * is embedded as; CONTAINER f, FIELD f cancel */
	LC_STEP_PLUS,      /* not an object, as MASK: + value */
	LC_STEP_NEGATE,    /* … negated */
	LC_STEP_OR,        /* … | value */
	LC_STEP_ARITH      /* not an object: a pure function of the value here;
			    * value = a hash of operator and constant operand,
			    * with LC_ARITH_WRAPS set for "(x + 1) % n".
			    * Only last, only read: gives "~x", "x >> 3"
			    * an identity so that equal tests correlate */
};
#define LC_ARITH_WRAPS 1
static inline bool lc_step_computes(uint32_t kind)
{
	return kind == LC_STEP_MASK || kind == LC_STEP_PLUS ||
	       kind == LC_STEP_NEGATE || kind == LC_STEP_OR ||
	       kind == LC_STEP_ARITH;
}
struct lc_step {
	uint32_t kind; /* enum lc_step_kind */
	uint32_t ref;
	int64_t value;
};
struct lc_path {
	uint32_t root_kind; /* enum lc_root */
	uint32_t root;
	uint32_t first_step, nsteps; /* into unit steps */
	uint32_t text; /* string: the expression as the user wrote it (tokens
			* with normalised white space, "" if unknown or > 80) */
};

/* ---- operands: values ---- */
enum lc_operand_kind {
	LC_OP_UNKNOWN, /* any value; ref may hold a path it was computed from */
	LC_OP_CONST,   /* value (also enum constants, NULL, '\0', true) */
	LC_OP_LOAD,    /* the value stored in path ref */
	LC_OP_ADDR,    /* the address of path ref (also arrays decaying) */
	LC_OP_FUNC,    /* address of function symbol ref */
	LC_OP_INIT     /* an aggregate initialiser; ref = string: macro name it
			* came from ("PTHREAD_MUTEX_INITIALIZER"), "" if spelled out */
};
struct lc_operand {
	uint32_t kind; /* enum lc_operand_kind */
	uint32_t ref;
	int64_t value;
};

/* ---- instructions ---- */
enum lc_instr_kind {
	LC_I_CALL,   /* temp = callee(args) */
	LC_I_ASSIGN, /* *path = operand */
	LC_I_ASM,    /* inline assembly: opaque */
	LC_I_DECL    /* a local comes into scope uninitialised (path = it) */
};
struct lc_instr {
	uint32_t kind;
	struct lc_pos pos;
	uint32_t path;    /* ASSIGN, DECL: destination. CALL: LC_NONE */
	uint32_t operand; /* ASSIGN: value. CALL: the callee: an operand that is
			   * FUNC (direct) or LOAD/ADDR of a path (pointer) */
	uint32_t temp;    /* CALL: temp that receives the result, LC_NONE if the
			   * result is discarded (also by a cast to void) or void*/
	uint32_t first_arg, nargs; /* CALL: into unit args (operand indexes) */
	uint32_t flags;
	uint32_t text;    /* CALL: the call as written, for people ("" > 80) */
};
#define LC_INSTR_VOID_CAST (1u << 0) /* result explicitly cast to void */
#define LC_INSTR_CLEANUP   (1u << 1) /* run by __attribute__((cleanup)) */
#define LC_INSTR_OPAQUE    (1u << 2) /* ASSIGN through ++, op= etc. */
#define LC_INSTR_STEP      (1u << 3) /* … a number grew by the operand: if that is
				      * no constant, 0 becomes it, and any
				      * other number something else */
#define LC_INSTR_REFERENCE (1u << 4) /* … by one, and nobody looks at it: a
				      * reference more, where it counts such */

/* ---- blocks ---- */
enum lc_term_kind {
	LC_T_JUMP,     /* to succ[0] */
	LC_T_TEST,     /* lhs op rhs ? succ[0] : succ[1] */
	LC_T_SWITCH,   /* on lhs: cases; succ[0] = default */
	LC_T_RETURN,   /* lhs = value or LC_NONE */
	LC_T_NORETURN, /* after a call that does not return; no successor */
	LC_T_COMPUTED, /* computed goto: cases' targets, values meaningless */
	LC_T_CHOICE    /* either succ[0] or succ[1], condition not expressible */
};
enum lc_cmp { LC_EQ, LC_NE, LC_LT, LC_LE, LC_GT, LC_GE };
struct lc_case {
	int64_t lo, hi; /* inclusive (GNU ranges) */
	uint32_t target;
};
struct lc_block {
	uint32_t first_instr, ninstrs; /* into unit instrs */
	uint32_t term;                 /* enum lc_term_kind */
	struct lc_pos pos;             /* of the condition or return */
	uint32_t lhs, rhs;             /* operands */
	uint32_t cmp;                  /* enum lc_cmp */
	uint32_t succ[2];              /* block number within the flow */
	uint32_t first_case, ncases;   /* into unit cases */
};

enum lc_local_flag {
	LC_LOCAL_PARAM = 1 << 0,
	LC_LOCAL_VOLATILE = 1 << 1,
	LC_LOCAL_POINTER = 1 << 2,
};
struct lc_local {
	uint32_t name, type; /* strings */
	uint32_t flags;
	struct lc_pos pos;
};

enum lc_flow_flag {
	LC_FLOW_INCOMPLETE = 1 << 0, /* something in the body was not lowered */
	LC_FLOW_VARIADIC = 1 << 1,
	LC_FLOW_INLINE = 1 << 2, /* defined in a header */
};
struct lc_flow {
	uint32_t symbol;
	uint32_t first_block, nblocks; /* into unit blocks */
	uint32_t first_local, nlocals, nparams;
	uint32_t ntemps;
	uint32_t flags;
	uint32_t reason; /* string: why incomplete */
	struct lc_pos pos, end;
};

/* A static initialiser: `path` (global root, fields and indexes) = operand.
 * Only function addresses, addresses of globals, integer constants of scalar
 * fields and LC_OP_INIT macros are kept. */
struct lc_init {
	uint32_t path, operand;
	struct lc_pos pos;
};

/* Lock annotations the user wrote (clang thread safety attributes), kept raw:
 * name and argument text. For later rules. */
struct lc_annotation {
	uint32_t symbol, name, text; /* text: string */
};

struct lc_unit {
	uint32_t file;    /* string: main file, relative to the root if below */
	uint32_t status;  /* enum lc_unit_status */
	uint32_t message; /* string: first error, for status != OK */
	uint32_t ndropped_flags;
	uint32_t targets; /* string: of struct lc_job */
	struct lc_strings strings;
	LC_ARRAY(struct lc_symbol) symbols;
	LC_ARRAY(struct lc_field) fields;
	LC_ARRAY(struct lc_step) steps;
	LC_ARRAY(struct lc_path) paths;
	LC_ARRAY(struct lc_operand) operands;
	LC_ARRAY(uint32_t) args;
	LC_ARRAY(struct lc_instr) instrs;
	LC_ARRAY(struct lc_case) cases;
	LC_ARRAY(struct lc_block) blocks;
	LC_ARRAY(struct lc_local) locals;
	LC_ARRAY(struct lc_flow) flows;
	LC_ARRAY(struct lc_init) inits;
	LC_ARRAY(struct lc_annotation) annotations;
};
enum lc_unit_status {
	LC_UNIT_OK,
	LC_UNIT_ERRORS, /* parsed with errors: what was readable is here */
	LC_UNIT_FAILED, /* nothing could be read */
	LC_UNIT_CRASHED, /* the worker died on it twice */
	LC_UNIT_TIMEOUT
};

void lc_unit_init(struct lc_unit *u);
void lc_unit_release(struct lc_unit *u);
/* Aborts (LC_BUG) on a broken invariant. Debug builds and tests. */
void lc_unit_check(const struct lc_unit *u);

/* encode.c: a unit as bytes, and back. Equal units give equal bytes. Decoding
 * checks every index (bytes may come from a damaged database) and returns -1
 * with a sentence instead of trusting them. */
void lc_unit_encode(const struct lc_unit *u, struct lc_buf *out);
int lc_unit_decode(struct lc_unit *u, const void *bytes, size_t n,
		   struct lc_error *err);

/* print.c: the text of `lockcheck dump flow`; stable, used by goldens. */
void lc_flow_print(const struct lc_unit *u, uint32_t flow, FILE *out);
void lc_path_print(const struct lc_unit *u, uint32_t flow, uint32_t path,
		   struct lc_buf *out);

#endif
