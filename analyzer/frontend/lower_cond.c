/* SPDX-License-Identifier: MIT */
/*
 * Conditions as control flow, and values that conditions decide.
 *
 * A test is normalised: the constant stands right, negation swaps the ways.
 * Long chains of && or || (generated code has thousands) are walked, not
 * descended into.
 */
#include "frontend/internal.h"

static enum CXBinaryOperatorKind binary_op(struct lc_parser *fe, uint32_t node)
{
	if (fe_kind(fe, node) != CXCursor_BinaryOperator ||
	    fe_node(fe, node)->n != 2)
		return CXBinaryOperator_Invalid;
	return clang_getCursorBinaryOperatorKind(fe_node(fe, node)->c);
}

static bool is_not(struct lc_parser *fe, uint32_t node)
{
	return fe_kind(fe, node) == CXCursor_UnaryOperator &&
	       fe_node(fe, node)->n == 1 &&
	       clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c) ==
		       CXUnaryOperator_LNot;
}

static bool is_comparison(enum CXBinaryOperatorKind op)
{
	return op >= CXBinaryOperator_LT && op <= CXBinaryOperator_NE;
}

/* __builtin_expect(x, …): x; else `node` itself. */
uint32_t fe_look_through(struct lc_parser *fe, uint32_t node)
{
	for (;;) {
		uint32_t callee, arg;
		struct fe_decl *d;

		node = fe_strip(fe, node, true);
		if (fe_kind(fe, node) != CXCursor_CallExpr ||
		    fe_node(fe, node)->first == LC_NONE)
			return node;
		callee = fe_strip(fe, fe_node(fe, node)->first, false);
		arg = fe_child(fe, node, 1);
		if (fe_kind(fe, callee) != CXCursor_DeclRefExpr ||
		    arg == LC_NONE)
			return node;
		d = fe_decl_of(fe, callee);
		if (d->kind != FE_DECL_SYMBOL || d->shape != FE_FUNCTION ||
		    fe->symbols.data[d->index].builtin != FE_EXPECT)
			return node;
		node = arg;
	}
}

/* Does the expression give 0 or 1 by a test of something? */
bool fe_is_logical(struct lc_parser *fe, uint32_t node)
{
	enum CXBinaryOperatorKind op = binary_op(fe, node);

	return op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr ||
	       is_comparison(op) || is_not(fe, node) ||
	       fe_is_exchange(fe, node);
}

bool fe_is_conditional(struct lc_parser *fe, uint32_t node)
{
	struct fe_node *n = fe_node(fe, node);
	CXSourceLocation at;

	if (n->c.kind == CXCursor_ConditionalOperator)
		return n->n == 3;
	if (n->c.kind != CXCursor_UnexposedExpr || n->n != 4)
		return false;
	/* a ?: b shows a three times over, then b. */
	at = clang_getCursorLocation(fe_node(fe, n->first)->c);
	return clang_equalLocations(at, clang_getCursorLocation(fe_node(fe,
			fe_child(fe, node, 1))->c)) &&
	       clang_equalLocations(at, clang_getCursorLocation(fe_node(fe,
			fe_child(fe, node, 2))->c));
}

/* ---- one test ---- */

static enum lc_cmp cmp_of(enum CXBinaryOperatorKind op)
{
	switch (op) {
	case CXBinaryOperator_EQ: return LC_EQ;
	case CXBinaryOperator_NE: return LC_NE;
	case CXBinaryOperator_LT: return LC_LT;
	case CXBinaryOperator_LE: return LC_LE;
	case CXBinaryOperator_GT: return LC_GT;
	default: return LC_GE;
	}
}

static enum lc_cmp mirrored(enum lc_cmp cmp)
{
	switch (cmp) {
	case LC_LT: return LC_GT;
	case LC_LE: return LC_GE;
	case LC_GT: return LC_LT;
	case LC_GE: return LC_LE;
	default: return cmp;
	}
}

static bool is_unsigned(struct lc_parser *fe, uint32_t node)
{
	switch (clang_getCanonicalType(
			clang_getCursorType(fe_node(fe, node)->c)).kind) {
	case CXType_Bool:
	case CXType_Char_U:
	case CXType_UChar:
	case CXType_UShort:
	case CXType_UInt:
	case CXType_ULong:
	case CXType_ULongLong:
	case CXType_UInt128:
	case CXType_Pointer:
		return true;
	default:
		return false;
	}
}

static bool decide(enum lc_cmp cmp, int64_t a, int64_t b)
{
	switch (cmp) {
	case LC_EQ: return a == b;
	case LC_NE: return a != b;
	case LC_LT: return a < b;
	case LC_LE: return a <= b;
	case LC_GT: return a > b;
	default: return a >= b;
	}
}

static void test(struct lc_parser *fe, struct fe_value *l, enum lc_cmp cmp,
		 struct fe_value *r, uint32_t yes, uint32_t no, CXCursor at)
{
	struct fe_value *swap;
	struct lc_pos pos;

	if (fe->cur == LC_NONE)
		return;
	if (l->kind == LC_OP_CONST || l->kind == LC_OP_UNKNOWN) {
		swap = l;
		l = r;
		r = swap;
		cmp = mirrored(cmp);
	}
	if (l->kind == LC_OP_CONST && r->kind == LC_OP_CONST) {
		fe_jump(fe, decide(cmp, l->value, r->value) ? yes : no);
		return;
	}
	fe_cursor_pos(fe, at, &pos);
	if (l->kind == LC_OP_UNKNOWN || l->kind == LC_OP_CONST) {
		fe_choice(fe, yes, no, &pos);
	} else {
		uint32_t lhs = fe_operand(fe, l, 0);
		uint32_t rhs = fe_operand(fe, r, 0);

		fe_test(fe, lhs, cmp, rhs, yes, no, &pos);
	}
}

static void compare(struct lc_parser *fe, uint32_t node, uint32_t yes,
		    uint32_t no)
{
	uint32_t ln = fe_node(fe, node)->first, rn = fe_node(fe, node)->last;
	enum CXBinaryOperatorKind op = binary_op(fe, node);
	struct fe_value l, r, opaque = fe_opaque();
	uint32_t inner = fe_look_through(fe, ln);
	int64_t k;

	/* (a && b) == 0, !x != 1: the test inside, maybe the other way round */
	if ((op == CXBinaryOperator_EQ || op == CXBinaryOperator_NE) &&
	    fe_is_logical(fe, inner) && fe_const(fe, rn, &k) &&
	    (k == 0 || k == 1)) {
		if ((op == CXBinaryOperator_EQ) == (k == 1))
			fe_cond(fe, inner, yes, no);
		else
			fe_cond(fe, inner, no, yes);
		return;
	}
	l = fe_eval(fe, ln);
	r = fe_eval(fe, rn);
	/* Constants are kept signed: an order against one that has the
	 * highest bit of its unsigned type cannot be said. */
	if (op != CXBinaryOperator_EQ && op != CXBinaryOperator_NE) {
		if (r.kind == LC_OP_CONST && r.value < 0 && is_unsigned(fe, rn))
			r = opaque;
		if (l.kind == LC_OP_CONST && l.value < 0 && is_unsigned(fe, ln))
			l = opaque;
	}
	test(fe, &l, cmp_of(op), &r, yes, no, fe_node(fe, node)->c);
}

/* ---- && and || ---- */

/* Operands of a chain of one operator, left to right, onto fe->args. */
static uint32_t flatten(struct lc_parser *fe, uint32_t node,
			enum CXBinaryOperatorKind op)
{
	uint32_t first = fe->args.len, n;

	while (binary_op(fe, node) == op) {
		*lc_push(&fe->args) = fe_node(fe, node)->last;
		node = fe_strip(fe, fe_node(fe, node)->first, false);
	}
	*lc_push(&fe->args) = node;
	n = fe->args.len - first;
	for (uint32_t i = 0; i < n / 2; i++) {
		uint32_t *a = &fe->args.data[first + i];
		uint32_t *b = &fe->args.data[first + n - 1 - i];
		uint32_t t = *a;

		*a = *b;
		*b = t;
	}
	return first;
}

static void chain(struct lc_parser *fe, uint32_t node,
		  enum CXBinaryOperatorKind op, uint32_t yes, uint32_t no)
{
	uint32_t first = flatten(fe, node, op), end = fe->args.len;

	for (uint32_t i = first; i < end; i++) {
		uint32_t next = i + 1 == end ? LC_NONE : fe_block(fe);
		uint32_t part = fe->args.data[i];

		if (next == LC_NONE)
			fe_cond(fe, part, yes, no);
		else if (op == CXBinaryOperator_LAnd)
			fe_cond(fe, part, next, no);
		else
			fe_cond(fe, part, yes, next);
		if (next != LC_NONE)
			fe_start(fe, next);
	}
	fe->args.len = first;
}

static void plain(struct lc_parser *fe, uint32_t node, uint32_t yes,
		  uint32_t no)
{
	struct fe_value v = fe_eval(fe, node), zero = fe_number(0);

	test(fe, &v, LC_NE, &zero, yes, no, fe_node(fe, node)->c);
}

static void three_way(struct lc_parser *fe, uint32_t node, uint32_t yes,
		      uint32_t no)
{
	uint32_t a = fe_block(fe), b = fe_block(fe);

	fe_cond(fe, fe_node(fe, node)->first, a, b);
	fe_start(fe, a);
	fe_cond(fe, fe_child(fe, node, 1), yes, no);
	fe_start(fe, b);
	fe_cond(fe, fe_child(fe, node, 2), yes, no);
}

/* Leaves by `yes` if the expression is not zero, else by `no`; the caller
 * starts a block afterwards. */
void fe_cond(struct lc_parser *fe, uint32_t node, uint32_t yes, uint32_t no)
{
	enum CXBinaryOperatorKind op;
	int64_t k;

	for (;;) {
		uint32_t swap;

		node = fe_look_through(fe, node);
		if (is_not(fe, node)) {
			swap = yes;
			yes = no;
			no = swap;
			node = fe_node(fe, node)->first;
		} else if (binary_op(fe, node) == CXBinaryOperator_Comma) {
			fe_effect(fe, fe_node(fe, node)->first);
			node = fe_node(fe, node)->last;
		} else {
			break;
		}
	}
	op = binary_op(fe, node);
	if (fe_const(fe, node, &k))
		fe_jump(fe, k ? yes : no);
	else if (op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr)
		chain(fe, node, op, yes, no);
	else if (is_comparison(op))
		compare(fe, node, yes, no);
	else if (fe_kind(fe, node) == CXCursor_ConditionalOperator &&
		 fe_node(fe, node)->n == 3)
		three_way(fe, node, yes, no);
	else if (fe_is_exchange(fe, node))
		fe_exchange(fe, node, yes, no);
	else
		plain(fe, node, yes, no);
}

/* ---- values that conditions decide ---- */

static void each_conditional(struct lc_parser *fe, uint32_t node, uint32_t yes,
			     uint32_t no, uint32_t join, struct fe_sink *sink)
{
	bool gnu = fe_node(fe, node)->n == 4;
	struct fe_value v, zero = fe_number(0);
	struct lc_pos pos;

	if (gnu) {
		CXCursor at = fe_node(fe, node)->c;

		v = fe_eval(fe, fe_node(fe, node)->first);
		if (v.kind == LC_OP_UNKNOWN) { /* keep it, whatever it is */
			struct fe_place h;

			fe_cursor_pos(fe, at, &pos);
			h = fe_root(LC_ROOT_LOCAL,
				    fe_hidden_local(fe, false, &pos));
			fe_assign(fe, h, &v, &pos, 0);
			v = fe_load(h);
		}
		test(fe, &v, LC_NE, &zero, yes, no, at);
	} else {
		fe_cond(fe, fe_node(fe, node)->first, yes, no);
	}
	fe_start(fe, yes);
	if (gnu)
		sink->take(fe, sink, LC_NONE, &v);
	else
		sink->take(fe, sink, fe_child(fe, node, 1), NULL);
	if (fe->cur != LC_NONE)
		fe_jump(fe, join);
	fe_start(fe, no);
	sink->take(fe, sink, fe_node(fe, node)->last, NULL);
	fe_start(fe, join);
}

void fe_each_value(struct lc_parser *fe, uint32_t node, struct fe_sink *sink)
{
	uint32_t yes = fe_block(fe), no = fe_block(fe), join = fe_block(fe);
	struct fe_value one = fe_number(1), zero = fe_number(0);

	if (fe_is_conditional(fe, node)) {
		each_conditional(fe, node, yes, no, join, sink);
		return;
	}
	fe_cond(fe, node, yes, no);
	fe_start(fe, yes);
	sink->take(fe, sink, LC_NONE, &one);
	if (fe->cur != LC_NONE)
		fe_jump(fe, join);
	fe_start(fe, no);
	sink->take(fe, sink, LC_NONE, &zero);
	fe_start(fe, join);
}

struct fe_value fe_bool_value(struct lc_parser *fe, uint32_t node)
{
	struct lc_pos pos;
	struct fe_place h;

	if (fe->cur == LC_NONE)
		return fe_opaque();
	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	h = fe_root(LC_ROOT_LOCAL,
		    fe_hidden_local(fe, fe_node_shape(fe, node) == FE_POINTER,
				    &pos));
	fe_assign_node(fe, h, node, &pos);
	return fe_load(h);
}

struct fe_value fe_conditional(struct lc_parser *fe, uint32_t node)
{
	int64_t c;

	if (fe_node(fe, node)->n == 3 &&
	    fe_const(fe, fe_node(fe, node)->first, &c))
		return fe_eval(fe, fe_child(fe, node, c ? 1 : 2));
	if (clang_getCanonicalType(clang_getCursorType(fe_node(fe, node)->c))
		    .kind == CXType_Void) {
		fe_effect(fe, node);
		return fe_opaque();
	}
	return fe_bool_value(fe, node);
}
