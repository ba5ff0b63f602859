/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on values, as far as tests around locks need it: "x + 3", "-x",
 * "x & 4" and "x | 4" remember which x they were made from. They are kept in one
 * form: (±x) + c, and masks by one number.
 */
#include "solve/loc.h"

static struct value step(struct locs *l, loc_t x, enum loc_kind kind, int64_t c)
{
	return value_addr(loc_step(l, x, kind, 0, c));
}

struct value value_plus(struct locs *l, struct value v, int64_t c)
{
	const struct loc *n;
	int64_t sum;

	if (!v.loc)
		return value_const(__builtin_add_overflow(v.constant, c, &sum)
					   ? v.constant
					   : sum);
	n = loc_at(l, v.loc);
	if (n->kind == STEP_PLUS) {
		if (__builtin_add_overflow(n->value, c, &sum))
			return v;
		c = sum;
		v.loc = n->parent;
	}
	return c ? step(l, v.loc, STEP_PLUS, c) : v;
}

struct value value_negate(struct locs *l, struct value v)
{
	struct loc n;

	if (!v.loc)
		return value_const(v.constant == INT64_MIN ? v.constant
							   : -v.constant);
	n = *loc_at(l, v.loc);
	if (n.kind == STEP_PLUS && n.value != INT64_MIN)
		return value_plus(l, value_negate(l, value_addr(n.parent)),
				  -n.value);
	if (n.kind == STEP_NEGATE)
		return value_addr(n.parent);
	return step(l, v.loc, STEP_NEGATE, 0);
}

struct value value_mask(struct locs *l, struct value v, int64_t mask)
{
	for (;;) {
		struct loc n;

		if (!mask)
			return value_const(0);
		if (!v.loc)
			return value_const(v.constant & mask);
		n = *loc_at(l, v.loc);
		if (n.kind == STEP_OR && !(mask & ~n.value))
			return value_const(mask);
		if (n.kind == STEP_OR && !(mask & n.value))
			v.loc = n.parent;
		else if (n.kind == STEP_MASK && mask != n.value) {
			mask &= n.value;
			v.loc = n.parent;
		} else if (n.kind == STEP_MASK)
			return v;
		else
			return step(l, v.loc, STEP_MASK, mask);
	}
}

struct value value_or(struct locs *l, struct value v, int64_t bits)
{
	if (!v.loc)
		return value_const(v.constant | bits);
	if (loc_at(l, v.loc)->kind == STEP_OR) {
		bits |= loc_at(l, v.loc)->value;
		v.loc = loc_at(l, v.loc)->parent;
	}
	return bits ? step(l, v.loc, STEP_OR, bits) : v;
}

struct value value_step(struct locs *l, struct value v, enum loc_kind kind,
			int64_t c)
{
	switch (kind) {
	case STEP_PLUS:
		return value_plus(l, v, c);
	case STEP_NEGATE:
		return value_negate(l, v);
	case STEP_MASK:
		return value_mask(l, v, c);
	case STEP_OR:
		return value_or(l, v, c);
	default:
		return v.loc ? step(l, v.loc, kind, c) : v;
	}
}

bool value_is_step(enum loc_kind kind)
{
	return kind == STEP_PLUS || kind == STEP_NEGATE || kind == STEP_MASK ||
	       kind == STEP_OR || kind == STEP_ARITH;
}

loc_t value_base(const struct locs *l, loc_t x, bool *negated, int64_t *more)
{
	const struct loc *n = loc_at(l, x);

	*more = 0;
	*negated = false;
	if (n->kind == STEP_PLUS) {
		*more = n->value;
		x = n->parent;
		n = loc_at(l, x);
	}
	if (n->kind == STEP_NEGATE) {
		*negated = true;
		x = n->parent;
	}
	return x;
}
