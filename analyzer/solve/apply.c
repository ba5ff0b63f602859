/* SPDX-License-Identifier: MIT */
/*
 * A call of a function that has a summary: its paths over parameters and
 * globals are read again in the caller's state (substitution), its acquires
 * are checked against what the caller holds, and each of its outcomes whose
 * conditions can be true becomes a way to go on.
 */
#include "solve/sim.h"

#include <stdlib.h>

struct subst {
	struct sim *m;
	struct state *pre; /* the state at the call */
	const struct value *args;
	uint32_t nargs;
	uint32_t binding; /* a number for what pre stores and args are */
};

static struct value fresh(const struct subst *b, loc_t x)
{
	return sim_once(b->m, loc_sym(&b->m->s->locs, SYM_FRESH,
				      b->m->function, b->m->instr, x));
}

static struct value subst(const struct subst *b, loc_t x);

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
static struct value subst(const struct subst *b, loc_t x)
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

static loc_t subst_loc(const struct subst *b, loc_t x)
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

/* 0 = cannot be, 1 = may be; *rest gets what remains to be asked. */
static bool condition(const struct subst *b, const struct state *st,
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

static bool conditions(const struct subst *b, const struct fact *conds,
		       uint32_t n, struct fact *left, uint32_t *nleft)
{
	*nleft = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct fact now, had;

		if (!condition(b, b->pre, &conds[i], &now))
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

static loc_t *lift_locs(struct sim *m, const struct subst *b,
			const loc_t *from, uint32_t n)
{
	loc_t *to;

	if (!n)
		return NULL;
	to = lc_arena_alloc(&m->scratch, n * sizeof(*to));
	for (uint32_t i = 0; i < n; i++)
		to[i] = subst_loc(b, from[i]);
	return to;
}

/* ---- what happened inside ---- */

static bool same_facts(const struct fact *a, const struct fact *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (a[i].sym != b[i].sym || a[i].lo != b[i].lo ||
		    a[i].hi != b[i].hi || a[i].nne != b[i].nne ||
		    memcmp(a[i].ne, b[i].ne, a[i].nne * sizeof(a[i].ne[0])))
			return false;
	return true;
}

static void lift_acquires(const struct subst *b, const struct summary *sum,
			  bool weak)
{
	struct sim *m = b->m;
	struct fact *here, left[MAX_CONDS];
	uint32_t nhere = sim_conds(m, b->pre, &m->scratch, &here);
	uint32_t nleft = 0, asked = LC_NONE;
	bool may = true;

	for (uint32_t i = 0; i < sum->acquires.len; i++) {
		struct acquire in = sum->acquires.data[i], a = in;

		/* neighbours mostly have the same conditions; our own summary
		 * changes while we read it */
		if (asked == LC_NONE || sum == m->sum ||
		    sum->acquires.data[asked].nconds != in.nconds ||
		    !same_facts(sum->acquires.data[asked].conds, in.conds,
				in.nconds))
			may = conditions(b, in.conds, in.nconds, left, &nleft);
		asked = i;
		if (!may)
			continue;
		a.lock = subst_loc(b, in.lock);
		if (!a.lock)
			continue;
		if (in.gave_up != LC_NONE)
			ops_given_up(m, b->pre, in.gave_up, a.lock,
				     in.weak || weak);
		a.inside = true;
		a.weak = in.weak || weak;
		a.dropped = lift_locs(m, b, in.dropped, in.ndropped);
		a.conds = left;
		a.nconds = nleft;
		ops_note_acquire(m, b->pre, &a, here, nhere);
	}
}

/* The callee's gates, and what the caller holds around the call. */
static uint32_t lift_gates(const struct subst *b, const struct openedge *e,
			   loc_t **out)
{
	struct sim *m = b->m;
	loc_t *inner = lift_locs(m, b, e->gates, e->ngates);
	uint32_t n = 0;

	*out = lc_arena_alloc(&m->scratch,
			      (e->ngates + b->pre->held.len + 1) *
				      sizeof(loc_t));
	for (uint32_t i = 0; i < e->ngates; i++)
		(*out)[n++] = inner[i];
	for (uint32_t i = 0; i < b->pre->held.len; i++)
		if (b->pre->held.data[i].count > 0 &&
		    b->pre->held.data[i].mode != LC_MODE_SHARED)
			(*out)[n++] = b->pre->held.data[i].lock;
	return n;
}

static void lift_edges(const struct subst *b, const struct summary *sum,
		       bool weak)
{
	struct sim *m = b->m;

	for (uint32_t i = 0; i < sum->edges.len; i++) {
		struct openedge e = sum->edges.data[i];
		struct lockref held;
		struct acquire a = { 0 };
		struct fact left[MAX_CONDS];
		uint32_t nleft, ngates;
		loc_t wanted, *gates;

		if (!conditions(b, e.conds, e.nconds, left, &nleft))
			continue;
		wanted = subst_loc(b, e.wanted);
		held = e.held;
		held.lock = subst_loc(b, held.lock);
		if (!wanted || !held.lock)
			continue;
		held.event = sim_lift_event(m, held.event, held.lock);
		a.event = sim_lift_event(m, e.event, wanted);
		a.mode = e.mode;
		a.blocking = e.blocking;
		a.weak = e.weak || weak;
		a.ring = e.ring;
		if (held.lock == wanted && !e.ring && !loc_is_some(&m->s->locs, wanted)) {
			/* two parameters, one object: a double acquire */
			struct reacquire *r = lc_push(&m->s->reacquires);

			r->function = m->function;
			r->instr = m->instr;
			r->lock = wanted;
			r->held_mode = held.mode;
			r->wanted_mode = a.mode;
			r->blocking = a.blocking;
			r->held_event = held.event;
			r->event = a.event;
			r->weak = a.weak || b->pre->weak;
			continue;
		}
		ngates = lift_gates(b, &e, &gates);
		edge_add(m, b->pre, &held, wanted, &a, gates, ngates, left,
			 nleft);
	}
}

static void lift_kinds(const struct subst *b, const struct summary *sum)
{
	for (uint32_t i = 0; i < sum->kinds.len; i++) {
		struct kindrec k = sum->kinds.data[i];
		loc_t x = subst_loc(b, k.lock);

		if (!x)
			continue;
		if (k.asked) {
			struct value v = subst(b, k.asked);

			k.asked = v.loc;
			if (!v.loc && b->m->s->attr_kind)
				k.kind = ops_kind_of_value(
					b->m, b->m->s->attr_kind, v,
					LC_KIND_UNKNOWN);
		}
		ops_note_kind(b->m, x, k.kind, k.asked);
	}
}

static bool neutral(const struct summary *sum)
{
	return sum->outcomes.len == 1 && !sum->outcomes.data[0].ndeltas;
}

/* Runs `target` as if called here, while the locks of `cb` are held too:
 * only what it takes is looked at, not what it leaves behind. */
static void run_callback(const struct subst *b, const struct callback *cb,
			 uint32_t target, bool weak)
{
	struct sim *m = b->m;
	const struct summary *sum = &m->s->summaries[target];
	struct state *st = state_clone(&m->arena, b->pre);
	struct value args[4];
	struct subst inner = { m, st, args, cb->nargs, ++m->bindings };

	if (!sum->done)
		return;
	for (uint32_t i = 0; i < cb->nargs; i++)
		args[i] = cb->args[i].loc ? subst(b, cb->args[i].loc)
					  : cb->args[i];
	for (uint32_t i = 0; i < cb->ndropped; i++) {
		loc_t x = subst_loc(b, cb->dropped[i]);
		struct held *h = x ? state_held(st, x) : NULL;

		if (h)
			state_drop_held(st, h);
	}
	for (uint32_t i = 0; i < cb->nheld; i++) {
		loc_t x = subst_loc(b, cb->held[i].lock);

		if (x && !state_held(st, x))
			ops_hold(m, st, x, cb->held[i].mode,
				 sim_lift_event(m, cb->held[i].event, x));
	}
	lift_acquires(&inner, sum, weak);
	lift_edges(&inner, sum, weak);
	lift_kinds(&inner, sum);
	note_callrec(m, st, target, weak);
}

/* What is stored in the fresh object that a thread is given, if it has to do
 * with the caller's arguments: malloc(), fill, start. */
static uint32_t filled(struct sim *m, const struct state *st, struct value arg,
		       struct bind **out)
{
	const struct locs *l = &m->s->locs;
	struct bind some[MAX_FILLED];
	uint32_t n = 0;
	bool open = false;
	loc_t root;

	if (!arg.loc || !m->s->ncallers[m->function])
		return 0;
	root = loc_at(l, arg.loc)->root;
	if (loc_at(l, root)->kind != ROOT_SYM)
		return 0;
	for (uint32_t i = 0; i < st->store.len && n < MAX_FILLED; i++) {
		const struct bind *b = &st->store.data[i];

		if (!b->value.loc || !loc_below(l, b->loc, root))
			continue;
		some[n++] = *b;
		open |= loc_is_open(l, b->value.loc);
	}
	if (!open)
		return 0;
	if (out)
		*out = sim_copy(m->keep, some, n * sizeof(some[0]));
	return n;
}

static void keep_callback(const struct subst *b, const struct callback *cb,
			  loc_t target)
{
	struct sim *m = b->m;
	struct callback n = *cb;

	n.event = sim_lift_event(m, cb->event, target);
	n.target = target;
	for (uint32_t i = 0; i < cb->nargs; i++)
		if (cb->args[i].loc)
			n.args[i] = subst(b, cb->args[i].loc);
	n.dropped = lift_locs(m, b, cb->dropped, cb->ndropped);
	n.held = cb->nheld ? lc_arena_alloc(&m->scratch,
					    cb->nheld * sizeof(*n.held))
			   : NULL;
	for (uint32_t i = 0; i < cb->nheld; i++) {
		n.held[i] = cb->held[i];
		n.held[i].lock = subst_loc(b, cb->held[i].lock);
		n.held[i].event = sim_lift_event(m, cb->held[i].event,
					     n.held[i].lock);
	}
	n.handle = cb->handle ? subst_loc(b, cb->handle) : 0;
	if (cb->start)
		n.nfilled = filled(m, b->pre, n.args[0], &n.filled);
	told_callback(m, &n);
}

/* A name that only a caller could complete: some object of the class. */
static loc_t close_loc(struct sim *m, loc_t x)
{
	struct locs *l = &m->s->locs;
	loc_t root = loc_at(l, x)->root;

	if (!loc_is_open(l, x))
		return x;
	return loc_rebase(l, x, root,
			  loc_sym(l, SYM_FRESH, m->function, m->instr, root));
}

static void register_start(struct sim *m, struct state *st, uint32_t event,
			   uint32_t entry, struct value arg, loc_t handle,
			   bool weak)
{
	struct start *t;
	const struct summary *sum = &m->s->summaries[entry];
	struct subst b = { m, st, &arg, 1, ++m->bindings };
	struct state *empty = state_clone(&m->arena, st);

	state_add_live(&m->arena, st,
		       (struct live){ event, handle, false });
	for (uint32_t i = 0; i < m->s->starts.len; i++)
		if (m->s->starts.data[i].event == event &&
		    m->s->starts.data[i].entry == entry)
			goto merge;
	if (m->s->starts.len >= MAX_STARTS) {
		m->sum->capped = true;
		m->cap_reason = "too many thread starts in the program";
		return;
	}
	t = lc_push(&m->s->starts);
	t->function = m->function;
	t->instr = m->instr;
	t->event = event;
	t->entry = entry;
	t->weak = weak;
	t->handle = handle;
	t->arg = arg;
merge:
	for (uint32_t i = 0; i < m->s->starts.len; i++) {
		t = &m->s->starts.data[i];
		if (t->event != event || t->entry != entry)
			continue;
		live_merge(&t->live, empty);
	}
	if (!sum->done)
		return;
	/* the entry's acquires by the names its argument gives them; the
	 * new thread holds nothing, and edges belong to it */
	empty->held.len = 0;
	empty->live.len = 0;
	b.pre = empty;
	{
		uint32_t function = m->function, instr = m->instr;

		for (uint32_t i = 0; i < sum->edges.len; i++) {
			const struct openedge *e = &sum->edges.data[i];
			struct lockref held = e->held;
			struct acquire a = { .event = e->event,
					     .mode = e->mode,
					     .blocking = e->blocking,
					     .weak = e->weak || weak,
					     .ring = e->ring,
					     .published = true };
			loc_t wanted = subst_loc(&b, e->wanted);
			loc_t *gates = lift_locs(m, &b, e->gates, e->ngates);

			held.lock = subst_loc(&b, e->held.lock);
			if (!wanted || !held.lock ||
			    (held.lock == wanted && !e->ring))
				continue;
			wanted = close_loc(m, wanted);
			held.lock = close_loc(m, held.lock);
			m->function = entry;
			m->instr = m->s->events.data[e->event].instr;
			edge_add(m, empty, &held, wanted, &a, gates,
				 e->ngates, NULL, 0);
			m->function = function;
			m->instr = instr;
		}
	}
}

/* The thread's argument as the callee filled it. */
static void fill(const struct subst *b, const struct callback *cb)
{
	for (uint32_t i = 0; i < cb->nfilled; i++) {
		loc_t x = subst_loc(b, cb->filled[i].loc);

		if (x)
			state_store(&b->m->arena, b->pre, x,
				    subst(b, cb->filled[i].value.loc));
	}
}

/* only_starts: the others have been looked into before. */
static void lift_callbacks(const struct subst *b, const struct summary *sum,
			   bool weak, bool only_starts)
{
	struct sim *m = b->m;
	struct locs *l = &m->s->locs;

	for (uint32_t i = 0; i < sum->callbacks.len; i++) {
		struct callback cb = sum->callbacks.data[i];
		struct value v;

		if (only_starts && !cb.start)
			continue;
		v = subst(b, cb.target);
		if (!v.loc)
			continue;
		if (loc_at(l, v.loc)->kind == ROOT_FUNCTION) {
			uint32_t target = loc_at(l, v.loc)->ref;

			struct value arg = { 0 };

			if (!cb.start) {
				run_callback(b, &cb, target, weak);
				continue;
			}
			fill(b, &cb);

			if (cb.nargs)
				arg = cb.args[0].loc
					      ? subst(b, cb.args[0].loc)
					      : cb.args[0];
			if (m->s->events.data[cb.event].depth <
				    MAX_START_DEPTH &&
			    ((arg.loc && loc_is_open(l, arg.loc) &&
			      m->s->ncallers[m->function]) ||
			     filled(m, b->pre, arg, NULL)))
				keep_callback(b, &cb, v.loc);
			else
				register_start(m, b->pre,
					       sim_lift_event(m, cb.event, v.loc),
					       target, arg,
					       cb.handle ? subst_loc(b,
								     cb.handle)
							 : 0,
					       weak);
		} else if (loc_is_open(l, v.loc)) {
			fill(b, &cb);
			keep_callback(b, &cb, v.loc);
		}
	}
}

/* ---- outcomes ---- */

static bool result_ignored(const struct sim *m, const struct lc_instr *in)
{
	return in->temp == LC_NONE || !m->temp_used[in->temp];
}

static bool add_facts(struct sim *m, struct state *st, const struct fact *f,
		      bool guarded)
{
	struct fact now = state_fact(st, &m->s->locs, value_addr(f->sym));

	if (!fact_refine(&now, LC_GE, f->lo) || !fact_refine(&now, LC_LE, f->hi))
		return false;
	for (uint8_t i = 0; i < f->nne; i++)
		if (!fact_refine(&now, LC_NE, f->ne[i]))
			return false;
	now.sym = f->sym;
	now.guarded |= guarded;
	now.implied = false;
	state_put_fact(&m->arena, st, &m->s->locs, now);
	sim_settle(m, st, value_addr(f->sym));
	return true;
}

/* What the caller gets back: the result, and the fact about it. */
static void apply_result(const struct subst *b, struct state *st,
			 const struct outcome *o, const struct lc_instr *in)
{
	struct sim *m = b->m;
	struct value v;

	if (!o->has_ret || in->temp == LC_NONE)
		return;
	v = o->ret.loc ? subst(b, o->ret.loc) : o->ret;
	if (v.loc && o->ret_fact.lo == o->ret_fact.hi)
		v = value_const(o->ret_fact.lo);
	state_store(&m->arena, st, sim_temp(m, in->temp), v);
	if (v.loc && !fact_is_any(&o->ret_fact)) {
		struct fact f = o->ret_fact;

		f.sym = v.loc;
		add_facts(m, st, &f, state_nheld(st) > 0);
	}
}

/* false: it cannot have ended this way */
static bool apply_delta(const struct subst *b, struct state *st,
			const struct delta *d, const struct outcome *o,
			const struct lc_instr *in)
{
	struct sim *m = b->m;
	loc_t lock = subst_loc(b, d->held.lock);
	uint32_t event;
	struct held *h = NULL;

	if (lock && d->held.count < 0 && sim_swept(m, lock))
		balance_note_sweep(m->s, loc_class(&m->s->locs, lock, true));
	if (!lock && d->held.count < 0)
		ops_note_given(m, st, d->held.lock);
	if (!lock || sim_swept(m, lock))
		return true;
	if (!sim_assume_there(m, st, lock))
		return false;
	event = sim_lift_event(m, d->held.event, lock);
	if (d->held.count < 0) {
		h = state_held(st, lock);
		if (!h)
			h = ops_held_alias(m, st, lock);
		if (h && h->count > 0)
			event_satisfy(m->s, d->held.event);
		for (int i = d->held.count; i < 0; i++)
			ops_release(m, st, lock, event);
		return true;
	}
	ops_note_condition(m, b->pre);
	for (int i = 0; i < d->held.count; i++)
		h = ops_hold(m, st, lock, d->held.mode, event);
	if (!h || h->count != d->held.count)
		return true;
	h->flags |= d->held.flags &
		    (HELD_WEAK | HELD_UNCHECKED | HELD_GUESSED);
	if (d->held.max_count > h->max_count)
		h->max_count = d->held.max_count;
	if (d->cond_return && o->ret.loc && !result_ignored(m, in)) {
		h->cond = subst(b, o->ret.loc).loc;
		h->success = d->held.success;
	}
	return true;
}

static bool is_registered(const struct solver *s, uint32_t event)
{
	for (uint32_t i = 0; i < s->starts.len; i++)
		if (s->starts.data[i].event == event)
			return true;
	return false;
}

static bool apply_outcome(const struct subst *b, struct state *st,
			  const struct outcome *o, const struct lc_instr *in,
			  bool weak)
{
	struct sim *m = b->m;
	struct locs *l = &m->s->locs;

	st->weak |= o->weak || (weak && o->ndeltas);
	for (uint32_t i = 0; i < o->ndeltas; i++)
		if (!apply_delta(b, st, &o->deltas[i], o, in))
			return false;
	for (uint32_t i = 0; i < o->nfailed; i++) {
		loc_t x = subst_loc(b, o->failed[i].lock);

		if (x && !state_held(st, x))
			state_set_mark(&m->arena, st, x,
				       (enum mark_kind)o->failed[i].kind,
				       sim_lift_event(m, o->failed[i].event, x));
	}
	for (uint32_t i = 0; i < o->nwrites; i++) {
		loc_t x = subst_loc(b, o->writes[i].loc);
		struct value v = o->writes[i].value;

		if (!x)
			continue;
		if (v.loc)
			v = subst(b, v.loc);
		state_forget_below(st, l, x);
		state_store(&m->arena, st, x, v);
		if (v.loc && o->nonnull[i])
			state_assume(&m->arena, st, l, v, LC_NE, 0);
	}
	for (uint32_t i = 0; i < o->nlive; i++) {
		struct live v = o->live[i];

		v.handle = v.handle ? subst_loc(b, v.handle) : 0;
		/* a start whose entry is known is one thread, whoever calls */
		if (v.event & LIVE_WAITED)
			continue; /* told through summary.joined */
		if (!is_registered(m->s, v.event))
			v.event = sim_lift_event(m, v.event, v.handle);
		state_add_live(&m->arena, st, v);
	}
	apply_result(b, st, o, in);
	return true;
}

/* Locks held only on success of a try inside, whose result nobody reads. */
static const struct delta *ignored_try(const struct subst *b,
				       const struct summary *sum,
				       const struct lc_instr *in)
{
	struct sim *m = b->m;
	const struct delta *found = NULL;
	struct fact left[MAX_CONDS];
	bool without = false;
	uint32_t nleft;

	/* a wrapper of one try, not whatever tries something deep inside */
	if ((in->temp != LC_NONE && m->temp_used[in->temp]) ||
	    sum->acquires.len > 2)
		return NULL;
	for (uint32_t i = 0; i < sum->outcomes.len; i++) {
		const struct outcome *o = &sum->outcomes.data[i];

		if (!o->has_ret)
			return NULL;
		if (!conditions(b, o->conds, o->nconds, left, &nleft))
			continue;
		if (!o->ndeltas)
			without = true;
		for (uint32_t k = 0; k < o->ndeltas; k++) {
			uint32_t e = event_innermost(m->s,
						     o->deltas[k].held.event);

			if (o->deltas[k].held.count > 0 &&
			    m->s->events.data[e].blocking != LC_BLOCK_YES)
				found = &o->deltas[k];
		}
	}
	return without ? found : NULL;
}

static bool applicable(const struct subst *b, const struct outcome *o,
		       struct state *st)
{
	for (uint32_t i = 0; i < o->nconds; i++) {
		struct fact now;

		if (!condition(b, b->pre, &o->conds[i], &now))
			return false;
		if (now.sym && !loc_is_object(&b->m->s->locs, now.sym) &&
		    !add_facts(b->m, st, &now,
			       state_nheld(b->pre) > 0))
			return false;
	}
	return true;
}

/* The callee releases our lock on some of its ways, for reasons that its result
 * does not tell: what it did is a guess. */
static void doubt_if_released(const struct state *before,
			      const struct state *a, struct state *b)
{
	for (uint32_t i = 0; i < b->held.len; i++) {
		loc_t lock = b->held.data[i].lock;
		const struct held *h = state_held(a, lock);

		if (b->held.data[i].count > 0 && (!h || h->count <= 0) &&
		    state_held(before, lock))
			b->held.data[i].flags |= HELD_WEAK;
	}
}

/* `if (o->owner) unlock(o->owner->lock);`: if a lock is held that may be that
 * one, then there is an owner, and the way without one is none. Else both ways
 * may give up a lock of the callers. */
static bool owner_is_there(const struct subst *b, struct state *st,
			   const struct summary *sum, const struct outcome *o)
{
	struct sim *m = b->m;

	for (uint32_t i = 0; i < sum->outcomes.len; i++) {
		const struct outcome *other = &sum->outcomes.data[i];

		for (uint32_t k = 0; other != o && k < other->ndeltas; k++) {
			const struct held *d = &other->deltas[k].held;
			bool null = false;
			loc_t lock;

			for (uint32_t c = 0; c < o->nconds; c++)
				null |= !o->conds[c].lo && !o->conds[c].hi &&
					loc_below(&m->s->locs, d->lock,
						  o->conds[c].sym);
			if (!null || d->count >= 0)
				continue;
			lock = subst_loc(b, d->lock);
			if (lock && state_held(st, lock))
				continue;
			if (lock && ops_held_alias(m, st, lock))
				return true;
			ops_note_given(m, st, lock ? lock : d->lock);
		}
	}
	return false;
}

static bool apply_outcomes(const struct subst *b, struct state *st,
			   const struct summary *sum,
			   const struct lc_instr *in, bool weak)
{
	struct sim *m = b->m;
	const struct delta *tried = ignored_try(b, sum, in);
	bool ignored = result_ignored(m, in), used_st = false;
	bool some_sound = false, idle = false;
	uint32_t first = m->next.len;
	struct state *base = state_clone(&m->arena, st);

	for (uint32_t i = 0; i < sum->outcomes.len; i++) {
		some_sound |= !sum->outcomes.data[i].lock_failed;
		idle |= sum->outcomes.data[i].idle;
	}
	m->turned_on = idle;
again:
	for (uint32_t i = 0; i < sum->outcomes.len; i++) {
		const struct outcome *o = &sum->outcomes.data[i];
		struct state *one;

		/* nobody asked, so the lock is taken to have succeeded */
		if (ignored && o->lock_failed && some_sound)
			continue;
		if ((tried && !o->ndeltas) || (idle && o->idle))
			continue;
		one = state_clone(&m->arena, base);
		if (owner_is_there(b, one, sum, o) || !applicable(b, o, one) ||
		    !apply_outcome(b, one, o, in, weak))
			continue;
		if (tried)
			for (uint32_t k = 0; k < one->held.len; k++)
				if (one->held.data[k].instr == m->instr) {
					one->held.data[k].flags |=
						HELD_UNCHECKED;
					ops_note_untested(
						m, in, one->held.data[k].lock,
						m->s->events
							.data[event_innermost(
								m->s,
								one->held
									.data[k]
									.event)]
							.blocking,
						one->held.data[k].event);
				}
		if (!used_st) {
			*st = *one;
			used_st = true;
		} else {
			*lc_push(&m->next) = one;
		}
	}
	if (!used_st && idle) { /* it is turned off here */
		idle = false;
		goto again;
	}
	m->turned_on = false;
	for (uint32_t i = first; i < m->next.len; i++) {
		struct state *other = m->next.data[i];

		/* … or it has released one that may be ours */
		if (ignored || other->weak > base->weak)
			doubt_if_released(base, other, st);
		if (ignored || st->weak > base->weak)
			doubt_if_released(base, st, other);
	}
	return used_st;
}

static bool same_key(const void *ctx, uint32_t i, const void *key)
{
	return ((const struct sim *)ctx)->lifted_keys.data[i] ==
	       *(const uint64_t *)key;
}

/* Has this call been looked into with these arguments, under these locks and
 * conditions, and while these threads ran? Then its acquires tell nothing new. */
static bool seen_before(struct sim *m, const struct state *st, uint32_t callee,
			const struct value *args, uint32_t nargs, bool weak)
{
	struct fact *conds;
	uint32_t n = sim_conds(m, st, &m->scratch, &conds);
	uint64_t h = lc_hash_u64(((uint64_t)m->instr << 32) | callee,
				 weak + 2u * st->weak);

	for (uint32_t i = 0; i < nargs; i++)
		h = lc_hash_u64(h, args[i].loc ? ((uint64_t)args[i].loc << 32)
					       : (uint64_t)args[i].constant);
	for (uint32_t i = 0; i < st->held.len; i++)
		h = lc_hash_u64(h, ((uint64_t)st->held.data[i].lock << 8) |
					   (st->held.data[i].count > 0));
	for (uint32_t i = 0; i < n; i++)
		h = lc_hash_u64(h, conds[i].sym ^ (uint64_t)conds[i].lo * 31 ^
					   (uint64_t)conds[i].hi * 17);
	for (uint32_t i = 0; i < st->live.len; i++)
		h = lc_hash_u64(h, (uint64_t)st->live.data[i].event << 1 |
					   st->live.data[i].joined);
	if (lc_map_find(&m->lifted, h, same_key, m, &h) != LC_NOT_FOUND)
		return true;
	lc_map_add(&m->lifted, h, m->lifted_keys.len);
	*lc_push(&m->lifted_keys) = h;
	return false;
}

/* What happened to our locks in a callee that was not followed to its end? */
static void doubt_held(struct state *st)
{
	for (uint32_t i = 0; i < st->held.len; i++)
		if (st->held.data[i].count > 0)
			st->held.data[i].flags |= HELD_WEAK;
}

bool apply_function(struct sim *m, struct state *st, uint32_t callee,
		    const struct value *args, uint32_t nargs,
		    const struct lc_instr *in, bool weak)
{
	const struct summary *sum = &m->s->summaries[callee];
	struct subst b = { m, NULL, args, nargs, ++m->bindings };

	if (!sum->simulate || !sum->done) {
		sim_unknown_call(m, st, in, sum->mods);
		return true;
	}
	/* only starts and joins of threads change st while pre is read */
	b.pre = sum->callbacks.len || sum->joined.len
			? state_clone(&m->arena, st)
			: st;
	if (sum->relevant) {
		bool seen = seen_before(m, st, callee, args, nargs, weak);

		if (!seen) {
			lift_acquires(&b, sum, weak);
			lift_edges(&b, sum, weak);
			lift_kinds(&b, sum);
		}
		note_callrec(m, st, callee, weak);
		lift_callbacks(&b, sum, weak, seen);
		/* threads started inside are running now */
		for (uint32_t i = 0; i < b.pre->live.len; i++)
			state_add_live(&m->arena, st, b.pre->live.data[i]);
	}
	for (uint32_t i = 0; i < sum->joined.len; i++) {
		loc_t home = subst_loc(&b, sum->joined.data[i]);

		for (uint32_t k = 0; home && k < st->live.len; k++)
			if (st->live.data[k].handle == home ||
			    (st->live.data[k].handle &&
			     sim_is_element(m, st->live.data[k].handle) &&
			     loc_class(&m->s->locs, home, true) ==
				     loc_class(&m->s->locs,
					       st->live.data[k].handle, true)))
				st->live.data[k].joined = true;
		if (home)
			ops_waited(m, st, home);
		if (home)
			ops_note_joined(m, loc_some(&m->s->locs, home));
	}
	if (sum->ends_thread == 1 && !weak)
		sim_exit_thread(m, st, in->pos, 2);
	if (sum->inexact)
		doubt_held(st);
	if (sum->inexact) { /* its effect on locks is anybody's guess */
		sim_unknown_call(m, st, in, sum->mods);
		return true;
	}
	b.pre = state_clone(&m->arena, st);
	b.binding = ++m->bindings;
	if (!sum->capped && !sum->outcomes.len && !sum->returns)
		return false; /* never comes back */
	sim_unknown_call(m, st, in, sum->mods);
	if (!sum->outcomes.len)
		return true;
	/* the conditions speak of memory before the call, and st by now only
	 * of what the callee cannot have changed */
	return apply_outcomes(&b, st, sum, in, weak && !neutral(sum));
}

/* ---- pointers that only callers know ---- */

void sim_lift_callback(struct sim *m, struct state *st,
		       const struct lc_instr *in, loc_t target)
{
	struct callback cb = { 0 };
	uint32_t n = 0;

	cb.event = event_get(m->s, (struct event){ .kind = EV_CALLBACK,
						   .function = m->function,
						   .instr = m->instr,
						   .inner = LC_NONE,
						   .lock = target });
	cb.target = target;
	for (uint32_t i = 0; i < in->nargs && i < 4; i++)
		cb.args[cb.nargs++] = sim_arg(m, st, in, (int)i);
	cb.held = lc_arena_alloc(&m->scratch,
				 (st->held.len + 1) * sizeof(*cb.held));
	for (uint32_t i = 0; i < st->held.len; i++) {
		const struct held *h = &st->held.data[i];

		if (h->count > 0)
			cb.held[n++] = (struct lockref){ h->lock, h->mode,
							 h->event };
	}
	cb.nheld = n;
	cb.ndropped = ops_dropped(st, &m->scratch, &cb.dropped);
	told_callback(m, &cb);
}

bool apply_hand_over(struct sim *m, struct state *st, struct value target,
		     struct value arg)
{
	struct subst b = { m, state_clone(&m->arena, st), &arg, 1,
			   ++m->bindings };
	const struct summary *sum;
	bool any = false;
	uint32_t entry;

	if (!target.loc ||
	    loc_at(&m->s->locs, target.loc)->kind != ROOT_FUNCTION)
		return false;
	entry = loc_at(&m->s->locs, target.loc)->ref;
	sum = &m->s->summaries[entry];
	if (!sum->done || !sum->outcomes.len)
		return false;
	for (uint32_t i = 0; i < sum->outcomes.data[0].ndeltas; i++) {
		const struct held *d = &sum->outcomes.data[0].deltas[i].held;
		loc_t lock = subst_loc(&b, d->lock);
		struct held *h = lock ? state_held(st, lock) : NULL;

		if (!h || h->count <= 0 ||
		    !balance_always_gives_up(m->s, entry, d->lock))
			continue;
		event_satisfy(m->s, d->event);
		for (uint32_t k = 0; k < sum->acquires.len; k++)
			if (sum->acquires.data[k].gave_up != LC_NONE &&
			    sum->acquires.data[k].lock == d->lock)
				event_satisfy(m->s,
					      sum->acquires.data[k].gave_up);
		ops_release(m, st, lock, sim_lift_event(m, d->event, lock));
		any = true;
	}
	return any;
}

void apply_start(struct sim *m, struct state *st, uint32_t event,
		 struct value target, struct value arg, loc_t handle,
		 const struct lc_instr *in, int entry_arg)
{
	struct locs *l = &m->s->locs;
	struct callback cb = { .event = event, .start = true,
			       .target = target.loc, .handle = handle,
			       .nargs = 1, .args = { arg } };
	const struct targets *t;
	uint32_t operand;
	bool known;

	if (!target.loc)
		return;
	known = loc_at(l, target.loc)->kind == ROOT_FUNCTION;
	cb.nfilled = filled(m, st, arg, &cb.filled);
	if (m->s->ncallers[m->function] &&
	    (loc_is_open(l, known && arg.loc ? arg.loc : target.loc) ||
	     (known && cb.nfilled))) {
		told_callback(m, &cb);
		state_add_live(&m->arena, st,
			       (struct live){ event, handle, false });
		return;
	}
	if (known) {
		register_start(m, st, event, loc_at(l, target.loc)->ref, arg,
			       handle, false);
		return;
	}
	if (entry_arg < 0 || (uint32_t)entry_arg >= in->nargs)
		return;
	operand = m->u->args.data[in->first_arg + (uint32_t)entry_arg];
	t = program_operand_targets(&m->s->program, m->function, operand);
	for (uint32_t i = 0; t && i < t->functions.len; i++)
		register_start(m, st, event, t->functions.data[i], arg, handle,
			       t->loose && t->functions.len > 1);
}
