/* SPDX-License-Identifier: MIT */
/*
 * The end of a function: its exits become outcomes (what callers see), and
 * locks still held become leak candidates for verdict.c.
 */
#include "solve/sim.h"

#include <stdlib.h>

enum { FEW_OUTCOMES = 5, PLACE_EXIT = 1 << 24, PLACE_OUTCOME = 1 << 25 };
enum { RET_PLACE = -1 }; /* as a local's number */

bool outcome_is_result(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, loc_at(l, x)->root);

	return n->kind == ROOT_LOCAL && n->value == RET_PLACE;
}

/* The returned value as a location, so that a join treats it like memory. */
static loc_t ret_place(struct sim *m)
{
	return loc_root(&m->s->locs, ROOT_LOCAL, m->function, RET_PLACE);
}

void outcome_add_exit(struct sim *m, const struct exitrec *e)
{
	struct exitrec *n;
	uint32_t variants = 0;

	if (e->has_ret)
		state_store(&m->arena, e->state, ret_place(m), e->ret);
	if (e->has_ret && e->record)
		state_copy_below(&m->arena, e->state, &m->s->locs, e->record,
				 ret_place(m));
	for (uint32_t i = 0; i < m->exits.len; i++) {
		struct exitrec *x = &m->exits.data[i];

		if (x->block != e->block || x->thread_exit != e->thread_exit ||
		    !state_same_shape(x->state, e->state, m->plain))
			continue;
		if (!m->sum->capped && state_nheld(e->state) &&
		    ++variants < MAX_DISJUNCTS && sim_split(x->state, e->state))
			continue;
		sim_join(m, x->state, e->state, PLACE_EXIT + e->block);
		if (x->has_ret)
			x->ret = state_load(&m->s->locs, x->state,
					    ret_place(m));
		return;
	}
	n = lc_push(&m->exits);
	*n = *e;
	n->state = state_clone(&m->arena, e->state);
}

void summary_clear(struct summary *sum)
{
	sum->outcomes.len = 0;
	sum->acquires.len = 0;
	sum->edges.len = 0;
	sum->callbacks.len = 0;
	sum->kinds.len = 0;
	sum->joined.len = 0;
	sum->returns = sum->left_idle = false;
	sum->ends_thread = 0;
	sum->gives_unknown = 0;
	lc_arena_reset(&sum->arena);
}

/* ---- classes of returned values ---- */

enum ret_class { RET_ANY, RET_ZERO, RET_NEGATIVE, RET_POSITIVE, RET_NONZERO };

static enum ret_class ret_class(const struct fact *f)
{
	if (f->lo == 0 && f->hi == 0)
		return RET_ZERO;
	if (f->hi < 0)
		return RET_NEGATIVE;
	if (f->lo > 0)
		return RET_POSITIVE;
	for (uint8_t i = 0; i < f->nne; i++)
		if (f->ne[i] == 0)
			return RET_NONZERO;
	return RET_ANY;
}

static struct fact exit_ret(struct sim *m, const struct exitrec *e)
{
	if (!e->has_ret)
		return fact_any(0);
	return state_fact(e->state, &m->s->locs, e->ret);
}

/* ---- which locks a caller hears of ---- */

static bool own_local(const struct sim *m, loc_t x)
{
	const struct loc *r = loc_at(&m->s->locs, loc_at(&m->s->locs, x)->root);

	return r->kind == ROOT_LOCAL && r->ref == m->function;
}

/* Taken in an object that callers have no way to: they cannot give it back,
 * and each would only keep more lock states apart. */
static bool out_of_reach(const struct sim *m, const struct state *st,
			 loc_t lock)
{
	const struct locs *l = &m->s->locs;
	loc_t root = loc_at(l, lock)->root;

	if (loc_at(l, root)->kind != ROOT_SYM || loc_at(l, root)->once)
		return false;
	for (uint32_t i = 0; i < st->store.len; i++) {
		const struct bind *b = &st->store.data[i];

		if (b->value.loc && loc_at(l, b->value.loc)->root == root &&
		    (!own_local(m, b->loc) ||
		     loc_at(l, b->loc)->value == RET_PLACE))
			return false;
	}
	return true;
}

static bool exported(const struct sim *m, const struct state *st,
		     const struct held *h)
{
	return h->count != 0 && !own_local(m, h->lock) &&
	       !out_of_reach(m, st, h->lock) &&
	       !(h->flags & (HELD_ASSUMED | HELD_MANY | HELD_RETAKEN));
}

static uint32_t ndeltas(const struct sim *m, const struct state *st)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->held.len; i++)
		n += exported(m, st, &st->held.data[i]);
	return n;
}

static bool cond_return(const struct locs *l, const struct exitrec *e,
			const struct held *h)
{
	loc_t base;
	bool negated;
	int64_t more;

	if (!h->cond || !e->has_ret || !e->ret.loc)
		return false;
	if (e->ret.loc == h->cond)
		return true;
	/* return -lock(); */
	base = value_base(l, e->ret.loc, &negated, &more);
	return base == h->cond && !more &&
	       (h->success == LC_SUCCESS_ZERO ||
		h->success == LC_SUCCESS_ERRNO ||
		h->success == LC_SUCCESS_NONZERO);
}

static bool same_deltas(struct sim *m, const struct exitrec *a,
			const struct exitrec *b)
{
	if (ndeltas(m, a->state) != ndeltas(m, b->state))
		return false;
	for (uint32_t i = 0; i < a->state->held.len; i++) {
		const struct held *h = &a->state->held.data[i], *g;

		if (!exported(m, a->state, h))
			continue;
		g = state_held(b->state, h->lock);
		if (!g || g->count != h->count || g->mode != h->mode ||
		    cond_return(&m->s->locs, a, h) !=
			    cond_return(&m->s->locs, b, g))
			return false;
	}
	return true;
}

/* ---- building ---- */

/* Worth telling: a constant, an object with a name, or one that the outcome
 * speaks of (a lock in it is held, it is the result). Any other write only
 * makes the old content unknown, which the filter of writes says already. */
static bool worth_telling(const struct sim *m, const struct outcome *o,
			  struct value v, struct value ret)
{
	const struct locs *l = &m->s->locs;
	loc_t root;

	if (!v.loc)
		return true;
	root = loc_at(l, v.loc)->root;
	if (loc_at(l, root)->kind == ROOT_LOCAL)
		return loc_at(l, root)->ref != m->function;
	if (loc_at(l, root)->kind != ROOT_SYM ||
	    loc_at(l, root)->why == SYM_ALLOC || v.loc == ret.loc)
		return true;
	for (uint32_t i = 0; i < o->ndeltas; i++)
		if (loc_at(l, o->deltas[i].held.lock)->root == root)
			return true;
	return false;
}

/* Does the fact about what was written say more than the conditions do? Those
 * speak of all that callers have a name for. */
static bool says_more(const struct sim *m, struct value v, const struct fact *f)
{
	if (!v.loc || fact_is_any(f))
		return false;
	return fact_test(f, LC_NE, 0) == 1 || !sim_visible(&m->s->locs, v.loc);
}

static void put_writes(struct sim *m, struct outcome *o,
		       const struct exitrec *e)
{
	const struct state *st = e->state;
	uint32_t n = 0;

	o->writes = lc_arena_alloc(m->keep, MAX_WRITES * sizeof(*o->writes));
	o->known = lc_arena_alloc(m->keep, MAX_WRITES * sizeof(*o->known));
	for (uint32_t i = 0; i < st->store.len && n < MAX_WRITES; i++) {
		struct bind now = st->store.data[i], *b = &now;
		struct fact f = state_fact(st, &m->s->locs, b->value);

		if (f.lo == f.hi)
			b->value = value_const(f.lo);
		if (b->loc == ret_place(m) ||
		    (own_local(m, b->loc) &&
		     !outcome_is_result(&m->s->locs, b->loc)) ||
		    (!says_more(m, b->value, &f) &&
		     !worth_telling(m, o, b->value, e->ret)))
			continue;
		if (loc_at(&m->s->locs, loc_at(&m->s->locs, b->loc)->root)
			    ->kind == ROOT_SYM)
			continue;
		o->known[n] = says_more(m, b->value, &f) ? f : fact_any(0);
		o->writes[n++] = *b;
	}
	o->nwrites = n;
}

static void add_delta(struct sim *m, struct outcome *o,
		      const struct exitrec *e, const struct held *h)
{
	struct delta *d = &o->deltas[o->ndeltas++];

	d->held = *h;
	d->cond_return = cond_return(&m->s->locs, e, h);
	if (d->cond_return && e->ret.loc != h->cond &&
	    h->success == LC_SUCCESS_ERRNO)
		d->held.success = LC_SUCCESS_ZERO; /* negated */
}

static void put_deltas(struct sim *m, struct outcome *o,
		       const struct exitrec *e)
{
	o->ndeltas = ndeltas(m, e->state);
	o->deltas = lc_arena_alloc(m->keep,
				   (o->ndeltas + 1) * sizeof(*o->deltas));
	o->ndeltas = 0;
	for (uint32_t i = 0; i < e->state->held.len; i++) {
		const struct held *h = &e->state->held.data[i];

		if (exported(m, e->state, h))
			add_delta(m, o, e, h);
	}
}

static void put_marks(struct sim *m, struct outcome *o, struct state *st)
{
	for (uint32_t i = 0; i < st->held.len; i++)
		if (st->held.data[i].count > 0 &&
		    ops_unknown(m, st->held.data[i].lock))
			ops_note_taken(m, st);
	o->failed = lc_arena_alloc(m->keep,
				   (st->marks.len + 1) * sizeof(*o->failed));
	for (uint32_t i = 0; i < st->marks.len; i++)
		if ((st->marks.data[i].kind == MARK_LOCK_FAILED ||
		     st->marks.data[i].kind == MARK_TRY_FAILED ||
		     st->marks.data[i].kind == MARK_TAKEN) &&
		    !own_local(m, st->marks.data[i].lock))
			o->failed[o->nfailed++] = st->marks.data[i];
	o->lock_failed = state_lock_failed(st);
	o->live = lc_arena_alloc(m->keep,
				 (st->live.len + 1) * sizeof(*o->live));
	for (uint32_t i = 0; i < st->live.len; i++)
		o->live[o->nlive++] = st->live.data[i];
}

static void build(struct sim *m, const struct exitrec *e)
{
	struct outcome *o = lc_push(&m->sum->outcomes);

	put_deltas(m, o, e);
	put_writes(m, o, e);
	put_marks(m, o, e->state);
	o->nconds = sim_conds(m, e->state, m->keep, &o->conds);
	o->weak = e->state->maybe_weak;
	o->has_ret = e->has_ret;
	if (!e->has_ret)
		return;
	o->ret = e->ret;
	o->ret_fact = state_fact(e->state, &m->s->locs, e->ret);
}

static void fold(struct sim *m, struct exitrec *into, const struct exitrec *e,
		 uint32_t group)
{
	struct state *other = state_clone(&m->arena, e->state);

	/* the locks are the same, the sites need not be */
	for (uint32_t i = 0; i < e->state->held.len; i++) {
		const struct held *h = &e->state->held.data[i];
		const struct held *g = state_held(into->state, h->lock);

		if (g && h->count > 0 && g->count > 0)
			event_unite(m->s, g->event, h->event);
	}
	other->held = into->state->held;
	sim_join(m, into->state, other, PLACE_OUTCOME + group);
	if (into->has_ret)
		into->ret = state_load(&m->s->locs, into->state, ret_place(m));
}

static bool keeps_lock(const struct outcome *o)
{
	for (uint32_t i = 0; i < o->ndeltas; i++)
		if (o->deltas[i].held.count > 0)
			return true;
	return false;
}

/* A function that returns NULL without a lock, and else something with one:
 * that something is an object, though how it is found is beyond us. */
static void tell_null_apart(struct sim *m)
{
	bool null_is_free = false;

	if (!(function_symbol(&m->s->program, m->function)->flags &
	      LC_SYM_POINTER_RET))
		return;
	for (uint32_t i = 0; i < m->sum->outcomes.len; i++) {
		const struct outcome *o = &m->sum->outcomes.data[i];

		if (ret_class(&o->ret_fact) != RET_ZERO)
			continue;
		if (keeps_lock(o))
			return;
		null_is_free = true;
	}
	for (uint32_t i = 0; null_is_free && i < m->sum->outcomes.len; i++) {
		struct outcome *o = &m->sum->outcomes.data[i];

		if (o->has_ret && o->ret.loc && keeps_lock(o))
			fact_refine(&o->ret_fact, LC_NE, 0);
	}
}

/* `if (!l) return; if (disabled) return; lock(l);`: one of the ways that leave
 * all as it was is not the other. */
static bool conditions_apart(struct sim *m, const struct exitrec *a,
			     const struct exitrec *b)
{
	struct fact *ca, *cb;
	uint32_t na = sim_conds(m, a->state, &m->scratch, &ca);
	uint32_t nb = sim_conds(m, b->state, &m->scratch, &cb);

	return facts_told_apart(ca, na, cb, nb);
}

/* `if (s->shared) return true; return false;`: what it says and why. */
static bool answers(struct sim *m, const struct exitrec *a,
		    const struct exitrec *b)
{
	struct fact f = exit_ret(m, a), g = exit_ret(m, b);

	return a->has_ret && f.lo == f.hi && g.lo == g.hi && f.lo != g.lo &&
	       (f.lo == 0 || g.lo == 0) && conditions_apart(m, a, b);
}

/* `if (s->lock) return s->lock; return s->lock = make();`: what is there, or
 * else something new. */
static bool lazy(struct sim *m, const struct exitrec *a,
		 const struct exitrec *b)
{
	return a->has_ret && a->ret.loc && b->ret.loc &&
	       function_symbol(&m->s->program, m->function)->flags &
		       LC_SYM_POINTER_RET &&
	       sim_visible(&m->s->locs, a->ret.loc) !=
		       sim_visible(&m->s->locs, b->ret.loc) &&
	       conditions_apart(m, a, b);
}

static void make_outcomes(struct sim *m)
{
	LC_ARRAY(struct exitrec) groups = { 0 };
	bool uniform = true;

	for (uint32_t i = 1; i < m->exits.len; i++)
		uniform = uniform && (m->exits.data[i].thread_exit ||
				      same_deltas(m, &m->exits.data[0],
						  &m->exits.data[i]));
	for (uint32_t i = 0; i < m->exits.len; i++) {
		const struct exitrec *e = &m->exits.data[i];
		struct fact f = exit_ret(m, e);
		uint32_t k;

		if (e->thread_exit) {
			if (!m->sum->ends_thread ||
			    e->ends_thread < m->sum->ends_thread)
				m->sum->ends_thread = e->ends_thread;
			continue;
		}
		m->sum->returns = true;
		for (k = 0; k < groups.len; k++) {
			struct fact g = exit_ret(m, &groups.data[k]);

			if (groups.data[k].has_ret != e->has_ret ||
			    !same_deltas(m, &groups.data[k], e) ||
			    state_lock_failed(groups.data[k].state) !=
				    state_lock_failed(e->state))
				continue;
			if ((uniform && !answers(m, &groups.data[k], e) &&
			     !lazy(m, &groups.data[k], e)) ||
			    (ret_class(&f) == ret_class(&g) &&
			     (groups.len >= FEW_OUTCOMES ||
			      !conditions_apart(m, &groups.data[k], e))))
				break;
		}
		if (k < groups.len) {
			fold(m, &groups.data[k], e, k);
		} else if (groups.len < MAX_OUTCOMES) {
			*lc_push(&groups) = *e;
			lc_last(&groups)->state =
				state_clone(&m->arena, e->state);
		} else {
			m->sum->capped = m->sum->inexact = true;
			m->cap_reason = "too many outcomes";
		}
	}
	for (uint32_t i = 0; i < groups.len; i++)
		build(m, &groups.data[i]);
	tell_null_apart(m);
	lc_array_release(&groups);
}

/* ---- wrappers that may be turned off ---- */

static bool releases(const struct sim *m, loc_t lock);

static bool about_argument(const struct locs *l, const struct fact *f)
{
	const struct loc *n = loc_at(l, f->sym);

	if (n->kind == ROOT_SYM && n->why == SYM_CMP)
		return true;
	return loc_at(l, n->root)->kind == ROOT_PARAM;
}

/* Could a caller know by its own arguments which of the two it will be? */
static bool by_arguments(const struct sim *m, const struct outcome *a,
			 const struct outcome *b)
{
	for (uint32_t i = 0; i < a->nconds; i++)
		if (about_argument(&m->s->locs, &a->conds[i]) &&
		    facts_told_apart(&a->conds[i], 1, b->conds, b->nconds))
			return true;
	return false;
}

/* … or by the result? */
static bool by_result(const struct outcome *idle, const struct outcome *busy)
{
	struct fact f = idle->ret_fact, g = busy->ret_fact;
	enum lc_cmp op;
	int64_t c;

	if (!idle->has_ret)
		return false;
	if (busy->deltas[0].cond_return) {
		g = fact_any(0);
		if (success_fact((enum lc_success)busy->deltas[0].held.success,
				 true, &op, &c))
			fact_refine(&g, op, c);
	}
	f.sym = g.sym = 0;
	return facts_told_apart(&f, 1, &g, 1);
}

/* It counts something, for another call to find. */
static bool counts(const struct sim *m, const struct outcome *o)
{
	for (uint32_t i = 0; i < o->nwrites; i++)
		if (o->writes[i].value.loc &&
		    value_is_step((enum loc_kind)loc_at(
			    &m->s->locs, o->writes[i].value.loc)->kind))
			return true;
	return false;
}

/*
 * `void big_lock(void) { if (threads_are_on()) lock(&big); }` and its like that
 * unlocks: the ways that do nothing, for a reason that is not in what callers
 * pass or get, belong together. Callers go the way of the lock.
 */
static void find_idle(struct sim *m)
{
	const struct outcome *busy = NULL;

	for (uint32_t i = 0; i < m->sum->outcomes.len; i++) {
		const struct outcome *o = &m->sum->outcomes.data[i];

		if (!o->ndeltas)
			continue;
		if (o->ndeltas > 1 ||
		    (busy && (o->deltas[0].held.lock !=
				      busy->deltas[0].held.lock ||
			      o->deltas[0].held.count !=
				      busy->deltas[0].held.count)))
			return;
		busy = o;
	}
	if (!busy || releases(m, busy->deltas[0].held.lock) ||
	    m->sum->acquires.len > 2 || m->owner_asked)
		return;
	for (uint32_t i = 0; i < m->sum->outcomes.len; i++) {
		struct outcome *o = &m->sum->outcomes.data[i];

		o->idle = !o->ndeltas && !o->nfailed && !o->lock_failed &&
			  !counts(m, o) && !by_result(o, busy);
		for (uint32_t k = 0; k < m->sum->outcomes.len; k++)
			if (m->sum->outcomes.data[k].ndeltas)
				o->idle = o->idle &&
					  !by_arguments(
						  m, o,
						  &m->sum->outcomes.data[k]);
	}
}

/* ---- leaks ---- */

static bool reaches(const struct locs *l, struct value v, loc_t object)
{
	return v.loc && (loc_below(l, v.loc, object) ||
			 loc_below(l, object, v.loc));
}

/* `it->bucket_locked = true`: the caller is told that it has the lock. */
static bool says_locked(const struct sim *m, const struct bind *b, loc_t lock)
{
	const struct loc *n = loc_at(&m->s->locs, b->loc);
	const char *name;

	if (!b->value.loc && !b->value.constant)
		return false;
	if (n->kind == ROOT_PARAM && n->ref < m->flow->nparams)
		name = lc_str(&m->u->strings,
			      m->u->locals.data[m->flow->first_local + n->ref]
				      .name);
	/* beside the lock itself it tells nobody: a mutex for debugging */
	else if (n->kind == STEP_FIELD && !b->value.loc &&
		 !loc_below(&m->s->locs, lock, n->parent))
		name = lc_str(m->s->program.strings,
			      m->s->program.fields.data[n->ref].name);
	else
		return false;
	return strcasestr(name, "lock") || strcasestr(name, "held");
}

/* Every way out that returns an object at all returns it with this lock of it
 * held: `prev = walk(list, key)`, hand over hand. */
static bool result_locked(struct sim *m, const struct exitrec *e, loc_t lock)
{
	struct locs *l = &m->s->locs;
	bool other = false;

	if (!e->has_ret || !e->ret.loc || lock == e->ret.loc ||
	    !loc_below(l, lock, e->ret.loc) ||
	    !(function_symbol(&m->s->program, m->function)->flags &
	      LC_SYM_POINTER_RET))
		return false;
	for (uint32_t i = 0; i < m->exits.len; i++) {
		const struct exitrec *x = &m->exits.data[i];
		const struct held *h;
		struct fact f = exit_ret(m, x);

		if (x->thread_exit || (f.lo == 0 && f.hi == 0))
			continue;
		if (!x->ret.loc)
			return false;
		h = state_held(x->state, loc_rebase(l, lock, e->ret.loc,
						    x->ret.loc));
		if (!h || h->count <= 0)
			return false;
		other |= x->ret.loc != e->ret.loc;
	}
	return other;
}

/* Does the caller get an object, by the result or through a pointer of its
 * own, that this function found and locked? Then that is the service. */
static bool handed_over(struct sim *m, const struct exitrec *e,
			loc_t lock)
{
	const struct locs *l = &m->s->locs;
	loc_t root = loc_at(l, lock)->root, object = loc_object(l, lock);

	for (uint32_t i = 0; i < e->state->store.len; i++)
		if (loc_is_open(l, e->state->store.data[i].loc) &&
		    says_locked(m, &e->state->store.data[i], lock))
			return true;
	if (result_locked(m, e, lock))
		return true;
	if (loc_at(l, object)->kind == ROOT_PARAM ||
	    loc_at(l, root)->kind == ROOT_GLOBAL)
		return false;
	if (e->has_ret && e->ret.loc &&
	    (loc_at(l, root)->kind == ROOT_SYM
		     ? loc_at(l, e->ret.loc)->root == root
		     : reaches(l, e->ret, object)))
		return true;
	for (uint32_t i = 0; i < e->state->store.len; i++) {
		const struct bind *b = &e->state->store.data[i];

		if (loc_is_open(l, b->loc) &&
		    loc_at(l, loc_object(l, b->loc))->kind == ROOT_PARAM &&
		    reaches(l, b->value, object))
			return true;
	}
	return false;
}

static void note_leak(struct sim *m, const struct exitrec *e,
		      const struct held *h)
{
	struct leak *k = lc_push(&m->s->leaks);

	k->function = m->function;
	k->instr = LC_NONE;
	k->pos = e->pos;
	k->lock = h->lock;
	k->held = *h;
	k->ret = e->ret;
	k->has_ret = e->has_ret;
	k->ret_fact = exit_ret(m, e);
	k->weak = e->state->weak || (h->flags & HELD_WEAK);
	k->thread_exit = e->thread_exit;
	k->handed_over = handed_over(m, e, h->lock);
	k->nconds = sim_conds(m, e->state, &m->s->arena, &k->conds);
}

static bool leaked(const struct sim *m, loc_t lock)
{
	for (uint32_t i = m->s->leaks.len; i-- > 0;) {
		if (m->s->leaks.data[i].function != m->function)
			return false;
		if (m->s->leaks.data[i].lock == lock)
			return true;
	}
	return false;
}

static void note_leaks(struct sim *m)
{
	LC_ARRAY(loc_t) locks = { 0 };

	for (uint32_t i = 0; i < m->exits.len; i++) {
		const struct exitrec *e = &m->exits.data[i];

		for (uint32_t k = 0; k < e->state->held.len; k++) {
			const struct held *h = &e->state->held.data[k];

			if (h->count <= 0 ||
			    (h->flags &
			     (HELD_UNCHECKED | HELD_ASSUMED | HELD_MANY |
			      HELD_RETAKEN | HELD_UNSURE)) ||
			    own_local(m, h->lock) || cond_return(&m->s->locs, e, h))
				continue;
			if (!leaked(m, h->lock))
				*lc_push(&locks) = h->lock;
			note_leak(m, e, h);
		}
	}
	for (uint32_t n = 0; n < locks.len; n++) {
		for (uint32_t i = 0; i < m->exits.len; i++) {
			const struct exitrec *e = &m->exits.data[i];
			const struct mark *mk;
			struct balance *b;
			struct held *h =
				state_held(e->state, locks.data[n]);

			if ((h && h->count > 0) || e->thread_exit)
				continue;
			mk = state_mark(e->state, locks.data[n],
					MARK_RELEASED);
			b = lc_push(&m->s->balances);
			b->function = m->function;
			b->lock = locks.data[n];
			b->has_ret = e->has_ret;
			b->ret_fact = exit_ret(m, e);
			b->taken = mk != NULL;
			b->release_event = mk ? mk->event : LC_NONE;
		}
	}
	lc_array_release(&locks);
}

/* Can a caller tell the two ways out apart? */
static bool distinguishable(struct sim *m, const struct exitrec *a,
			    const struct exitrec *b)
{
	struct fact f = exit_ret(m, a), g = exit_ret(m, b), *ca, *cb;
	uint32_t na, nb;

	if (a->has_ret && ret_class(&f) != ret_class(&g) &&
	    ret_class(&f) != RET_ANY && ret_class(&g) != RET_ANY)
		return true;
	na = sim_conds(m, a->state, &m->arena, &ca);
	nb = sim_conds(m, b->state, &m->arena, &cb);
	return facts_told_apart(ca, na, cb, nb);
}

static bool releases(const struct sim *m, loc_t lock)
{
	for (uint32_t i = m->s->okreleases.len; i-- > 0;) {
		if (m->s->okreleases.data[i].function != m->function)
			return false;
		if (m->s->okreleases.data[i].lock == lock)
			return true;
	}
	return false;
}

/* Is there an exit where the lock is not `held` (or, for one given up, not given
 * up), that a caller cannot tell from this one? */
static bool unclean(struct sim *m, uint32_t exit, loc_t lock, int sign)
{
	const struct exitrec *e = &m->exits.data[exit];

	for (uint32_t x = 0; x < m->exits.len; x++) {
		const struct exitrec *other = &m->exits.data[x];
		const struct held *g = state_held(other->state, lock);

		if (x != exit && !other->thread_exit &&
		    !(g && g->count * sign > 0) && !distinguishable(m, e, other))
			return true;
	}
	return false;
}

/* A lock that is held on one way out and not on another which the caller
 * cannot tell from it is no service to the caller: it is judged here, and
 * callers do not hear of it. So with one that is given up on one way, and on
 * another taken here before: unless the caller says which, `lock_is_held`. */
static void drop_unclean(struct sim *m)
{
	for (uint32_t i = 0; i < m->exits.len; i++) {
		struct exitrec *e = &m->exits.data[i];

		for (uint32_t k = e->state->held.len; k-- > 0;) {
			struct held *h = &e->state->held.data[k];

			if (e->thread_exit || !releases(m, h->lock))
				continue;
			if (unclean(m, i, h->lock, h->count < 0 ? -1 : 1) &&
			    (h->count < 0 || !result_locked(m, e, h->lock)))
				state_drop_held(e->state, h);
		}
	}
}

void outcome_finish(struct sim *m)
{
	note_leaks(m);
	drop_unclean(m);
	make_outcomes(m);
	find_idle(m);
}
