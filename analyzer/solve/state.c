/* SPDX-License-Identifier: MIT */
/* Store, facts and locks of one state. The join is in join.c. */
#include "solve/state.h"

#include <inttypes.h>
#include <stdlib.h>

static void *grow(struct lc_arena *a, void *data, uint32_t len, uint32_t *cap,
		  size_t elem)
{
	uint32_t n = *cap ? *cap * 2 : 4;
	void *p = lc_arena_raw(a, n * elem);

	if (len)
		memcpy(p, data, len * elem);
	*cap = n;
	return p;
}

/* Room for one more element at index i, zeroed. */
#define INSERT(a, arr, i)                                                      \
	do {                                                                   \
		uint32_t at_ = (i);                                            \
                                                                               \
		if ((arr)->len == (arr)->cap)                                  \
			(arr)->data = grow((a), (arr)->data, (arr)->len,       \
					   &(arr)->cap, sizeof(*(arr)->data)); \
		memmove(&(arr)->data[at_ + 1], &(arr)->data[at_],              \
			((arr)->len - at_) * sizeof(*(arr)->data));            \
		(arr)->len++;                                                  \
		memset(&(arr)->data[at_], 0, sizeof(*(arr)->data));            \
	} while (0)
#define REMOVE(arr, i)                                                         \
	(memmove(&(arr)->data[i], &(arr)->data[(i) + 1],                       \
		 ((arr)->len - (i) - 1) * sizeof(*(arr)->data)),               \
	 (arr)->len--)

struct state *state_new(struct lc_arena *a)
{
	return lc_arena_alloc(a, sizeof(struct state));
}

static void *copy(struct lc_arena *a, const void *data, uint32_t len,
		  uint32_t *cap, size_t elem)
{
	void *p;

	*cap = len;
	if (!len)
		return NULL;
	p = lc_arena_raw(a, len * elem);
	memcpy(p, data, len * elem);
	return p;
}

void state_copy_facts(struct lc_arena *a, struct state *to,
		      const struct state *from)
{
	to->facts.len = from->facts.len;
	to->facts.data = copy(a, from->facts.data, from->facts.len,
			      &to->facts.cap, sizeof(struct fact));
}

struct state *state_clone(struct lc_arena *a, const struct state *s)
{
	struct state *n = state_new(a);

	*n = *s;
	n->store.data = copy(a, s->store.data, s->store.len, &n->store.cap,
			     sizeof(struct bind));
	state_copy_facts(a, n, s);
	n->held.data = copy(a, s->held.data, s->held.len, &n->held.cap,
			    sizeof(struct held));
	n->marks.data = copy(a, s->marks.data, s->marks.len, &n->marks.cap,
			     sizeof(struct mark));
	n->live.data = copy(a, s->live.data, s->live.len, &n->live.cap,
			    sizeof(struct live));
	n->joins = 0;
	return n;
}

/* ---- store ---- */

static uint32_t find_bind(const struct state *s, loc_t x)
{
	uint32_t lo = 0, hi = s->store.len;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->store.data[mid].loc < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The field x of a record that was put there as a whole, 0 = none was. */
static loc_t part(struct locs *l, const struct state *s, loc_t x)
{
	loc_t record = loc_at(l, x)->parent, v;
	uint32_t i = find_bind(s, record);

	if (i < s->store.len && s->store.data[i].loc == record)
		v = s->store.data[i].value.loc;
	else if (loc_at(l, record)->kind == STEP_FIELD)
		v = part(l, s, record);
	else
		return 0;
	if (!v || (loc_at(l, v)->kind != STEP_DEREF &&
		   loc_at(l, v)->kind != STEP_PART &&
		   loc_at(l, v)->kind != ROOT_PARAM))
		return 0;
	return loc_part(l, v, loc_at(l, x)->ref);
}

struct value state_load(struct locs *l, const struct state *s, loc_t x)
{
	uint32_t i = find_bind(s, x);
	loc_t of_record = 0, only;
	bool nulled;

	if (i < s->store.len && s->store.data[i].loc == x)
		return s->store.data[i].value;
	only = loc_pointee(l, x, &nulled);
	if (only && !nulled)
		return value_addr(only);
	if (loc_at(l, x)->kind == STEP_FIELD)
		of_record = part(l, s, x);
	return value_addr(of_record ? of_record : loc_deref(l, x));
}

void state_copy_below(struct lc_arena *a, struct state *s, struct locs *l,
		      loc_t from, loc_t to)
{
	LC_ARRAY(struct bind) copies = { 0 };

	for (uint32_t i = 0; i < s->store.len; i++)
		if (s->store.data[i].loc != from &&
		    loc_below(l, s->store.data[i].loc, from))
			*lc_push(&copies) = s->store.data[i];
	for (uint32_t i = 0; i < copies.len; i++)
		state_store(a, s, loc_rebase(l, copies.data[i].loc, from, to),
			    copies.data[i].value);
	lc_array_release(&copies);
}

void state_store(struct lc_arena *a, struct state *s, loc_t x, struct value v)
{
	uint32_t i = find_bind(s, x);

	if (i == s->store.len || s->store.data[i].loc != x) {
		INSERT(a, &s->store, i);
		s->store.data[i].loc = x;
	}
	s->store.data[i].value = v;
}

void state_forget_below(struct state *s, struct locs *l, loc_t x)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->store.len; i++)
		if (!loc_below(l, s->store.data[i].loc, x))
			s->store.data[n++] = s->store.data[i];
	s->store.len = n;
}

/* ---- facts ---- */

struct fact fact_any(loc_t sym)
{
	return (struct fact){ .sym = sym, .lo = INT64_MIN, .hi = INT64_MAX };
}

bool fact_is_any(const struct fact *f)
{
	return f->lo == INT64_MIN && f->hi == INT64_MAX && !f->nne;
}

static bool excluded(const struct fact *f, int64_t c)
{
	for (uint8_t i = 0; i < f->nne; i++)
		if (f->ne[i] == c)
			return true;
	return false;
}

/* Excluded values at the edge shrink the interval. */
static bool normalise(struct fact *f)
{
	while (f->lo <= f->hi && excluded(f, f->lo) && f->lo < INT64_MAX)
		f->lo++;
	while (f->lo <= f->hi && excluded(f, f->hi) && f->hi > INT64_MIN)
		f->hi--;
	for (uint8_t i = 0; i < f->nne;) {
		if (f->ne[i] < f->lo || f->ne[i] > f->hi)
			f->ne[i] = f->ne[--f->nne];
		else
			i++;
	}
	return f->lo <= f->hi;
}

bool fact_refine(struct fact *f, enum lc_cmp op, int64_t c)
{
	switch (op) {
	case LC_EQ:
		if (c < f->lo || c > f->hi || excluded(f, c))
			return false;
		f->lo = f->hi = c;
		f->nne = 0;
		return true;
	case LC_NE:
		if (!excluded(f, c) && c >= f->lo && c <= f->hi) {
			/* keep 0 whatever else there is: it is what tests ask */
			if (f->nne < MAX_NE)
				f->ne[f->nne++] = c;
			else if (c == 0)
				f->ne[0] = 0;
		}
		return normalise(f);
	case LC_LT:
		if (c == INT64_MIN)
			return false;
		if (f->hi > c - 1)
			f->hi = c - 1;
		return normalise(f);
	case LC_LE:
		if (f->hi > c)
			f->hi = c;
		return normalise(f);
	case LC_GT:
		if (c == INT64_MAX)
			return false;
		if (f->lo < c + 1)
			f->lo = c + 1;
		return normalise(f);
	case LC_GE:
		if (f->lo < c)
			f->lo = c;
		return normalise(f);
	}
	return true;
}

static enum lc_cmp negate(enum lc_cmp op)
{
	static const enum lc_cmp n[] = { LC_NE, LC_EQ, LC_GE,
					 LC_GT, LC_LE, LC_LT };

	return n[op];
}

int fact_test(const struct fact *f, enum lc_cmp op, int64_t c)
{
	struct fact yes = *f, no = *f;

	if (!fact_refine(&yes, op, c))
		return 0;
	if (!fact_refine(&no, negate(op), c))
		return 1;
	return -1;
}

static uint32_t find_fact(const struct state *s, loc_t sym)
{
	uint32_t lo = 0, hi = s->facts.len;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->facts.data[mid].sym < sym)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int64_t moved(int64_t bound, int64_t by)
{
	int64_t sum;

	if (bound == INT64_MIN || bound == INT64_MAX ||
	    __builtin_add_overflow(bound, by, &sum))
		return bound;
	return sum;
}

static int64_t negated_bound(int64_t bound)
{
	return bound == INT64_MIN   ? INT64_MAX
	       : bound == INT64_MAX ? INT64_MIN
				    : -bound;
}

/* A fact about x as one about (±x) + by. */
static void fact_move(struct fact *f, bool negated, int64_t by)
{
	if (negated) {
		int64_t lo = f->lo;

		f->lo = negated_bound(f->hi);
		f->hi = negated_bound(lo);
		for (uint8_t i = 0; i < f->nne; i++)
			f->ne[i] = negated_bound(f->ne[i]);
	}
	f->lo = moved(f->lo, by);
	f->hi = moved(f->hi, by);
	for (uint8_t i = 0; i < f->nne; i++)
		f->ne[i] = moved(f->ne[i], by);
}

void fact_about_base(const struct locs *l, struct fact *f)
{
	bool negated;
	int64_t more;

	f->sym = value_base(l, f->sym, &negated, &more);
	fact_move(f, false, more == INT64_MIN ? 0 : -more);
	if (negated)
		fact_move(f, true, 0);
}

/* What is known of x & mask from what is known of other bits of x. */
static void fact_of_bits(const struct state *s, const struct locs *l,
			 const struct loc *x, struct fact *f)
{
	int64_t zero = 0;

	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < s->facts.len; i++) {
			const struct fact *g = &s->facts.data[i];
			const struct loc *y = loc_at(l, g->sym);

			if (y->kind != STEP_MASK || y->parent != x->parent)
				continue;
			if (g->lo == 0 && g->hi == 0)
				zero |= y->value;
			else if (round && !(y->value & ~zero & ~x->value) &&
				 fact_test(g, LC_NE, 0) == 1)
				fact_refine(f, LC_NE, 0);
		}
	if (!(x->value & ~zero))
		fact_refine(f, LC_EQ, 0);
}

struct fact state_fact(const struct state *s, const struct locs *l,
		       struct value v)
{
	struct fact f = fact_any(v.loc);
	bool negated;
	int64_t more;
	loc_t base;
	uint32_t i;

	if (!v.loc) {
		f.lo = f.hi = v.constant;
		return f;
	}
	base = value_base(l, v.loc, &negated, &more);
	i = find_fact(s, base);
	if (i < s->facts.len && s->facts.data[i].sym == base) {
		f = s->facts.data[i];
		f.sym = v.loc;
		fact_move(&f, negated, more);
		return f;
	}
	if (loc_at(l, v.loc)->kind == STEP_MASK)
		fact_of_bits(s, l, loc_at(l, v.loc), &f);
	if (loc_at(l, v.loc)->kind == STEP_CONTAINER) {
		struct fact g = state_fact(
			s, l, value_addr(loc_at(l, v.loc)->parent));

		if (fact_test(&g, LC_NE, 0) == 1)
			fact_refine(&f, LC_NE, 0);
	}
	if (loc_is_object(l, v.loc)) {
		f.ne[f.nne++] = 0;
		f.lo = 1;
		f.nne = 0;
	}
	return f;
}

void state_put_fact(struct lc_arena *a, struct state *s, const struct locs *l,
		    struct fact f)
{
	uint32_t i;

	fact_about_base(l, &f);
	i = find_fact(s, f.sym);
	if (i == s->facts.len || s->facts.data[i].sym != f.sym)
		INSERT(a, &s->facts, i);
	s->facts.data[i] = f;
}

bool state_assume(struct lc_arena *a, struct state *s, struct locs *l,
		  struct value v, enum lc_cmp op, int64_t c)
{
	struct fact f = state_fact(s, l, v), old = f;

	if (!fact_refine(&f, op, c))
		return false;
	if (v.loc && !fact_same(&f, &old)) {
		f.guarded = f.guarded || state_nheld(s) > 0;
		f.implied = false;
		state_put_fact(a, s, l, f);
	}
	return true;
}

bool fact_same(const struct fact *a, const struct fact *b)
{
	if (a->lo != b->lo || a->hi != b->hi || a->nne != b->nne)
		return false;
	for (uint8_t i = 0; i < a->nne; i++)
		if (!excluded(b, a->ne[i]))
			return false;
	return true;
}

static void fill_gap(struct fact *f, const struct fact *a,
		     const struct fact *b)
{
	int64_t from = a->hi < b->lo ? a->hi : b->hi;
	int64_t to = a->hi < b->lo ? b->lo : a->lo;

	if (from >= to || from == INT64_MAX || to == INT64_MIN ||
	    to - from - 1 > MAX_NE - f->nne)
		return;
	for (int64_t c = from + 1; c < to; c++)
		if (!excluded(f, c))
			f->ne[f->nne++] = c;
}

struct fact fact_hull(struct fact a, struct fact b)
{
	struct fact f = a;

	f.lo = a.lo < b.lo ? a.lo : b.lo;
	f.hi = a.hi > b.hi ? a.hi : b.hi;
	f.nne = 0;
	/* excluded in both, or excluded in one and outside of the other */
	for (uint8_t i = 0; i < a.nne; i++)
		if (excluded(&b, a.ne[i]) || a.ne[i] < b.lo ||
		    a.ne[i] > b.hi)
			f.ne[f.nne++] = a.ne[i];
	for (uint8_t i = 0; i < b.nne && f.nne < MAX_NE; i++)
		if ((b.ne[i] < a.lo || b.ne[i] > a.hi) &&
		    !excluded(&f, b.ne[i]))
			f.ne[f.nne++] = b.ne[i];
	/* {< 0} with {> 0} leaves the hole at zero, which is what tests ask;
	 * {1} with {3} leaves one at 2 */
	if (((a.hi < 0 && b.lo > 0) || (b.hi < 0 && a.lo > 0)) &&
	    f.nne < MAX_NE && !excluded(&f, 0))
		f.ne[f.nne++] = 0;
	else
		fill_gap(&f, &a, &b);
	f.guarded = a.guarded || b.guarded;
	f.implied = a.implied && b.implied;
	return f;
}

static bool facts_contradict(const struct fact *a, const struct fact *b)
{
	struct fact f = *a;

	if (!fact_refine(&f, LC_GE, b->lo) || !fact_refine(&f, LC_LE, b->hi))
		return true;
	for (uint8_t i = 0; i < b->nne; i++)
		if (!fact_refine(&f, LC_NE, b->ne[i]))
			return true;
	return false;
}

bool facts_told_apart(const struct fact *a, uint32_t na, const struct fact *b,
		      uint32_t nb)
{
	for (uint32_t i = 0; i < na; i++)
		for (uint32_t k = 0; k < nb; k++)
			if (a[i].sym == b[k].sym &&
			    facts_contradict(&a[i], &b[k]))
				return true;
	return false;
}

void facts_share(struct fact *into, uint32_t *ninto,
			const struct fact *other, uint32_t nother)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < *ninto; i++)
		for (uint32_t k = 0; k < nother; k++) {
			struct fact f;

			if (into[i].sym != other[k].sym)
				continue;
			f = fact_hull(into[i], other[k]);
			f.sym = other[k].sym;
			if (!fact_is_any(&f))
				into[n++] = f;
			break;
		}
	*ninto = n;
}

/* ---- locks ---- */

struct held *state_held(const struct state *s, loc_t lock)
{
	for (uint32_t i = s->held.len; i-- > 0;)
		if (s->held.data[i].lock == lock)
			return &s->held.data[i];
	return NULL;
}

struct held *state_push_held(struct lc_arena *a, struct state *s)
{
	INSERT(a, &s->held, s->held.len);
	return &s->held.data[s->held.len - 1];
}

void state_drop_held(struct state *s, struct held *h)
{
	uint32_t i = (uint32_t)(h - s->held.data);

	REMOVE(&s->held, i);
}

static bool has_mark(const struct state *s, int kind)
{
	for (uint32_t i = 0; i < s->marks.len; i++)
		if (s->marks.data[i].kind == kind)
			return true;
	return false;
}

bool state_lock_failed(const struct state *s)
{
	return has_mark(s, MARK_LOCK_FAILED);
}

bool state_lock_broken(const struct state *s)
{
	return has_mark(s, MARK_LOCK_FAILED) || has_mark(s, MARK_INIT_FAILED);
}

uint32_t state_nheld(const struct state *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->held.len; i++)
		n += s->held.data[i].count > 0;
	return n;
}

const struct mark *state_mark(const struct state *s, loc_t lock, int kind)
{
	for (uint32_t i = 0; i < s->marks.len; i++)
		if (s->marks.data[i].lock == lock &&
		    s->marks.data[i].kind == kind)
			return &s->marks.data[i];
	return NULL;
}

void state_set_mark(struct lc_arena *a, struct state *s, loc_t lock,
		    enum mark_kind kind, uint32_t event)
{
	uint32_t i = 0;

	while (i < s->marks.len &&
	       (s->marks.data[i].lock < lock ||
		(s->marks.data[i].lock == lock &&
		 s->marks.data[i].kind < (uint8_t)kind)))
		i++;
	if (i == s->marks.len || s->marks.data[i].lock != lock ||
	    s->marks.data[i].kind != (uint8_t)kind)
		INSERT(a, &s->marks, i);
	s->marks.data[i] = (struct mark){ lock, (uint8_t)kind, event };
}

void state_clear_marks(struct state *s, loc_t lock)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->marks.len; i++)
		if (s->marks.data[i].lock != lock)
			s->marks.data[n++] = s->marks.data[i];
	s->marks.len = n;
}

void state_add_live(struct lc_arena *a, struct state *s, struct live v)
{
	uint32_t i = 0;

	while (i < s->live.len && s->live.data[i].event < v.event)
		i++;
	if (i == s->live.len || s->live.data[i].event != v.event) {
		if (s->live.len >= MAX_LIVE)
			return;
		INSERT(a, &s->live, i);
	}
	s->live.data[i] = v;
}

void state_print(const struct locs *l, const struct state *s,
		 struct lc_buf *out)
{
	for (uint32_t i = 0; i < s->held.len; i++) {
		lc_buf_printf(out, " held ");
		loc_print(l, s->held.data[i].lock, out);
		lc_buf_printf(out, "x%d@%u", s->held.data[i].count,
			      s->held.data[i].instr);
	}
	for (uint32_t i = 0; i < s->store.len; i++) {
		lc_buf_str(out, " [");
		loc_print(l, s->store.data[i].loc, out);
		lc_buf_str(out, "=");
		if (s->store.data[i].value.loc)
			loc_print(l, s->store.data[i].value.loc, out);
		else
			lc_buf_printf(out, "%" PRId64,
				      s->store.data[i].value.constant);
		lc_buf_str(out, "]");
	}
	for (uint32_t i = 0; i < s->facts.len; i++) {
		lc_buf_str(out, " {");
		loc_print(l, s->facts.data[i].sym, out);
		lc_buf_printf(out, " %" PRId64 "..%" PRId64,
			      s->facts.data[i].lo, s->facts.data[i].hi);
		for (uint8_t k = 0; k < s->facts.data[i].nne; k++)
			lc_buf_printf(out, " !%" PRId64,
				      s->facts.data[i].ne[k]);
		lc_buf_str(out, "}");
	}
}
