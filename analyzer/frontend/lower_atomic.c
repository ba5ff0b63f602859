/* SPDX-License-Identifier: MIT */
/*
 * Atomic builtins: __c11_atomic_* and __atomic_* (libclang shows an expression
 * without a name, which is read from the text). __sync_* are calls, and stay
 * unknown ones.
 *
 * They are plain reads and writes, but for one thing: a number that is stored
 * is there for other threads to change, and a loop may wait for that. So it is
 * not remembered, while what is counted up or down is, and pointers are.
 */
#include "frontend/internal.h"

#include <ctype.h>

enum atomic_op {
	ATOMIC_OTHER,
	ATOMIC_LOAD,
	ATOMIC_INIT,
	ATOMIC_STORE,
	ATOMIC_EXCHANGE,
	ATOMIC_CAS,   /* compare and exchange: did it? */
	ATOMIC_FETCH, /* the old value */
	ATOMIC_NEW    /* the new one */
};
struct atomic {
	enum atomic_op op;
	int sign;     /* of what is added, 0 = another operator */
	bool generic; /* values by address */
	uint32_t object, value, expected; /* nodes */
};

/* The identifier that starts at the expression, without its prefix. */
static bool name_of(struct lc_parser *fe, uint32_t node, char *out, size_t max)
{
	static const char *const prefixes[] = { "__c11_atomic_", "__atomic_" };
	struct fe_spot at = fe_spelling(
		fe, clang_getCursorLocation(fe_node(fe, node)->c));
	size_t n = 0, left;
	const char *p;

	if (!at.file || !at.file->text || at.offset >= at.file->len)
		return false;
	p = at.file->text + at.offset;
	left = at.file->len - at.offset;
	for (size_t i = 0; i < LC_LEN(prefixes); i++) {
		size_t skip = strlen(prefixes[i]);

		if (left <= skip || strncmp(p, prefixes[i], skip))
			continue;
		while (skip + n < left && n + 1 < max &&
		       (isalnum((unsigned char)p[skip + n]) ||
			p[skip + n] == '_')) {
			out[n] = p[skip + n];
			n++;
		}
		out[n] = '\0';
		return n > 0;
	}
	return false;
}

static int sign_of(const char *word)
{
	return !strncmp(word, "add", 3) ? 1 : !strncmp(word, "sub", 3) ? -1 : 0;
}

static enum atomic_op op_of(const char *name, int *sign)
{
	const char *fetch = strstr(name, "_fetch");

	if (!strncmp(name, "load", 4))
		return ATOMIC_LOAD;
	if (!strcmp(name, "init"))
		return ATOMIC_INIT;
	if (!strncmp(name, "store", 5))
		return ATOMIC_STORE;
	if (!strncmp(name, "exchange", 8))
		return ATOMIC_EXCHANGE;
	if (!strncmp(name, "compare_exchange", 16))
		return ATOMIC_CAS;
	if (!strncmp(name, "fetch_", 6)) {
		*sign = sign_of(name + 6);
		return ATOMIC_FETCH;
	}
	if (fetch && !fetch[6]) {
		*sign = sign_of(name);
		return ATOMIC_NEW;
	}
	return ATOMIC_OTHER;
}

/* libclang's order of operands: object, order, value, order if it fails,
 * second value, weak. */
static struct atomic atomic_of(struct lc_parser *fe, uint32_t node)
{
	struct atomic a = { .object = LC_NONE, .value = LC_NONE,
			    .expected = LC_NONE };
	uint32_t n = fe_node(fe, node)->n;
	char name[40];

	if (fe_kind(fe, node) != CXCursor_UnexposedExpr || n < 2 ||
	    fe_node_shape(fe, fe_node(fe, node)->first) != FE_POINTER ||
	    !name_of(fe, node, name, sizeof(name)))
		return a;
	a.op = op_of(name, &a.sign);
	a.object = fe_node(fe, node)->first;
	a.generic = !strcmp(name, "load") || !strcmp(name, "store") ||
		    !strcmp(name, "exchange") ||
		    !strcmp(name, "compare_exchange");
	a.value = fe_child(fe, node, a.op == ATOMIC_INIT ? 1 : 2);
	if (a.op == ATOMIC_CAS) {
		a.expected = a.value;
		a.value = fe_child(fe, node, 4);
	}
	/* __c11_atomic_load(p, order) */
	if (a.op == ATOMIC_LOAD && n == 2)
		a.generic = false;
	if ((a.value == LC_NONE && a.op != ATOMIC_LOAD) ||
	    (a.generic && (a.value == LC_NONE ||
			   fe_node_shape(fe, a.value) != FE_POINTER)))
		a.generic = false;
	if (a.op != ATOMIC_LOAD && a.value == LC_NONE)
		a.op = ATOMIC_OTHER;
	return a;
}

static struct fe_value operand(struct lc_parser *fe, const struct atomic *a,
			       uint32_t node)
{
	struct fe_value v = fe_eval(fe, node);

	return a->generic ? fe_load(fe_deref(fe, &v)) : v;
}

/* What is stored where others may change it. */
static struct fe_value shared(struct fe_value v)
{
	return v.kind == LC_OP_CONST ? fe_opaque() : v;
}

static struct fe_value kept(struct lc_parser *fe, struct fe_value v,
			    bool pointer, struct lc_pos *pos)
{
	struct fe_place h = fe_root(LC_ROOT_LOCAL,
				    fe_hidden_local(fe, pointer, pos));

	fe_assign(fe, h, &v, pos, 0);
	return fe_load(h);
}

static struct fe_value change(struct lc_parser *fe, const struct atomic *a,
			      struct fe_place x, bool want, struct lc_pos *pos)
{
	struct fe_value old = fe_opaque(), by = fe_eval(fe, a->value);
	struct fe_value new = fe_opaque();
	uint32_t flags = LC_INSTR_OPAQUE;

	if (want && a->op == ATOMIC_FETCH)
		old = kept(fe, fe_load(x), false, pos);
	if (a->sign && by.kind == LC_OP_CONST && by.value > INT32_MIN &&
	    by.value < INT32_MAX) {
		new = fe_number(a->sign * by.value);
		flags |= LC_INSTR_STEP;
		if (!want && new.value == 1)
			flags |= LC_INSTR_REFERENCE;
	}
	fe_assign(fe, x, &new, pos, flags);
	return a->op == ATOMIC_FETCH ? old : fe_load(x);
}

struct fe_value fe_atomic(struct lc_parser *fe, uint32_t node, bool want)
{
	struct atomic a = atomic_of(fe, node);
	struct fe_value p, v, old = fe_opaque();
	struct fe_place x;
	bool pointer;
	struct lc_pos pos;

	if (a.op == ATOMIC_CAS)
		return fe_bool_value(fe, node);
	p = fe_eval(fe, fe_node(fe, node)->first);
	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	if (p.kind != LC_OP_ADDR && p.kind != LC_OP_LOAD)
		a.op = ATOMIC_OTHER;
	x = fe_deref(fe, &p);
	pointer = fe_node_shape(fe, node) == FE_POINTER;
	switch (a.op) {
	case ATOMIC_LOAD:
		if (!a.generic)
			return fe_load(x);
		v = fe_eval(fe, a.value);
		old = fe_load(x);
		fe_assign(fe, fe_deref(fe, &v), &old, &pos, 0);
		return fe_opaque();
	case ATOMIC_INIT:
	case ATOMIC_STORE:
		v = operand(fe, &a, a.value);
		if (a.op == ATOMIC_STORE)
			v = shared(v);
		fe_assign(fe, x, &v, &pos, 0);
		return fe_opaque();
	case ATOMIC_EXCHANGE:
		v = shared(operand(fe, &a, a.value));
		if (want && !a.generic)
			old = kept(fe, fe_load(x), pointer, &pos);
		fe_assign(fe, x, &v, &pos, 0);
		return old;
	case ATOMIC_FETCH:
	case ATOMIC_NEW:
		if (!pointer)
			return change(fe, &a, x, want, &pos);
		/* fall through */
	default:
		for (uint32_t i = fe_node(fe, fe_node(fe, node)->first)->next;
		     i != LC_NONE; i = fe_node(fe, i)->next)
			fe_effect(fe, i);
		if (p.kind == LC_OP_ADDR || p.kind == LC_OP_LOAD)
			fe_assign(fe, x, &old, &pos, LC_INSTR_OPAQUE);
		return fe_opaque();
	}
}

bool fe_is_exchange(struct lc_parser *fe, uint32_t node)
{
	return fe_kind(fe, node) == CXCursor_UnexposedExpr &&
	       fe_node(fe, node)->n >= 5 &&
	       atomic_of(fe, node).op == ATOMIC_CAS;
}

/* The new value is there, or what is there becomes what was expected. */
void fe_exchange(struct lc_parser *fe, uint32_t node, uint32_t yes, uint32_t no)
{
	struct atomic a = atomic_of(fe, node);
	uint32_t done = fe_block(fe), failed = fe_block(fe);
	struct fe_value p = fe_eval(fe, a.object), e = fe_eval(fe, a.expected);
	struct fe_value v = shared(operand(fe, &a, a.value)), now;
	struct fe_value opaque = fe_opaque();
	struct lc_pos pos;

	fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
	if (fe->cur != LC_NONE)
		fe_choice(fe, done, failed, &pos);
	fe_start(fe, done);
	fe_assign(fe, fe_deref(fe, &p), &v, &pos, 0);
	if (fe->cur != LC_NONE)
		fe_jump(fe, yes);
	fe_start(fe, failed); /* somebody else has changed it */
	fe_assign(fe, fe_deref(fe, &p), &opaque, &pos, LC_INSTR_OPAQUE);
	now = fe_load(fe_deref(fe, &p));
	fe_assign(fe, fe_deref(fe, &e), &now, &pos, LC_INSTR_OPAQUE);
	if (fe->cur != LC_NONE)
		fe_jump(fe, no);
}
