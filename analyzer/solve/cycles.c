/* SPDX-License-Identifier: MIT */
/*
 * The lock graph and its cycles.
 *
 * Step 1  Edges that only callers could name, in functions that nobody we see
 *         calls, are closed by class.
 * Step 2  Edges get locks and threads; those that cannot take part in a
 *         deadlock are dropped with the reason.
 * Step 3  Elementary cycles over distinct (held, wanted) pairs, shortest
 *         first, up to MAX_LENGTH locks.
 * Step 4  For each, every choice of edges and threads is tried until one is
 *         possible: different threads that can overlap, no common gate lock,
 *         modes that exclude each other. If none is, the reason that the
 *         last choice failed for is kept. Edges that the user ignores are
 *         chosen only where nothing else makes the cycle.
 */
#include "solve/internal.h"

#include <stdlib.h>

enum { MAX_LENGTH = 6, MAX_CYCLES = 2000, MAX_CHOICES = 4000 };

/* ---- step 1 ---- */

static bool is_root(const struct solver *s, uint32_t f)
{
	const struct symbol *sym = function_symbol(&s->program, f);

	if (s->entry[f] && !s->ncallers[f])
		return false; /* its starts gave the argument a name */
	if (!s->ncallers[f])
		return true;
	return !s->has_main && !(sym->flags & (LC_SYM_INTERNAL | LC_SYM_HIDDEN));
}

static void close_open_edges(struct solver *s)
{
	for (uint32_t f = 0; f < s->program.functions.len; f++) {
		const struct summary *sum = &s->summaries[f];

		if (!sum->relevant || !is_root(s, f))
			continue;
		for (uint32_t i = 0; i < sum->edges.len; i++) {
			const struct openedge *o = &sum->edges.data[i];

			*lc_push(&s->edges) = (struct edge){
				.held = o->held, .wanted = o->wanted,
				.mode = o->mode, .blocking = o->blocking,
				.weak = o->weak, .ring = o->ring,
				.event = o->event,
				.function = f,
				.instr = s->events.data[o->event].instr,
				.ngates = o->ngates, .gates = o->gates
			};
		}
	}
}

/* ---- step 2 ---- */

static uint32_t event_lock(struct solver *s, loc_t lock, uint32_t event)
{
	return emit_lock(s, lock, (enum lc_kind)s->events.data[event].lock_kind);
}

static loc_t object_of(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind == STEP_FIELD || n->kind == STEP_INDEX ||
	       n->kind == STEP_INDEX_VALUE || n->kind == STEP_INDEX_ANY) {
		x = n->parent;
		n = loc_at(l, x);
	}
	return x;
}

/* The same two objects the other way round. */
static bool reversed(const struct solver *s, const struct edge *e)
{
	for (uint32_t i = 0; i < s->edges.len; i++)
		if (s->edges.data[i].held.lock == e->wanted &&
		    s->edges.data[i].wanted == e->held.lock)
			return true;
	return false;
}

/* Of two objects one of which points to the other: the first pointer field on
 * the way says whether the other is behind or before it. */
static bool points_back(const struct solver *s, loc_t from, loc_t to)
{
	static const char *const words[] = { "parent", "up",   "prev",
					     "previous", "back", "pred",
					     "father",   "pprev" };
	const struct locs *l = &s->locs;
	const char *name = "";
	loc_t x = to;

	while (x != from) {
		const struct loc *n = loc_at(l, x);

		if (n->kind == STEP_FIELD)
			name = lc_str(s->program.strings,
				      s->program.fields.data[n->ref].name);
		x = n->parent;
	}
	for (size_t i = 0; i < LC_LEN(words); i++)
		if (!strcasecmp(name, words[i]))
			return true;
	return false;
}

/* 1 = from an object to one behind it, -1 = to one before it, 0 = neither. */
static int direction(const struct solver *s, const struct edge *e)
{
	const struct locs *l = &s->locs;
	loc_t a = object_of(l, e->held.lock), b = object_of(l, e->wanted);

	if (a == b)
		return 0;
	if (loc_below(l, b, a))
		return points_back(s, a, b) ? -1 : 1;
	if (loc_below(l, a, b))
		return points_back(s, b, a) ? 1 : -1;
	return 0;
}

/* Parent and child here, child and parent there. */
static bool both_ways(const struct solver *s, const struct edge *e)
{
	if (direction(s, e) >= 0)
		return false;
	for (uint32_t i = 0; i < s->edges.len; i++) {
		const struct edge *o = &s->edges.data[i];

		if (o->held_lock == e->held_lock &&
		    o->wanted_lock == e->wanted_lock && !o->weak &&
		    o->blocking == LC_BLOCK_YES && direction(s, o) > 0)
			return true;
	}
	return false;
}

/* The object that a global variable points to. */
static bool behind_global(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	return n->kind == STEP_DEREF && loc_is_exact(l, n->parent) &&
	       loc_at(l, loc_at(l, x)->root)->kind == ROOT_GLOBAL;
}

/* Two objects each of which is one and the same whenever it is named so. */
static bool two_known(const struct locs *l, loc_t a, loc_t b)
{
	return (loc_at(l, a)->once && loc_at(l, b)->once) ||
	       (behind_global(l, a) && behind_global(l, b));
}

/* One class, two objects: is there an order by structure (parent and child,
 * one element and the next), or are they too vague to speak of? */
static bool ordered_by_structure(const struct solver *s, const struct edge *e)
{
	const struct locs *l = &s->locs;
	loc_t a = object_of(l, e->held.lock), b = object_of(l, e->wanted);

	if (a == b) /* elements of one array */
		return !e->ring;
	if (two_known(l, a, b))
		return !reversed(s, e);
	if (loc_below(l, b, a) || loc_below(l, a, b))
		return !both_ways(s, e);
	return !(loc_at(l, loc_at(l, a)->root)->kind == ROOT_PARAM &&
		 loc_at(l, loc_at(l, b)->root)->kind == ROOT_PARAM);
}

static const char *useless(struct solver *s, const struct threads *t,
			   const struct edge *e)
{
	const struct lc_fact_lock *h = &s->out->locks.data[e->held_lock];
	const struct lc_fact_lock *w = &s->out->locks.data[e->wanted_lock];
	bool reached = false;

	if (e->weak)
		return "rests on a guess at a function pointer";
	if (e->blocking == LC_BLOCK_TRY)
		return "the inner acquire only tries";
	if (e->blocking == LC_BLOCK_TIMED)
		return "the inner acquire gives up after a time";
	if (event_while_dying(s, e->event))
		return "the program is ending by then";
	if (!lock_counts(s, e->held_lock) || !lock_counts(s, e->wanted_lock))
		return "a semaphore that counts something";
	if ((h->local && !h->exact) || (w->local && !w->exact))
		return "a lock of one thread only";
	if (!*lc_str(s->program.strings, h->ident) ||
	    !*lc_str(s->program.strings, w->ident))
		return "a lock without identity";
	if (e->held_lock == e->wanted_lock && ordered_by_structure(s, e))
		return "two objects of one class in an order of structure";
	for (uint32_t i = 0; i < t->list.len; i++)
		reached |= t->list.data[i].contexts[e->function].reached;
	if (!reached)
		return "no thread gets there";
	return NULL;
}

/* A comment at the acquire itself or at a call on the way to it. */
static bool is_ignored(struct solver *s, const struct edge *e)
{
	const struct lc_solve_options *o = s->options;
	bool ignored = false;

	for (uint32_t i = e->event; o->edge_ignored && i != LC_NONE && !ignored;
	     i = s->events.data[i].inner) {
		const struct event *v = &s->events.data[i];
		struct lc_pos at = instr_pos(s, v->function, v->instr);
		const struct lc_unit *u = function_unit(&s->program,
							v->function);

		ignored = o->edge_ignored(o->edge_ignored_ctx,
					  lc_str(&u->strings, at.file),
					  at.line);
	}
	return ignored;
}

/* Held because a function below forgot it: that is a finding of its own. */
static bool left_over(const struct solver *s, const struct edge *e)
{
	for (uint32_t x = s->events.data[e->held.event].inner; x != LC_NONE;
	     x = s->events.data[x].inner)
		if (s->events.data[x].reported)
			return true;
	return false;
}

void solve_edges(struct solver *s, const struct threads *t)
{
	close_open_edges(s);
	for (uint32_t i = 0; i < s->edges.len; i++) {
		struct edge *e = &s->edges.data[i];

		e->held_lock = event_lock(s, e->held.lock, e->held.event);
		e->wanted_lock = event_lock(s, e->wanted, e->event);
	}
	for (uint32_t i = 0; i < s->edges.len; i++) {
		struct edge *e = &s->edges.data[i];

		e->dropped = left_over(s, e) ? "forgotten below"
					     : useless(s, t, e);
		e->ignored = is_ignored(s, e);
	}
}

/* Is the lock in the callee's words still one that we would know? */
static bool same_class(struct solver *s, uint32_t event, loc_t lock)
{
	return loc_class(&s->locs, s->events.data[event].lock, true) ==
	       loc_class(&s->locs, lock, true);
}

static bool same_call(const struct event *h, const struct event *w)
{
	return h->function == w->function && h->instr == w->instr &&
	       h->inner != LC_NONE && w->inner != LC_NONE;
}

/* The one call took the first and then the second; not, as a loop may, the first
 * in one call and the second in the next. */
static bool in_one_call(const struct solver *s, const struct event *h,
			const struct event *w)
{
	const struct summary *sum;

	if (!same_call(h, w))
		return false;
	sum = &s->summaries[s->events.data[h->inner].function];
	for (uint32_t i = 0; i < sum->edges.len; i++)
		if (sum->edges.data[i].held.event == h->inner &&
		    sum->edges.data[i].event == w->inner)
			return true;
	return false;
}

/* How a thread comes to hold the one lock and want the other. The calls in which
 * it does both are told once. */
static uint32_t trace_of(struct solver *s, const struct threads *t,
			 const struct edge *e, uint32_t thread)
{
	uint32_t depth, held = e->held.event, wanted = e->event;

	trace_begin(s, thread_name(s, t, thread, e->function));
	trace_path(s, t, thread, e->function);
	while (in_one_call(s, &s->events.data[held], &s->events.data[wanted])) {
		trace_call(s, held, false);
		held = s->events.data[held].inner;
		wanted = s->events.data[wanted].inner;
	}
	depth = s->trace_depth;
	trace_event(s, held, LC_ROLE_ACQUIRE, (enum lc_mode)e->held.mode);
	s->trace_depth = depth;
	if (same_call(&s->events.data[held], &s->events.data[wanted])) {
		trace_call(s, wanted, true);
		wanted = s->events.data[wanted].inner;
	}
	trace_event(s, wanted, LC_ROLE_WANT, (enum lc_mode)e->mode);
	s->trace_depth = 0;
	return trace_end(s);
}

/* The one call takes them in this order and in the other. */
static bool either_way(const struct solver *s, const struct edge *e)
{
	for (uint32_t i = 0; i < s->edges.len; i++) {
		const struct edge *o = &s->edges.data[i];

		if (o->function == e->function &&
		    o->held.lock == e->wanted && o->wanted == e->held.lock &&
		    s->events.data[o->event].instr ==
			    s->events.data[e->event].instr)
			return true;
	}
	return false;
}

/* Both locks are taken in one call: the place is in there, in the function that
 * takes the first, unless it is the arguments that make the order. */
static void innermost_place(struct solver *s, const struct edge *e,
			    uint32_t *held, uint32_t *wanted)
{
	bool by_arguments = e->held_lock != e->wanted_lock &&
			    loc_class(&s->locs, e->held.lock, true) ==
				    loc_class(&s->locs, e->wanted, true) &&
			    !either_way(s, e);

	*held = e->held.event;
	*wanted = e->event;
	while (!by_arguments) {
		const struct event *h = &s->events.data[*held];
		const struct event *w = &s->events.data[*wanted];

		if (!in_one_call(s, h, w) ||
		    !same_class(s, h->inner, e->held.lock) ||
		    !same_class(s, w->inner, e->wanted))
			return;
		*held = h->inner;
		*wanted = w->inner;
	}
}

static void emit_edge(struct solver *s, const struct threads *t,
		      struct edge *e)
{
	struct lc_fact_edge n = {
		.held = e->held_lock, .wanted = e->wanted_lock,
		.held_mode = (enum lc_mode)e->held.mode,
		.wanted_mode = (enum lc_mode)e->mode,
		.blocking = (enum lc_blocking)e->blocking,
		.function = e->function,
		.strength = e->weak || e->guessed ? LC_POSSIBLE : LC_SURE,
		.first_gate = s->out->edge_gates.len,
		.first_thread = s->out->edge_threads.len, .trace = LC_NONE
	};
	uint32_t held, wanted;

	innermost_place(s, e, &held, &wanted);
	n.held_site = emit_event_site(s, held);
	n.site = emit_event_site(s, wanted);
	if (held != e->held.event)
		n.function = s->events.data[held].function;
	n.dropped = lc_intern(s->program.strings,
			      e->dropped   ? e->dropped
			      : e->ignored ? "ignored by a comment"
					   : "");
	for (uint32_t i = 0; i < e->ngates; i++) {
		*lc_push(&s->out->edge_gates) =
			emit_lock(s, e->gates[i], LC_KIND_UNKNOWN);
		n.ngates++;
	}
	for (uint32_t i = 0; i < t->list.len; i++)
		if (t->list.data[i].contexts[e->function].reached) {
			*lc_push(&s->out->edge_threads) = i;
			n.nthreads++;
		}
	if (s->options->edge_traces && !e->weak)
		n.trace = trace_of(s, t, e,
				   n.nthreads ? s->out->edge_threads
							.data[n.first_thread]
					      : LC_NONE);
	*lc_push(&s->out->edges) = n;
}

/* ---- step 3 ---- */

struct link { /* a distinct (held, wanted) pair and its edges */
	uint32_t held, wanted; /* ranks */
	LC_ARRAY(uint32_t) edges;
};
struct search {
	struct solver *s;
	const struct threads *t;
	LC_ARRAY(struct link) links; /* sorted by held, wanted */
	/* Locks ordered by identity, not by where they stand in the sources:
	 * which of two overlapping cycles is told must not change when
	 * functions move. */
	uint32_t *rank, *at_rank, nlocks;
	uint32_t *first;             /* per rank, into links */
	uint32_t path[MAX_LENGTH];
	uint32_t depth, want;        /* want: length looked for */
	bool *on_path;
	uint32_t start, ncycles;
	LC_ARRAY(uint64_t) reported; /* pairs of locks of reported cycles */
	/* step 4 */
	uint32_t edge[MAX_LENGTH], thread[MAX_LENGTH];
	uint32_t choices;
	const char *reason;
	bool ignored; /* edges that the user ignores may be chosen */
};

static int by_identity(const void *a, const void *b, void *arg)
{
	const struct solver *s = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const struct lc_fact_lock *x = &s->out->locks.data[i];
	const struct lc_fact_lock *y = &s->out->locks.data[k];
	int c = strcmp(lc_str(s->program.strings, x->ident),
		       lc_str(s->program.strings, y->ident));

	return c ? c : i < k ? -1 : i > k;
}

static void rank_locks(struct search *q)
{
	q->nlocks = q->s->out->locks.len;
	q->rank = lc_alloc((q->nlocks + 1) * sizeof(uint32_t));
	q->at_rank = lc_alloc((q->nlocks + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < q->nlocks; i++)
		q->at_rank[i] = i;
	qsort_r(q->at_rank, q->nlocks, sizeof(uint32_t), by_identity, q->s);
	for (uint32_t i = 0; i < q->nlocks; i++)
		q->rank[q->at_rank[i]] = i;
}

static int by_pair(const void *a, const void *b, void *arg)
{
	const struct search *q = arg;
	const struct edge *x = &q->s->edges.data[*(const uint32_t *)a];
	const struct edge *y = &q->s->edges.data[*(const uint32_t *)b];

	if (x->held_lock != y->held_lock)
		return q->rank[x->held_lock] < q->rank[y->held_lock] ? -1 : 1;
	if (x->wanted_lock != y->wanted_lock)
		return q->rank[x->wanted_lock] < q->rank[y->wanted_lock] ? -1
									 : 1;
	if (x->weak != y->weak)
		return x->weak ? 1 : -1;
	if (x->guessed != y->guessed)
		return x->guessed ? 1 : -1;
	return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

static void make_links(struct search *q)
{
	struct solver *s = q->s;
	uint32_t n = 0, nl = q->nlocks;
	uint32_t *list = lc_alloc((s->edges.len + 1) * sizeof(uint32_t));

	for (uint32_t i = 0; i < s->edges.len; i++)
		if (!s->edges.data[i].dropped)
			list[n++] = i;
	qsort_r(list, n, sizeof(uint32_t), by_pair, q);
	for (uint32_t i = 0; i < n; i++) {
		const struct edge *e = &s->edges.data[list[i]];
		struct link *l = q->links.len ? lc_last(&q->links) : NULL;

		if (!l || l->held != q->rank[e->held_lock] ||
		    l->wanted != q->rank[e->wanted_lock]) {
			l = lc_push(&q->links);
			l->held = q->rank[e->held_lock];
			l->wanted = q->rank[e->wanted_lock];
		}
		*lc_push(&l->edges) = list[i];
	}
	q->first = lc_alloc((nl + 2) * sizeof(uint32_t));
	for (uint32_t l = 0, k = 0; l <= nl; l++) {
		q->first[l] = k;
		while (k < q->links.len && q->links.data[k].held == l)
			k++;
	}
	q->on_path = lc_alloc(nl + 1);
	free(list);
}

/* ---- step 4 ---- */

static bool common_gate(struct search *q)
{
	struct solver *s = q->s;
	const struct edge *e = &s->edges.data[q->edge[0]];
	const struct context *c =
		&q->t->list.data[q->thread[0]].contexts[e->function];

	for (uint32_t g = 0; g < e->ngates + c->nheld; g++) {
		loc_t gate = g < e->ngates ? e->gates[g]
					   : c->held[g - e->ngates];
		bool all = loc_is_exact(&s->locs, gate);

		for (uint32_t i = 0; all && i < q->depth; i++) {
			uint32_t lock = q->at_rank
				[q->links.data[q->path[i]].held];

			if (emit_lock(s, gate, LC_KIND_UNKNOWN) == lock)
				all = false; /* part of the cycle */
		}
		for (uint32_t i = 1; all && i < q->depth; i++) {
			const struct edge *f = &s->edges.data[q->edge[i]];
			const struct context *d =
				&q->t->list.data[q->thread[i]]
					 .contexts[f->function];
			bool has = false;

			for (uint32_t k = 0; k < f->ngates; k++)
				has |= f->gates[k] == gate;
			for (uint32_t k = 0; k < d->nheld; k++)
				has |= d->held[k] == gate;
			all = has;
		}
		if (all && q->depth)
			return true;
	}
	return false;
}

/* The lock of an object that both locks of the edge hang below. */
static bool owns_both(const struct solver *s, const struct edge *e, loc_t gate)
{
	const struct locs *l = &s->locs;
	loc_t owner = loc_object(l, gate);

	return loc_at(l, loc_at(l, gate)->root)->kind == ROOT_PARAM &&
	       loc_below(l, e->held.lock, owner) &&
	       loc_below(l, e->wanted, owner);
}

static bool has_owner_gate(struct solver *s, const struct edge *e,
			   uint32_t lock)
{
	for (uint32_t g = 0; g < e->ngates; g++)
		if (owns_both(s, e, e->gates[g]) &&
		    emit_lock(s, e->gates[g],
			      LC_KIND_UNKNOWN) == lock)
			return true;
	return false;
}

/* As common_gate(), by class: each thread is under the lock of the object that
 * its two locks belong to. Another object has other locks below it. */
static bool common_owner_gate(struct search *q)
{
	struct solver *s = q->s;
	const struct edge *e = &s->edges.data[q->edge[0]];

	for (uint32_t g = 0; g < e->ngates; g++) {
		uint32_t lock = emit_lock(s, e->gates[g], LC_KIND_UNKNOWN);
		bool all = owns_both(s, e, e->gates[g]);

		for (uint32_t i = 0; all && i < q->depth; i++)
			all = q->links.data[q->path[i]].held != lock &&
			      has_owner_gate(s, &s->edges.data[q->edge[i]],
					     lock);
		if (all)
			return true;
	}
	return false;
}

static bool modes_block(const struct search *q)
{
	for (uint32_t i = 0; i < q->depth; i++) {
		const struct edge *e = &q->s->edges.data[q->edge[i]];
		const struct edge *f =
			&q->s->edges.data[q->edge[(i + 1) % q->depth]];

		if (e->mode == LC_MODE_SHARED &&
		    f->held.mode == LC_MODE_SHARED)
			return false;
	}
	return true;
}

/* Two objects of one class, both times under an exclusive lock that stands in
 * one place to them (their table's): most likely it is the same one. */
static bool table_gate(const struct search *q)
{
	const struct solver *s = q->s;
	const struct edge *e = &s->edges.data[q->edge[0]];

	for (uint32_t g = 0; g < e->ngates; g++)
		if (emit_lock(q->s, e->gates[g], LC_KIND_UNKNOWN) !=
		    e->held_lock)
			return true;
	return false;
}

/* Locks known by class only: that they are the same object is a guess already.
 * The longer the calls between the two acquires, the less it is worth. */
static bool far_fetched(const struct search *q)
{
	const struct solver *s = q->s;
	bool vague = false, far = false;

	for (uint32_t i = 0; i < q->depth; i++) {
		const struct edge *e = &s->edges.data[q->edge[i]];

		vague |= !s->out->locks.data[e->held_lock].exact;
		far |= s->events.data[e->event].depth > SURE_DEPTH ||
		       s->summaries[e->function].inexact;
	}
	return vague && far;
}

/* Two objects that we know apart, in one order here: is there a thread that
 * takes them in the other at that time? */
static bool other_way_round(const struct search *q)
{
	const struct solver *s = q->s;
	const struct edge *e = &s->edges.data[q->edge[0]];

	if (!two_known(&s->locs, object_of(&s->locs, e->held.lock),
		       object_of(&s->locs, e->wanted)))
		return true;
	/* what a global points to may be another object by then */
	if (s->events.data[e->event].depth > SURE_DEPTH / 2)
		return false;
	for (uint32_t i = 0; i < s->edges.len; i++) {
		const struct edge *o = &s->edges.data[i];

		if (o->held.lock != e->wanted || o->wanted != e->held.lock ||
		    o->dropped || s->events.data[o->event].depth > SURE_DEPTH / 2)
			continue;
		for (uint32_t th = 0; th < q->t->list.len; th++)
			if (q->t->list.data[th].contexts[o->function].reached &&
			    threads_overlap(q->s, q->t, q->thread[0], e, th, o))
				return true;
	}
	return false;
}

static bool possible(struct search *q)
{
	if (!modes_block(q)) {
		q->reason = "readers do not exclude each other";
		return false;
	}
	if (far_fetched(q)) {
		q->reason = "objects of a class, and long chains of calls";
		return false;
	}
	for (uint32_t i = 0; i < q->depth; i++)
		for (uint32_t k = i + 1; k < q->depth; k++)
			if (!threads_overlap(
				    q->s, q->t, q->thread[i],
				    &q->s->edges.data[q->edge[i]],
				    q->thread[k],
				    &q->s->edges.data[q->edge[k]])) {
				q->reason =
					q->thread[i] == q->thread[k]
						? "one thread alone"
						: "the threads do not overlap";
				return false;
			}
	if (q->depth == 1 && !other_way_round(q)) {
		q->reason = "the threads do not overlap";
		return false;
	}
	if (q->depth == 1 ? table_gate(q)
			  : common_gate(q) || common_owner_gate(q)) {
		q->reason = "a gate lock is held around it";
		return false;
	}
	return true;
}

static bool choose(struct search *q, uint32_t i)
{
	const struct link *l;

	if (i == q->depth)
		return possible(q);
	l = &q->links.data[q->path[i]];
	for (uint32_t k = 0; k < l->edges.len; k++) {
		const struct edge *e = &q->s->edges.data[l->edges.data[k]];

		if (e->ignored && !q->ignored)
			continue;
		q->edge[i] = l->edges.data[k];
		for (uint32_t th = 0; th < q->t->list.len; th++) {
			if (!q->t->list.data[th].contexts[e->function].reached)
				continue;
			if (++q->choices > MAX_CHOICES)
				return false;
			q->thread[i] = th;
			if (choose(q, i + 1))
				return true;
		}
	}
	return false;
}

/* Does edge i wait for the very object that the next one holds? */
static bool same_object(const struct search *q, uint32_t i)
{
	const struct solver *s = q->s;
	const struct edge *e = &s->edges.data[q->edge[i]];
	const struct edge *f = &s->edges.data[q->edge[(i + 1) % q->depth]];
	loc_t root = loc_at(&s->locs, e->wanted)->root;

	return s->out->locks.data[e->wanted_lock].exact ||
	       (e->wanted == f->held.lock && loc_at(&s->locs, root)->once);
}

static enum lc_strength strength_of(struct search *q)
{
	for (uint32_t i = 0; i < q->depth; i++) {
		const struct edge *e = &q->s->edges.data[q->edge[i]];

		if (e->weak || e->guessed || !same_object(q, i) ||
		    q->t->list.data[q->thread[i]].kind == THREAD_OUTSIDE)
			return LC_POSSIBLE;
	}
	return LC_SURE;
}

static uint32_t edge_trace(struct search *q, uint32_t i)
{
	return trace_of(q->s, q->t, &q->s->edges.data[q->edge[i]],
			q->thread[i]);
}

static void emit_cycle(struct search *q, bool real)
{
	struct solver *s = q->s;
	struct lc_fact_cycle c = { .first_edge = s->out->cycle_edges.len,
				   .nedges = q->depth };

	if (!real) {
		for (uint32_t i = 0; i < q->depth; i++) {
			q->edge[i] = q->links.data[q->path[i]].edges.data[0];
			q->thread[i] = LC_NONE;
		}
		c.strength = LC_POSSIBLE;
	} else {
		c.strength = strength_of(q);
	}
	c.same_class = q->depth == 1;
	c.dropped = lc_intern(s->program.strings, real ? "" : q->reason);
	for (uint32_t i = 0; i < q->depth; i++) {
		struct lc_fact_cycle_edge n = { q->edge[i], q->thread[i],
						LC_NONE };

		if (real)
			n.trace = edge_trace(q, i);
		*lc_push(&s->out->cycle_edges) = n;
	}
	*lc_push(&s->out->cycles) = c;
}

static uint64_t pair_of(uint32_t a, uint32_t b)
{
	return a < b ? ((uint64_t)a << 32) | b : ((uint64_t)b << 32) | a;
}

/* A shorter cycle between two of these locks says it already. */
static bool said_before(const struct search *q)
{
	if (q->depth <= 2)
		return false;
	for (uint32_t i = 0; i < q->depth; i++)
		for (uint32_t k = i + 1; k < q->depth; k++) {
			uint64_t p = pair_of(
				q->links.data[q->path[i]].held,
				q->links.data[q->path[k]].held);

			for (uint32_t r = 0; r < q->reported.len; r++)
				if (q->reported.data[r] == p)
					return true;
		}
	return false;
}

static bool any_ignored(const struct search *q)
{
	for (uint32_t i = 0; i < q->depth; i++) {
		const struct link *l = &q->links.data[q->path[i]];

		for (uint32_t k = 0; k < l->edges.len; k++)
			if (q->s->edges.data[l->edges.data[k]].ignored)
				return true;
	}
	return false;
}

/* A cycle is told from the lock on that the program comes to first. */
static void rotate(struct search *q)
{
	uint32_t path[MAX_LENGTH], first = 0;

	memcpy(path, q->path, sizeof(path));
	for (uint32_t i = 1; i < q->depth; i++)
		if (q->at_rank[q->links.data[path[i]].held] <
		    q->at_rank[q->links.data[path[first]].held])
			first = i;
	for (uint32_t i = 0; i < q->depth; i++)
		q->path[i] = path[(first + i) % q->depth];
}

static void look_at(struct search *q)
{
	bool real;

	if (said_before(q))
		return;
	if (++q->ncycles > MAX_CYCLES)
		return;
	q->choices = 0;
	q->reason = "no choice of threads";
	q->ignored = false;
	real = choose(q, 0);
	if (!real && any_ignored(q)) {
		q->choices = 0;
		q->ignored = true;
		real = choose(q, 0);
	}
	if (!real && q->choices > MAX_CHOICES)
		incomplete(q->s, "cycle", "lock order",
			   "too many choices of edges and threads", false);
	if (real && !q->ignored) /* an ignored one hides no other */
		for (uint32_t i = 0; i < q->depth; i++)
			for (uint32_t k = i + 1; k < q->depth; k++)
				*lc_push(&q->reported) = pair_of(
					q->links.data[q->path[i]].held,
					q->links.data[q->path[k]].held);
	emit_cycle(q, real);
}

static void found(struct search *q)
{
	uint32_t path[MAX_LENGTH];

	memcpy(path, q->path, sizeof(path));
	rotate(q);
	look_at(q);
	memcpy(q->path, path, sizeof(path)); /* the search goes on from it */
}

static void extend(struct search *q, uint32_t lock)
{
	for (uint32_t l = q->first[lock]; l < q->first[lock + 1]; l++) {
		uint32_t to = q->links.data[l].wanted;

		if (q->ncycles > MAX_CYCLES)
			return;
		q->path[q->depth] = l;
		if (to == q->start && q->depth + 1 == q->want) {
			q->depth++;
			found(q);
			q->depth--;
		} else if (to > q->start && !q->on_path[to] &&
			   q->depth + 1 < q->want) {
			q->on_path[to] = true;
			q->depth++;
			extend(q, to);
			q->depth--;
			q->on_path[to] = false;
		}
	}
}

void solve_cycles(struct solver *s, const struct threads *t)
{
	struct search q = { .s = s, .t = t };

	rank_locks(&q);
	make_links(&q);
	for (q.want = 1; q.want <= MAX_LENGTH; q.want++)
		for (q.start = 0; q.start < q.nlocks; q.start++) {
			q.depth = 0;
			extend(&q, q.start);
		}
	if (q.ncycles > MAX_CYCLES)
		incomplete(s, "program", "lock order cycles",
			   "more cycles than are looked at", false);
	for (uint32_t i = 0; i < s->edges.len; i++)
		emit_edge(s, t, &s->edges.data[i]);
	for (uint32_t i = 0; i < q.links.len; i++)
		lc_array_release(&q.links.data[i].edges);
	lc_array_release(&q.links);
	lc_array_release(&q.reported);
	free(q.first);
	free(q.rank);
	free(q.at_rank);
	free(q.on_path);
}
