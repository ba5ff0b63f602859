/* SPDX-License-Identifier: MIT */
/*
 * A call of a function that has a summary: its paths over parameters and
 * globals are read again in the caller's state (substitution), its acquires
 * are checked against what the caller holds, and each of its outcomes whose
 * conditions can be true becomes a way to go on.
 */
#include "solve/apply.h"

#include <stdlib.h>
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

/* None is held, and none was given up. */
static bool no_lock_about(const struct state *st)
{
	for (uint32_t i = 0; i < st->marks.len; i++)
		if (st->marks.data[i].kind == MARK_GIVEN)
			return false;
	return !st->held.len;
}

static void lift_acquires(const struct subst *b, const struct summary *sum,
			  bool weak)
{
	struct sim *m = b->m;
	struct fact *here, left[MAX_CONDS];
	uint32_t nhere = sim_conds(m, b->pre, &m->scratch, &here);
	uint32_t nleft = 0, asked = LC_NONE;
	bool may = true, quiet = no_lock_about(b->pre);

	for (uint32_t i = 0; i < sum->acquires.len; i++) {
		struct acquire in = sum->acquires.data[i], a = in;

		if (quiet &&
		    told_already(m, &in, in.weak || weak || b->pre->weak))
			continue;
		/* neighbours mostly have the same conditions; our own summary
		 * changes while we read it */
		if (asked == LC_NONE || sum == m->sum ||
		    sum->acquires.data[asked].nconds != in.nconds ||
		    !same_facts(sum->acquires.data[asked].conds, in.conds,
				in.nconds))
			may = subst_conditions(b, in.conds, in.nconds, left, &nleft);
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
		a.dropped = subst_locs(b, in.dropped, in.ndropped);
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
	loc_t *inner = subst_locs(b, e->gates, e->ngates);
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

		if (!subst_conditions(b, e.conds, e.nconds, left, &nleft))
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
		a.tested = e.tested;
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
void apply_inside(const struct subst *b, const struct summary *sum, bool weak)
{
	lift_acquires(b, sum, weak);
	lift_edges(b, sum, weak);
	lift_kinds(b, sum);
}

static bool neutral(const struct summary *sum)
{
	return sum->outcomes.len == 1 && !sum->outcomes.data[0].ndeltas;
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
	h->flags |= d->held.flags & (HELD_WEAK | HELD_UNCHECKED |
				     HELD_GUESSED | HELD_UNSURE);
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

/* The place in the caller that the outcome writes to, 0 = none. */
static loc_t written(const struct subst *b, loc_t x, const struct lc_instr *in)
{
	struct locs *l = &b->m->s->locs;

	if (!outcome_is_result(l, x))
		return subst_loc(b, x);
	if (in->temp == LC_NONE)
		return 0;
	return loc_rebase(l, x, loc_at(l, x)->root, sim_temp(b->m, in->temp));
}

static bool apply_outcome(const struct subst *b, struct state *st,
			  const struct outcome *o, const struct lc_instr *in,
			  bool weak)
{
	struct sim *m = b->m;
	struct locs *l = &m->s->locs;

	if (o->weak || (weak && o->ndeltas))
		st->weak = st->maybe_weak = true;
	for (uint32_t i = 0; i < o->ndeltas; i++)
		if (!apply_delta(b, st, &o->deltas[i], o, in))
			return false;
	for (uint32_t i = 0; i < o->nfailed; i++) {
		loc_t x = subst_loc(b, o->failed[i].lock);

		if (o->failed[i].kind == MARK_TAKEN) {
			ops_note_taken(m, st);
			continue;
		}
		if (x && !state_held(st, x))
			state_set_mark(&m->arena, st, x,
				       (enum mark_kind)o->failed[i].kind,
				       sim_lift_event(m, o->failed[i].event, x));
	}
	for (uint32_t i = 0; i < o->nwrites; i++) {
		loc_t x = written(b, o->writes[i].loc, in);
		struct value v = o->writes[i].value;

		if (!x)
			continue;
		if (v.loc)
			v = subst(b, v.loc);
		state_forget_below(st, l, x);
		state_store(&m->arena, st, x, v);
		if (v.loc && !fact_is_any(&o->known[i])) {
			struct fact f = o->known[i];

			f.sym = v.loc;
			add_facts(m, st, &f, state_nheld(st) > 0);
		}
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
		if (!subst_conditions(b, o->conds, o->nconds, left, &nleft))
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

		if (!subst_condition(b, b->pre, &o->conds[i], &now))
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
		if (idle && o->idle)
			m->sum->left_idle = true;
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
	/* none of its ways is ours: it is one that was left out below */
	if (!used_st && sum->left_idle) {
		*st = *base;
		used_st = m->sum->left_idle = true;
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
			apply_inside(&b, sum, weak);
		}
		note_callrec(m, st, callee, weak);
		callback_lift(&b, sum, weak, seen);
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
	/* who calls a function that always ends it, ends it itself */
	if (sum->ends_thread == 1 && !weak)
		sim_exit_thread(m, st, in->pos,
				sum->returns || sum->capped ? 2 : 1);
	if (sum->gives_unknown)
		ops_note_unknown(m, st, sum->gives_unknown);
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
