/* SPDX-License-Identifier: MIT */
/*
 * Private to the front end: one parser's state and how its files share work.
 *
 *   parse.c       libclang: a job → a translation unit → the walk over it
 *   source.c      file text, lines, positions, macro names
 *   tree.c        a body as an array of nodes; constant folding
 *   decl.c        declarations → symbols, fields, locals, types
 *   attr.c        attributes
 *   cfg.c         blocks: building, folding, writing them to the unit
 *   lower_path.c  places (lvalues) and values; their way into the unit
 *   lower_expr.c  expressions for their value or their effect
 *   lower_op.c    operators, pointer arithmetic, container_of
 *   lower_call.c  calls and builtins
 *   lower_cond.c  conditions, and boolean or conditional values
 *   lower_stmt.c  statements, one function per kind
 *   lower_loop.c  loops, break and continue
 *   scope.c       cleanup scopes, labels, gotos
 *   init.c        initialisers, of locals and static ones
 *
 * Everything hangs on struct lc_parser; what belongs to the function being
 * lowered is cleared between functions, the rest between units.
 */
#ifndef LC_FRONTEND_INTERNAL_H
#define LC_FRONTEND_INTERNAL_H

#include <clang-c/Index.h>

#include "base/map.h"
#include "frontend/frontend.h"

/* ---- source.c ---- */
struct fe_file {
	CXFile handle;
	uint32_t name; /* string: path as the unit spells it */
	bool system;   /* meaningful only where asked through fe_system */
	const char *text;
	size_t len;
	LC_ARRAY(uint32_t) lines; /* offset of each line; filled on first use */
	uint32_t last; /* line found last: neighbours are asked in a row */
};
struct fe_spot { /* a place in a file's text */
	struct fe_file *file; /* NULL = nowhere (builtin) */
	uint32_t offset;
};

/* ---- tree.c ---- */
enum fe_fold { FE_FOLD_UNKNOWN, FE_FOLD_CONST, FE_FOLD_NOT };
struct fe_node {
	CXCursor c;
	uint32_t first, next, last; /* children as a list; LC_NONE ends it */
	uint32_t n;                 /* number of children */
	uint32_t decl;              /* see fe_decl_of; LC_NONE = not asked yet */
	uint32_t fold;              /* enum fe_fold */
	int64_t value;
};

/* ---- decl.c ---- */
enum fe_decl_kind {
	FE_DECL_OTHER,
	FE_DECL_SYMBOL, /* index = symbol */
	FE_DECL_LOCAL,  /* index = local of the function being lowered */
	FE_DECL_FIELD,  /* index = field, LC_NONE for an anonymous member */
	FE_DECL_ENUM,   /* value */
	FE_DECL_ALIAS   /* index into fe->aliases: container_of's __mptr */
};
enum fe_shape { FE_SCALAR, FE_POINTER, FE_ARRAY, FE_RECORD, FE_FUNCTION };
struct fe_decl {
	const void *ptr; /* clang's declaration: the key */
	enum fe_decl_kind kind;
	enum fe_shape shape;
	uint32_t index;
	int64_t value;
};
enum fe_builtin {
	FE_NOT_BUILTIN,
	FE_EXPECT,      /* value is the first argument */
	FE_UNREACHABLE,
	FE_CONSTANT_P,  /* arguments are not evaluated */
	FE_PURE         /* arguments are evaluated, nothing else happens */
};
struct fe_symbol { /* beside unit->symbols */
	CXCursor def; /* definition with a body, null cursor if none */
	enum fe_builtin builtin;
	bool queued;  /* its body was or will be lowered */
};
struct fe_type { /* canonical type → its text, and fields if a record */
	const void *ptr;
	uint32_t text;
};
struct fe_record {
	const void *ptr; /* canonical type */
	uint32_t first, n; /* into record_fields */
	bool is_union;
};
struct fe_record_field {
	CXCursor c;
	uint32_t decl;
};

/* ---- lower_path.c ---- */
/* A place is a root and a chain of steps, last first, in fe->steps: places
 * share their beginnings and cost nothing to copy. */
struct fe_place {
	uint32_t root_kind, root;
	uint32_t last; /* into fe->steps, LC_NONE = no step */
};
struct fe_step {
	struct lc_step s;
	uint32_t prev;
};
struct fe_value {
	uint32_t kind; /* enum lc_operand_kind */
	uint32_t ref;  /* symbol or string, as in struct lc_operand */
	int64_t value;
	bool decayed;  /* ADDR of a whole array: its first element is meant */
	bool no_place; /* UNKNOWN that was computed from no path */
	struct fe_place place;
};

/* ---- cfg.c ---- */
struct fe_instr {
	struct lc_instr i;
	uint32_t next;
};
struct fe_case {
	struct lc_case c;
	uint32_t next;
};
struct fe_block {
	uint32_t first, last; /* chain in fe->instrs */
	uint32_t first_case, last_case;
	bool closed; /* has its terminator */
	struct lc_block b;
};

/* ---- scope.c ---- */
struct fe_cleanup { /* one variable with a cleanup attribute, in scope */
	uint32_t parent; /* into fe->cleanups, LC_NONE = outermost */
	uint32_t local, symbol;
};
struct fe_label {
	const void *stmt; /* clang's label statement */
	uint32_t name;    /* string */
	uint32_t block;
	uint32_t cleanup; /* innermost cleanup at the label */
	bool placed, address;
};
struct fe_goto {
	uint32_t block, label; /* the block that ends in the jump */
	uint32_t cleanup;
	struct lc_pos pos;
};

struct lc_parser {
	CXIndex index;
	/* the unit */
	const struct lc_job *job;
	const char *root;
	struct lc_unit *unit;
	CXTranslationUnit tu;
	LC_ARRAY(struct fe_file *) files;
	struct lc_map file_map;
	struct fe_file *last_file;
	LC_ARRAY(struct fe_decl) decls;
	struct lc_map decl_map;
	LC_ARRAY(struct fe_symbol) symbols;
	LC_ARRAY(struct fe_type) types;
	struct lc_map type_map;
	LC_ARRAY(struct fe_record) records;
	struct lc_map record_map;
	LC_ARRAY(struct fe_record_field) record_fields;
	struct lc_map field_map;
	LC_ARRAY(uint32_t) work; /* symbols whose bodies wait to be lowered */
	LC_ARRAY(struct fe_spot) errors; /* where the unit does not parse */
	LC_ARRAY(CXCursor) statics; /* variables with static initialisers */
	LC_ARRAY(uint32_t) fn_names; /* of all functions of the unit, and … */
	LC_ARRAY(CXCursor) fn_cursors; /* … their cursors; only for cleanup */
	/* the function, or the static initialiser */
	LC_ARRAY(struct fe_node) nodes;
	LC_ARRAY(uint32_t) node_stack;
	LC_ARRAY(struct fe_step) steps;
	struct lc_map path_map, operand_map; /* paths of this function */
	LC_ARRAY(struct fe_value) aliases;
	LC_ARRAY(uint32_t) args; /* of calls whose arguments are being read */
	LC_ARRAY(struct fe_instr) instrs;
	LC_ARRAY(struct fe_case) cases;
	LC_ARRAY(struct fe_block) blocks;
	LC_ARRAY(struct fe_cleanup) cleanups;
	LC_ARRAY(struct fe_label) labels;
	LC_ARRAY(struct fe_goto) gotos;
	LC_ARRAY(uint32_t) computed;    /* blocks with a computed goto */
	LC_ARRAY(uint32_t) asm_names;   /* pairs: block of an asm goto, label name */
	LC_ARRAY(uint32_t) numbers, order, stack, npreds; /* cfg.c's scratch */
	uint32_t first_path, first_operand;
	uint32_t cur;     /* block being filled, LC_NONE = unreachable code */
	uint32_t cleanup; /* innermost cleanup in scope */
	uint32_t on_break, on_continue; /* blocks, LC_NONE outside */
	uint32_t break_cleanup, continue_cleanup;
	uint32_t in_switch; /* block of the switch, LC_NONE outside */
	uint32_t ntemps, nunknown;
	uint32_t first_local;
	uint32_t function; /* symbol, LC_NONE outside a function */
	uint32_t depth;    /* of recursion */
	uint32_t reason;   /* string: why the body is incomplete; 0 = it is not */
};

/* source.c */
struct fe_spot fe_spot(struct lc_parser *fe, CXSourceLocation at);
struct fe_spot fe_spelling(struct lc_parser *fe, CXSourceLocation at);
void fe_pos_of_spot(struct lc_parser *fe, struct fe_spot at, struct lc_pos *out);
void fe_pos(struct lc_parser *fe, CXSourceLocation at, struct lc_pos *out);
void fe_cursor_pos(struct lc_parser *fe, CXCursor c, struct lc_pos *out);
void fe_end_pos(struct lc_parser *fe, CXCursor c, struct lc_pos *out);
/* The expression as written, 0 if longer than 80. */
uint32_t fe_text(struct lc_parser *fe, CXCursor c, bool drop_ampersand);
/* Name of the macro whose definition spells the token at `at`, 0 if none;
 * *system says whether a system header defines it. */
uint32_t fe_macro_spelling(struct lc_parser *fe, CXSourceLocation at, bool *system);
bool fe_in_macro(CXSourceLocation at);
char *fe_normal_path(struct lc_parser *fe, const char *name);
uint32_t fe_rootless(struct lc_parser *fe, const char *text, size_t max);
void fe_files_clear(struct lc_parser *fe);

/* tree.c */
void fe_tree(struct lc_parser *fe, CXCursor top); /* node 0 = top */
bool fe_const(struct lc_parser *fe, uint32_t node, int64_t *value);
bool fe_evaluate(CXCursor c, int64_t *value);
uint32_t fe_child(struct lc_parser *fe, uint32_t node, uint32_t k);
static inline struct fe_node *fe_node(struct lc_parser *fe, uint32_t node)
{
	return &fe->nodes.data[node];
}
static inline enum CXCursorKind fe_kind(struct lc_parser *fe, uint32_t node)
{
	return fe->nodes.data[node].c.kind;
}
static inline bool fe_is_expr(enum CXCursorKind k)
{
	return k >= CXCursor_FirstExpr && k <= CXCursor_LastExpr;
}
/* Without parentheses and implicit casts (explicit ones too if `casts`). */
uint32_t fe_strip(struct lc_parser *fe, uint32_t node, bool casts);
bool fe_is_wrapper(struct lc_parser *fe, uint32_t node);

/* decl.c */
uint32_t fe_decl(struct lc_parser *fe, CXCursor decl); /* index into decls */
struct fe_decl *fe_decl_of(struct lc_parser *fe, uint32_t node); /* a ref's */
uint32_t fe_decl_index(struct lc_parser *fe, CXCursor decl);
void fe_symbol_used(struct lc_parser *fe, uint32_t symbol, bool address);
void fe_mark_defined(struct lc_parser *fe, CXCursor var);
uint32_t fe_local(struct lc_parser *fe, CXCursor decl, bool param);
uint32_t fe_hidden_local(struct lc_parser *fe, bool pointer, struct lc_pos *pos);
uint32_t fe_type_text(struct lc_parser *fe, CXType t);
enum fe_shape fe_shape_of(CXType t);
enum fe_shape fe_node_shape(struct lc_parser *fe, uint32_t node);
struct fe_record *fe_record(struct lc_parser *fe, CXType t);
uint32_t fe_function_named(struct lc_parser *fe, const char *name, size_t n);
uint32_t fe_string(struct lc_parser *fe, CXString s); /* disposes of it */
void fe_decls_clear(struct lc_parser *fe);
void fe_decls_free(struct lc_parser *fe);

/* attr.c */
void fe_function_attrs(struct lc_parser *fe, uint32_t symbol, CXCursor decl);
void fe_variable_attrs(struct lc_parser *fe, uint32_t symbol, CXCursor decl);
/* The function named by a local's cleanup attribute, or LC_NONE. */
uint32_t fe_cleanup_attr(struct lc_parser *fe, CXCursor var);

/* cfg.c */
uint32_t fe_block(struct lc_parser *fe);
void fe_start(struct lc_parser *fe, uint32_t block); /* falls into it, too */
struct lc_instr *fe_emit(struct lc_parser *fe, enum lc_instr_kind kind);
void fe_jump(struct lc_parser *fe, uint32_t to);
void fe_test(struct lc_parser *fe, uint32_t lhs, enum lc_cmp cmp, uint32_t rhs,
	     uint32_t yes, uint32_t no, struct lc_pos *pos);
void fe_choice(struct lc_parser *fe, uint32_t yes, uint32_t no,
	       struct lc_pos *pos);
void fe_return(struct lc_parser *fe, uint32_t operand, struct lc_pos *pos);
void fe_noreturn(struct lc_parser *fe, struct lc_pos *pos);
struct fe_block *fe_close(struct lc_parser *fe, enum lc_term_kind term);
void fe_add_case(struct lc_parser *fe, uint32_t block, int64_t lo, int64_t hi,
		 uint32_t target);
/* Empties a map that is used again for the next function. */
void fe_map_clear(struct lc_map *m);
void fe_cfg_begin(struct lc_parser *fe);
void fe_cfg_finish(struct lc_parser *fe, struct lc_flow *flow);

/* lower_path.c */
struct fe_place fe_root(enum lc_root kind, uint32_t root);
struct fe_place fe_unknown_place(struct lc_parser *fe);
struct fe_place fe_step(struct lc_parser *fe, struct fe_place p,
			enum lc_step_kind kind, uint32_t ref, int64_t value);
struct fe_place fe_deref(struct lc_parser *fe, struct fe_value *v);
struct fe_value fe_load(struct fe_place p);
struct fe_value fe_address(struct lc_parser *fe, struct fe_place p);
struct fe_value fe_number(int64_t value);
struct fe_value fe_opaque(void);
/* v + n for a pointer; index is used if `n` is NULL. */
struct fe_value fe_offset(struct lc_parser *fe, struct fe_value *v, int64_t n);
struct fe_place fe_index(struct lc_parser *fe, struct fe_place p,
			 struct fe_value *index);
struct fe_value fe_offset_by(struct lc_parser *fe, struct fe_value *v,
			     struct fe_value *index);
/* Operators that libclang does not number with the others. */
enum fe_operator { FE_NEGATE = 100, FE_INVERT, FE_SWAPPED };
struct fe_value fe_arith(struct lc_parser *fe, struct fe_value *v,
			 uint32_t op, int64_t constant);
bool fe_last_step(struct lc_parser *fe, struct fe_place p, enum lc_step_kind k);
uint32_t fe_path(struct lc_parser *fe, struct fe_place p, uint32_t text);
uint32_t fe_operand(struct lc_parser *fe, struct fe_value *v, uint32_t text);

/* lower_expr.c */
struct fe_value fe_eval(struct lc_parser *fe, uint32_t node);
void fe_effect(struct lc_parser *fe, uint32_t node);
struct fe_place fe_lvalue(struct lc_parser *fe, uint32_t node);
void fe_assign(struct lc_parser *fe, struct fe_place to, struct fe_value *v,
	       struct lc_pos *pos, uint32_t flags);
/* to = the value of node, split by its conditions. */
void fe_assign_node(struct lc_parser *fe, struct fe_place to, uint32_t node,
		    struct lc_pos *pos);
void fe_incomplete(struct lc_parser *fe, const char *reason);

struct fe_value fe_read_object(struct lc_parser *fe, uint32_t node);

/* lower_atomic.c */
struct fe_value fe_atomic(struct lc_parser *fe, uint32_t node, bool want);
/* Compare and exchange, and where it leads if it did or did not. */
bool fe_is_exchange(struct lc_parser *fe, uint32_t node);
void fe_exchange(struct lc_parser *fe, uint32_t node, uint32_t yes,
		 uint32_t no);

/* lower_op.c; `want` = the value is used */
struct fe_value fe_unary(struct lc_parser *fe, uint32_t node, bool want);
struct fe_value fe_binary(struct lc_parser *fe, uint32_t node);
struct fe_value fe_compound(struct lc_parser *fe, uint32_t node);
/* container_of: `node` is offsetof() or &((T *)0)->m, maybe cast. Its fields,
 * outermost first; their number, 0 if it is nothing of the kind. */
uint32_t fe_offsetof(struct lc_parser *fe, uint32_t node, uint32_t *fields,
		     uint32_t max);

/* lower_call.c */
struct fe_value fe_call(struct lc_parser *fe, uint32_t node, bool want,
			uint32_t flags);

/* lower_cond.c */
/* Without parentheses, casts and __builtin_expect. */
uint32_t fe_look_through(struct lc_parser *fe, uint32_t node);
void fe_cond(struct lc_parser *fe, uint32_t node, uint32_t yes, uint32_t no);
struct fe_value fe_bool_value(struct lc_parser *fe, uint32_t node);
bool fe_is_logical(struct lc_parser *fe, uint32_t node);
/* `c ? a : b` or GNU `c ?: b`. */
bool fe_is_conditional(struct lc_parser *fe, uint32_t node);
struct fe_value fe_conditional(struct lc_parser *fe, uint32_t node);
/* What is done with each value that an expression can have. */
struct fe_sink {
	/* Either `v` is the value (node = LC_NONE), or node's value is. */
	void (*take)(struct lc_parser *fe, struct fe_sink *sink, uint32_t node,
		     struct fe_value *v);
	struct fe_place to;
	struct lc_pos pos;
};
/* Calls sink->take for each outcome of a logical or conditional expression,
 * in the branch where it is the value, and joins the branches. */
void fe_each_value(struct lc_parser *fe, uint32_t node, struct fe_sink *sink);

/* lower_stmt.c */
void fe_stmt(struct lc_parser *fe, uint32_t node);
struct fe_value fe_stmt_expr(struct lc_parser *fe, uint32_t node, bool want);
void fe_function(struct lc_parser *fe, uint32_t symbol);

/* lower_loop.c */
struct fe_jumps { /* what break and continue meant outside */
	uint32_t brk, cont, brk_cleanup, cont_cleanup, in_switch;
};
struct fe_jumps fe_enter(struct lc_parser *fe, uint32_t brk, uint32_t cont);
void fe_leave(struct lc_parser *fe, struct fe_jumps old);
void fe_while_stmt(struct lc_parser *fe, uint32_t node);
void fe_do_stmt(struct lc_parser *fe, uint32_t node);
void fe_for_stmt(struct lc_parser *fe, uint32_t node);

/* scope.c */
void fe_unwind(struct lc_parser *fe, uint32_t from, uint32_t to,
	       struct lc_pos *pos);
void fe_leave_scope(struct lc_parser *fe, uint32_t to, struct lc_pos *pos);
void fe_label_stmt(struct lc_parser *fe, uint32_t node);
void fe_goto_stmt(struct lc_parser *fe, uint32_t node);
uint32_t fe_label_address(struct lc_parser *fe, uint32_t node);
void fe_computed_goto(struct lc_parser *fe, uint32_t node);
void fe_asm(struct lc_parser *fe, uint32_t node);
void fe_scopes_finish(struct lc_parser *fe);

/* init.c */
void fe_init_local(struct lc_parser *fe, struct fe_place to, CXType type,
		   uint32_t node, struct lc_pos *pos);
void fe_init_static(struct lc_parser *fe, CXCursor var);

#endif
