/* SPDX-License-Identifier: MIT */
/*
 * Threads: which exist, which functions each reaches, what each surely holds
 * and which others may be running when it enters a function; and from that,
 * which two may be at two places at once.
 *
 * A context is computed per (thread, function) over the call records: locks
 * surely held meet by intersection, live threads by union. So "before the first
 * start" is an empty set of live threads, "after the join" likewise.
 */
#include "solve/internal.h"

#include <stdlib.h>

enum { MAX_THREADS = 96 };

/* Does the start event in a live set stand for this thread? An array of thread
 * functions gives one event several. */
static bool event_starts(const struct solver *s, const struct threads *t,
			 uint32_t event, uint32_t thread)
{
	const struct thread *th = &t->list.data[thread];
	const struct start *st;

	if ((event & LIVE_WAITED) || th->kind != THREAD_STARTED)
		return false;
	st = &s->starts.data[th->start];
	if (event_innermost(s, st->event) != event_innermost(s, event))
		return false;
	for (uint32_t e = event; e != LC_NONE; e = s->events.data[e].inner)
		if (s->events.data[e].function == st->function &&
		    s->events.data[e].instr == st->instr)
			return true;
	return false;
}

static bool add_live(struct context *c, uint32_t thread)
{
	for (uint32_t i = 0; i < c->live.len; i++)
		if (c->live.data[i] == thread)
			return false;
	*lc_push(&c->live) = thread;
	return true;
}

static bool is_joined(const struct solver *s, const struct threads *t,
		      const struct live *live, uint32_t n, uint32_t thread)
{
	bool joined = false;

	for (uint32_t i = 0; i < n; i++) {
		if ((live[i].event & LIVE_WAITED) &&
		    t->list.data[thread].kind == THREAD_STARTED &&
		    !t->list.data[thread].many &&
		    s->starts.data[t->list.data[thread].start].handle ==
			    live[i].handle)
			joined = true;
		if (!event_starts(s, t, live[i].event, thread))
			continue;
		if (!live[i].joined)
			return false;
		joined = true;
	}
	return joined;
}

/* into.live ∪= (from \ joined) ∪ started */
static bool flow_live(struct solver *s, const struct threads *t,
		      struct context *into, const struct context *from,
		      const struct live *live, uint32_t n)
{
	bool grew = false;

	for (uint32_t i = 0; i < from->live.len; i++)
		if (!is_joined(s, t, live, n, from->live.data[i]))
			grew |= add_live(into, from->live.data[i]);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t th = 0; !live[i].joined && th < t->list.len;
		     th++)
			if (event_starts(s, t, live[i].event, th))
				grew |= add_live(into, th);
	return grew;
}

static bool has(const loc_t *list, uint32_t n, loc_t x)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == x)
			return true;
	return false;
}

/* What is surely held on the way into a call made in context c. */
static bool flow_held(struct solver *s, struct context *into,
		      const struct context *from, const struct callrec *c,
		      bool first)
{
	uint32_t n = 0;

	if (first) {
		into->held = lc_arena_alloc(&s->arena,
					    (from->nheld + c->nheld + 1) *
						    sizeof(loc_t));
		for (uint32_t i = 0; i < from->nheld; i++)
			if (!has(c->dropped, c->ndropped, from->held[i]))
				into->held[n++] = from->held[i];
		for (uint32_t i = 0; i < c->nheld; i++)
			if (!has(into->held, n, c->held[i]))
				into->held[n++] = c->held[i];
		into->nheld = n;
		return true;
	}
	for (uint32_t i = 0; i < into->nheld; i++) {
		loc_t x = into->held[i];

		if (has(c->held, c->nheld, x) ||
		    (has(from->held, from->nheld, x) &&
		     !has(c->dropped, c->ndropped, x)))
			into->held[n++] = x;
	}
	if (n == into->nheld)
		return false;
	into->nheld = n;
	return true;
}

/* Call records by function. */
struct calls {
	uint32_t *first, *list;
};

static int by_function(const void *a, const void *b, void *arg)
{
	const struct solver *s = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t f = s->callrecs.data[x].function,
		 g = s->callrecs.data[y].function;

	if (f != g)
		return f < g ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void index_calls(struct solver *s, struct calls *c)
{
	uint32_t n = s->callrecs.len, nf = s->program.functions.len, i = 0;

	c->list = lc_alloc((n + 1) * sizeof(uint32_t));
	c->first = lc_alloc((nf + 2) * sizeof(uint32_t));
	for (uint32_t k = 0; k < n; k++)
		c->list[k] = k;
	qsort_r(c->list, n, sizeof(uint32_t), by_function, s);
	for (uint32_t f = 0; f <= nf; f++) {
		c->first[f] = i;
		while (i < n && s->callrecs.data[c->list[i]].function == f)
			i++;
	}
}

static void spread(struct solver *s, const struct threads *t,
		   struct thread *th, const struct calls *calls,
		   const uint32_t *roots, uint32_t nroots)
{
	LC_ARRAY(uint32_t) queue = { 0 };

	for (uint32_t i = 0; i < nroots; i++) {
		th->contexts[roots[i]].reached = true;
		th->contexts[roots[i]].via = LC_NONE;
		*lc_push(&queue) = roots[i];
	}
	for (uint32_t q = 0; q < queue.len; q++) {
		uint32_t f = queue.data[q];

		for (uint32_t k = calls->first[f]; k < calls->first[f + 1];
		     k++) {
			const struct callrec *c =
				&s->callrecs.data[calls->list[k]];
			struct context *to = &th->contexts[c->callee];
			struct context *from = &th->contexts[f];
			bool first = !to->reached;
			bool changed = first;

			if (c->callee == f)
				continue;
			to->reached = true;
			if (first)
				to->via = calls->list[k];
			changed |= flow_held(s, to, from, c, first);
			changed |= flow_live(s, t, to, from, c->live.data,
					     c->live.len);
			if (changed)
				*lc_push(&queue) = c->callee;
		}
	}
	lc_array_release(&queue);
}

static struct thread *add_thread(struct solver *s, struct threads *t)
{
	struct thread *th = lc_push(&t->list);

	th->entry = th->start = th->parent = LC_NONE;
	th->contexts = lc_alloc((s->program.functions.len + 1) *
				sizeof(struct context));
	return th;
}

/* What other flags make of a function that is called: by the same callers. */
static bool called_as_variant(const struct solver *s, uint32_t f)
{
	uint32_t first = function_symbol(&s->program, f)->function;

	return first != f && (s->ncallers[first] || s->entry[first]);
}

/* Functions that something we do not see may call, from any thread: all that
 * is visible when there is no main; with a main, what nobody calls. */
static bool called_from_outside(const struct solver *s, uint32_t f)
{
	const struct symbol *sym = function_symbol(&s->program, f);

	if ((s->entry[f] && !s->ncallers[f]) || s->declared[f] ||
	    called_as_variant(s, f))
		return false;
	if (s->has_main)
		return !s->ncallers[f] &&
		       strcmp(function_name(&s->program, f), "main") != 0;
	if (!(sym->flags & (LC_SYM_INTERNAL | LC_SYM_HIDDEN)))
		return true;
	return !s->ncallers[f] && (s->escapes[f] ||
				   !(sym->flags & LC_SYM_INTERNAL));
}

static void spread_outside(struct solver *s, struct threads *t,
			   const struct calls *calls)
{
	LC_ARRAY(uint32_t) roots = { 0 };
	struct thread *th;

	for (uint32_t f = 0; f < s->program.functions.len; f++) {
		bool reached = false;

		if (!s->summaries[f].relevant || !called_from_outside(s, f))
			continue;
		for (uint32_t i = 0; s->has_main && i < t->list.len; i++)
			reached |= t->list.data[i].contexts[f].reached;
		if (!reached)
			*lc_push(&roots) = f;
	}
	if (roots.len) {
		th = add_thread(s, t);
		th->kind = THREAD_OUTSIDE;
		th->many = true;
		spread(s, t, th, calls, roots.data, roots.len);
	}
	lc_array_release(&roots);
}

static bool starts_in(const struct solver *s, const struct threads *t,
		      uint32_t parent, uint32_t child)
{
	const struct thread *th = &t->list.data[child];
	uint32_t f;

	if (th->kind != THREAD_STARTED || parent == child)
		return false;
	f = s->starts.data[th->start].function;
	return t->list.data[parent].contexts[f].reached;
}

/* Which of the mains begins the program that a thread belongs to? There are
 * several if one compile database lists several programs. */
static void find_programs(struct solver *s, struct threads *t)
{
	uint32_t n = t->list.len, mains = 0;
	bool grew = true;

	for (uint32_t i = 0; i < n; i++) {
		struct thread *th = &t->list.data[i];

		if (th->kind == THREAD_MAIN)
			th->programs = 1ull << (mains++ % 64);
		else if (th->kind != THREAD_STARTED)
			th->programs = ~0ull;
	}
	while (grew) {
		grew = false;
		for (uint32_t i = 0; i < n; i++) {
			struct thread *th = &t->list.data[i];
			uint64_t before = th->programs;

			for (uint32_t p = 0; p < n; p++)
				if (starts_in(s, t, p, i))
					th->programs |= t->list.data[p].programs;
			grew |= th->programs != before;
		}
	}
	for (uint32_t i = 0; i < n; i++)
		if (!t->list.data[i].programs)
			t->list.data[i].programs = ~0ull;
}

/* Who starts whom, who is running at whose start. */
static void relate(struct solver *s, struct threads *t)
{
	uint32_t n = t->list.len;

	for (uint32_t i = 0; i < n; i++) {
		struct thread *th = &t->list.data[i];
		const struct start *st;
		uint32_t parents = 0, mains = 0;

		th->alive_at_start = lc_alloc(n + 1);
		if (th->kind != THREAD_STARTED)
			continue;
		st = &s->starts.data[th->start];
		for (uint32_t p = 0; p < n; p++) {
			const struct thread *pt = &t->list.data[p];
			const struct context *c = &pt->contexts[st->function];
			struct context at = { 0 };

			if (!starts_in(s, t, p, i))
				continue;
			parents++;
			mains += pt->kind == THREAD_MAIN;
			th->parent = p;
			th->many |= pt->many;
			flow_live(s, t, &at, c, st->live.data, st->live.len);
			for (uint32_t k = 0; k < at.live.len; k++)
				th->alive_at_start[at.live.data[k]] = true;
			lc_array_release(&at.live);
		}
		if (parents != 1)
			th->parent = LC_NONE;
		th->by_mains = parents && parents == mains;
		/* of several mains each is a program of its own */
		if (parents > (mains ? mains : 1) || th->alive_at_start[i])
			th->many = true;
	}
}

/* The threads that the user tells us of. */
static void add_declared(struct solver *s, struct threads *t)
{
	for (uint32_t i = 0; i < s->options->nroots; i++) {
		const struct lc_thread_root *r = &s->options->roots[i];

		for (uint32_t f = 0; f < s->program.functions.len; f++) {
			struct thread *th;

			if (strcmp(function_name(&s->program, f), r->function))
				continue;
			th = add_thread(s, t);
			th->kind = THREAD_DECLARED;
			th->entry = f;
			th->many = r->many;
			s->declared[f] = true;
		}
	}
}

void threads_find(struct solver *s, struct threads *t)
{
	struct calls calls;

	index_calls(s, &calls);
	for (uint32_t f = 0; f < s->program.functions.len; f++) {
		struct thread *th;

		if (strcmp(function_name(&s->program, f), "main") != 0)
			continue;
		th = add_thread(s, t);
		th->kind = THREAD_MAIN;
		th->entry = f;
	}
	add_declared(s, t);
	for (uint32_t i = 0; i < s->starts.len; i++) {
		struct thread *th;

		s->entry[s->starts.data[i].entry] = true;
		if (called_as_variant(s, s->starts.data[i].function))
			continue; /* the other one's callers start it */
		if (t->list.len >= MAX_THREADS) {
			incomplete(s, "program", "threads",
				   "more thread starts than are told apart",
				   false);
			break;
		}
		th = add_thread(s, t);
		th->kind = THREAD_STARTED;
		th->entry = s->starts.data[i].entry;
		th->start = i;
	}
	for (uint32_t i = 0; i < t->list.len; i++)
		spread(s, t, &t->list.data[i], &calls,
		       &t->list.data[i].entry, 1);
	spread_outside(s, t, &calls);
	find_programs(s, t);
	relate(s, t);
	free(calls.first);
	free(calls.list);
}

void threads_release(struct solver *s, struct threads *t)
{
	for (uint32_t i = 0; i < t->list.len; i++) {
		for (uint32_t f = 0; f < s->program.functions.len; f++)
			lc_array_release(
				&t->list.data[i].contexts[f].live);
		free(t->list.data[i].contexts);
		free(t->list.data[i].alive_at_start);
	}
	lc_array_release(&t->list);
}

/* Is `child`, or for LC_NONE any thread that it started, running when its
 * parent is at the edge? */
static bool child_alive(struct solver *s, const struct threads *t,
			uint32_t parent, const struct edge *x, uint32_t child)
{
	const struct context *c =
		&t->list.data[parent].contexts[x->function];
	struct context at = { 0 };
	bool alive = false;

	flow_live(s, t, &at, c, x->live.data, x->live.len);
	for (uint32_t i = 0; i < at.live.len; i++)
		alive |= child == LC_NONE || at.live.data[i] == child;
	lc_array_release(&at.live);
	return alive;
}

/* Somebody calls a function that nobody calls here (a callback that was
 * registered): a thread that we see started, if we see any. */
static bool outsider_alive(struct solver *s, const struct threads *t,
			   uint32_t main, const struct edge *x)
{
	return !s->starts.len || child_alive(s, t, main, x, LC_NONE);
}

/* The ancestor of `b` (or b itself) that thread a starts, LC_NONE = none. */
static uint32_t child_of(const struct threads *t, uint32_t a, uint32_t b)
{
	for (uint32_t n = 0; b != LC_NONE && n < t->list.len; n++) {
		const struct thread *th = &t->list.data[b];

		if (th->parent == a ||
		    (th->by_mains && t->list.data[a].kind == THREAD_MAIN &&
		     (th->programs & t->list.data[a].programs)))
			return b;
		b = t->list.data[b].parent;
	}
	return LC_NONE;
}

bool threads_overlap(struct solver *s, const struct threads *t, uint32_t a,
		     const struct edge *x, uint32_t b, const struct edge *y)
{
	const struct thread *p = &t->list.data[a], *q = &t->list.data[b];
	uint32_t c;

	if (a == b)
		return p->many;
	if (!(p->programs & q->programs))
		return false; /* two programs */
	if (p->kind == THREAD_MAIN && q->kind == THREAD_OUTSIDE)
		return outsider_alive(s, t, a, x);
	if (q->kind == THREAD_MAIN && p->kind == THREAD_OUTSIDE)
		return outsider_alive(s, t, b, y);
	c = child_of(t, a, b);
	if (c != LC_NONE)
		return p->many || child_alive(s, t, a, x, c);
	c = child_of(t, b, a);
	if (c != LC_NONE)
		return q->many || child_alive(s, t, b, y, c);
	if (p->by_mains && q->by_mains)
		return p->alive_at_start[b] || q->alive_at_start[a];
	if (p->kind == THREAD_STARTED && q->kind == THREAD_STARTED &&
	    p->parent != LC_NONE && p->parent == q->parent &&
	    !t->list.data[p->parent].many)
		return p->alive_at_start[b] || q->alive_at_start[a];
	return true;
}
