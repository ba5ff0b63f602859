/* SPDX-License-Identifier: MIT */
/*
 * A function's body (or an initialiser) as an array of nodes, filled by one
 * recursive visit, so that every later question about children is a look into
 * memory, not a call of libclang. And constant folding over it.
 */
#include "frontend/internal.h"

/* Same cursor, as far as one visit is concerned. */
static bool same_cursor(const CXCursor *a, const CXCursor *b)
{
	return a->kind == b->kind && a->data[0] == b->data[0] &&
	       a->data[1] == b->data[1];
}

static uint32_t add_node(struct lc_parser *fe, CXCursor c, uint32_t parent)
{
	uint32_t id = fe->nodes.len;
	struct fe_node *n = lc_push(&fe->nodes);

	n->c = c;
	n->first = n->next = n->last = n->decl = LC_NONE;
	if (parent != LC_NONE) {
		struct fe_node *p = fe_node(fe, parent);

		if (p->last == LC_NONE)
			p->first = id;
		else
			fe_node(fe, p->last)->next = id;
		p->last = id;
		p->n++;
	}
	return id;
}

/* Kinds that hold nothing to lower; their parents do not miss them. */
static bool is_noise(enum CXCursorKind k)
{
	switch (k) {
	case CXCursor_TypeRef:
	case CXCursor_StructDecl:
	case CXCursor_UnionDecl:
	case CXCursor_EnumDecl:
	case CXCursor_TypedefDecl:
	case CXCursor_FunctionDecl:
	case CXCursor_StaticAssert:
	case CXCursor_ParmDecl:
		return true;
	default:
		return false;
	}
}

static bool is_leaf(enum CXCursorKind k)
{
	/* sizeof's operand is not evaluated; attributes are read as text. */
	return k == CXCursor_UnaryExpr || k == CXCursor_DeclRefExpr ||
	       k == CXCursor_IntegerLiteral || k == CXCursor_StringLiteral ||
	       (k >= CXCursor_FirstAttr && k <= CXCursor_LastAttr);
}

static enum CXChildVisitResult visit(CXCursor c, CXCursor parent,
				     CXClientData data)
{
	struct lc_parser *fe = data;
	uint32_t top, prev, id;

	if (is_noise(c.kind))
		return CXChildVisit_Continue;
	/* Nodes that libclang hides (a case's constant) show their operand in
	 * their own place, and then once more as its own child. */
	if (same_cursor(&c, &parent))
		return CXChildVisit_Recurse;
	while (fe->node_stack.len > 1 &&
	       !same_cursor(&fe_node(fe, *lc_last(&fe->node_stack))->c, &parent))
		fe->node_stack.len--;
	top = *lc_last(&fe->node_stack);
	prev = fe_node(fe, top)->last;
	id = add_node(fe, c, top);
	/* GNU a ?: b shows its first operand three times: once is enough, or
	 * nested ones would grow as a power of three. */
	if (prev != LC_NONE && same_cursor(&fe_node(fe, prev)->c, &c))
		return CXChildVisit_Continue;
	if (is_leaf(c.kind))
		return CXChildVisit_Continue;
	*lc_push(&fe->node_stack) = id;
	return CXChildVisit_Recurse;
}

void fe_tree(struct lc_parser *fe, CXCursor top)
{
	fe->nodes.len = 0;
	fe->node_stack.len = 0;
	*lc_push(&fe->node_stack) = add_node(fe, top, LC_NONE);
	clang_visitChildren(top, visit, fe);
}

uint32_t fe_child(struct lc_parser *fe, uint32_t node, uint32_t k)
{
	uint32_t i = fe_node(fe, node)->first;

	while (i != LC_NONE && k--)
		i = fe_node(fe, i)->next;
	return i;
}

/* An UnexposedExpr with one child is an implicit cast, unless it starts
 * elsewhere than its child: then it is va_arg or the like. */
bool fe_is_wrapper(struct lc_parser *fe, uint32_t node)
{
	struct fe_node *n = fe_node(fe, node);

	if (n->c.kind == CXCursor_ParenExpr)
		return n->n == 1;
	if (n->c.kind != CXCursor_UnexposedExpr || n->n != 1)
		return false;
	return clang_equalLocations(
		clang_getCursorLocation(n->c),
		clang_getCursorLocation(fe_node(fe, n->first)->c));
}

uint32_t fe_strip(struct lc_parser *fe, uint32_t node, bool casts)
{
	for (;;) {
		struct fe_node *n = fe_node(fe, node);

		if (n->c.kind == CXCursor_UnaryOperator && n->n == 1 &&
		    clang_getCursorUnaryOperatorKind(n->c) ==
			    CXUnaryOperator_Extension)
			node = n->first;
		else if (casts && n->c.kind == CXCursor_CStyleCastExpr &&
			 n->n)
			node = n->last;
		else if (fe_is_wrapper(fe, node))
			node = n->first;
		else
			return node;
	}
}

/* ---- constants ---- */

bool fe_evaluate(CXCursor c, int64_t *value)
{
	CXEvalResult r = clang_Cursor_Evaluate(c);
	bool ok = r && clang_EvalResult_getKind(r) == CXEval_Int;

	if (ok)
		*value = clang_EvalResult_isUnsignedInt(r) ?
			(int64_t)clang_EvalResult_getAsUnsigned(r) :
			clang_EvalResult_getAsLongLong(r);
	if (r)
		clang_EvalResult_dispose(r);
	return ok;
}

/* C's conversion of a constant to the type of `c`. */
static int64_t converted(CXCursor c, int64_t v)
{
	if (v == 0 || v == 1)
		return v;
	switch (clang_getCanonicalType(clang_getCursorType(c)).kind) {
	case CXType_Bool:
		return v != 0;
	case CXType_Char_U:
	case CXType_UChar:
		return (uint8_t)v;
	case CXType_Char_S:
	case CXType_SChar:
		return (int8_t)v;
	case CXType_UShort:
		return (uint16_t)v;
	case CXType_Short:
		return (int16_t)v;
	case CXType_UInt:
		return (uint32_t)v;
	case CXType_Int:
		return (int32_t)v;
	default:
		return v;
	}
}

static bool fold_unary(struct lc_parser *fe, uint32_t node, int64_t *out)
{
	CXCursor c = fe_node(fe, node)->c;
	int64_t v;

	if (fe_node(fe, node)->n != 1 ||
	    !fe_const(fe, fe_node(fe, node)->first, &v))
		return false;
	switch (clang_getCursorUnaryOperatorKind(c)) {
	case CXUnaryOperator_Plus:
	case CXUnaryOperator_Extension:
		*out = v;
		return true;
	case CXUnaryOperator_Minus:
		*out = converted(c, (int64_t)(0 - (uint64_t)v));
		return true;
	case CXUnaryOperator_Not:
		*out = converted(c, ~v);
		return true;
	case CXUnaryOperator_LNot:
		*out = !v;
		return true;
	default:
		return false;
	}
}

static bool apply(enum CXBinaryOperatorKind op, int64_t a, int64_t b,
		  int64_t *out)
{
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch (op) {
	case CXBinaryOperator_Mul: *out = (int64_t)(ua * ub); return true;
	case CXBinaryOperator_Div:
	case CXBinaryOperator_Rem:
		if (b == 0 || (b == -1 && a == INT64_MIN))
			return false;
		*out = op == CXBinaryOperator_Div ? a / b : a % b;
		return true;
	case CXBinaryOperator_Add: *out = (int64_t)(ua + ub); return true;
	case CXBinaryOperator_Sub: *out = (int64_t)(ua - ub); return true;
	case CXBinaryOperator_Shl:
	case CXBinaryOperator_Shr:
		if (b < 0 || b > 63)
			return false;
		*out = op == CXBinaryOperator_Shl ? (int64_t)(ua << b) : a >> b;
		return true;
	case CXBinaryOperator_LT: *out = a < b; return true;
	case CXBinaryOperator_GT: *out = a > b; return true;
	case CXBinaryOperator_LE: *out = a <= b; return true;
	case CXBinaryOperator_GE: *out = a >= b; return true;
	case CXBinaryOperator_EQ: *out = a == b; return true;
	case CXBinaryOperator_NE: *out = a != b; return true;
	case CXBinaryOperator_And: *out = a & b; return true;
	case CXBinaryOperator_Xor: *out = a ^ b; return true;
	case CXBinaryOperator_Or: *out = a | b; return true;
	case CXBinaryOperator_LAnd: *out = a && b; return true;
	case CXBinaryOperator_LOr: *out = a || b; return true;
	default: return false;
	}
}

/* The right operand first: in the long chains that generators write it is the
 * short one, and the left one answers from its memo. */
static bool fold_binary(struct lc_parser *fe, uint32_t node, int64_t *out)
{
	struct fe_node *n = fe_node(fe, node);
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(n->c);
	int64_t a, b;

	if (n->n != 2 || op >= CXBinaryOperator_Assign)
		return false;
	if (!fe_const(fe, n->last, &b) || !fe_const(fe, n->first, &a))
		return false;
	if (!apply(op, a, b, out))
		return false;
	*out = converted(fe_node(fe, node)->c, *out);
	return true;
}

static bool fold_conditional(struct lc_parser *fe, uint32_t node, int64_t *out)
{
	int64_t c;

	if (fe_node(fe, node)->n != 3 ||
	    !fe_const(fe, fe_node(fe, node)->first, &c))
		return false;
	return fe_const(fe, fe_child(fe, node, c ? 1 : 2), out);
}

static bool is_offsetof(struct lc_parser *fe, uint32_t node)
{
	uint32_t last = fe_node(fe, node)->last;

	return last != LC_NONE && fe_kind(fe, last) == CXCursor_MemberRef;
}

static bool fold(struct lc_parser *fe, uint32_t node, int64_t *out)
{
	struct fe_node *n = fe_node(fe, node);

	switch (n->c.kind) {
	case CXCursor_IntegerLiteral:
	case CXCursor_CharacterLiteral:
	case CXCursor_UnaryExpr:
	case CXCursor_CXXBoolLiteralExpr:
	case CXCursor_CXXNullPtrLiteralExpr:
		return fe_evaluate(n->c, out);
	case CXCursor_UnexposedExpr:
		/* no child: __builtin_types_compatible_p and its like */
		if (n->n == 0 || is_offsetof(fe, node))
			return fe_evaluate(n->c, out);
		if (!fe_is_wrapper(fe, node))
			return false;
		/* fall through */
	case CXCursor_ParenExpr:
	case CXCursor_CStyleCastExpr:
		if (!n->n || !fe_const(fe, n->last, out))
			return false;
		*out = converted(fe_node(fe, node)->c, *out);
		return true;
	case CXCursor_UnaryOperator:
		return fold_unary(fe, node, out);
	case CXCursor_BinaryOperator:
		return fold_binary(fe, node, out);
	case CXCursor_ConditionalOperator:
		return fold_conditional(fe, node, out);
	case CXCursor_DeclRefExpr: {
		struct fe_decl *d = fe_decl_of(fe, node);

		*out = d->value;
		return d->kind == FE_DECL_ENUM;
	}
	default:
		return false;
	}
}

bool fe_const(struct lc_parser *fe, uint32_t node, int64_t *value)
{
	struct fe_node *n = fe_node(fe, node);
	int64_t v = 0;

	if (n->fold == FE_FOLD_UNKNOWN) {
		bool ok = fold(fe, node, &v);

		n = fe_node(fe, node);
		n->fold = ok ? FE_FOLD_CONST : FE_FOLD_NOT;
		n->value = v;
	}
	*value = n->value;
	return n->fold == FE_FOLD_CONST;
}
