/* SPDX-License-Identifier: MIT */
/* One number for all that callers are told of a function: whether another round
 * over a recursive component can tell anything new. */
#include "solve/sim.h"

static uint64_t add(uint64_t h, uint64_t x)
{
	return lc_hash_u64(h, x);
}

static uint64_t add_value(uint64_t h, struct value v)
{
	return add(add(h, v.loc), (uint64_t)v.constant);
}

static uint64_t add_facts(uint64_t h, const struct fact *f, uint32_t n)
{
	h = add(h, n);
	for (uint32_t i = 0; i < n; i++) {
		h = add(add(add(h, f[i].sym), (uint64_t)f[i].lo),
			(uint64_t)f[i].hi);
		for (uint8_t k = 0; k < f[i].nne; k++)
			h = add(h, (uint64_t)f[i].ne[k]);
		h = add(h, f[i].nne | f[i].guarded << 8 | f[i].implied << 9 |
				   f[i].failed << 10);
	}
	return h;
}

static uint64_t add_locs(uint64_t h, const loc_t *x, uint32_t n)
{
	h = add(h, n);
	for (uint32_t i = 0; i < n; i++)
		h = add(h, x[i]);
	return h;
}

static uint64_t add_ref(uint64_t h, const struct lockref *r)
{
	return add(add(h, ((uint64_t)r->lock << 32) | r->event), r->mode);
}

static uint64_t add_held(uint64_t h, const struct held *x)
{
	h = add(h, ((uint64_t)x->lock << 32) | x->event);
	h = add(h, ((uint64_t)x->cond << 32) | x->instr);
	return add(h, (uint64_t)(uint16_t)x->count << 32 | x->mode << 24 |
			      x->flags << 16 | x->success << 8 | x->max_count);
}

static uint64_t add_outcome(uint64_t h, const struct outcome *o)
{
	for (uint32_t i = 0; i < o->ndeltas; i++)
		h = add(add_held(h, &o->deltas[i].held),
			o->deltas[i].cond_return);
	h = add_facts(h, o->conds, o->nconds);
	for (uint32_t i = 0; i < o->nwrites; i++)
		h = add_value(add_facts(add(h, o->writes[i].loc), &o->known[i],
					1),
			      o->writes[i].value);
	for (uint32_t i = 0; i < o->nfailed; i++)
		h = add(add(h, o->failed[i].lock),
			(uint64_t)o->failed[i].event << 8 | o->failed[i].kind);
	for (uint32_t i = 0; i < o->nlive; i++)
		h = add(add(h, o->live[i].event),
			(uint64_t)o->live[i].handle << 1 | o->live[i].joined);
	h = add_value(h, o->ret);
	if (o->has_ret)
		h = add_facts(h, &o->ret_fact, 1);
	h = add(h, (uint64_t)o->ndeltas << 32 | o->nwrites);
	h = add(h, (uint64_t)o->nfailed << 32 | o->nlive);
	return add(h, o->lock_failed | o->has_ret << 1 | o->weak << 2);
}

static uint64_t add_acquire(uint64_t h, const struct acquire *a)
{
	h = add(h, ((uint64_t)a->lock << 32) | a->event);
	h = add(h, a->mode | a->blocking << 8 | a->weak << 16 |
			   a->ring << 17 | a->published << 18 |
			   a->vague << 19);
	h = add_locs(h, a->dropped, a->ndropped);
	return add_facts(h, a->conds, a->nconds);
}

static uint64_t add_edge(uint64_t h, const struct openedge *e)
{
	h = add_ref(h, &e->held);
	h = add(h, ((uint64_t)e->wanted << 32) | e->event);
	h = add(h, e->mode | e->blocking << 8 | e->weak << 16 | e->ring << 17 |
			   e->tested << 18);
	h = add_locs(h, e->gates, e->ngates);
	return add_facts(h, e->conds, e->nconds);
}

static uint64_t add_callback(uint64_t h, const struct callback *c)
{
	h = add(h, ((uint64_t)c->target << 32) | c->event);
	h = add(h, ((uint64_t)c->handle << 32) | c->start);
	for (uint32_t i = 0; i < c->nargs; i++)
		h = add_value(h, c->args[i]);
	for (uint32_t i = 0; i < c->nheld; i++)
		h = add_ref(h, &c->held[i]);
	h = add(h, (uint64_t)c->nargs << 32 | c->nheld);
	return add_locs(h, c->dropped, c->ndropped);
}

uint64_t summary_hash(const struct summary *s)
{
	uint64_t h = add(s->outcomes.len, (uint64_t)s->acquires.len << 32 |
						  s->edges.len);

	h = add(h, s->done | s->capped << 1 | s->inexact << 2 |
			   s->returns << 3 | s->left_idle << 4 |
			   s->ends_thread << 8);
	for (uint32_t i = 0; i < s->outcomes.len; i++)
		h = add_outcome(h, &s->outcomes.data[i]);
	for (uint32_t i = 0; i < s->acquires.len; i++)
		h = add_acquire(h, &s->acquires.data[i]);
	for (uint32_t i = 0; i < s->edges.len; i++)
		h = add_edge(h, &s->edges.data[i]);
	for (uint32_t i = 0; i < s->callbacks.len; i++)
		h = add_callback(h, &s->callbacks.data[i]);
	for (uint32_t i = 0; i < s->kinds.len; i++)
		h = add(h, (uint64_t)s->kinds.data[i].lock << 32 |
				   s->kinds.data[i].asked) +
		    s->kinds.data[i].kind;
	h = add(h, (uint64_t)s->callbacks.len << 32 | s->kinds.len);
	return add_locs(h, s->joined.data, s->joined.len);
}
