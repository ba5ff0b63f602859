/* SPDX-License-Identifier: MIT */
/*
 * What control runs through when it leaves a scope: cleanup functions, in
 * reverse order of declaration. And labels, gotos of all kinds, inline asm.
 *
 * Cleanups in scope form a tree by `parent`; a jump runs those between its
 * own place and its target's. A goto's target may not be known yet, so gotos
 * wait until the whole body has been seen.
 */
#include "frontend/internal.h"

#include <stdlib.h>

/* Emits the calls for the cleanups from `from` up to, not including, `to`. */
void fe_unwind(struct lc_parser *fe, uint32_t from, uint32_t to,
	       struct lc_pos *pos)
{
	for (; from != to && from != LC_NONE;
	     from = fe->cleanups.data[from].parent) {
		struct fe_cleanup *c = &fe->cleanups.data[from];
		struct fe_value f = fe_opaque(), arg;
		uint32_t callee, operand;
		struct lc_instr *i;

		f.kind = LC_OP_FUNC;
		f.ref = c->symbol;
		callee = fe_operand(fe, &f, 0);
		arg = fe_address(fe, fe_root(LC_ROOT_LOCAL, c->local));
		operand = fe_operand(fe, &arg, 0);
		i = fe_emit(fe, LC_I_CALL);
		if (!i)
			return;
		i->pos = *pos;
		i->operand = callee;
		i->flags = LC_INSTR_CLEANUP;
		i->first_arg = fe->unit->args.len;
		i->nargs = 1;
		*lc_push(&fe->unit->args) = operand;
	}
}

/* The end of a compound statement. */
void fe_leave_scope(struct lc_parser *fe, uint32_t to, struct lc_pos *pos)
{
	fe_unwind(fe, fe->cleanup, to, pos);
	fe->cleanup = to;
}

/* ---- labels ---- */

static uint32_t label_of(struct lc_parser *fe, const void *stmt, uint32_t name)
{
	struct fe_label *l;

	for (uint32_t i = 0; i < fe->labels.len; i++)
		if (fe->labels.data[i].stmt == stmt)
			return i;
	l = lc_push(&fe->labels);
	l->stmt = stmt;
	l->name = name;
	l->cleanup = LC_NONE;
	l->block = LC_NONE;
	l->block = fe_block(fe);
	return fe->labels.len - 1;
}

/* The label that a goto's or &&label's LabelRef child refers to. */
static uint32_t label_referred(struct lc_parser *fe, uint32_t node)
{
	uint32_t i = fe_node(fe, node)->first;
	CXCursor to;

	while (i != LC_NONE && fe_kind(fe, i) != CXCursor_LabelRef)
		i = fe_node(fe, i)->next;
	if (i == LC_NONE)
		return LC_NONE;
	to = clang_getCursorReferenced(fe_node(fe, i)->c);
	if (to.kind != CXCursor_LabelStmt)
		return LC_NONE;
	return label_of(fe, to.data[1],
			fe_string(fe, clang_getCursorSpelling(to)));
}

void fe_label_stmt(struct lc_parser *fe, uint32_t node)
{
	CXCursor c = fe_node(fe, node)->c;
	uint32_t l = label_of(fe, c.data[1],
			      fe_string(fe, clang_getCursorSpelling(c)));

	fe->labels.data[l].cleanup = fe->cleanup;
	fe->labels.data[l].placed = true;
	fe_start(fe, fe->labels.data[l].block);
	if (fe_node(fe, node)->last != LC_NONE)
		fe_stmt(fe, fe_node(fe, node)->last);
}

void fe_goto_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t l = label_referred(fe, node), block = fe->cur;
	struct fe_goto *g;

	if (block == LC_NONE)
		return;
	if (l == LC_NONE) {
		fe_incomplete(fe, "goto without a label (parse error)");
		fe_close(fe, LC_T_NORETURN);
		return;
	}
	g = lc_push(&fe->gotos);
	g->block = block;
	g->label = l;
	g->cleanup = fe->cleanup;
	fe_cursor_pos(fe, fe_node(fe, node)->c, &g->pos);
	fe_jump(fe, fe->labels.data[l].block);
}

uint32_t fe_label_address(struct lc_parser *fe, uint32_t node)
{
	uint32_t l = label_referred(fe, node);

	if (l != LC_NONE)
		fe->labels.data[l].address = true;
	return l;
}

void fe_computed_goto(struct lc_parser *fe, uint32_t node)
{
	uint32_t target = fe_node(fe, node)->last, block = fe->cur;
	uint32_t constant;

	if (target == LC_NONE || block == LC_NONE)
		return;
	constant = fe_strip(fe, target, true);
	if (fe_kind(fe, constant) == CXCursor_AddrLabelExpr) {
		fe_goto_stmt(fe, constant); /* goto *&&label */
		return;
	}
	fe_effect(fe, target);
	block = fe->cur;
	if (block == LC_NONE)
		return;
	fe_close(fe, LC_T_COMPUTED);
	*lc_push(&fe->computed) = block;
}

/* ---- inline assembly ---- */

/* Remembers the labels an asm goto names: identifiers after its fourth colon.
 * They are resolved with the gotos; fe->asm_names holds block, name pairs. */
static bool asm_labels(struct lc_parser *fe, uint32_t node, uint32_t block)
{
	CXSourceRange r = clang_getCursorExtent(fe_node(fe, node)->c);
	CXToken *tokens = NULL;
	unsigned n = 0, colons = 0;
	int depth = 0;
	bool is_goto = false;

	clang_tokenize(fe->tu, r, &tokens, &n);
	for (unsigned i = 0; i < n; i++) {
		CXString s = clang_getTokenSpelling(fe->tu, tokens[i]);
		const char *t = clang_getCString(s);

		if (!strcmp(t, "goto") && depth == 0)
			is_goto = true;
		else if (!strcmp(t, "(") || !strcmp(t, "["))
			depth++;
		else if (!strcmp(t, ")") || !strcmp(t, "]"))
			depth--;
		else if (depth == 1 && !strcmp(t, ":"))
			colons++;
		else if (depth == 1 && !strcmp(t, "::"))
			colons += 2;
		else if (is_goto && colons >= 4 && depth == 1 &&
			 clang_getTokenKind(tokens[i]) == CXToken_Identifier) {
			*lc_push(&fe->asm_names) = block;
			*lc_push(&fe->asm_names) =
				lc_intern(&fe->unit->strings, t);
		}
		clang_disposeString(s);
	}
	clang_disposeTokens(fe->tu, tokens, n);
	return is_goto;
}

void fe_asm(struct lc_parser *fe, uint32_t node)
{
	uint32_t pairs = fe->asm_names.len, block, next;
	struct lc_instr *i;
	struct lc_pos pos;

	for (uint32_t k = fe_node(fe, node)->first; k != LC_NONE;
	     k = fe_node(fe, k)->next)
		if (fe_is_expr(fe_kind(fe, k)))
			fe_effect(fe, k);
	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	i = fe_emit(fe, LC_I_ASM);
	if (!i)
		return;
	i->pos = pos;
	if (!asm_labels(fe, node, fe->cur))
		return;
	if (fe->asm_names.len == pairs)
		fe_incomplete(fe, "asm goto: labels not visible");
	/* Falls through, or goes to one of its labels: like a computed goto
	 * whose first case is the next block. */
	block = fe->cur;
	next = fe_block(fe);
	fe_close(fe, LC_T_COMPUTED);
	fe_add_case(fe, block, 0, 0, next);
	fe_start(fe, next);
}

/* ---- after the body ---- */

static void finish_goto(struct lc_parser *fe, struct fe_goto *g)
{
	uint32_t to = fe->labels.data[g->label].cleanup;
	uint32_t target = fe->labels.data[g->label].block;
	uint32_t up = g->cleanup;

	while (up != LC_NONE && up != to)
		up = fe->cleanups.data[up].parent;
	if (up != to) {
		/* into a scope; clang rejects that where a cleanup is */
		return;
	}
	if (g->cleanup == to)
		return;
	fe->blocks.data[g->block].closed = false;
	fe->cur = g->block;
	fe_unwind(fe, g->cleanup, to, &g->pos);
	fe_jump(fe, target);
}

static void finish_asm(struct lc_parser *fe, uint32_t block, uint32_t name)
{
	for (uint32_t i = 0; i < fe->labels.len; i++) {
		if (fe->labels.data[i].name == name) {
			fe_add_case(fe, block, 0, 0, fe->labels.data[i].block);
			return;
		}
	}
	if (!fe->reason)
		fe->reason = lc_intern(&fe->unit->strings,
				       "asm goto: label not visible");
}

/* A static table of label addresses is no statement of the body: the labels
 * that a computed goto may reach are found in all of the tree. */
static void finish_computed(struct lc_parser *fe)
{
	if (!fe->computed.len)
		return;
	for (uint32_t i = 0; i < fe->nodes.len; i++)
		if (fe_kind(fe, i) == CXCursor_AddrLabelExpr)
			fe_label_address(fe, i);
	for (uint32_t i = 0; i < fe->computed.len; i++)
		for (uint32_t k = 0; k < fe->labels.len; k++)
			if (fe->labels.data[k].address)
				fe_add_case(fe, fe->computed.data[i], 0, 0,
					    fe->labels.data[k].block);
}

void fe_scopes_finish(struct lc_parser *fe)
{
	for (uint32_t i = 0; i < fe->gotos.len; i++)
		finish_goto(fe, &fe->gotos.data[i]);
	for (uint32_t i = 0; i + 1 < fe->asm_names.len; i += 2)
		finish_asm(fe, fe->asm_names.data[i], fe->asm_names.data[i + 1]);
	finish_computed(fe);
	for (uint32_t i = 0; i < fe->labels.len; i++) {
		if (fe->labels.data[i].placed)
			continue;
		/* Only after a parse error; nothing is known behind it. */
		fe->cur = fe->labels.data[i].block;
		fe_incomplete(fe, "label without a statement (parse error)");
		fe_close(fe, LC_T_NORETURN);
	}
	fe->cur = LC_NONE;
}
