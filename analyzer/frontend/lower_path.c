/* SPDX-License-Identifier: MIT */
/*
 * Places and values while an expression is being lowered, the algebra that
 * keeps them in one normal form, and their way into the unit's tables.
 *
 *   *&x = x   &*p = p   p[0] = *p   (p + 1)[2] = p[3]
 *   container_of(&s->f, f) = s      (x & 1), (x >> 3): last steps
 */
#include "frontend/internal.h"

#define MAX_STEPS 24 /* a longer path is an unknown place */

struct fe_place fe_root(enum lc_root kind, uint32_t root)
{
	return (struct fe_place){ kind, root, LC_NONE };
}

struct fe_place fe_unknown_place(struct lc_parser *fe)
{
	return fe_root(LC_ROOT_UNKNOWN, fe->nunknown++);
}

bool fe_last_step(struct lc_parser *fe, struct fe_place p, enum lc_step_kind k)
{
	return p.last != LC_NONE && fe->steps.data[p.last].s.kind == k;
}

/* What is there is a value, not an object. */
static bool is_computed(struct lc_parser *fe, struct fe_place p)
{
	return p.last != LC_NONE &&
	       lc_step_computes(fe->steps.data[p.last].s.kind);
}

static struct fe_place push(struct lc_parser *fe, struct fe_place p,
			    enum lc_step_kind kind, uint32_t ref, int64_t value)
{
	struct fe_step *s = lc_push(&fe->steps);

	s->s.kind = kind;
	s->s.ref = ref;
	s->s.value = value;
	s->prev = p.last;
	p.last = fe->steps.len - 1;
	return p;
}

static struct fe_place pop(struct lc_parser *fe, struct fe_place p)
{
	p.last = fe->steps.data[p.last].prev;
	return p;
}

struct fe_place fe_step(struct lc_parser *fe, struct fe_place p,
			enum lc_step_kind kind, uint32_t ref, int64_t value)
{
	const struct lc_step *last =
		p.last == LC_NONE ? NULL : &fe->steps.data[p.last].s;

	if (is_computed(fe, p))
		return fe_unknown_place(fe);
	if (last && last->ref == ref &&
	    ((kind == LC_STEP_FIELD && last->kind == LC_STEP_CONTAINER) ||
	     (kind == LC_STEP_CONTAINER && last->kind == LC_STEP_FIELD)))
		return pop(fe, p);
	return push(fe, p, kind, ref, value);
}

struct fe_value fe_number(int64_t value)
{
	return (struct fe_value){ .kind = LC_OP_CONST, .ref = LC_NONE,
				  .value = value };
}

struct fe_value fe_opaque(void)
{
	return (struct fe_value){ .kind = LC_OP_UNKNOWN, .ref = LC_NONE,
				  .no_place = true };
}

struct fe_value fe_load(struct fe_place p)
{
	return (struct fe_value){ .kind = LC_OP_LOAD, .ref = LC_NONE,
				  .place = p };
}

struct fe_value fe_address(struct lc_parser *fe, struct fe_place p)
{
	if (fe_last_step(fe, p, LC_STEP_DEREF))
		return fe_load(pop(fe, p));
	return (struct fe_value){ .kind = LC_OP_ADDR, .ref = LC_NONE,
				  .place = p };
}

struct fe_place fe_deref(struct lc_parser *fe, struct fe_value *v)
{
	switch (v->kind) {
	case LC_OP_LOAD:
		if (is_computed(fe, v->place))
			return fe_unknown_place(fe);
		return push(fe, v->place, LC_STEP_DEREF, LC_NONE, 0);
	case LC_OP_ADDR:
		if (v->decayed)
			return push(fe, v->place, LC_STEP_INDEX, LC_NONE, 0);
		return v->place;
	default:
		return fe_unknown_place(fe);
	}
}

struct fe_value fe_offset(struct lc_parser *fe, struct fe_value *v, int64_t n)
{
	struct fe_place p;

	if (v->kind != LC_OP_LOAD && v->kind != LC_OP_ADDR)
		return fe_opaque();
	if (n == 0 && !v->decayed)
		return *v;
	p = v->kind == LC_OP_ADDR ? v->place : fe_deref(fe, v);
	if (!v->decayed && fe_last_step(fe, p, LC_STEP_INDEX)) {
		/* An element's address plus n; 0 after DEREF is no step. */
		n += fe->steps.data[p.last].s.value;
		p = pop(fe, p);
		if (n == 0 && fe_last_step(fe, p, LC_STEP_DEREF))
			return fe_address(fe, p);
	}
	return fe_address(fe, fe_step(fe, p, LC_STEP_INDEX, LC_NONE, n));
}

struct fe_place fe_index(struct lc_parser *fe, struct fe_place p,
			 struct fe_value *index)
{
	if (index->kind == LC_OP_CONST)
		return fe_step(fe, p, LC_STEP_INDEX, LC_NONE, index->value);
	if (index->kind == LC_OP_UNKNOWN)
		return fe_step(fe, p, LC_STEP_INDEX_ANY, LC_NONE, 0);
	return fe_step(fe, p, LC_STEP_INDEX_VAR, fe_operand(fe, index, 0), 0);
}

struct fe_value fe_offset_by(struct lc_parser *fe, struct fe_value *v,
			     struct fe_value *index)
{
	struct fe_place p;

	if (index->kind == LC_OP_CONST)
		return fe_offset(fe, v, index->value);
	if (v->kind != LC_OP_LOAD && v->kind != LC_OP_ADDR)
		return fe_opaque();
	p = v->kind == LC_OP_ADDR ? v->place : fe_deref(fe, v);
	if (!v->decayed && fe_last_step(fe, p, LC_STEP_INDEX))
		return fe_address(fe, fe_step(fe, pop(fe, p), LC_STEP_INDEX_ANY,
					      LC_NONE, 0));
	return fe_address(fe, fe_index(fe, p, index));
}

/* Operators that the solver can calculate with. */
static bool plain_step(uint32_t op, int64_t constant, enum lc_step_kind *kind,
		       int64_t *value)
{
	bool small = constant > INT32_MIN && constant < INT32_MAX;

	*value = constant;
	switch (op) {
	case CXBinaryOperator_And:
		*kind = LC_STEP_MASK;
		return true;
	case CXBinaryOperator_Or:
		*kind = LC_STEP_OR;
		return true;
	case CXBinaryOperator_Add:
		*kind = LC_STEP_PLUS;
		return small;
	case CXBinaryOperator_Sub:
		*kind = LC_STEP_PLUS;
		*value = small ? -constant : 0;
		return small;
	case FE_NEGATE:
		*kind = LC_STEP_NEGATE;
		return true;
	default:
		return false;
	}
}

/* `v op constant`, op of libclang's or of enum fe_operator. */
struct fe_value fe_arith(struct lc_parser *fe, struct fe_value *v,
			 uint32_t op, int64_t constant)
{
	struct fe_place p = v->place;
	bool wraps = op == CXBinaryOperator_Rem || op == CXBinaryOperator_And;
	enum lc_step_kind kind;
	int64_t value;
	uint64_t hash = 0;

	if (v->kind != LC_OP_LOAD)
		return fe_opaque();
	if (!is_computed(fe, p) && plain_step(op, constant, &kind, &value))
		return fe_load(push(fe, p, kind, LC_NONE, value));
	if (is_computed(fe, p)) {
		const struct lc_step *s = &fe->steps.data[p.last].s;

		hash = lc_hash_u64(s->kind, (uint64_t)s->value);
		wraps |= s->kind == LC_STEP_ARITH && (s->value & LC_ARITH_WRAPS);
		p = pop(fe, p);
	}
	hash = lc_hash_u64(lc_hash_u64(hash, op), (uint64_t)constant);
	hash = (hash & ~(uint64_t)LC_ARITH_WRAPS) | (wraps ? LC_ARITH_WRAPS : 0);
	return fe_load(push(fe, p, LC_STEP_ARITH, LC_NONE, (int64_t)hash));
}

/* ---- into the unit: equal paths of one function share an index ---- */

struct path_key {
	const struct lc_parser *fe;
	struct lc_path p;
	const struct lc_step *steps;
};

static bool same_path(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_unit *u = ctx;
	const struct path_key *k = key;
	const struct lc_path *p = &u->paths.data[index];

	if (p->root_kind != k->p.root_kind || p->root != k->p.root ||
	    p->nsteps != k->p.nsteps || p->text != k->p.text)
		return false;
	for (uint32_t i = 0; i < p->nsteps; i++) {
		const struct lc_step *a = &u->steps.data[p->first_step + i];
		const struct lc_step *b = &k->steps[i];

		if (a->kind != b->kind || a->ref != b->ref ||
		    a->value != b->value)
			return false;
	}
	return true;
}

uint32_t fe_path(struct lc_parser *fe, struct fe_place p, uint32_t text)
{
	struct lc_unit *u = fe->unit;
	struct lc_step steps[MAX_STEPS];
	struct path_key key = { fe, { 0 }, steps };
	uint64_t hash = lc_hash_u64(lc_hash_u64(p.root_kind, p.root), text);
	uint32_t n = 0, id;

	for (uint32_t i = p.last; i != LC_NONE; i = fe->steps.data[i].prev)
		n++;
	if (n > MAX_STEPS)
		return fe_path(fe, fe_unknown_place(fe), text);
	key.p = (struct lc_path){ p.root_kind, p.root, 0, n, text };
	for (uint32_t i = p.last; i != LC_NONE; i = fe->steps.data[i].prev) {
		const struct lc_step *s = &fe->steps.data[i].s;

		steps[--n] = *s;
		hash = lc_hash_u64(hash, lc_hash_u64(s->kind ^ (uint64_t)s->value,
						     s->ref));
	}
	id = lc_map_find(&fe->path_map, hash, same_path, u, &key);
	if (id != LC_NOT_FOUND)
		return id;
	id = u->paths.len;
	key.p.first_step = u->steps.len;
	for (uint32_t i = 0; i < key.p.nsteps; i++)
		*lc_push(&u->steps) = steps[i];
	*lc_push(&u->paths) = key.p;
	lc_map_add(&fe->path_map, hash, id);
	return id;
}

static bool same_operand(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_operand *a =
		&((const struct lc_unit *)ctx)->operands.data[index];
	const struct lc_operand *b = key;

	return a->kind == b->kind && a->ref == b->ref && a->value == b->value;
}

uint32_t fe_operand(struct lc_parser *fe, struct fe_value *v, uint32_t text)
{
	struct lc_unit *u = fe->unit;
	struct lc_operand o = { v->kind, v->ref, v->value };
	uint64_t hash;
	uint32_t id;

	if (v->kind == LC_OP_LOAD || v->kind == LC_OP_ADDR ||
	    (v->kind == LC_OP_UNKNOWN && !v->no_place))
		o.ref = fe_path(fe, v->place, text);
	hash = lc_hash_u64(lc_hash_u64(o.kind, o.ref), (uint64_t)o.value);
	id = lc_map_find(&fe->operand_map, hash, same_operand, u, &o);
	if (id != LC_NOT_FOUND)
		return id;
	id = u->operands.len;
	*lc_push(&u->operands) = o;
	lc_map_add(&fe->operand_map, hash, id);
	return id;
}
