/* SPDX-License-Identifier: MIT */
/*
 * Initialisers. clang shows them as written: designators, elided braces and
 * all, so C's rules for what initialises what are applied here.
 *
 * A local's become assignments: first the whole as LC_OP_INIT, then the parts
 * given. A static object's become rows of unit->inits: functions, addresses
 * of globals, integers, initialiser macros. Elements beyond MAX_ELEMENT of an
 * array of numbers are not kept, nor tables without a pointer in them.
 */
#include "frontend/internal.h"

#include <stdlib.h>

#define MAX_ELEMENT 64

struct init {
	bool is_static;
	uint32_t macro; /* string: macro of the enclosing list */
	struct lc_pos pos;
};

static void init_value(struct lc_parser *fe, struct init *in,
		       struct fe_place to, CXType type, uint32_t node);
static void fill(struct lc_parser *fe, struct init *in, struct fe_place to,
		 CXType type, uint32_t *next, bool braced);

static void put(struct lc_parser *fe, struct init *in, struct fe_place to,
		struct fe_value *v, uint32_t node)
{
	struct lc_init row = { 0 };

	if (!in->is_static) {
		fe_assign(fe, to, v, &in->pos, 0);
		return;
	}
	row.path = fe_path(fe, to, 0);
	row.operand = fe_operand(fe, v, 0);
	fe_cursor_pos(fe, fe_node(fe, node)->c, &row.pos);
	*lc_push(&fe->unit->inits) = row;
}

static void put_macro(struct lc_parser *fe, struct init *in,
		      struct fe_place to, uint32_t macro, uint32_t node,
		      int64_t value)
{
	struct fe_value v = fe_opaque();

	v.kind = LC_OP_INIT;
	v.ref = macro;
	v.value = value;
	put(fe, in, to, &v, node);
}

/* PTHREAD_ONCE_INIT is a plain 0: by its name it is an initialiser, too. */
static bool by_macro(struct lc_parser *fe, struct init *in, struct fe_place to,
		     uint32_t node, int64_t value)
{
	CXSourceLocation at = clang_getCursorLocation(fe_node(fe, node)->c);
	uint32_t macro;
	bool system;

	if (!fe_in_macro(at))
		return false;
	macro = fe_macro_spelling(fe, at, &system);
	if (macro == in->macro ||
	    !strstr(lc_str(&fe->unit->strings, macro), "INIT"))
		return false;
	put_macro(fe, in, to, macro, node, value);
	return true;
}

static void static_scalar(struct lc_parser *fe, struct init *in,
			  struct fe_place to, uint32_t node)
{
	uint32_t s = fe_strip(fe, node, true);
	struct fe_value v;

	switch (fe_kind(fe, s)) {
	case CXCursor_DeclRefExpr:
	case CXCursor_UnaryOperator:
	case CXCursor_MemberRefExpr:
	case CXCursor_ArraySubscriptExpr:
	case CXCursor_BinaryOperator:
	case CXCursor_ConditionalOperator:
		break;
	default: /* but functions in &(struct ops){ … } have their address taken */
		fe_effect(fe, node);
		return;
	}
	if (fe_kind(fe, s) == CXCursor_UnaryOperator &&
	    fe_node(fe, s)->n == 1 &&
	    fe_kind(fe, fe_strip(fe, fe_node(fe, s)->first, false)) ==
		    CXCursor_CompoundLiteralExpr) {
		fe_effect(fe, s);
		return;
	}
	v = fe_eval(fe, s);
	if (v.kind == LC_OP_FUNC ||
	    (v.kind == LC_OP_ADDR && v.place.root_kind == LC_ROOT_GLOBAL))
		put(fe, in, to, &v, node);
}

static void scalar(struct lc_parser *fe, struct init *in, struct fe_place to,
		   uint32_t node)
{
	bool far = fe_last_step(fe, to, LC_STEP_INDEX) &&
		   fe->steps.data[to.last].s.value >= MAX_ELEMENT;
	struct fe_value v;
	int64_t number;

	if (fe_const(fe, node, &number)) {
		if (far || by_macro(fe, in, to, node, number))
			return;
		v = fe_number(number);
		put(fe, in, to, &v, node);
	} else if (in->is_static) {
		static_scalar(fe, in, to, node);
	} else {
		fe_assign_node(fe, to, node, &in->pos);
	}
}

/* A vector's elements are not told apart. */
static void put_vector(struct lc_parser *fe, struct init *in,
		       struct fe_place to, uint32_t list)
{
	struct fe_value v = fe_opaque();

	fe_effect(fe, list);
	if (!in->is_static)
		put(fe, in, to, &v, list);
}

/* { … } for an object. Its macro is named once: by the list that the macro's
 * definition spells, not again by the lists inside. */
static void init_list(struct lc_parser *fe, struct init *in,
		      struct fe_place to, CXType type, uint32_t list, bool top)
{
	CXSourceLocation at = clang_getCursorLocation(fe_node(fe, list)->c);
	uint32_t outer = in->macro, next = fe_node(fe, list)->first, macro;
	enum fe_shape shape = fe_shape_of(type);
	bool system;

	macro = fe_macro_spelling(fe, at, &system);
	if (macro && macro != outer)
		put_macro(fe, in, to, macro, list, 0);
	else if (top && !in->is_static && shape != FE_SCALAR &&
		 shape != FE_POINTER)
		put_macro(fe, in, to, 0, list, 0);
	if (macro && system)
		return; /* what is in the C library's objects is its own */
	in->macro = macro ? macro : outer;
	if (next == LC_NONE)
		;
	else if (shape == FE_RECORD || shape == FE_ARRAY)
		fill(fe, in, to, type, &next, true);
	else if (fe_node(fe, list)->n == 1)
		init_value(fe, in, to, type, next);
	else
		put_vector(fe, in, to, list);
	in->macro = outer;
}

static void init_value(struct lc_parser *fe, struct init *in,
		       struct fe_place to, CXType type, uint32_t node)
{
	uint32_t s = fe_strip(fe, node, false);
	enum fe_shape shape = fe_shape_of(type);

	if (fe_kind(fe, s) == CXCursor_InitListExpr) {
		init_list(fe, in, to, type, s, false);
		return;
	}
	if (shape == FE_RECORD &&
	    fe_kind(fe, s) == CXCursor_CompoundLiteralExpr &&
	    fe_node(fe, s)->last != LC_NONE) {
		init_value(fe, in, to, type, fe_node(fe, s)->last);
		return;
	}
	if (shape == FE_ARRAY)
		return; /* a string for a char array */
	scalar(fe, in, to, node);
}

/* ---- what initialises what ---- */

static bool is_designated(struct lc_parser *fe, uint32_t node)
{
	uint32_t first = fe_node(fe, node)->first;

	if (fe_kind(fe, node) != CXCursor_UnexposedExpr || first == LC_NONE ||
	    fe_node(fe, node)->n < 2)
		return false;
	if (fe_kind(fe, first) == CXCursor_MemberRef)
		return true;
	/* [i] = v: starts at its bracket, where no expression does. */
	return !fe_is_conditional(fe, node) &&
	       clang_getCursorType(fe_node(fe, node)->c).kind == CXType_Void;
}

/* In [a … b]: is the text between two designators' constants "...", not "]["? */
static bool is_range(struct lc_parser *fe, uint32_t a, uint32_t b)
{
	CXSourceRange ra = clang_getCursorExtent(fe_node(fe, a)->c);
	struct fe_spot from = fe_spelling(fe, clang_getRangeStart(ra));
	struct fe_spot to = fe_spelling(
		fe, clang_getCursorLocation(fe_node(fe, b)->c));

	if (!from.file || from.file != to.file)
		return true;
	for (uint32_t i = from.offset; i + 3 <= to.offset; i++)
		if (!strncmp(from.file->text + i, "...", 3))
			return true;
	return false;
}

static CXType element_type(CXType t)
{
	return clang_getArrayElementType(clang_getCanonicalType(t));
}

/* One element with designators: walks them from `d`, then initialises. */
static void designated(struct lc_parser *fe, struct init *in,
		       struct fe_place to, CXType type, uint32_t d)
{
	uint32_t next = fe_node(fe, d)->next, after;
	int64_t lo = 0, hi;

	if (next == LC_NONE) {
		init_value(fe, in, to, type, d);
		return;
	}
	if (fe_kind(fe, d) == CXCursor_MemberRef) {
		struct fe_decl *f = fe_decl_of(fe, d);
		CXCursor c = clang_getCursorReferenced(fe_node(fe, d)->c);

		if (f->kind == FE_DECL_FIELD && f->index != LC_NONE)
			to = fe_step(fe, to, LC_STEP_FIELD, f->index, 0);
		designated(fe, in, to, clang_getCursorType(c), next);
		return;
	}
	fe_const(fe, d, &lo);
	hi = lo;
	after = fe_node(fe, next)->next;
	if (after != LC_NONE && fe_kind(fe, next) != CXCursor_MemberRef &&
	    is_range(fe, d, next)) {
		fe_const(fe, next, &hi);
		next = after;
	}
	type = element_type(type);
	if (hi > lo && (!in->is_static || hi - lo >= MAX_ELEMENT)) {
		designated(fe, in, fe_step(fe, to, LC_STEP_INDEX_ANY, LC_NONE, 0),
			   type, next);
		return;
	}
	for (; lo <= hi; lo++)
		designated(fe, in, fe_step(fe, to, LC_STEP_INDEX, LC_NONE, lo),
			   type, next);
}

/* The next element for an object of `type`: the element itself, or, where the
 * braces were elided, as many as the object takes. */
static void element(struct lc_parser *fe, struct init *in, struct fe_place to,
		    CXType type, uint32_t *next)
{
	uint32_t node = *next, s = fe_strip(fe, node, false);
	enum fe_shape shape = fe_shape_of(type);

	if (fe_kind(fe, s) != CXCursor_InitListExpr &&
	    ((shape == FE_RECORD && fe_node_shape(fe, s) != FE_RECORD) ||
	     (shape == FE_ARRAY && fe_kind(fe, s) != CXCursor_StringLiteral))) {
		fill(fe, in, to, type, next, false);
		if (*next != node)
			return;
		/* took nothing: an empty struct; do not loop on it */
	}
	init_value(fe, in, to, type, node);
	*next = fe_node(fe, node)->next;
}

static uint32_t position(struct lc_parser *fe, uint32_t first, uint32_t n,
			 const void *field)
{
	for (uint32_t i = 0; i < n; i++)
		if (fe->record_fields.data[first + i].c.data[0] == field)
			return i;
	return n;
}

static void fill_record(struct lc_parser *fe, struct init *in,
			struct fe_place to, CXType type, uint32_t *next,
			bool braced)
{
	struct fe_record *r = fe_record(fe, type);
	uint32_t first = r->first, n = r->n, i = 0;
	bool is_union = r->is_union;

	while (*next != LC_NONE) {
		uint32_t node = *next;
		CXCursor field;
		uint32_t index;

		if (is_designated(fe, node)) {
			CXCursor ref;

			if (!braced)
				return;
			ref = clang_getCursorReferenced(
				fe_node(fe, fe_node(fe, node)->first)->c);
			i = position(fe, first, n, ref.data[0]) + 1;
			designated(fe, in, to, type, fe_node(fe, node)->first);
			*next = fe_node(fe, node)->next;
			continue;
		}
		if (i >= n || (is_union && i >= 1))
			return;
		field = fe->record_fields.data[first + i++].c;
		index = fe_decl_index(fe, field);
		if (index != LC_NONE && fe->unit->fields.data[index].name == 0)
			continue; /* an unnamed bit-field takes none */
		element(fe, in, index == LC_NONE ? to :
				fe_step(fe, to, LC_STEP_FIELD, index, 0),
			clang_getCursorType(field), next);
	}
}

static void fill_array(struct lc_parser *fe, struct init *in,
		       struct fe_place to, CXType type, uint32_t *next,
		       bool braced)
{
	long long size = clang_getArraySize(clang_getCanonicalType(type));
	CXType of = element_type(type);
	int64_t i = 0;

	while (*next != LC_NONE) {
		uint32_t node = *next;

		if (is_designated(fe, node)) {
			uint32_t d = fe_node(fe, node)->first;

			if (!braced)
				return;
			fe_const(fe, d, &i);
			if (fe_node(fe, node)->n >= 3) {
				uint32_t b = fe_node(fe, d)->next;

				if (fe_kind(fe, b) != CXCursor_MemberRef &&
				    is_range(fe, d, b))
					fe_const(fe, b, &i);
			}
			designated(fe, in, to, type, d);
			*next = fe_node(fe, node)->next;
			i++;
			continue;
		}
		if (!braced && size >= 0 && i >= size)
			return;
		element(fe, in, fe_step(fe, to, LC_STEP_INDEX, LC_NONE, i), of,
			next);
		i++;
	}
}

static void fill(struct lc_parser *fe, struct init *in, struct fe_place to,
		 CXType type, uint32_t *next, bool braced)
{
	if (fe_shape_of(type) == FE_RECORD)
		fill_record(fe, in, to, type, next, braced);
	else
		fill_array(fe, in, to, type, next, braced);
}

/* ---- entries ---- */

void fe_init_local(struct lc_parser *fe, struct fe_place to, CXType type,
		   uint32_t node, struct lc_pos *pos)
{
	struct init in = { false, 0, *pos };
	uint32_t s = fe_strip(fe, node, false);

	if (fe_kind(fe, s) == CXCursor_InitListExpr)
		init_list(fe, &in, to, type, s, true);
	else
		init_value(fe, &in, to, type, node);
}

static bool holds_pointer(struct lc_parser *fe, CXType type, int depth)
{
	uint32_t first, n;
	struct fe_record *r;

	while (fe_shape_of(type) == FE_ARRAY)
		type = element_type(type);
	if (fe_shape_of(type) == FE_POINTER)
		return true;
	if (fe_shape_of(type) != FE_RECORD || depth > 8)
		return false;
	r = fe_record(fe, type);
	first = r->first;
	n = r->n;
	for (uint32_t i = 0; i < n; i++)
		if (holds_pointer(fe, clang_getCursorType(
				fe->record_fields.data[first + i].c), depth + 1))
			return true;
	return false;
}

/* A table that can say nothing about locks or functions: not even visited. */
static bool is_dull(struct lc_parser *fe, CXType type)
{
	if (fe_shape_of(type) != FE_ARRAY)
		return false;
	if (fe_shape_of(element_type(type)) == FE_SCALAR)
		return true;
	return clang_getArraySize(clang_getCanonicalType(type)) > MAX_ELEMENT &&
	       !holds_pointer(fe, type, 0);
}

void fe_init_static(struct lc_parser *fe, CXCursor var)
{
	struct init in = { true, 0, { 0 } };
	CXType type = clang_getCursorType(var);
	uint32_t init = LC_NONE, symbol;

	if (is_dull(fe, type) ||
	    clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(var)))
		return;
	symbol = fe_decl_index(fe, var);
	fe_tree(fe, var);
	for (uint32_t i = fe_node(fe, 0)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		if (fe_is_expr(fe_kind(fe, i)))
			init = i;
	if (init == LC_NONE)
		return;
	fe->steps.len = 0;
	fe->cur = LC_NONE;
	fe_map_clear(&fe->path_map);
	fe_map_clear(&fe->operand_map);
	init_value(fe, &in, fe_root(LC_ROOT_GLOBAL, symbol), type, init);
}
