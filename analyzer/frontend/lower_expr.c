/* SPDX-License-Identifier: MIT */
/*
 * Expressions: as a value (fe_eval), as an object (fe_lvalue), or for their
 * effect only (fe_effect). Calls, operators and conditions have files of their own.
 */
#include "frontend/internal.h"

#define MAX_STRING 80 /* a longer literal has no text */

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
	/* x = x >> 1: after it the new x is not what ARITH says of it. */
	if (v->kind == LC_OP_LOAD && v->place.root_kind == to.root_kind &&
	    v->place.root == to.root &&
	    fe_last_step(fe, v->place, LC_STEP_ARITH))
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
	uint32_t id = text ? fe_rootless(fe, text, MAX_STRING) : 0;

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
struct fe_value fe_read_object(struct lc_parser *fe, uint32_t node)
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
		return fe_read_object(fe, node);
	return v;
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

/* The branch that __builtin_choose_expr takes, or LC_NONE. */
static uint32_t chosen(struct lc_parser *fe, uint32_t node)
{
	int64_t c;

	if (fe_node(fe, node)->n != 3 ||
	    !fe_const(fe, fe_node(fe, node)->first, &c))
		return LC_NONE;
	return fe_child(fe, node, c ? 1 : 2);
}

static struct fe_value eval_unexposed(struct lc_parser *fe, uint32_t node,
				      bool want)
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
		return fe_atomic(fe, node, want);
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
		return fe_read_object(fe, node);
	case CXCursor_UnaryOperator:
		return fe_unary(fe, node, true);
	case CXCursor_BinaryOperator:
		return fe_binary(fe, node);
	case CXCursor_CompoundAssignOperator:
		return fe_compound(fe, node);
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
		return eval_unexposed(fe, node, true);
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
	enum CXUnaryOperatorKind op =
		clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c);

	if (op >= CXUnaryOperator_PostInc && op <= CXUnaryOperator_PreDec)
		fe_unary(fe, node, false);
	else
		effect_children(fe, node);
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
		fe_binary(fe, node);
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
		fe_compound(fe, node);
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
			eval_unexposed(fe, node, false);
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
