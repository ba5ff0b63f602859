/* SPDX-License-Identifier: MIT */
/*
 * Expressions: as a value (fe_eval), as an object (fe_lvalue), or for their
 * effect only (fe_effect). Calls and conditions have files of their own.
 *
 * A LOAD is read where it is used, not where it was met. So an operator that
 * changes its operand never hands out a LOAD of the old value.
 */
#include "frontend/internal.h"

/* Numbers for ARITH of unary operators, beyond libclang's binary ones. */
enum { ARITH_NEGATE = 100, ARITH_INVERT, ARITH_SWAPPED };

#define MAX_OFFSETOF 8

void fe_incomplete(struct lc_parser *fe, const char *reason)
{
	if (!fe->reason && fe->cur != LC_NONE)
		fe->reason = lc_intern(&fe->unit->strings, reason);
}

/* x = x; or nothing known, stored nobody knows where: *p++ = *q++. */
static bool says_nothing(struct lc_parser *fe, struct fe_place to,
			 struct fe_value *v)
{
	bool load = v->kind == LC_OP_LOAD;

	if (load && v->place.root_kind == to.root_kind &&
	    v->place.root == to.root && v->place.last == to.last)
		return true;
	return to.root_kind == LC_ROOT_UNKNOWN &&
	       !fe_last_step(fe, to, LC_STEP_FIELD) &&
	       (v->kind == LC_OP_UNKNOWN || v->kind == LC_OP_CONST ||
		(load && v->place.root_kind == LC_ROOT_UNKNOWN));
}

void fe_assign(struct lc_parser *fe, struct fe_place to, struct fe_value *v,
	       struct lc_pos *pos, uint32_t flags)
{
	struct fe_value opaque = fe_opaque();
	uint32_t path, operand;
	struct lc_instr *i;

	if (fe->cur == LC_NONE || says_nothing(fe, to, v))
		return;
	/* x = x + 1: after it the new x is not what ARITH says of it. */
	if (v->kind == LC_OP_LOAD && v->place.root_kind == to.root_kind &&
	    v->place.root == to.root &&
	    (fe_last_step(fe, v->place, LC_STEP_ARITH) ||
	     fe_last_step(fe, v->place, LC_STEP_MASK)))
		v = &opaque;
	path = fe_path(fe, to, 0);
	operand = fe_operand(fe, v, 0);
	i = fe_emit(fe, LC_I_ASSIGN);
	i->path = path;
	i->operand = operand;
	i->flags = flags;
	i->pos = *pos;
}

static void take_assign(struct lc_parser *fe, struct fe_sink *sink,
			uint32_t node, struct fe_value *v)
{
	if (node == LC_NONE)
		fe_assign(fe, sink->to, v, &sink->pos, 0);
	else
		fe_assign_node(fe, sink->to, node, &sink->pos);
}

void fe_assign_node(struct lc_parser *fe, struct fe_place to, uint32_t node,
		    struct lc_pos *pos)
{
	uint32_t s = fe_look_through(fe, node);
	struct fe_value v;
	int64_t number;

	if (fe_const(fe, node, &number)) {
		v = fe_number(number);
	} else if (fe_is_logical(fe, s) || fe_is_conditional(fe, s)) {
		struct fe_sink sink = { take_assign, to, *pos };

		fe_each_value(fe, s, &sink);
		return;
	} else if (fe_kind(fe, s) == CXCursor_CompoundLiteralExpr &&
		   fe_node_shape(fe, s) == FE_RECORD) {
		fe_init_local(fe, to, clang_getCursorType(fe_node(fe, s)->c),
			      fe_node(fe, s)->last, pos);
		return;
	} else {
		v = fe_eval(fe, node);
	}
	fe_assign(fe, to, &v, pos, 0);
}

/* ---- objects ---- */

static struct fe_place decl_place(struct lc_parser *fe, uint32_t node)
{
	struct fe_decl *d = fe_decl_of(fe, node);
	struct fe_value *alias;

	switch (d->kind) {
	case FE_DECL_SYMBOL:
		return fe_root(LC_ROOT_GLOBAL, d->index);
	case FE_DECL_LOCAL:
		return fe_root(LC_ROOT_LOCAL, d->index);
	case FE_DECL_ALIAS:
		alias = &fe->aliases.data[d->index];
		if (alias->kind == LC_OP_LOAD)
			return alias->place;
		/* fall through */
	default:
		return fe_unknown_place(fe);
	}
}

static struct fe_place member_place(struct lc_parser *fe, uint32_t node)
{
	uint32_t base = fe_node(fe, node)->first;
	uint32_t field = fe_decl_of(fe, node)->kind == FE_DECL_FIELD ?
		fe_decl_of(fe, node)->index : LC_NONE;
	struct fe_place p;
	struct fe_value v;

	if (base == LC_NONE)
		return fe_unknown_place(fe);
	/* No accessor tells . from ->; the base's type does. */
	if (fe_node_shape(fe, base) == FE_POINTER) {
		v = fe_eval(fe, base);
		p = fe_deref(fe, &v);
	} else {
		p = fe_lvalue(fe, base);
	}
	return field == LC_NONE ? p :
		fe_step(fe, p, LC_STEP_FIELD, field, 0);
}

static struct fe_place element_place(struct lc_parser *fe, uint32_t node)
{
	uint32_t base = fe_node(fe, node)->first, index;
	struct fe_value b, i;

	if (fe_node(fe, node)->n != 2)
		return fe_unknown_place(fe);
	index = fe_node(fe, node)->last;
	if (fe_node_shape(fe, base) == FE_SCALAR) { /* 3[array] */
		index = base;
		base = fe_node(fe, node)->last;
	}
	b = fe_eval(fe, base);
	i = fe_eval(fe, index);
	b = fe_offset_by(fe, &b, &i);
	return fe_deref(fe, &b);
}

static struct fe_place literal_place(struct lc_parser *fe, uint32_t node)
{
	CXCursor c = fe_node(fe, node)->c;
	CXType type = clang_getCursorType(c);
	struct lc_pos pos;
	struct fe_place p;

	fe_cursor_pos(fe, c, &pos);
	p = fe_root(LC_ROOT_LOCAL,
		    fe_hidden_local(fe, fe_shape_of(type) == FE_POINTER, &pos));
	if (fe_node(fe, node)->last != LC_NONE)
		fe_init_local(fe, p, type, fe_node(fe, node)->last, &pos);
	return p;
}

static struct fe_place string_place(struct lc_parser *fe, uint32_t node)
{
	CXString s = clang_getCursorSpelling(fe_node(fe, node)->c);
	const char *text = clang_getCString(s);
	uint32_t id = text && strlen(text) <= 80 ?
		lc_intern(&fe->unit->strings, text) : 0;

	clang_disposeString(s);
	return fe_root(LC_ROOT_STRING, id);
}

struct fe_place fe_lvalue(struct lc_parser *fe, uint32_t node)
{
	struct fe_value v;

	node = fe_strip(fe, node, false);
	switch (fe_kind(fe, node)) {
	case CXCursor_DeclRefExpr:
		return decl_place(fe, node);
	case CXCursor_MemberRefExpr:
		return member_place(fe, node);
	case CXCursor_ArraySubscriptExpr:
		return element_place(fe, node);
	case CXCursor_CompoundLiteralExpr:
		return literal_place(fe, node);
	case CXCursor_StringLiteral:
		return string_place(fe, node);
	case CXCursor_UnaryOperator:
		if (clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c) ==
		    CXUnaryOperator_Deref) {
			v = fe_eval(fe, fe_node(fe, node)->first);
			return fe_deref(fe, &v);
		}
		/* fall through */
	default: /* f().x, (a = b).x, (c ? a : b).x: a value's own object */
		v = fe_eval(fe, node);
		return v.kind == LC_OP_LOAD ? v.place : fe_unknown_place(fe);
	}
}

/* An object's value: its address if it is an array. */
static struct fe_value read_object(struct lc_parser *fe, uint32_t node)
{
	enum fe_shape shape = fe_node_shape(fe, node);
	struct fe_place p = fe_lvalue(fe, node);
	struct fe_value v;

	if (shape != FE_ARRAY)
		return fe_load(p);
	v = fe_address(fe, p);
	v.decayed = v.kind == LC_OP_ADDR;
	return v;
}

static struct fe_value eval_ref(struct lc_parser *fe, uint32_t node)
{
	struct fe_decl *d = fe_decl_of(fe, node);
	struct fe_value v = fe_opaque();

	if (d->kind == FE_DECL_ALIAS)
		return fe->aliases.data[d->index];
	if (d->kind == FE_DECL_SYMBOL && d->shape == FE_FUNCTION) {
		v.kind = LC_OP_FUNC;
		v.ref = d->index;
		fe_symbol_used(fe, d->index, true);
		return v;
	}
	if (d->kind == FE_DECL_SYMBOL || d->kind == FE_DECL_LOCAL)
		return read_object(fe, node);
	return v;
}

/* ---- operators ---- */

/* ++, --: the value is the new one (pre) or, for pointers to objects that can
 * hold something, the old one kept in a hidden local. */
static struct fe_value step_by_one(struct lc_parser *fe, uint32_t node,
				   int64_t by, bool post, bool want)
{
	struct lc_pos pos;
	struct fe_place p = fe_lvalue(fe, fe_node(fe, node)->first);
	struct fe_value old = fe_load(p), new = fe_opaque(), result = fe_opaque();
	CXType type = clang_getCursorType(fe_node(fe, node)->c);

	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	if (fe_shape_of(type) == FE_POINTER) {
		enum fe_shape to = fe_shape_of(clang_getPointeeType(
			clang_getCanonicalType(type)));

		if (want && post && to != FE_SCALAR) {
			struct fe_place h = fe_root(LC_ROOT_LOCAL,
				fe_hidden_local(fe, true, &pos));

			fe_assign(fe, h, &old, &pos, 0);
			result = fe_load(h);
		}
		new = fe_offset(fe, &old, by);
	}
	fe_assign(fe, p, &new, &pos, LC_INSTR_OPAQUE);
	return post ? result : fe_load(p);
}

static struct fe_value eval_unary(struct lc_parser *fe, uint32_t node)
{
	uint32_t child = fe_node(fe, node)->first;
	struct fe_value v;

	switch (clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c)) {
	case CXUnaryOperator_PostInc:
		return step_by_one(fe, node, 1, true, true);
	case CXUnaryOperator_PostDec:
		return step_by_one(fe, node, -1, true, true);
	case CXUnaryOperator_PreInc:
		return step_by_one(fe, node, 1, false, true);
	case CXUnaryOperator_PreDec:
		return step_by_one(fe, node, -1, false, true);
	case CXUnaryOperator_AddrOf:
		if (fe_node_shape(fe, child) == FE_FUNCTION)
			return fe_eval(fe, child);
		return fe_address(fe, fe_lvalue(fe, child));
	case CXUnaryOperator_Deref:
		if (fe_node_shape(fe, node) == FE_FUNCTION)
			return fe_eval(fe, child);
		return read_object(fe, node);
	case CXUnaryOperator_Minus:
		v = fe_eval(fe, child);
		return fe_arith(fe, &v, ARITH_NEGATE, 0);
	case CXUnaryOperator_Not:
		v = fe_eval(fe, child);
		return fe_arith(fe, &v, ARITH_INVERT, 0);
	case CXUnaryOperator_Plus:
	case CXUnaryOperator_Extension:
	case CXUnaryOperator_Real:
		return fe_eval(fe, child);
	case CXUnaryOperator_LNot:
		return fe_bool_value(fe, node);
	default:
		fe_effect(fe, child);
		return fe_opaque();
	}
}

uint32_t fe_offsetof(struct lc_parser *fe, uint32_t node, uint32_t *fields,
		     uint32_t max)
{
	uint32_t n = 0, i;
	int64_t zero;

	node = fe_strip(fe, node, true);
	if (fe_kind(fe, node) == CXCursor_UnexposedExpr) {
		for (i = fe_node(fe, node)->first; i != LC_NONE;
		     i = fe_node(fe, i)->next) {
			struct fe_decl *d;

			if (fe_kind(fe, i) != CXCursor_MemberRef || n == max)
				return 0;
			d = fe_decl_of(fe, i);
			if (d->kind == FE_DECL_FIELD && d->index != LC_NONE)
				fields[n++] = d->index;
		}
		return n;
	}
	if (fe_kind(fe, node) != CXCursor_UnaryOperator ||
	    clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c) !=
		    CXUnaryOperator_AddrOf)
		return 0;
	i = fe_strip(fe, fe_node(fe, node)->first, false);
	while (fe_kind(fe, i) == CXCursor_MemberRefExpr && n < max &&
	       fe_node(fe, i)->n == 1) {
		struct fe_decl *d = fe_decl_of(fe, i);

		if (d->kind == FE_DECL_FIELD && d->index != LC_NONE)
			fields[n++] = d->index;
		i = fe_strip(fe, fe_node(fe, i)->first, true);
	}
	if (!fe_const(fe, i, &zero))
		return 0;
	for (i = 0; i < n / 2; i++) { /* collected innermost first */
		uint32_t t = fields[i];

		fields[i] = fields[n - 1 - i];
		fields[n - 1 - i] = t;
	}
	return n;
}

/* pointer ± offsetof(T, m) */
static bool member_offset(struct lc_parser *fe, uint32_t node, bool minus,
			  struct fe_value *out)
{
	uint32_t fields[MAX_OFFSETOF];
	uint32_t n = fe_offsetof(fe, fe_node(fe, node)->last, fields,
				 MAX_OFFSETOF);
	struct fe_value v;
	struct fe_place p;

	if (!n)
		return false;
	v = fe_eval(fe, fe_node(fe, node)->first);
	p = fe_deref(fe, &v);
	for (uint32_t i = 0; i < n; i++)
		p = minus ? fe_step(fe, p, LC_STEP_CONTAINER,
				    fields[n - 1 - i], 0) :
			fe_step(fe, p, LC_STEP_FIELD, fields[i], 0);
	*out = fe_address(fe, p);
	return true;
}

static struct fe_value pointer_sum(struct lc_parser *fe, uint32_t node,
				   bool minus)
{
	uint32_t base = fe_node(fe, node)->first;
	uint32_t index = fe_node(fe, node)->last;
	struct fe_value b, i;

	if (member_offset(fe, node, minus, &b))
		return b;
	if (fe_node_shape(fe, base) == FE_SCALAR) { /* 1 + p */
		index = base;
		base = fe_node(fe, node)->last;
	}
	b = fe_eval(fe, base);
	i = fe_eval(fe, index);
	if (minus)
		i = i.kind == LC_OP_CONST ? fe_number(-i.value) : fe_opaque();
	return fe_offset_by(fe, &b, &i);
}

static struct fe_value eval_arith(struct lc_parser *fe, uint32_t node,
				  enum CXBinaryOperatorKind op)
{
	struct fe_node *n = fe_node(fe, node);
	uint32_t left = n->first, right = n->last;
	struct fe_value v;
	int64_t k;

	if ((op == CXBinaryOperator_Add || op == CXBinaryOperator_Sub) &&
	    fe_shape_of(clang_getCursorType(n->c)) == FE_POINTER)
		return pointer_sum(fe, node, op == CXBinaryOperator_Sub);
	if (fe_const(fe, right, &k)) {
		v = fe_eval(fe, left);
		return fe_arith(fe, &v, op, k);
	}
	if (fe_const(fe, left, &k)) {
		v = fe_eval(fe, right);
		/* a + 1 and 1 + a are the same, 1 - a and a - 1 are not */
		if (op != CXBinaryOperator_Add && op != CXBinaryOperator_Mul &&
		    op != CXBinaryOperator_And && op != CXBinaryOperator_Or &&
		    op != CXBinaryOperator_Xor)
			return fe_arith(fe, &v, ARITH_SWAPPED + op, k);
		return fe_arith(fe, &v, op, k);
	}
	fe_effect(fe, left);
	fe_effect(fe, right);
	return fe_opaque();
}

static struct fe_value eval_assign(struct lc_parser *fe, uint32_t node)
{
	struct fe_place to = fe_lvalue(fe, fe_node(fe, node)->first);
	struct lc_pos pos;

	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	fe_assign_node(fe, to, fe_node(fe, node)->last, &pos);
	return fe_load(to);
}

static struct fe_value eval_binary(struct lc_parser *fe, uint32_t node)
{
	enum CXBinaryOperatorKind op =
		clang_getCursorBinaryOperatorKind(fe_node(fe, node)->c);

	if (fe_node(fe, node)->n != 2) {
		fe_incomplete(fe, "operator without operands (parse error)");
		return fe_opaque();
	}
	if (op == CXBinaryOperator_Assign)
		return eval_assign(fe, node);
	if (op == CXBinaryOperator_Comma) {
		fe_effect(fe, fe_node(fe, node)->first);
		return fe_eval(fe, fe_node(fe, node)->last);
	}
	if (fe_is_logical(fe, node))
		return fe_bool_value(fe, node);
	return eval_arith(fe, node, op);
}

/* x op= y: the new value is unknown, but for a pointer that moves. */
static struct fe_value eval_compound(struct lc_parser *fe, uint32_t node)
{
	struct fe_node *n = fe_node(fe, node);
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(n->c);
	uint32_t right = n->last;
	struct fe_place to = fe_lvalue(fe, n->first);
	struct fe_value new = fe_opaque();
	struct lc_pos pos;

	if ((op == CXBinaryOperator_AddAssign ||
	     op == CXBinaryOperator_SubAssign) &&
	    fe_node_shape(fe, node) == FE_POINTER) {
		struct fe_value by = fe_eval(fe, right), old = fe_load(to);

		if (op == CXBinaryOperator_SubAssign)
			by = by.kind == LC_OP_CONST ? fe_number(-by.value) :
				fe_opaque();
		new = fe_offset_by(fe, &old, &by);
	} else {
		fe_effect(fe, right);
	}
	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	fe_assign(fe, to, &new, &pos, LC_INSTR_OPAQUE);
	return fe_load(to);
}

/* ---- the odd ones ---- */

/* _Generic: nothing names the chosen branch, but its type is the whole's. */
static uint32_t generic_choice(struct lc_parser *fe, uint32_t node)
{
	CXType want = clang_getCanonicalType(
		clang_getCursorType(fe_node(fe, node)->c));
	uint32_t i = fe_node(fe, node)->first, found = LC_NONE, count = 0;
	CXType control;

	if (i == LC_NONE)
		return LC_NONE;
	control = clang_getCanonicalType(clang_getCursorType(fe_node(fe, i)->c));
	for (i = fe_node(fe, i)->next; i != LC_NONE; i = fe_node(fe, i)->next) {
		CXType t = clang_getCanonicalType(
			clang_getCursorType(fe_node(fe, i)->c));

		if (!clang_equalTypes(t, want))
			continue;
		count++;
		if (found == LC_NONE)
			found = i;
		/* Several fit: a function that takes the controlling type. */
		if (t.kind == CXType_FunctionProto &&
		    clang_getNumArgTypes(t) > 0 &&
		    clang_equalTypes(clang_getCanonicalType(
					     clang_getArgType(t, 0)), control))
			return i;
	}
	if (count > 1 && fe_shape_of(want) == FE_FUNCTION)
		fe_incomplete(fe, "_Generic: chosen branch not known");
	return found;
}

static bool effect_children(struct lc_parser *fe, uint32_t node)
{
	for (uint32_t i = fe_node(fe, node)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		if (fe_is_expr(fe_kind(fe, i)))
			fe_effect(fe, i);
	return true;
}

/* An atomic builtin (__atomic_*, __c11_atomic_*): the object it is given may
 * have changed afterwards, and its result is not known. */
static void eval_atomic(struct lc_parser *fe, uint32_t node)
{
	uint32_t i = fe_node(fe, node)->first;
	struct fe_value v = fe_eval(fe, i), opaque = fe_opaque();
	struct lc_pos pos;

	for (i = fe_node(fe, i)->next; i != LC_NONE; i = fe_node(fe, i)->next)
		fe_effect(fe, i);
	if (v.kind != LC_OP_ADDR && v.kind != LC_OP_LOAD)
		return;
	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	fe_assign(fe, fe_deref(fe, &v), &opaque, &pos, LC_INSTR_OPAQUE);
}

/* The branch that __builtin_choose_expr takes, or LC_NONE. */
static uint32_t chosen(struct lc_parser *fe, uint32_t node)
{
	int64_t c;

	if (fe_node(fe, node)->n != 3 ||
	    !fe_const(fe, fe_node(fe, node)->first, &c))
		return LC_NONE;
	return fe_child(fe, node, c ? 1 : 2);
}

static struct fe_value eval_unexposed(struct lc_parser *fe, uint32_t node)
{
	uint32_t first = fe_node(fe, node)->first, pick;

	if (fe_is_wrapper(fe, node))
		return fe_eval(fe, first);
	if (fe_is_conditional(fe, node))
		return fe_conditional(fe, node);
	pick = chosen(fe, node);
	if (pick != LC_NONE)
		return fe_eval(fe, pick);
	if (fe_node(fe, node)->n >= 2 && fe_is_expr(fe_kind(fe, first)) &&
	    fe_node_shape(fe, first) == FE_POINTER)
		eval_atomic(fe, node);
	else
		effect_children(fe, node);
	return fe_opaque();
}

static struct fe_value eval_cast(struct lc_parser *fe, uint32_t node)
{
	uint32_t last = fe_node(fe, node)->last;

	if (last == LC_NONE)
		return fe_opaque();
	if (clang_getCanonicalType(clang_getCursorType(fe_node(fe, node)->c))
		    .kind == CXType_Void) {
		fe_effect(fe, node);
		return fe_opaque();
	}
	return fe_eval(fe, last);
}

static struct fe_value eval_kind(struct lc_parser *fe, uint32_t node)
{
	uint32_t pick;

	switch (fe_kind(fe, node)) {
	case CXCursor_DeclRefExpr:
		return eval_ref(fe, node);
	case CXCursor_MemberRefExpr:
	case CXCursor_ArraySubscriptExpr:
	case CXCursor_StringLiteral:
	case CXCursor_CompoundLiteralExpr:
		return read_object(fe, node);
	case CXCursor_UnaryOperator:
		return eval_unary(fe, node);
	case CXCursor_BinaryOperator:
		return eval_binary(fe, node);
	case CXCursor_CompoundAssignOperator:
		return eval_compound(fe, node);
	case CXCursor_ConditionalOperator:
		return fe_conditional(fe, node);
	case CXCursor_CallExpr:
		return fe_call(fe, node, true, 0);
	case CXCursor_CStyleCastExpr:
		return eval_cast(fe, node);
	case CXCursor_ParenExpr:
		return fe_eval(fe, fe_node(fe, node)->first);
	case CXCursor_StmtExpr:
		return fe_stmt_expr(fe, node, true);
	case CXCursor_UnexposedExpr:
		return eval_unexposed(fe, node);
	case CXCursor_GenericSelectionExpr:
		pick = generic_choice(fe, node);
		return pick == LC_NONE ? fe_opaque() : fe_eval(fe, pick);
	case CXCursor_AddrLabelExpr:
		fe_label_address(fe, node);
		return fe_opaque();
	case CXCursor_BlockExpr:
		fe_incomplete(fe, "block literal (^{ … })");
		return fe_opaque();
	default: /* floating literals, sizeof of a VLA, … */
		effect_children(fe, node);
		return fe_opaque();
	}
}

struct fe_value fe_eval(struct lc_parser *fe, uint32_t node)
{
	int64_t number;

	if (node == LC_NONE)
		return fe_opaque();
	if (fe_const(fe, node, &number))
		return fe_number(number);
	return eval_kind(fe, node);
}

/* ---- effects ---- */

static void effect_cast(struct lc_parser *fe, uint32_t node)
{
	uint32_t inner = fe_node(fe, node)->last, s;

	if (inner == LC_NONE)
		return;
	s = fe_strip(fe, inner, false);
	if (fe_kind(fe, s) == CXCursor_CallExpr &&
	    clang_getCanonicalType(clang_getCursorType(fe_node(fe, node)->c))
			    .kind == CXType_Void)
		fe_call(fe, s, false, LC_INSTR_VOID_CAST);
	else
		fe_effect(fe, inner);
}

static void take_nothing(struct lc_parser *fe, struct fe_sink *sink LC_UNUSED,
			 uint32_t node, struct fe_value *v LC_UNUSED)
{
	if (node != LC_NONE)
		fe_effect(fe, node);
}

static void effect_unary(struct lc_parser *fe, uint32_t node)
{
	switch (clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c)) {
	case CXUnaryOperator_PostInc:
	case CXUnaryOperator_PreInc:
		step_by_one(fe, node, 1, false, false);
		break;
	case CXUnaryOperator_PostDec:
	case CXUnaryOperator_PreDec:
		step_by_one(fe, node, -1, false, false);
		break;
	default:
		effect_children(fe, node);
	}
}

static bool is_plain_binary(struct lc_parser *fe, uint32_t node)
{
	enum CXBinaryOperatorKind op;

	if (fe_kind(fe, node) != CXCursor_BinaryOperator ||
	    fe_node(fe, node)->n != 2)
		return false;
	op = clang_getCursorBinaryOperatorKind(fe_node(fe, node)->c);
	return op != CXBinaryOperator_Assign && op != CXBinaryOperator_LAnd &&
	       op != CXBinaryOperator_LOr;
}

/* a + b + c …: down the left operands by a loop, for chains can be long. */
static void effect_spine(struct lc_parser *fe, uint32_t node)
{
	uint32_t first = fe->args.len;

	while (is_plain_binary(fe, node)) {
		*lc_push(&fe->args) = fe_node(fe, node)->last;
		node = fe_strip(fe, fe_node(fe, node)->first, false);
	}
	fe_effect(fe, node);
	while (fe->args.len > first) {
		uint32_t right = *lc_last(&fe->args);

		fe->args.len--;
		fe_effect(fe, right);
	}
}

static void effect_binary(struct lc_parser *fe, uint32_t node)
{
	enum CXBinaryOperatorKind op =
		clang_getCursorBinaryOperatorKind(fe_node(fe, node)->c);
	struct fe_sink sink = { take_nothing, { 0, 0, LC_NONE }, { 0 } };

	if (op == CXBinaryOperator_Assign || fe_node(fe, node)->n != 2)
		eval_binary(fe, node);
	else if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr)
		fe_each_value(fe, node, &sink);
	else
		effect_spine(fe, node);
}

void fe_effect(struct lc_parser *fe, uint32_t node)
{
	struct fe_sink sink = { take_nothing, { 0, 0, LC_NONE }, { 0 } };
	int64_t number;

	if (fe_node(fe, node)->fold == FE_FOLD_CONST)
		return;
	switch (fe_kind(fe, node)) {
	case CXCursor_CallExpr:
		fe_call(fe, node, false, 0);
		break;
	case CXCursor_UnaryOperator:
		effect_unary(fe, node);
		break;
	case CXCursor_BinaryOperator:
		effect_binary(fe, node);
		break;
	case CXCursor_CompoundAssignOperator:
		eval_compound(fe, node);
		break;
	case CXCursor_CStyleCastExpr:
		effect_cast(fe, node);
		break;
	case CXCursor_ConditionalOperator:
		if (!fe_const(fe, node, &number))
			fe_each_value(fe, node, &sink);
		break;
	case CXCursor_StmtExpr:
		fe_stmt_expr(fe, node, false);
		break;
	case CXCursor_DeclRefExpr: /* `(void)f;` still names a function */
		if (fe_decl_of(fe, node)->shape == FE_FUNCTION)
			eval_ref(fe, node);
		break;
	case CXCursor_UnexposedExpr:
		if (fe_is_conditional(fe, node))
			fe_each_value(fe, node, &sink);
		else if (fe_is_wrapper(fe, node))
			fe_effect(fe, fe_node(fe, node)->first);
		else
			eval_unexposed(fe, node);
		break;
	case CXCursor_GenericSelectionExpr:
	case CXCursor_AddrLabelExpr:
	case CXCursor_BlockExpr:
		eval_kind(fe, node);
		break;
	default:
		effect_children(fe, node);
	}
}
