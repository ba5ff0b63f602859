/* SPDX-License-Identifier: MIT */
/* Hash-consed locations and their names. See loc.h. */
#include "solve/loc.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MAX_DEPTH = 12 }; /* longer paths lose their identity */

static bool same_loc(const void *ctx, uint32_t i, const void *key)
{
	const struct loc *a = &((const struct locs *)ctx)->data.data[i];
	const struct loc *b = key;

	return a->kind == b->kind && a->why == b->why &&
	       a->parent == b->parent && a->ref == b->ref &&
	       a->value == b->value;
}

static loc_t intern(struct locs *l, struct loc n)
{
	uint64_t h = lc_hash_u64(((uint64_t)n.parent << 32) | n.ref,
				 (uint64_t)n.value ^
					 ((uint64_t)n.kind << 56) ^
					 ((uint64_t)n.why << 48));
	loc_t i = lc_map_find(&l->index, h, same_loc, l, &n);

	if (i != LC_NOT_FOUND)
		return i;
	i = l->data.len;
	if (!n.root)
		n.root = i;
	*lc_push(&l->data) = n;
	lc_map_add(&l->index, h, i);
	return i;
}

void locs_init(struct locs *l, struct program *p)
{
	memset(l, 0, sizeof(*l));
	l->program = p;
	lc_push(&l->data);
}

void locs_release(struct locs *l)
{
	lc_array_release(&l->data);
	lc_array_release(&l->classes);
	free(l->of_global);
	free(l->of_field);
	lc_map_release(&l->index);
}

loc_t loc_root(struct locs *l, enum loc_kind kind, uint32_t ref, int64_t value)
{
	return intern(l, (struct loc){ .kind = (uint8_t)kind, .ref = ref,
				       .value = value });
}

loc_t loc_sym(struct locs *l, enum sym_why why, uint32_t function,
	      int64_t instr, loc_t about)
{
	return intern(l, (struct loc){ .kind = ROOT_SYM, .why = (uint8_t)why,
				       .parent = about, .ref = function,
				       .value = instr });
}

loc_t loc_step(struct locs *l, loc_t parent, enum loc_kind kind, uint32_t ref,
	       int64_t value)
{
	const struct loc *p = loc_at(l, parent);
	bool nulled;
	loc_t only;

	if (p->kind == STEP_DEREF && (kind == STEP_FIELD || kind == STEP_CONTAINER)) {
		only = loc_pointee(l, p->parent, &nulled);
		if (only)
			return loc_step(l, only, kind, ref, value);
	}
	if (kind == STEP_INDEX && value == 0 && p->kind != STEP_INDEX)
		return parent;
	if ((kind == STEP_CONTAINER && p->kind == STEP_FIELD) ||
	    (kind == STEP_FIELD && p->kind == STEP_CONTAINER))
		if (p->ref == ref)
			return p->parent;
	if (p->depth >= MAX_DEPTH)
		return loc_sym(l, SYM_LOST, ref, kind, p->root);
	return intern(l, (struct loc){ .kind = (uint8_t)kind,
				       .depth = (uint8_t)(p->depth + 1),
				       .parent = parent, .root = p->root,
				       .ref = ref, .value = value });
}

loc_t loc_pointee(const struct locs *l, loc_t place, bool *nulled)
{
	const struct loc *n = loc_at(l, place);
	const struct pointee *p;

	if (!l->of_global)
		return 0;
	while (n->kind == STEP_INDEX || n->kind == STEP_INDEX_VALUE ||
	       n->kind == STEP_INDEX_ANY)
		n = loc_at(l, n->parent);
	if (n->kind == STEP_FIELD)
		p = &l->of_field[n->ref];
	else if (n->kind == ROOT_GLOBAL)
		p = &l->of_global[n->ref];
	else
		return 0;
	*nulled = p->nulled;
	return p->object;
}

loc_t loc_part(struct locs *l, loc_t v, uint32_t field)
{
	if (loc_at(l, v)->kind != STEP_DEREF)
		return loc_step(l, v, STEP_PART, field, 0);
	return loc_deref(l, loc_step(l, loc_at(l, v)->parent, STEP_FIELD, field,
				     0));
}

bool loc_is_object(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind >= STEP_FIELD) {
		if (n->kind == STEP_DEREF || n->kind == STEP_PART ||
		    n->kind == STEP_CONTAINER ||
		    value_is_step(n->kind))
			return false;
		/* &p->f of an unknown p is not null in any program that
		 * goes on from there */
		if (n->kind == STEP_FIELD || n->kind == STEP_INDEX ||
		    n->kind == STEP_INDEX_VALUE)
			return true;
		n = loc_at(l, n->parent);
	}
	return n->kind == ROOT_GLOBAL || n->kind == ROOT_LOCAL ||
	       n->kind == ROOT_FUNCTION || n->kind == ROOT_FIXED ||
	       n->kind == ROOT_MODEL;
}

bool loc_is_open(const struct locs *l, loc_t x)
{
	return loc_at(l, loc_at(l, x)->root)->kind == ROOT_PARAM;
}

loc_t loc_object(const struct locs *l, loc_t x)
{
	while (loc_at(l, x)->kind == STEP_FIELD)
		x = loc_at(l, x)->parent;
	return x;
}

bool loc_below(const struct locs *l, loc_t x, loc_t prefix)
{
	while (x != prefix) {
		const struct loc *n = loc_at(l, x);

		if (n->kind < STEP_FIELD)
			return false;
		x = n->parent;
	}
	return true;
}

bool loc_is_exact(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind == STEP_FIELD || n->kind == STEP_INDEX)
		n = loc_at(l, n->parent);
	if (n->kind == ROOT_GLOBAL)
		return !(l->program->symbols.data[n->ref].flags &
			 LC_SYM_THREAD);
	return n->kind == ROOT_FIXED || n->kind == ROOT_LOCAL;
}

bool loc_is_shared(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind >= STEP_FIELD) {
		if (n->kind == STEP_DEREF || n->kind == STEP_PART)
			return true;
		n = loc_at(l, n->parent);
	}
	return n->kind == ROOT_GLOBAL || n->kind == ROOT_PARAM ||
	       n->kind == ROOT_SYM;
}

bool loc_is_concurrent(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind >= STEP_FIELD && n->kind != STEP_DEREF &&
	       n->kind != STEP_PART) {
		if (n->kind == STEP_SPECIFIC)
			return false;
		n = loc_at(l, n->parent);
	}
	if (n->kind == ROOT_GLOBAL &&
	    (l->program->symbols.data[n->ref].flags & LC_SYM_THREAD))
		return false;
	return loc_is_shared(l, x);
}

loc_t loc_rebase(struct locs *l, loc_t x, loc_t from, loc_t to)
{
	struct loc n;
	loc_t p;

	if (x == from)
		return to;
	n = *loc_at(l, x);
	if (n.kind < STEP_FIELD)
		return x;
	p = loc_rebase(l, n.parent, from, to);
	if (p == n.parent)
		return x;
	return loc_step(l, p, n.kind, n.ref, n.value);
}

loc_t loc_first_element(struct locs *l, loc_t x)
{
	loc_t e = x;

	while (loc_at(l, e)->kind == STEP_FIELD)
		e = loc_at(l, e)->parent;
	if (loc_at(l, e)->kind != STEP_INDEX &&
	    loc_at(l, e)->kind != STEP_INDEX_VALUE &&
	    loc_at(l, e)->kind != STEP_INDEX_ANY)
		return x;
	return loc_rebase(l, x, e, loc_at(l, e)->parent);
}

bool loc_is_some(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind >= STEP_FIELD) {
		if (n->kind == STEP_INDEX_ANY)
			return true;
		n = loc_at(l, n->parent);
	}
	return n->kind == ROOT_SYM && n->why == SYM_SOME;
}

static bool nameable(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind >= STEP_FIELD) {
		if (n->kind == STEP_INDEX_VALUE && !nameable(l, n->ref))
			return false;
		n = loc_at(l, n->parent);
	}
	return n->kind != ROOT_SYM;
}

loc_t loc_some(struct locs *l, loc_t x)
{
	struct loc n = *loc_at(l, x);
	loc_t p;

	if (n.kind == ROOT_SYM)
		return n.once ? x : loc_sym(l, SYM_SOME, 0, 0, 0);
	if (n.kind < STEP_FIELD)
		return x;
	p = loc_some(l, n.parent);
	if (n.kind == STEP_INDEX_VALUE && !nameable(l, n.ref))
		return loc_step(l, p, STEP_INDEX_ANY, 0, 0);
	/* a field of some object is that of any: the way there is nothing */
	if ((n.kind == STEP_DEREF || n.kind == STEP_PART) &&
	    loc_at(l, loc_at(l, p)->root)->kind == ROOT_SYM)
		return loc_at(l, p)->root;
	return p == n.parent ? x : loc_step(l, p, n.kind, n.ref, n.value);
}

loc_t loc_some_of_class(struct locs *l, loc_t x)
{
	struct loc n = *loc_at(l, x);

	if (loc_is_exact(l, x))
		return x;
	if (n.kind == STEP_FIELD || n.kind == STEP_INDEX ||
	    n.kind == STEP_INDEX_ANY || n.kind == STEP_INDEX_VALUE)
		return loc_step(l, loc_some_of_class(l, n.parent),
				n.kind == STEP_FIELD ? STEP_FIELD
						     : STEP_INDEX_ANY,
				n.kind == STEP_FIELD ? n.ref : 0, 0);
	return loc_sym(l, SYM_SOME, 0, 0, 0);
}

/* ---- names ---- */

static const char *str(const struct locs *l, uint32_t id)
{
	return lc_str(l->program->strings, id);
}

static void add_step(const struct locs *l, const struct loc *n,
		     struct lc_buf *b, bool ident)
{
	switch (n->kind) {
	case STEP_FIELD:
	case STEP_PART:
		lc_buf_printf(b, ".%s",
			      str(l, l->program->fields.data[n->ref].name));
		break;
	case STEP_INDEX:
		if (ident)
			lc_buf_str(b, "[]");
		else
			lc_buf_printf(b, "[%" PRId64 "]", n->value);
		break;
	case STEP_INDEX_VALUE:
	case STEP_INDEX_ANY:
		lc_buf_str(b, "[]");
		break;
	default:
		break;
	}
}

/*
 * The part of x that types name: back to the outermost field after the last
 * pointer. Returns the number of nodes in chain[], outermost last.
 */
static uint32_t type_chain(const struct locs *l, loc_t x,
			   const struct loc **chain, uint32_t max)
{
	uint32_t n = 0;
	const struct loc *at = loc_at(l, x);

	while (n < max && (at->kind == STEP_FIELD || at->kind == STEP_INDEX ||
			   at->kind == STEP_INDEX_VALUE ||
			   at->kind == STEP_INDEX_ANY)) {
		chain[n++] = at;
		at = loc_at(l, at->parent);
	}
	while (n && chain[n - 1]->kind != STEP_FIELD)
		n--;
	return n;
}

/* The same for a field of a record that is a value. */
static uint32_t part_chain(const struct locs *l, loc_t x,
			   const struct loc **chain, uint32_t max)
{
	uint32_t n = 0;

	for (const struct loc *at = loc_at(l, x); n < max && at->kind == STEP_PART;
	     at = loc_at(l, at->parent))
		chain[n++] = at;
	return n;
}

static void add_chain(const struct locs *l, const struct loc **chain,
		      uint32_t n, bool ident, struct lc_buf *b)
{
	const struct field *f = &l->program->fields.data[chain[n - 1]->ref];
	const char *record = str(l, f->record);

	if (strncmp(record, "anon@", 5) == 0)
		record = ident ? record : "(unnamed)";
	lc_buf_str(b, record);
	if (ident)
		lc_buf_printf(b, "@%s", str(l, f->scope));
	while (n--)
		add_step(l, chain[n], b, true);
}

static void class_of(struct locs *l, loc_t x, bool ident, struct lc_buf *b)
{
	const struct loc *chain[MAX_DEPTH + 2];
	uint32_t n = type_chain(l, x, chain, MAX_DEPTH + 2);
	const struct loc *root = loc_at(l, loc_at(l, x)->root);

	if (n) {
		add_chain(l, chain, n, ident, b);
		return;
	}
	n = part_chain(l, x, chain, MAX_DEPTH + 2);
	if (n) {
		lc_buf_str(b, "*");
		add_chain(l, chain, n, ident, b);
		return;
	}
	if (loc_at(l, x)->kind == STEP_DEREF &&
	    type_chain(l, loc_at(l, x)->parent, chain, MAX_DEPTH + 2)) {
		lc_buf_str(b, "*");
		class_of(l, loc_at(l, x)->parent, ident, b);
		return;
	}
	if (root->kind == ROOT_GLOBAL) {
		const struct symbol *s = &l->program->symbols.data[root->ref];
		const struct loc *at = loc_at(l, x);

		if (at->kind == STEP_DEREF)
			lc_buf_str(b, "*");
		lc_buf_str(b, str(l, s->name));
		if (ident)
			lc_buf_printf(b, "@%s@%s", str(l, s->file),
				      str(l, s->scope));
		if (at->kind == STEP_INDEX || at->kind == STEP_INDEX_ANY ||
		    at->kind == STEP_INDEX_VALUE)
			lc_buf_str(b, "[]");
	} else if (root->kind == ROOT_FIXED) {
		lc_buf_str(b, str(l, root->ref));
	} else if (root->kind == ROOT_LOCAL) {
		const struct lc_flow *f =
			l->program->functions.data[root->ref].flow;
		const struct lc_unit *u = function_unit(l->program, root->ref);

		if (root->value < 0 || root->value >= f->nlocals)
			return;
		lc_buf_printf(b, "%s::%s", function_name(l->program, root->ref),
			      lc_str(&u->strings,
				     u->locals.data[f->first_local +
						    (uint32_t)root->value]
					     .name));
		if (loc_at(l, x)->kind == STEP_DEREF)
			lc_buf_str(b, "*");
	}
}

uint32_t loc_class(struct locs *l, loc_t x, bool ident)
{
	struct lc_buf b = { 0 };
	uint32_t id;

	while (ident && l->classes.len <= x)
		lc_push(&l->classes);
	if (ident && l->classes.data[x])
		return l->classes.data[x] - 1;
	lc_buf_str(&b, "");
	class_of(l, x, ident, &b);
	id = lc_intern(l->program->strings, b.data);
	lc_buf_release(&b);
	if (ident)
		l->classes.data[x] = id + 1;
	return id;
}

/* Root and steps the way C spells them; *pointer says that the text so far
 * is a pointer to the object meant. */
static void spell(const struct locs *l, loc_t x, struct lc_buf *b,
		  bool *pointer)
{
	const struct loc *n = loc_at(l, x);
	bool inner = false;

	*pointer = false;
	switch (n->kind) {
	case ROOT_GLOBAL:
		lc_buf_str(b, str(l, l->program->symbols.data[n->ref].name));
		return;
	case ROOT_FIXED:
		lc_buf_str(b, str(l, n->ref));
		return;
	case ROOT_LOCAL: {
		const struct lc_flow *f = l->program->functions.data[n->ref].flow;
		const struct lc_unit *u = function_unit(l->program, n->ref);

		if (n->value < 0 || n->value >= f->nlocals) {
			/* the solver's own: a call's result, the returned */
			lc_buf_printf(b, n->value < 0 ? "<returned>"
						      : "<result>");
			return;
		}
		lc_buf_str(b, lc_str(&u->strings,
				     u->locals.data[f->first_local +
						    (uint32_t)n->value]
					     .name));
		return;
	}
	case STEP_FIELD:
		spell(l, n->parent, b, &inner);
		lc_buf_printf(b, "%s%s", inner ? "->" : ".",
			      str(l, l->program->fields.data[n->ref].name));
		return;
	case STEP_INDEX:
	case STEP_INDEX_VALUE:
	case STEP_INDEX_ANY:
		spell(l, n->parent, b, &inner);
		if (n->kind == STEP_INDEX)
			lc_buf_printf(b, "[%" PRId64 "]", n->value);
		else
			lc_buf_str(b, "[]");
		return;
	case STEP_DEREF:
		spell(l, n->parent, b, &inner);
		if (inner) {
			lc_buf_str(b, "[0]");
			*pointer = true;
		}
		*pointer = true;
		return;
	default:
		lc_buf_str(b, "?");
		return;
	}
}

uint32_t loc_name(struct locs *l, loc_t x)
{
	struct lc_buf b = { 0 };
	const struct loc *root = loc_at(l, loc_at(l, x)->root);
	uint32_t id;
	bool pointer = false;

	lc_buf_str(&b, "");
	if (root->kind == ROOT_GLOBAL || root->kind == ROOT_LOCAL ||
	    root->kind == ROOT_FIXED) {
		spell(l, x, &b, &pointer);
		if (pointer) {
			struct lc_buf star = { 0 };

			lc_buf_printf(&star, "*%s", b.data);
			lc_buf_release(&b);
			b = star;
		}
	} else {
		class_of(l, x, false, &b);
		if (!b.len)
			lc_buf_str(&b, "a lock passed by its callers");
	}
	id = lc_intern(l->program->strings, b.data);
	lc_buf_release(&b);
	return id;
}

void loc_print(const struct locs *l, loc_t x, struct lc_buf *out)
{
	static const char *const why[] = { "result", "havoc", "phi", "fresh",
					   "alloc", "some", "lost", "answer",
					   "cmp" };
	const struct loc *n = loc_at(l, x);

	switch (n->kind) {
	case LOC_NOTHING:
		lc_buf_str(out, "nothing");
		return;
	case ROOT_GLOBAL:
		lc_buf_str(out, str(l, l->program->symbols.data[n->ref].name));
		return;
	case ROOT_LOCAL: {
		bool pointer;

		spell(l, x, out, &pointer);
		return;
	}
	case ROOT_PARAM:
		lc_buf_printf(out, "$%u", n->ref);
		return;
	case ROOT_FUNCTION:
		lc_buf_str(out, function_name(l->program, n->ref));
		return;
	case ROOT_MODEL:
		lc_buf_str(out, str(l, l->program->symbols.data[n->ref].name));
		return;
	case ROOT_FIXED:
		lc_buf_printf(out, "<%s>", str(l, n->ref));
		return;
	case ROOT_SYM:
		lc_buf_printf(out, "<%s %s:%" PRId64, why[n->why],
			      n->why == SYM_LOST || n->why == SYM_CMP ||
					      n->why == SYM_SOME ||
					      n->why == SYM_ANSWER
				      ? ""
				      : function_name(l->program, n->ref),
			      n->value);
		if (n->parent) {
			lc_buf_str(out, " ");
			loc_print(l, n->parent, out);
		}
		lc_buf_str(out, ">");
		return;
	default:
		break;
	}
	loc_print(l, n->parent, out);
	switch (n->kind) {
	case STEP_DEREF:
		lc_buf_str(out, "^");
		break;
	case STEP_MASK:
		lc_buf_printf(out, "&%" PRId64, n->value);
		break;
	case STEP_ARITH:
		lc_buf_str(out, "~");
		break;
	case STEP_PLUS:
		lc_buf_printf(out, "%+" PRId64, n->value);
		break;
	case STEP_NEGATE:
		lc_buf_str(out, "*-1");
		break;
	case STEP_OR:
		lc_buf_printf(out, "|%" PRId64, n->value);
		break;
	case STEP_CONTAINER:
		lc_buf_printf(out, "<-%s",
			      str(l, l->program->fields.data[n->ref].name));
		break;
	case STEP_SPECIFIC:
		lc_buf_str(out, "!thread");
		break;
	case STEP_KIND:
		lc_buf_str(out, "!kind");
		break;
	case STEP_INDEX_VALUE:
		lc_buf_str(out, "[");
		loc_print(l, n->ref, out);
		lc_buf_str(out, "]");
		break;
	default:
		add_step(l, n, out, false);
		break;
	}
}
