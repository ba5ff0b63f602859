/* SPDX-License-Identifier: MIT */
/*
 * Operators: their value, the assignments they make, and pointer arithmetic,
 * with the shapes of container_of among it.
 *
 * A LOAD is read where it is used, not where it was met. So an operator that
 * changes its operand never hands out a LOAD of the old value.
 */
#include "frontend/internal.h"

/* Numbers for ARITH of unary operators, beyond libclang's binary ones. */

#define MAX_OFFSETOF 8

/* ++, --: the value is the new one (pre) or the old one kept in a hidden local
 * (but for pointers to objects that can hold nothing, which are not followed). */
static struct fe_value step_by_one(struct lc_parser *fe, uint32_t node,
				   int64_t by, bool post, bool want)
{
	struct lc_pos pos;
	struct fe_place p = fe_lvalue(fe, fe_node(fe, node)->first);
	struct fe_value old = fe_load(p), new = fe_number(by);
	struct fe_value result = fe_opaque();
	uint32_t flags = LC_INSTR_OPAQUE | LC_INSTR_STEP;
	CXType type = clang_getCursorType(fe_node(fe, node)->c);

	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	if (by == 1 && !want)
		flags |= LC_INSTR_REFERENCE;
	if (fe_shape_of(type) == FE_POINTER) {
		enum fe_shape to = fe_shape_of(clang_getPointeeType(
			clang_getCanonicalType(type)));

		want = want && to != FE_SCALAR;
		new = fe_offset(fe, &old, by);
		flags = LC_INSTR_OPAQUE;
	}
	if (want && post) {
		struct fe_place h = fe_root(LC_ROOT_LOCAL,
			fe_hidden_local(fe, true, &pos));

		fe_assign(fe, h, &old, &pos, 0);
		result = fe_load(h);
	}
	fe_assign(fe, p, &new, &pos, flags);
	return post ? result : fe_load(p);
}

struct fe_value fe_unary(struct lc_parser *fe, uint32_t node, bool want)
{
	uint32_t child = fe_node(fe, node)->first;
	struct fe_value v;

	switch (clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c)) {
	case CXUnaryOperator_PostInc:
		return step_by_one(fe, node, 1, true, want);
	case CXUnaryOperator_PostDec:
		return step_by_one(fe, node, -1, true, want);
	case CXUnaryOperator_PreInc:
		return step_by_one(fe, node, 1, false, want);
	case CXUnaryOperator_PreDec:
		return step_by_one(fe, node, -1, false, want);
	case CXUnaryOperator_AddrOf:
		if (fe_node_shape(fe, child) == FE_FUNCTION)
			return fe_eval(fe, child);
		return fe_address(fe, fe_lvalue(fe, child));
	case CXUnaryOperator_Deref:
		if (fe_node_shape(fe, node) == FE_FUNCTION)
			return fe_eval(fe, child);
		return fe_read_object(fe, node);
	case CXUnaryOperator_Minus:
		v = fe_eval(fe, child);
		return fe_arith(fe, &v, FE_NEGATE, 0);
	case CXUnaryOperator_Not:
		v = fe_eval(fe, child);
		return fe_arith(fe, &v, FE_INVERT, 0);
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
			return fe_arith(fe, &v, FE_SWAPPED + op, k);
		return fe_arith(fe, &v, op, k);
	}
	if (op == CXBinaryOperator_Rem) { /* by a variable: a number of its own */
		struct lc_pos pos;

		fe_cursor_pos(fe, n->c, &pos);
		v = fe_eval(fe, left);
		fe_effect(fe, right);
		return fe_arith(fe, &v, op, ((int64_t)pos.line << 16) + pos.col);
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

struct fe_value fe_binary(struct lc_parser *fe, uint32_t node)
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

/* x ^= 4: the bit goes if it is there, and comes if it is not. */
static void toggle(struct lc_parser *fe, struct fe_place x, int64_t bit,
		   struct lc_pos *pos)
{
	struct fe_value old = fe_load(x), zero = fe_number(0), v;
	struct fe_value has = fe_arith(fe, &old, CXBinaryOperator_And, bit);
	uint32_t yes = fe_block(fe), no = fe_block(fe), end = fe_block(fe);
	uint32_t lhs = fe_operand(fe, &has, 0), rhs = fe_operand(fe, &zero, 0);

	fe_test(fe, lhs, LC_NE, rhs, yes, no, pos);
	fe_start(fe, yes);
	v = fe_arith(fe, &old, CXBinaryOperator_And, ~bit);
	fe_assign(fe, x, &v, pos, LC_INSTR_OPAQUE);
	fe_jump(fe, end);
	fe_start(fe, no);
	v = fe_arith(fe, &old, CXBinaryOperator_Or, bit);
	fe_assign(fe, x, &v, pos, LC_INSTR_OPAQUE);
	fe_start(fe, end);
}

/* x op= y: the new value is unknown, but for a pointer that moves. */
struct fe_value fe_compound(struct lc_parser *fe, uint32_t node)
{
	struct fe_node *n = fe_node(fe, node);
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(n->c);
	uint32_t right = n->last;
	struct fe_place to = fe_lvalue(fe, n->first);
	struct fe_value new = fe_opaque();
	uint32_t flags = LC_INSTR_OPAQUE;
	struct lc_pos pos;
	int64_t k;

	if ((op == CXBinaryOperator_AddAssign ||
	     op == CXBinaryOperator_SubAssign) &&
	    fe_node_shape(fe, node) == FE_POINTER) {
		struct fe_value by = fe_eval(fe, right), old = fe_load(to);

		if (op == CXBinaryOperator_SubAssign)
			by = by.kind == LC_OP_CONST ? fe_number(-by.value) :
				fe_opaque();
		new = fe_offset_by(fe, &old, &by);
	} else if ((op == CXBinaryOperator_AddAssign ||
		    op == CXBinaryOperator_SubAssign) &&
		   fe_const(fe, right, &k) && k > INT32_MIN && k < INT32_MAX) {
		new = fe_number(op == CXBinaryOperator_AddAssign ? k : -k);
		flags |= LC_INSTR_STEP;
	} else if ((op == CXBinaryOperator_AndAssign ||
		    op == CXBinaryOperator_OrAssign) &&
		   fe_const(fe, right, &k)) {
		struct fe_value old = fe_load(to);

		new = fe_arith(fe, &old,
			       op == CXBinaryOperator_AndAssign
				       ? CXBinaryOperator_And
				       : CXBinaryOperator_Or,
			       k);
	} else if (op == CXBinaryOperator_XorAssign &&
		   fe_const(fe, right, &k) && k > 0 && !(k & (k - 1)) &&
		   fe->cur != LC_NONE) {
		fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
		toggle(fe, to, k, &pos);
		return fe_load(to);
	} else if (op == CXBinaryOperator_AddAssign ||
		   op == CXBinaryOperator_OrAssign) {
		new = fe_eval(fe, right);
		if (new.kind == LC_OP_LOAD) /* errors += lock(l); */
			flags |= LC_INSTR_STEP;
		else
			new = fe_opaque();
	} else {
		fe_effect(fe, right);
	}
	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	fe_assign(fe, to, &new, &pos, flags);
	return fe_load(to);
}
