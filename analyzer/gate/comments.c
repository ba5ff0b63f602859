/* SPDX-License-Identifier: MIT */
/*
 * A lexer that knows only what it must: comments, strings, brackets, and
 * where a statement begins and ends. See comments.h.
 */
#include "gate/comments.h"

#include <ctype.h>
#include <stdlib.h>

struct lexer {
	const char *s, *end, *line_start;
	struct lc_comments *out;
	uint32_t line;
	uint32_t depth, parens; /* of {} and of () and [] */
	uint32_t statement;     /* line the open statement began on, 0: none */
	uint32_t on_line;       /* the same for the first one on this line */
	bool code_on_line;
	uint32_t pending;       /* comments before this one have their code */
	uint32_t body;          /* > 0: waiting for the } that closes this depth */
	uint32_t body_from;     /* … for comments from this one … */
	uint32_t body_to;       /* … up to this one */
};

static void newline(struct lexer *x)
{
	x->line++;
	x->line_start = x->s + 1;
	/* An empty line parts a comment from the code below it. */
	if (!x->code_on_line && !x->on_line)
		for (const char *c = x->s + 1;; c++) {
			if (c < x->end && (*c == ' ' || *c == '\t' || *c == '\r'))
				continue;
			if (c >= x->end || *c == '\n')
				x->pending = x->out->list.len;
			break;
		}
	x->code_on_line = false;
	x->on_line = x->statement;
}

/* ---- comments ---- */

static void add_comment(struct lexer *x, const char *from, const char *to,
			uint32_t line, uint32_t col)
{
	struct lc_comment *c = lc_push(&x->out->list);

	c->text = from;
	c->len = (size_t)(to - from);
	c->line = line;
	c->col = col;
	if (x->code_on_line) {
		c->first = x->on_line ? x->on_line : line;
		c->last = line;
		if (x->pending + 1 == x->out->list.len)
			x->pending++;
	}
}

/* At "//" or a slash and a star; leaves x->s behind the comment. */
static void comment(struct lexer *x)
{
	bool block = x->s[1] == '*', behind = x->code_on_line;
	uint32_t line = x->line, col = (uint32_t)(x->s - x->line_start) + 1;
	const char *from = x->s + 2, *to;

	for (x->s += 2; x->s < x->end; x->s++) {
		if (block && *x->s == '*' && x->s + 1 < x->end &&
		    x->s[1] == '/')
			break;
		if (*x->s != '\n')
			continue;
		if (!block && x->s[-1] != '\\' &&
		    !(x->s[-1] == '\r' && x->s[-2] == '\\'))
			break;
		x->line++;
		x->line_start = x->s + 1;
	}
	to = x->s;
	if (block && x->s < x->end)
		x->s += 2;
	x->code_on_line = behind;
	add_comment(x, from, to, line, col);
}

/* ---- code ---- */

static void literal(struct lexer *x)
{
	char quote = *x->s;

	for (x->s++; x->s < x->end && *x->s != quote; x->s++) {
		if (*x->s == '\n')
			return; /* not closed: go on with the next line */
		if (*x->s == '\\' && x->s + 1 < x->end) {
			x->s++;
			if (*x->s == '\n') {
				x->line++;
				x->line_start = x->s + 1;
			}
		}
	}
	if (x->s < x->end)
		x->s++;
}

/* A preprocessor line: no statement. Comments at its end are found. */
static void directive(struct lexer *x)
{
	x->code_on_line = true;
	while (x->s < x->end && *x->s != '\n') {
		if (*x->s == '/' && x->s + 1 < x->end &&
		    (x->s[1] == '/' || x->s[1] == '*')) {
			comment(x);
			continue;
		}
		if (*x->s == '"') {
			literal(x);
			continue;
		}
		if (*x->s == '\\' && x->s + 1 < x->end && x->s[1] == '\n') {
			x->s++;
			x->line++;
			x->line_start = x->s + 1;
		}
		x->s++;
	}
}

/* The open statement ends here: comments above it speak of it. */
static void end_statement(struct lexer *x)
{
	for (uint32_t i = x->pending; i < x->out->list.len; i++) {
		struct lc_comment *c = &x->out->list.data[i];

		if (!c->first && x->statement) {
			c->first = x->statement;
			c->last = x->line;
		}
	}
	x->pending = x->out->list.len;
	x->statement = 0;
}

/* A brace in the first column is a function's, whatever #if and #else made of
 * the count. */
static void open_brace(struct lexer *x)
{
	if (x->s == x->line_start)
		x->depth = 0;
	x->depth++;
	if (x->depth == 1 && !x->body) { /* a function: all of its body */
		x->body = 1;
		x->body_from = x->pending;
		x->body_to = x->out->list.len;
	}
	end_statement(x);
}

static void close_brace(struct lexer *x)
{
	if (x->depth)
		x->depth = x->s == x->line_start ? 0 : x->depth - 1;
	if (x->body && !x->depth) {
		for (uint32_t i = x->body_from; i < x->body_to; i++)
			if (x->out->list.data[i].first)
				x->out->list.data[i].last = x->line;
		x->body = 0;
	}
	end_statement(x);
}

static void code(struct lexer *x)
{
	char c = *x->s;

	if (!x->statement)
		x->statement = x->line;
	if (!x->on_line)
		x->on_line = x->statement;
	x->code_on_line = true;
	if (c == '"' || c == '\'') {
		literal(x);
		return;
	}
	if (c == '(' || c == '[')
		x->parens++;
	else if ((c == ')' || c == ']') && x->parens)
		x->parens--;
	else if (c == '{')
		open_brace(x);
	else if (c == '}')
		close_brace(x);
	else if (c == ';' && !x->parens)
		end_statement(x);
	if (c == '{' || c == '}')
		x->parens = 0; /* statement expressions, and damage */
	x->s++;
}

void lc_comments_read(struct lc_comments *c, const char *source, size_t n)
{
	struct lexer x = { .s = source, .end = source + n, .out = c, .line = 1,
			   .line_start = source };

	memset(c, 0, sizeof(*c));
	while (x.s < x.end) {
		if (*x.s == '\n') {
			newline(&x);
			x.s++;
		} else if (isspace((unsigned char)*x.s)) {
			x.s++;
		} else if (*x.s == '/' && x.s + 1 < x.end &&
			   (x.s[1] == '/' || x.s[1] == '*')) {
			comment(&x);
		} else if (*x.s == '#' && !x.code_on_line) {
			directive(&x);
		} else {
			code(&x);
		}
	}
}

void lc_comments_release(struct lc_comments *c)
{
	lc_array_release(&c->list);
}
