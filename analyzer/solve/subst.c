/* SPDX-License-Identifier: MIT */
/* Substitution: what a summary names, in the state of a caller. */
#include "solve/apply.h"

static struct value fresh(const struct subst *b, loc_t x)
{
	return sim_once(b->m, loc_sym(&b->m->s->locs, SYM_FRESH,
				      b->m->function, b->m->instr, x));
}

static struct value subst_sym(const struct subst *b, loc_t x)
{
	struct locs *l = &b->m->s->locs;
	struct loc n = *loc_at(l, x);
	struct value p, q;

	if (n.why == SYM_SOME)
		return value_addr(x);
	if (n.why != SYM_CMP)
		return fresh(b, x);
	p = subst(b, n.parent);
	q = subst(b, n.ref);
	if (!p.loc && !q.loc)
		return value_const(n.value ? p.constant < q.constant
					   : p.constant == q.constant);
	if (!p.loc || !q.loc)
		return fresh(b, x);
	if (p.loc == q.loc)
		return value_const(n.value ? 0 : 1);
	if (!n.value && p.loc > q.loc) {
		struct value t = p;

		p = q;
		q = t;
	}
	return value_addr(loc_sym(l, SYM_CMP, q.loc, n.value, p.loc));
}

static struct value subst_step(const struct subst *b, loc_t x)
{
	struct locs *l = &b->m->s->locs;
	struct loc n = *loc_at(l, x);
	struct value p, q;

	p = subst(b, n.parent);
	if (value_is_step(n.kind) && (p.loc || n.kind != STEP_ARITH))
		return value_step(l, p, n.kind, n.value);
	if (!p.loc)
		return fresh(b, x);
	switch (n.kind) {
	case STEP_DEREF:
		return state_load(l, b->pre, p.loc);
	case STEP_PART:
		if (loc_at(l, p.loc)->kind != STEP_DEREF)
			return value_addr(loc_part(l, p.loc, n.ref));
		return state_load(l, b->pre,
				  loc_step(l, loc_at(l, p.loc)->parent,
					   STEP_FIELD, n.ref, 0));
	case STEP_INDEX_VALUE:
		q = subst(b, n.ref);
		if (!q.loc)
			return value_addr(loc_step(l, p.loc, STEP_INDEX, 0,
						   q.constant));
		return value_addr(
			loc_step(l, p.loc, STEP_INDEX_VALUE, q.loc, 0));
	default:
		return value_addr(
			loc_step(l, p.loc, n.kind, n.ref, n.value));
	}
}

/* The value "address of x", x being in the callee's terms. The acquires and
 * conditions of a summary speak of the same few places again and again. */
struct value subst(const struct subst *b, loc_t x)
{
	const struct loc *n = loc_at(&b->m->s->locs, x);
	struct memo *memo = &b->m->memo[x % MEMO_SIZE];
	struct value v;

	switch (n->kind) {
	case ROOT_PARAM:
		return n->ref < b->nargs ? b->args[n->ref] : fresh(b, x);
	case LOC_NOTHING:
		return fresh(b, x);
	case ROOT_GLOBAL:
	case ROOT_LOCAL:
	case ROOT_FUNCTION:
	case ROOT_FIXED:
	case ROOT_MODEL:
		return value_addr(x);
	default:
		break;
	}
	if (memo->binding == b->binding && memo->loc == x)
		return memo->value;
	v = n->kind == ROOT_SYM ? subst_sym(b, x) : subst_step(b, x);
	*memo = (struct memo){ b->binding, x, v };
	return v;
}

loc_t subst_loc(const struct subst *b, loc_t x)
{
	return subst(b, x).loc;
}

loc_t apply_name(struct sim *m, struct state *st,
		 const struct value *args, uint32_t nargs, loc_t x)
{
	struct subst b = { m, st, args, nargs,
			   ++m->bindings };

	return subst_loc(&b, x);
}

bool subst_condition(const struct subst *b, const struct state *st,
		      const struct fact *f, struct fact *now)
{
	struct value v = subst(b, f->sym);

	*now = state_fact(st, &b->m->s->locs, v);
	now->sym = v.loc;
	if (!fact_refine(now, LC_GE, f->lo) || !fact_refine(now, LC_LE, f->hi))
		return false;
	for (uint8_t i = 0; i < f->nne; i++)
		if (!fact_refine(now, LC_NE, f->ne[i]))
			return false;
	if (now->sym)
		fact_about_base(&b->m->s->locs, now);
	return true;
}

bool subst_conditions(const struct subst *b, const struct fact *conds,
		       uint32_t n, struct fact *left, uint32_t *nleft)
{
	*nleft = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct fact now, had;

		if (!subst_condition(b, b->pre, &conds[i], &now))
			return false;
		if (!now.sym || *nleft >= MAX_CONDS ||
		    !sim_visible(&b->m->s->locs, now.sym))
			continue;
		had = state_fact(b->pre, &b->m->s->locs,
				 value_addr(now.sym));
		if (!fact_same(&now, &had))
			left[(*nleft)++] = now;
	}
	return true;
}

uint32_t sim_lift_event(struct sim *m, uint32_t inner, loc_t lock)
{
	struct event e = m->s->events.data[inner];
	uint32_t depth = e.depth;

	e.inner = inner;
	e.function = m->function;
	e.instr = m->instr;
	e.lock = lock;
	e.depth = depth + 1;
	e.released = e.satisfied = e.reported = e.matched = false;
	return event_get(m->s, e);
}

loc_t *subst_locs(const struct subst *b, const loc_t *from, uint32_t n)
{
	loc_t *to;

	if (!n)
		return NULL;
	to = lc_arena_alloc(&b->m->scratch, n * sizeof(*to));
	for (uint32_t i = 0; i < n; i++)
		to[i] = subst_loc(b, from[i]);
	return to;
}
