/* SPDX-License-Identifier: MIT */
/*
 * Calls. A call through a name is direct; anything else calls through the
 * value of an expression. The few builtins that are no calls end here.
 */
#include "frontend/internal.h"

/* The function symbol that a callee names, through &, *, casts; LC_NONE. */
static uint32_t direct_callee(struct lc_parser *fe, uint32_t node)
{
	for (;;) {
		node = fe_strip(fe, node, true);
		if (fe_kind(fe, node) == CXCursor_DeclRefExpr) {
			struct fe_decl *d = fe_decl_of(fe, node);

			return d->kind == FE_DECL_SYMBOL &&
			       d->shape == FE_FUNCTION ? d->index : LC_NONE;
		}
		if (fe_kind(fe, node) != CXCursor_UnaryOperator ||
		    fe_node(fe, node)->n != 1)
			return LC_NONE;
		switch (clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c)) {
		case CXUnaryOperator_AddrOf:
		case CXUnaryOperator_Deref:
			node = fe_node(fe, node)->first;
			break;
		default:
			return LC_NONE;
		}
	}
}

static void effect_args(struct lc_parser *fe, uint32_t call, uint32_t from)
{
	for (uint32_t i = fe_child(fe, call, from); i != LC_NONE;
	     i = fe_node(fe, i)->next)
		fe_effect(fe, i);
}

static struct fe_value builtin(struct lc_parser *fe, uint32_t node,
			       enum fe_builtin kind, bool want)
{
	uint32_t arg = fe_child(fe, node, 1);
	struct fe_value v = fe_opaque();
	struct lc_pos pos;
	int64_t number;

	switch (kind) {
	case FE_EXPECT:
		if (arg != LC_NONE && want)
			v = fe_eval(fe, arg);
		else if (arg != LC_NONE)
			fe_effect(fe, arg);
		break;
	case FE_UNREACHABLE:
		fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
		fe_noreturn(fe, &pos);
		break;
	case FE_CONSTANT_P:
		if (fe_evaluate(fe_node(fe, node)->c, &number))
			v = fe_number(number);
		break;
	default:
		effect_args(fe, node, 1);
	}
	return v;
}

/* Text is worth keeping only where the path does not print as written. */
static uint32_t argument(struct lc_parser *fe, uint32_t node)
{
	struct fe_value v = fe_eval(fe, node);
	uint32_t text = 0;

	if ((v.kind == LC_OP_LOAD || v.kind == LC_OP_ADDR) &&
	    fe->cur != LC_NONE &&
	    (v.place.last != LC_NONE || v.place.root_kind == LC_ROOT_LOCAL) &&
	    v.place.root_kind != LC_ROOT_STRING) {
		uint32_t s = fe_strip(fe, node, false);

		/* `x` and `&x` print as they are */
		if (v.place.last != LC_NONE ||
		    fe_kind(fe, s) != CXCursor_DeclRefExpr)
			text = fe_text(fe, fe_node(fe, node)->c,
				       v.kind == LC_OP_ADDR && !v.decayed);
	}
	return fe_operand(fe, &v, text);
}

static uint32_t callee_operand(struct lc_parser *fe, uint32_t node,
			       uint32_t symbol)
{
	struct fe_value v;

	if (symbol != LC_NONE) {
		fe_symbol_used(fe, symbol, false);
		v = fe_opaque();
		v.kind = LC_OP_FUNC;
		v.ref = symbol;
	} else {
		v = fe_eval(fe, node);
		if (v.kind != LC_OP_LOAD && v.kind != LC_OP_ADDR &&
		    v.kind != LC_OP_FUNC)
			v = fe_load(fe_unknown_place(fe));
	}
	return fe_operand(fe, &v, 0);
}

static void emit_call(struct lc_parser *fe, uint32_t node, uint32_t callee,
		      uint32_t first, uint32_t temp, uint32_t flags)
{
	struct lc_unit *u = fe->unit;
	uint32_t text = 0;
	struct lc_instr *i;
	struct lc_pos pos;

	if (fe->cur == LC_NONE)
		return;
	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	text = fe_text(fe, fe_node(fe, node)->c, false);
	i = fe_emit(fe, LC_I_CALL);
	i->pos = pos;
	i->operand = callee;
	i->temp = temp;
	i->flags = flags;
	i->text = text;
	i->first_arg = u->args.len;
	i->nargs = fe->args.len - first;
	for (uint32_t k = first; k < fe->args.len; k++)
		*lc_push(&u->args) = fe->args.data[k];
}

struct fe_value fe_call(struct lc_parser *fe, uint32_t node, bool want,
			uint32_t flags)
{
	uint32_t callee = fe_node(fe, node)->first, symbol, operand;
	uint32_t first = fe->args.len, temp = LC_NONE;
	struct lc_pos pos;

	if (callee == LC_NONE)
		return fe_opaque();
	symbol = direct_callee(fe, callee);
	if (symbol != LC_NONE && fe->symbols.data[symbol].builtin)
		return builtin(fe, node, fe->symbols.data[symbol].builtin, want);
	operand = callee_operand(fe, callee, symbol);
	for (uint32_t i = fe_node(fe, callee)->next; i != LC_NONE;
	     i = fe_node(fe, i)->next) {
		uint32_t a = argument(fe, i);

		*lc_push(&fe->args) = a;
	}
	if (want && clang_getCanonicalType(
			    clang_getCursorType(fe_node(fe, node)->c)).kind !=
			    CXType_Void)
		temp = fe->ntemps++;
	emit_call(fe, node, operand, first, temp, flags);
	fe->args.len = first;
	if (symbol != LC_NONE &&
	    (fe->unit->symbols.data[symbol].flags & LC_SYM_NORETURN) &&
	    fe->cur != LC_NONE) {
		fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
		fe_noreturn(fe, &pos);
	}
	return temp == LC_NONE ? fe_opaque() :
		fe_load(fe_root(LC_ROOT_TEMP, temp));
}
