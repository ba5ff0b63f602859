/* SPDX-License-Identifier: MIT */
/* The search for cycles. See predict.h. */
#include "confirm/predict.h"

#include <stdlib.h>

enum {
	WORK_MAX = 10000000, /* steps of the search for each length */
	CHAINS_MAX = 2000,
	VISITS_MAX = 64, /* of a pool to one lock, that are looked at */
};

const char *lc_reason_name(enum lc_reason reason)
{
	static const char *const names[] = { "none", "aliasing", "bounded",
					     "shared", "same-thread",
					     "ordered", "gate" };

	return names[reason];
}

void lc_deps_release(struct lc_deps *d)
{
	lc_array_release(&d->deps);
	lc_array_release(&d->holds);
	lc_array_release(&d->orders);
	lc_array_release(&d->roles);
	lc_array_release(&d->visits);
}

void lc_chains_release(struct lc_chains *c)
{
	lc_array_release(&c->chains);
}

/* ---- order of segments ---- */

struct node {
	uint32_t thread, segment;
};

bool lc_ordered(const struct lc_deps *d, uint32_t ta, uint32_t sa, uint32_t tb,
		uint32_t sb)
{
	LC_ARRAY(struct node) todo = {0};
	bool found = false;

	/* Backwards from b: what came before it. A thread needs to be looked
	 * at again only from a later segment than so far. */
	*lc_push(&todo) = (struct node){ tb, sb };
	for (uint32_t i = 0; i < todo.len && !found; i++) {
		struct node n = todo.data[i];

		found = n.thread == ta && n.segment >= sa;
		for (uint32_t k = 0; k < d->orders.len && !found; k++) {
			const struct lc_order *o = &d->orders.data[k];
			bool known = false;

			if (o->thread != n.thread || o->segment > n.segment)
				continue;
			for (uint32_t m = 0; m < todo.len && !known; m++)
				known = todo.data[m].thread == o->other &&
					todo.data[m].segment >=
						o->other_segment;
			if (!known)
				*lc_push(&todo) = (struct node){
					o->other, o->other_segment
				};
		}
	}
	lc_array_release(&todo);
	return found;
}

/* ---- one chain ---- */

struct search {
	const struct lc_deps *d;
	const struct lc_choices *members;
	uint32_t n;
	uint64_t work;
	struct lc_chain now, best;
};

static bool is_gate(const struct lc_deps *d, const struct lc_dep *a,
		    const struct lc_dep *b, uint32_t *lock)
{
	for (uint32_t i = 0; i < a->nholds; i++) {
		const struct lc_hold *h = &d->holds.data[a->first_hold + i];

		for (uint32_t k = 0; k < b->nholds; k++) {
			const struct lc_hold *g =
				&d->holds.data[b->first_hold + k];

			if (h->lock == g->lock && !(h->shared && g->shared) &&
			    !h->waker && !g->waker) {
				*lock = h->lock;
				return true;
			}
		}
	}
	return false;
}

const struct lc_role *lc_deps_role(const struct lc_deps *d, uint32_t thread)
{
	uint32_t low = 0, high = d->roles.len;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (d->roles.data[middle].thread < thread)
			low = middle + 1;
		else
			high = middle;
	}
	return low < d->roles.len && d->roles.data[low].thread == thread
		       ? &d->roles.data[low]
		       : NULL;
}

/* Did another thread of the pool ask for the lock, at a time that `a` could
 * have, too? */
static bool is_shared_lock(const struct lc_deps *d, const struct lc_dep *a,
			   const struct lc_role *role, uint32_t lock)
{
	uint32_t low = 0, high = d->visits.len, looked = 0;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (d->visits.data[middle].lock < lock)
			low = middle + 1;
		else
			high = middle;
	}
	for (uint32_t i = low;
	     i < d->visits.len && d->visits.data[i].lock == lock; i++) {
		const struct lc_visit *v = &d->visits.data[i];
		const struct lc_role *other;

		if (v->thread == a->thread || ++looked > VISITS_MAX)
			continue;
		other = lc_deps_role(d, v->thread);
		if (other->start == role->start &&
		    !lc_ordered(d, v->thread, v->segment, a->thread,
				a->segment) &&
		    !lc_ordered(d, a->thread, a->segment, v->thread,
				v->segment))
			return true;
	}
	return false;
}

/* Is it of locks only? Of signals, one may come from anybody. */
static bool is_plain(const struct search *s, uint32_t i)
{
	return !s->d->deps.data[s->now.dep[i]].wait &&
	       !s->d->holds.data[s->now.hold[i]].waker;
}

/* Could another thread of its pool have done what member i does? */
static bool has_twin(const struct search *s, uint32_t i)
{
	const struct lc_deps *d = s->d;
	const struct lc_dep *a = &d->deps.data[s->now.dep[i]];
	const struct lc_hold *h = &d->holds.data[s->now.hold[i]];
	const struct lc_role *role = lc_deps_role(d, a->thread);

	return role && role->twins &&
	       (is_shared_lock(d, a, role, a->wanted) ||
		is_shared_lock(d, a, role, h->lock));
}

/* Why the chain in s->now cannot deadlock. */
static enum lc_reason judge(struct search *s, uint32_t *witness)
{
	const struct lc_deps *d = s->d;
	const struct lc_dep *deps = d->deps.data;
	struct lc_chain *c = &s->now;
	uint32_t n = s->n;

	c->pooled = false;
	for (uint32_t i = 0; i < n; i++)
		if (deps[c->dep[i]].wanted !=
		    d->holds.data[c->hold[(i + 1) % n]].lock)
			return LC_REASON_ALIASING;
	for (uint32_t i = 0; i < n; i++)
		if (deps[c->dep[i]].bounded)
			return LC_REASON_BOUNDED;
	for (uint32_t i = 0; i < n; i++)
		if (deps[c->dep[i]].shared &&
		    d->holds.data[c->hold[(i + 1) % n]].shared)
			return LC_REASON_SHARED;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (deps[c->dep[i]].thread == deps[c->dep[k]].thread) {
				*witness = deps[c->dep[i]].thread;
				if (!is_plain(s, i) || !is_plain(s, k) ||
				    !(has_twin(s, i) || has_twin(s, k)))
					return LC_REASON_SAME_THREAD;
				c->pooled = true;
			}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < n; k++) {
			const struct lc_dep *a = &deps[c->dep[i]];
			const struct lc_dep *b = &deps[c->dep[k]];

			/* Of a pool's thread: another one would do it. */
			if (a->thread != b->thread && lc_ordered(d, a->thread, a->segment,
						 b->thread, b->segment))
				return LC_REASON_ORDERED;
		}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (is_gate(d, &deps[c->dep[i]], &deps[c->dep[k]],
				    witness))
				return LC_REASON_GATE;
	return LC_REASON_NONE;
}

/* True: found one that can deadlock, or had enough. */
static bool choose(struct search *s, uint32_t i)
{
	const struct lc_choices *m = &s->members[i];
	const struct lc_deps *d = s->d;

	if (i == s->n) {
		struct lc_chain *c = &s->now;

		c->reason = judge(s, &c->witness);
		if (!s->best.n || c->reason == LC_REASON_NONE ||
		    (s->best.reason != LC_REASON_NONE &&
		     c->reason > s->best.reason))
			s->best = *c;
		/* One of different threads is looked for further. */
		return c->reason == LC_REASON_NONE && !c->pooled;
	}
	for (uint32_t k = 0; k < m->list.len; k++) {
		const struct lc_choice *c = &m->list.data[k];
		bool fits = !i || d->deps.data[s->now.dep[i - 1]].wanted ==
					  d->holds.data[c->hold].lock;

		if (++s->work > WORK_MAX)
			return true;
		/* Where nothing fits, one chain is taken to the end, so that
		 * the reason is "aliasing". */
		if (!fits && s->best.n)
			continue;
		s->now.dep[i] = c->dep;
		s->now.hold[i] = c->hold;
		if (choose(s, i + 1))
			return true;
	}
	return false;
}

struct lc_chain lc_choose(const struct lc_deps *d,
			  const struct lc_choices *members, uint32_t n)
{
	struct search s = { .d = d, .members = members, .n = n };

	s.now.n = n;
	choose(&s, 0);
	return s.best;
}

/* ---- all cycles ---- */

struct arc { /* from a lock held to one wanted */
	uint32_t from, to, dep, hold;
	bool dead;
};
struct finder {
	const struct lc_deps *d;
	struct lc_chains *out;
	LC_ARRAY(struct arc) arcs; /* sorted by from, to */
	uint32_t *first; /* by lock: its first arc */
	uint32_t nlocks;
	uint32_t locks[LC_CYCLE_MAX];
	uint32_t length; /* of the cycles that are looked for now */
	uint64_t work;
};

static int by_ends(const void *pa, const void *pb)
{
	const struct arc *a = pa, *b = pb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return a->dep < b->dep ? -1 : a->dep > b->dep;
}

static void make_arcs(struct finder *f)
{
	const struct lc_deps *d = f->d;

	for (uint32_t i = 0; i < d->deps.len; i++) {
		const struct lc_dep *t = &d->deps.data[i];

		f->nlocks = t->wanted >= f->nlocks ? t->wanted + 1 : f->nlocks;
		for (uint32_t k = 0; k < t->nholds; k++) {
			const struct lc_hold *h =
				&d->holds.data[t->first_hold + k];
			struct arc *a;

			if (h->lock == t->wanted)
				continue;
			f->nlocks = h->lock >= f->nlocks ? h->lock + 1
							 : f->nlocks;
			a = lc_push(&f->arcs);
			a->from = h->lock;
			a->to = t->wanted;
			a->dep = i;
			a->hold = t->first_hold + k;
		}
	}
}

/* Magiclock's reduction: a lock without an arc in or out is in no cycle. */
static void reduce(struct finder *f)
{
	uint32_t *in = lc_alloc((f->nlocks + 1) * sizeof(*in));
	uint32_t *out = lc_alloc((f->nlocks + 1) * sizeof(*out));
	uint32_t kept = 0;
	bool changed = true;

	while (changed) {
		changed = false;
		memset(in, 0, f->nlocks * sizeof(*in));
		memset(out, 0, f->nlocks * sizeof(*out));
		for (uint32_t i = 0; i < f->arcs.len; i++)
			if (!f->arcs.data[i].dead) {
				out[f->arcs.data[i].from]++;
				in[f->arcs.data[i].to]++;
			}
		for (uint32_t i = 0; i < f->arcs.len; i++) {
			struct arc *a = &f->arcs.data[i];

			if (a->dead || (in[a->from] && out[a->to]))
				continue;
			a->dead = changed = true;
		}
	}
	for (uint32_t i = 0; i < f->arcs.len; i++)
		if (!f->arcs.data[i].dead)
			f->arcs.data[kept++] = f->arcs.data[i];
	f->arcs.len = kept;
	free(in);
	free(out);
	if (kept)
		qsort(f->arcs.data, kept, sizeof(*f->arcs.data), by_ends);
	f->first = lc_alloc((f->nlocks + 2) * sizeof(*f->first));
	for (uint32_t i = kept, l = f->nlocks + 1; l-- > 0;) {
		while (i > 0 && f->arcs.data[i - 1].from >= l)
			i--;
		f->first[l] = i;
	}
	f->first[f->nlocks + 1] = kept;
}

static bool same_sites(const struct lc_deps *d, const struct lc_chain *a,
		       const struct lc_chain *b, uint32_t turn)
{
	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t k = (i + turn) % b->n;

		if (d->deps.data[a->dep[i]].site !=
			    d->deps.data[b->dep[k]].site ||
		    d->holds.data[a->hold[i]].site !=
			    d->holds.data[b->hold[k]].site)
			return false;
	}
	return true;
}

/* One chain a set of sites: the one that can deadlock, else the first. */
static void keep(struct finder *f, const struct lc_chain *c)
{
	for (uint32_t i = 0; i < f->out->chains.len; i++) {
		struct lc_chain *old = &f->out->chains.data[i];

		if (old->n != c->n)
			continue;
		for (uint32_t turn = 0; turn < c->n; turn++) {
			if (!same_sites(f->d, c, old, turn))
				continue;
			if ((old->reason != LC_REASON_NONE &&
			     (c->reason == LC_REASON_NONE ||
			      c->reason > old->reason)) ||
			    (old->pooled && !c->pooled &&
			     c->reason == LC_REASON_NONE))
				*old = *c;
			return;
		}
	}
	if (f->out->chains.len < CHAINS_MAX)
		*lc_push(&f->out->chains) = *c;
	else
		f->out->cut = f->length;
}

/* All choices of one cycle of locks, each set of sites judged. */
static void spread(struct finder *f, struct search *s, uint32_t i)
{
	uint32_t from, to;

	if (++f->work > WORK_MAX) {
		f->out->cut = f->length;
		return;
	}
	if (i == s->n) {
		s->now.reason = judge(s, &s->now.witness);
		keep(f, &s->now);
		return;
	}
	from = f->locks[i];
	to = f->locks[(i + 1) % s->n];
	for (uint32_t k = f->first[from]; k < f->first[from + 1]; k++) {
		const struct arc *a = &f->arcs.data[k];

		if (a->to != to)
			continue;
		s->now.dep[i] = a->dep;
		s->now.hold[i] = a->hold;
		spread(f, s, i + 1);
	}
}

static void close_cycle(struct finder *f, uint32_t n)
{
	struct search s = { .d = f->d, .n = n };

	s.now.n = n;
	spread(f, &s, 0);
}

/* Elementary cycles of f->length locks whose smallest lock is locks[0]. */
static void walk(struct finder *f, uint32_t n)
{
	uint32_t at = f->locks[n - 1], last = UINT32_MAX;

	for (uint32_t k = f->first[at]; k < f->first[at + 1]; k++) {
		uint32_t to = f->arcs.data[k].to;
		bool on_it = false;

		if (to == last || to < f->locks[0])
			continue;
		last = to;
		if (++f->work > WORK_MAX) {
			f->out->cut = f->length;
			return;
		}
		if (to == f->locks[0]) {
			if (n == f->length)
				close_cycle(f, n);
			continue;
		}
		for (uint32_t i = 1; i < n; i++)
			on_it = on_it || f->locks[i] == to;
		if (on_it || n == f->length)
			continue;
		f->locks[n] = to;
		walk(f, n + 1);
	}
}

static int by_reason(const void *pa, const void *pb)
{
	const struct lc_chain *a = pa, *b = pb;

	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	if (a->pooled != b->pooled)
		return a->pooled ? 1 : -1;
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->dep[i] != b->dep[i])
			return a->dep[i] < b->dep[i] ? -1 : 1;
	return 0;
}

void lc_predict(const struct lc_deps *d, struct lc_chains *out)
{
	struct finder f = { .d = d, .out = out };

	make_arcs(&f);
	reduce(&f);
	/* Short ones first: where there are too many, these are what counts. */
	for (f.length = 2; f.length <= LC_CYCLE_MAX && !out->cut; f.length++) {
		f.work = 0;
		for (uint32_t lock = 0; lock < f.nlocks && f.arcs.len; lock++) {
			f.locks[0] = lock;
			walk(&f, 1);
		}
	}
	if (out->chains.len)
		qsort(out->chains.data, out->chains.len,
		      sizeof(*out->chains.data), by_reason);
	lc_array_release(&f.arcs);
	free(f.first);
}
