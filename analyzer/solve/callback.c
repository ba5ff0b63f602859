/* SPDX-License-Identifier: MIT */
/*
 * Functions that are not called here by their name: callbacks that callers
 * pass, threads that are started, locks that are handed to them.
 */
#include "solve/apply.h"
#include "solve/verdict.h"

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
	uint32_t before;

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
	before = m->s->reacquires.len;
	apply_inside(&inner, sum, weak);
	/* put by for later: this call may come back before it is made */
	if (verdict_put_by(m->s, cb->event))
		for (; before < m->s->reacquires.len; before++)
			m->s->reacquires.data[before].guessed = true;
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
	n.dropped = subst_locs(b, cb->dropped, cb->ndropped);
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

/* Its thread may be running in `st` from now on: that is for the caller to say,
 * once for all the entries that one start may mean. */
static void register_start(struct sim *m, const struct state *st,
			   uint32_t event, uint32_t entry, struct value arg,
			   loc_t handle, bool weak)
{
	struct start *t;
	const struct summary *sum = &m->s->summaries[entry];
	struct state *empty = state_clone(&m->arena, st);
	struct subst b = { m, empty, &arg, 1, ++m->bindings };

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
					     .tested = e->tested,
					     .published = true };
			loc_t wanted = subst_loc(&b, e->wanted);
			loc_t *gates = subst_locs(&b, e->gates, e->ngates);

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

/* The functions that the start at an instruction may mean. */
static const struct targets *entries(struct sim *m, uint32_t function,
				     uint32_t instr, int entry_arg)
{
	const struct lc_unit *u = function_unit(&m->s->program, function);
	const struct lc_instr *in = &u->instrs.data[instr];

	if (entry_arg < 0 || (uint32_t)entry_arg >= in->nargs)
		return NULL;
	return program_operand_targets(
		&m->s->program, function,
		u->args.data[in->first_arg + (uint32_t)entry_arg]);
}

static void start_any(struct sim *m, struct state *st, uint32_t event,
		      const struct targets *t, struct value arg, loc_t handle,
		      bool weak)
{
	for (uint32_t i = 0; t && i < t->functions.len; i++)
		register_start(m, st, event, t->functions.data[i], arg, handle,
			       weak || (t->loose && t->functions.len > 1));
	if (t && t->functions.len)
		state_add_live(&m->arena, st,
			       (struct live){ event, handle, false });
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

static void start_one(const struct subst *b, const struct callback *cb,
		      uint32_t entry, struct value arg, bool weak)
{
	struct sim *m = b->m;
	loc_t handle = cb->handle ? subst_loc(b, cb->handle) : 0;
	uint32_t event = sim_lift_event(
		m, cb->event, loc_root(&m->s->locs, ROOT_FUNCTION, entry, 0));

	register_start(m, b->pre, event, entry, arg, handle, weak);
	state_add_live(&m->arena, b->pre,
		       (struct live){ event, handle, false });
}

/* `run(&phases[i])`, which starts phase->fn: one of those in the table. */
static void start_from_table(const struct subst *b, const struct callback *cb,
			     loc_t target, bool weak)
{
	struct sim *m = b->m;
	uint32_t inner = event_innermost(m->s, cb->event);
	const struct event *e = &m->s->events.data[inner];
	struct value arg = { 0 };

	if (!e->model)
		return;
	if (cb->nargs)
		arg = cb->args[0].loc ? subst(b, cb->args[0].loc)
				      : cb->args[0];
	fill(b, cb);
	start_any(m, b->pre, sim_lift_event(m, cb->event, target),
		  entries(m, e->function, e->instr, e->model->entry), arg,
		  cb->handle ? subst_loc(b, cb->handle) : 0, weak);
}

void callback_lift(const struct subst *b, const struct summary *sum,
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
				start_one(b, &cb, target, arg, weak);
		} else if (loc_is_open(l, v.loc)) {
			fill(b, &cb);
			keep_callback(b, &cb, v.loc);
		} else if (cb.start) {
			start_from_table(b, &cb, v.loc, weak);
		}
	}
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
		for (uint32_t k = 0; k < sum->acquires.len; k++)
			if (sum->acquires.data[k].gave_up != LC_NONE &&
			    sum->acquires.data[k].lock == d->lock) {
				event_satisfy(m->s,
					      sum->acquires.data[k].gave_up);
				/* it works with the lock, as if it had it */
				event_satisfy(m->s, d->event);
			}
		ops_release(m, st, lock, sim_lift_event(m, d->event, lock));
		any = true;
	}
	return any;
}

void apply_start(struct sim *m, struct state *st, uint32_t event,
		 struct value target, struct value arg, loc_t handle,
		 int entry_arg)
{
	struct locs *l = &m->s->locs;
	struct callback cb = { .event = event, .start = true,
			       .target = target.loc, .handle = handle,
			       .nargs = 1, .args = { arg } };
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
		state_add_live(&m->arena, st,
			       (struct live){ event, handle, false });
		return;
	}
	start_any(m, st, event, entries(m, m->function, m->instr, entry_arg),
		  arg, handle, false);
}
