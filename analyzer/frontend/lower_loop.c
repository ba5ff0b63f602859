/* SPDX-License-Identifier: MIT */
/*
 * Loops, and where break and continue lead. libclang shows only the parts of a
 * for that exist, not which they are; the text of its head tells.
 */
#include "frontend/internal.h"

struct fe_jumps fe_enter(struct lc_parser *fe, uint32_t brk, uint32_t cont)
{
	struct fe_jumps old = { fe->on_break, fe->on_continue, fe->break_cleanup,
			     fe->continue_cleanup, fe->in_switch };

	fe->on_break = brk;
	fe->break_cleanup = fe->cleanup;
	if (cont != LC_NONE) {
		fe->on_continue = cont;
		fe->continue_cleanup = fe->cleanup;
	}
	return old;
}

void fe_leave(struct lc_parser *fe, struct fe_jumps old)
{
	fe->on_break = old.brk;
	fe->on_continue = old.cont;
	fe->break_cleanup = old.brk_cleanup;
	fe->continue_cleanup = old.cont_cleanup;
	fe->in_switch = old.in_switch;
}

void fe_while_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t head = fe_block(fe), body = fe_block(fe), exit = fe_block(fe);
	struct fe_jumps old;

	fe_start(fe, head);
	fe_cond(fe, fe_node(fe, node)->first, body, exit);
	fe_start(fe, body);
	old = fe_enter(fe, exit, head);
	fe_stmt(fe, fe_node(fe, node)->last);
	fe_leave(fe, old);
	if (fe->cur != LC_NONE)
		fe_jump(fe, head);
	fe_start(fe, exit);
}

void fe_do_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t body = fe_block(fe), test = fe_block(fe), exit = fe_block(fe);
	struct fe_jumps old;

	fe_start(fe, body);
	old = fe_enter(fe, exit, test);
	fe_stmt(fe, fe_node(fe, node)->first);
	fe_leave(fe, old);
	fe_start(fe, test);
	fe_cond(fe, fe_node(fe, node)->last, body, exit);
	fe_start(fe, exit);
}

struct head { /* of a for: nodes, LC_NONE = missing */
	uint32_t part[3];
};

/* Past white space, comments and continued lines. */
static size_t skip_blank(const char *s, size_t i, size_t n)
{
	while (i < n) {
		if (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' ||
		    s[i] == '\r' || s[i] == '\\') {
			i++;
		} else if (s[i] == '/' && i + 1 < n && s[i + 1] == '/') {
			while (i < n && s[i] != '\n')
				i++;
		} else if (s[i] == '/' && i + 1 < n && s[i + 1] == '*') {
			for (i += 2; i + 1 < n && !(s[i] == '*' && s[i + 1] == '/');)
				i++;
			i += 2;
		} else {
			break;
		}
	}
	return i < n ? i : n;
}

/* Past a string or character literal that starts at i. */
static size_t skip_literal(const char *s, size_t i, size_t n)
{
	char quote = s[i++];

	while (i < n && s[i] != quote && s[i] != '\n')
		i += s[i] == '\\' ? 2 : 1;
	return i + 1;
}

/* Which of the three parts of the head are there, read from the text at the
 * place that spells `for` (maybe a macro's definition). False if that text is
 * no for's head. */
static bool read_head(struct lc_parser *fe, uint32_t node, bool there[3])
{
	struct fe_spot at = fe_spelling(
		fe, clang_getCursorLocation(fe_node(fe, node)->c));
	uint32_t part = 0;
	const char *s;
	size_t i, n;
	int depth = 0;

	if (!at.file || at.offset + 3 > at.file->len ||
	    strncmp(at.file->text + at.offset, "for", 3))
		return false;
	s = at.file->text;
	n = at.file->len;
	i = skip_blank(s, at.offset + 3, n);
	if (i >= n || s[i] != '(')
		return false;
	there[0] = there[1] = there[2] = false;
	for (i = skip_blank(s, i + 1, n); i < n; i = skip_blank(s, i, n)) {
		if (s[i] == ';' && depth == 0) {
			if (++part > 2)
				return false;
		} else if (s[i] == ')' && depth == 0) {
			return part == 2;
		} else {
			there[part] = true;
			depth += (s[i] == '(' || s[i] == '{') -
				 (s[i] == ')' || s[i] == '}');
		}
		i = s[i] == '"' || s[i] == '\'' ? skip_literal(s, i, n) : i + 1;
	}
	return false;
}

static bool changes_something(struct lc_parser *fe, uint32_t node)
{
	enum CXBinaryOperatorKind op;

	node = fe_strip(fe, node, false);
	switch (fe_kind(fe, node)) {
	case CXCursor_CompoundAssignOperator:
		return true;
	case CXCursor_BinaryOperator:
		op = clang_getCursorBinaryOperatorKind(fe_node(fe, node)->c);
		return op == CXBinaryOperator_Assign ||
		       (op == CXBinaryOperator_Comma &&
			changes_something(fe, fe_node(fe, node)->last));
	case CXCursor_UnaryOperator:
		switch (clang_getCursorUnaryOperatorKind(fe_node(fe, node)->c)) {
		case CXUnaryOperator_PostInc:
		case CXUnaryOperator_PostDec:
		case CXUnaryOperator_PreInc:
		case CXUnaryOperator_PreDec:
			return true;
		default:
			return false;
		}
	default:
		return false;
	}
}

/* The head's text did not tell (parts are arguments of a macro that may be
 * empty): declarations and assignments before the condition, others it. */
static void guess_head(struct lc_parser *fe, const uint32_t *kids, uint32_t n,
		       struct head *h)
{
	uint32_t k = 0;

	if (k < n && (fe_kind(fe, kids[k]) == CXCursor_DeclStmt ||
		      changes_something(fe, kids[k])))
		h->part[0] = kids[k++];
	if (k < n && (n - k == 2 || !changes_something(fe, kids[k])))
		h->part[1] = kids[k++];
	if (k < n)
		h->part[2] = kids[k];
}

static struct head for_head(struct lc_parser *fe, uint32_t node)
{
	struct head h = { { LC_NONE, LC_NONE, LC_NONE } };
	uint32_t kids[3], n = 0, k = 0;
	bool there[3];

	for (uint32_t i = fe_node(fe, node)->first;
	     i != fe_node(fe, node)->last && n < 3; i = fe_node(fe, i)->next)
		kids[n++] = i;
	if (n == 3) {
		memcpy(h.part, kids, sizeof(kids));
	} else if (n && read_head(fe, node, there) &&
		   (uint32_t)(there[0] + there[1] + there[2]) == n) {
		for (int i = 0; i < 3; i++)
			if (there[i])
				h.part[i] = kids[k++];
	} else {
		guess_head(fe, kids, n, &h);
	}
	return h;
}

void fe_for_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t head = fe_block(fe), body = fe_block(fe);
	uint32_t next = fe_block(fe), exit = fe_block(fe);
	uint32_t outer = fe->cleanup;
	struct head h;
	struct fe_jumps old;
	struct lc_pos end = { 0 };

	if (fe_node(fe, node)->last == LC_NONE) {
		fe_incomplete(fe, "for without body (parse error)");
		return;
	}
	h = for_head(fe, node);
	if (h.part[0] != LC_NONE)
		fe_stmt(fe, h.part[0]);
	fe_start(fe, head);
	if (h.part[1] != LC_NONE)
		fe_cond(fe, h.part[1], body, exit);
	else
		fe_jump(fe, body);
	fe_start(fe, body);
	old = fe_enter(fe, exit, next);
	fe_stmt(fe, fe_node(fe, node)->last);
	fe_leave(fe, old);
	fe_start(fe, next);
	if (h.part[2] != LC_NONE)
		fe_effect(fe, h.part[2]);
	if (fe->cur != LC_NONE)
		fe_jump(fe, head);
	fe_start(fe, exit);
	if (fe->cleanup != outer)
		fe_end_pos(fe, fe_node(fe, node)->c, &end);
	fe_leave_scope(fe, outer, &end);
}
