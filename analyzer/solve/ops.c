/* SPDX-License-Identifier: MIT */
/* Calls that a model explains: what each operation does to a state. */
#include "solve/sim.h"

#include <stdlib.h>

/* ---- identity helpers ---- */

bool sim_is_element(const struct sim *m, loc_t lock)
{
	const struct locs *l = &m->s->locs;
	const struct loc *n = loc_at(l, lock);

	while (n->kind >= STEP_FIELD) {
		if (n->kind == STEP_INDEX || n->kind == STEP_INDEX_VALUE ||
		    n->kind == STEP_INDEX_ANY)
			return true;
		n = loc_at(l, n->parent);
	}
	return n->kind == ROOT_SYM;
}

bool sim_swept_class(const struct sim *m, uint32_t cls)
{
	for (uint32_t i = 0; i < m->sweeps.len; i++)
		if (m->sweeps.data[i] == cls)
			return true;
	return false;
}

bool sim_swept(const struct sim *m, loc_t lock)
{
	return m->sweeps.len &&
	       sim_swept_class(m, loc_class(&m->s->locs, lock, true));
}

/* Is this a semaphore that counts something, not a lock? Only sem_init with
 * one unit makes a lock of it. */
static bool counting(struct solver *s, loc_t lock)
{
	uint32_t cls;

	if (loc_is_open(&s->locs, lock) &&
	    loc_at(&s->locs, lock)->kind != STEP_FIELD)
		return false; /* its class comes from a caller */
	cls = loc_class(&s->locs, lock, true);
	for (uint32_t i = 0; i < s->other_semaphores.len; i++)
		if (s->other_semaphores.data[i] == cls)
			return true;
	for (uint32_t i = 0; i < s->lock_semaphores.len; i++)
		if (s->lock_semaphores.data[i] == cls)
			return false;
	return true;
}

static loc_t model_lock(struct sim *m, struct state *st,
			const struct lc_instr *in, const struct lc_model *mo)
{
	struct value v;

	if (mo->fixed)
		return loc_root(&m->s->locs, ROOT_FIXED,
				lc_intern(m->s->program.strings,
					  lc_str(&m->s->models->strings,
						 mo->fixed)),
				0);
	if (mo->lock == LC_ARG_RETURN)
		return in->temp == LC_NONE
			       ? 0
			       : state_load(&m->s->locs, st,
					    sim_temp(m, in->temp))
					 .loc;
	if (mo->lock < 0)
		return 0;
	v = sim_arg(m, st, in, mo->lock);
	if (!v.loc)
		return 0;
	if (mo->kind == LC_KIND_SEMAPHORE && counting(m->s, v.loc))
		return 0;
	return v.loc;
}

static uint32_t acquire_event(struct sim *m, const struct lc_model *mo,
			      enum event_kind kind, loc_t lock)
{
	return event_get(m->s, (struct event){
				       .kind = (uint8_t)kind,
				       .mode = (uint8_t)mo->mode,
				       .blocking = (uint8_t)mo->blocking,
				       .lock_kind = (uint8_t)mo->kind,
				       .function = m->function,
				       .instr = m->instr,
				       .inner = LC_NONE,
				       .lock = lock,
				       .model = mo });
}

/* ---- acquire ---- */

uint32_t ops_dropped(const struct state *st, struct lc_arena *to, loc_t **out)
{
	uint32_t n = 0;

	*out = NULL;
	for (uint32_t i = 0; i < st->held.len; i++)
		n += st->held.data[i].count < 0;
	if (!n)
		return 0;
	*out = lc_arena_alloc(to, n * sizeof(loc_t));
	n = 0;
	for (uint32_t i = 0; i < st->held.len; i++)
		if (st->held.data[i].count < 0)
			(*out)[n++] = st->held.data[i].lock;
	return n;
}

static bool in_list(const loc_t *list, uint32_t n, loc_t x)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == x)
			return true;
	return false;
}

static bool leaked_in_loop(struct sim *m, const struct held *h)
{
	return h->instr == m->instr &&
	       m->s->events.data[h->event].inner == LC_NONE;
}

static void note_reacquire(struct sim *m, const struct state *st,
			   const struct held *h, const struct acquire *a)
{
	struct reacquire *r;

	if (h->flags & HELD_UNSURE)
		return;
	for (uint32_t i = m->s->reacquires.len; i-- > 0;) {
		r = &m->s->reacquires.data[i];
		if (r->function != m->function)
			break;
		if (r->instr == m->instr && r->event == a->event &&
		    r->held_event == h->event)
			return;
	}
	r = lc_push(&m->s->reacquires);
	r->function = m->function;
	r->instr = m->instr;
	r->lock = a->lock;
	r->held_mode = h->mode;
	r->wanted_mode = a->mode;
	r->blocking = a->blocking;
	r->held_event = h->event;
	r->event = a->event;
	r->weak = a->weak || a->vague || st->weak ||
		  (h->flags & (HELD_WEAK | HELD_GUESSED));
	r->loop = leaked_in_loop(m, h);
	r->again = h->max_count > 1;
}

void ops_note_reacquire(struct sim *m, const struct state *st,
			const struct held *h, const struct acquire *a)
{
	struct acquire here = *a;
	uint32_t before = m->s->reacquires.len;

	here.event = sim_lift_event(m, a->event, a->lock);
	note_reacquire(m, st, h, &here);
	if (m->s->reacquires.len > before)
		lc_last(&m->s->reacquires)->guessed = true;
}

/* Most acquires of callees are known and need no event of their own. */
static void need_event(struct sim *m, struct acquire *a)
{
	if (a->inside)
		a->event = sim_lift_event(m, a->event, a->lock);
	a->inside = false;
}

/* The release by which the caller's lock was given up that is taken back. */
static uint32_t gave_up(struct sim *m, const struct state *st,
			const struct acquire *a, bool inside)
{
	const struct held *h = state_held(st, a->lock);

	if (h && h->count > 0)
		return LC_NONE;
	if (a->gave_up != LC_NONE)
		return inside ? sim_lift_event(m, a->gave_up, a->lock)
			      : a->gave_up;
	return h ? h->event : LC_NONE;
}

void ops_note_acquire(struct sim *m, struct state *st,
		      const struct acquire *given, struct fact *conds,
		      uint32_t nconds)
{
	struct acquire copy = *given, *a = &copy, own, *told;
	struct locs *l = &m->s->locs;
	loc_t gates[16];
	uint32_t ngates = 0;
	bool inside = a->inside;
	loc_t *mine;
	uint32_t nmine, back;

	if (state_lock_broken(st))
		return; /* nothing works any more, or never did */
	back = ops_given(m, st, a->lock);
	a->mode = group_mode(m, a->lock, a->mode);

	for (uint32_t i = 0; i < st->held.len && ngates < 16; i++)
		if (st->held.data[i].count > 0 &&
		    st->held.data[i].mode != LC_MODE_SHARED &&
		    !in_list(a->dropped, a->ndropped, st->held.data[i].lock))
			gates[ngates++] = st->held.data[i].lock;
	for (uint32_t i = 0; i < st->held.len; i++) {
		const struct held *h = &st->held.data[i];
		struct lockref ref = { h->lock, h->mode, h->event };

		if (h->count <= 0 || in_list(a->dropped, a->ndropped, h->lock))
			continue;
		need_event(m, a);
		if (h->lock == a->lock && !loc_is_some(l, a->lock)) {
			if (!back)
				note_reacquire(m, st, h, a);
			continue;
		}
		own = *a;
		own.weak |= (h->flags & (HELD_GUESSED | HELD_UNSURE)) != 0;
		edge_add(m, st, &ref, a->lock, &own, gates, ngates, conds,
			 nconds);
	}
	/* what callers are told: their locks given up here or below */
	own = *a;
	nmine = ops_dropped(st, &m->scratch, &mine);
	if (nmine + back) {
		uint32_t n = nmine + back + a->ndropped;
		loc_t *all = lc_arena_alloc(&m->scratch, n * sizeof(loc_t));

		if (nmine)
			memcpy(all, mine, nmine * sizeof(loc_t));
		if (back)
			all[nmine] = a->lock;
		if (a->ndropped)
			memcpy(all + nmine + back, a->dropped,
			       a->ndropped * sizeof(loc_t));
		own.dropped = all;
		own.ndropped = n;
	}
	sim_join_conds(m, &own, conds, nconds);
	own.weak = a->weak || st->weak;
	own.gave_up = gave_up(m, st, a, inside);
	told = told_acquire(m, &own);
	if (told) {
		need_event(m, a);
		told->event = a->event;
	}
}

struct held *ops_hold(struct sim *m, struct state *st, loc_t lock,
		      uint8_t mode, uint32_t event)
{
	struct held *h = state_held(st, lock);

	if (!h)
		h = ops_dropped_alias(m, st, lock);
	state_clear_marks(st, lock);
	if (h && h->count < 0) {
		/* the caller's lock is taken back */
		if (++h->count == 0)
			state_drop_held(st, h);
		return NULL;
	}
	if (h && h->count == COUNTED && h->instr == m->instr &&
	    m->in_loop[m->block]) {
		h->flags |= HELD_MANY;
		*lc_push(&m->s->uncounted) = (struct uncounted){ m->function,
								 lock };
		return h;
	}
	if (h) {
		h->count++;
		if (h->count > h->max_count)
			h->max_count = (uint8_t)h->count;
		return h;
	}
	if (!state_nheld(st))
		sim_havoc_stored(m, st);
	else
		group_note_acquire(m, st, lock, event);
	h = state_push_held(&m->arena, st);
	h->lock = lock;
	h->count = h->max_count = 1;
	h->mode = group_mode(m, lock, mode);
	h->event = event;
	h->instr = m->instr;
	if (m->owner_asked)
		h->flags |= HELD_WEAK;
	if (m->unsure)
		h->flags |= HELD_UNSURE;
	/* `unlock(o->owner); lock(me);`, and me is the owner */
	if (ops_given(m, st, lock))
		h->flags |= HELD_RETAKEN;
	return h;
}

void ops_note_untested(struct sim *m, const struct lc_instr *in, loc_t lock,
		       uint8_t blocking, uint32_t event)
{
	struct untested *t;

	for (uint32_t i = 0; i < m->s->untested.len; i++) {
		t = &m->s->untested.data[i];
		if (t->function == m->function && t->instr == m->instr)
			return;
	}
	t = lc_push(&m->s->untested);
	t->function = m->function;
	t->instr = m->instr;
	t->event = event;
	t->lock = lock;
	t->blocking = blocking;
	t->void_cast = in->flags & LC_INSTR_VOID_CAST;
}

static bool used(const struct sim *m, const struct lc_instr *in)
{
	return in->temp != LC_NONE && m->temp_used[in->temp];
}

/* try and timed: two ways on, told apart by the result */
static void try_acquire(struct sim *m, struct state *st,
			const struct lc_instr *in, const struct lc_model *mo,
			loc_t lock, uint32_t event)
{
	struct value r;
	struct state *no;
	enum lc_cmp op;
	int64_t c;
	struct held *h;

	if (!used(m, in) || mo->success == LC_SUCCESS_ALWAYS) {
		bool again = state_held(st, lock) != NULL;

		if (mo->success != LC_SUCCESS_ALWAYS)
			ops_note_untested(m, in, lock, (uint8_t)mo->blocking,
					  event);
		h = again ? NULL
			  : ops_hold(m, st, lock, (uint8_t)mo->mode, event);
		if (h && mo->success != LC_SUCCESS_ALWAYS)
			h->flags |= HELD_UNCHECKED;
		return;
	}
	r = state_load(&m->s->locs, st, sim_temp(m, in->temp));
	no = state_clone(&m->arena, st);
	success_fact(mo->success, false, &op, &c);
	state_assume(&m->arena, no, &m->s->locs, r, op, c);
	if (mo->success == LC_SUCCESS_ZERO ||
	    mo->success == LC_SUCCESS_ERRNO) {
		/* "failed" is one code, whichever the program asks for */
		struct fact f = state_fact(no, &m->s->locs, r);

		f.failed = true;
		state_put_fact(&m->arena, no, &m->s->locs, f);
	}
	state_set_mark(&m->arena, no, lock, MARK_TRY_FAILED, event);
	*lc_push(&m->next) = no;
	success_fact(mo->success, true, &op, &c);
	state_assume(&m->arena, st, &m->s->locs, r, op, c);
	ops_hold(m, st, lock, (uint8_t)mo->mode, event);
}

/* A semaphore that counts is no lock, but whoever took a unit is not alone
 * with the others any more. */
static void note_seat(struct sim *m, struct state *st,
		      const struct lc_instr *in, const struct lc_model *mo)
{
	struct value v;

	if (mo->kind != LC_KIND_SEMAPHORE || mo->lock < 0)
		return;
	v = sim_arg(m, st, in, mo->lock);
	if (!v.loc)
		return;
	if (mo->op == LC_MODEL_ACQUIRE)
		state_set_mark(&m->arena, st, v.loc, MARK_SEAT, LC_NONE);
	else
		state_clear_marks(st, v.loc);
}

static void do_acquire(struct sim *m, struct state *st,
		       const struct lc_instr *in, const struct lc_model *mo)
{
	loc_t lock = model_lock(m, st, in, mo);
	uint32_t event;
	struct acquire a = { 0 };
	struct fact *conds;
	uint32_t nconds;
	struct held *h;

	if (!lock) {
		note_seat(m, st, in, mo);
		return;
	}
	event = acquire_event(m, mo, EV_ACQUIRE, lock);
	a.event = event;
	a.lock = lock;
	a.mode = (uint8_t)mo->mode;
	a.blocking = (uint8_t)mo->blocking;
	a.gave_up = LC_NONE;
	if (m->in_loop[m->block] && ops_unknown(m, lock))
		ops_note_taken(m, st);
	if (sim_swept(m, lock))
		return;
	ops_note_condition(m, st);
	sim_assume_there(m, st, lock);
	/* our own give-up of a caller's lock is added by note_acquire */
	nconds = sim_conds(m, st, &m->scratch, &conds);
	ops_note_acquire(m, st, &a, conds, nconds);
	if (mo->blocking != LC_BLOCK_YES) {
		try_acquire(m, st, in, mo, lock, event);
		return;
	}
	h = ops_hold(m, st, lock, (uint8_t)mo->mode, event);
	if (h && h->count == 1 && mo->fails && used(m, in)) {
		h->cond = state_load(&m->s->locs, st, sim_temp(m, in->temp))
				  .loc;
		h->success = (uint8_t)mo->success;
	}
}

/* ---- release and wait ---- */

/* It fails for a program that is wrong anyway. */
static void do_succeed(struct sim *m, struct state *st,
		       const struct lc_instr *in, const struct lc_model *mo)
{
	enum lc_cmp op;
	loc_t result;
	int64_t c;

	if (in->temp == LC_NONE)
		return;
	result = sim_temp(m, in->temp);
	if (success_fact(mo->success, true, &op, &c))
		state_assume(&m->arena, st, &m->s->locs,
			     state_load(&m->s->locs, st, result), op, c);
	else
		state_store(&m->arena, st, result, value_const(0));
}

static void do_release(struct sim *m, struct state *st,
		       const struct lc_instr *in, const struct lc_model *mo)
{
	loc_t lock = model_lock(m, st, in, mo);

	do_succeed(m, st, in, mo);
	if (!lock) {
		note_seat(m, st, in, mo);
		return;
	}
	sim_assume_there(m, st, lock);
	ops_release(m, st, lock, acquire_event(m, mo, EV_RELEASE, lock));
}

/* A condition wait gives the lock up and takes it back: whoever is held
 * beside it is held while waiting for it again. */
static void do_wait(struct sim *m, struct state *st,
		    const struct lc_instr *in, const struct lc_model *mo)
{
	loc_t lock = model_lock(m, st, in, mo);
	struct acquire a = { 0 };
	struct fact *conds;
	uint32_t nconds;

	sim_havoc_shared(m, st, true);
	/* without a time limit it fails only if it was called wrongly */
	if (in->temp != LC_NONE && mo->blocking == LC_BLOCK_YES &&
	    mo->success == LC_SUCCESS_ERRNO)
		state_store(&m->arena, st, sim_temp(m, in->temp),
			    value_const(0));
	if (!lock)
		return;
	a.event = acquire_event(m, mo, EV_WAIT, lock);
	a.lock = lock;
	a.dropped = &lock;
	a.ndropped = 1;
	a.gave_up = a.event;
	ops_waits_without(m, st, lock, a.event);
	if (!state_held(st, lock)) {
		/* the caller's: tell it that its lock was away */
		a.dropped = lc_arena_alloc(&m->scratch, sizeof(lock));
		a.dropped[0] = lock;
		nconds = sim_conds(m, st, &m->scratch, &conds);
		ops_note_acquire(m, st, &a, conds, nconds);
		/* wrong, and told: but from here on it is held */
		if (state_mark(st, lock, MARK_RELEASED)) {
			struct held *h = ops_hold(m, st, lock,
						  LC_MODE_EXCLUSIVE, a.event);

			if (h)
				h->flags |= HELD_RETAKEN;
		}
		return;
	}
	for (uint32_t i = 0; i < st->held.len; i++) {
		const struct held *h = &st->held.data[i];
		struct lockref ref = { h->lock, h->mode, h->event };

		if (h->count > 0 && h->lock != lock)
			edge_add(m, st, &ref, lock, &a, NULL, 0, NULL, 0);
	}
}

/* ---- kinds ---- */

void ops_note_kind(struct sim *m, loc_t lock, enum lc_kind kind, loc_t asked)
{
	struct kindrec r = { lock, kind, asked };
	struct locs *l = &m->s->locs;
	bool open = loc_is_open(l, lock) || (asked && loc_is_open(l, asked));

	if (open && m->sum->kinds.len < MAX_CALLBACKS)
		*lc_push(&m->sum->kinds) = r;
	/* a kind that only callers know is theirs to tell */
	if (!asked || !loc_is_open(l, asked) || !m->s->ncallers[m->function])
		*lc_push(&m->s->kinds) = r;
}

void sim_initialiser(struct sim *m, loc_t x, uint32_t macro)
{
	const char *name = lc_str(&m->u->strings, macro);

	for (uint32_t i = 0; i < m->s->models->initialisers.len; i++) {
		const struct lc_model_kind *k =
			&m->s->models->initialisers.data[i];

		if (!strcmp(lc_str(&m->s->models->strings, k->name), name))
			ops_note_kind(m, x, k->kind, 0);
	}
}

enum lc_kind ops_kind_of_value(const struct sim *m, const struct lc_model *mo,
			       struct value v, enum lc_kind normal)
{
	if (v.loc)
		return LC_KIND_UNKNOWN;
	for (uint32_t i = 0; i < mo->nvalues; i++) {
		const struct lc_model_value *x =
			&m->s->models->values.data[mo->first_value + i];
		int64_t c = mo->mask ? (v.constant & mo->mask) : v.constant;

		if (x->value == c)
			return x->kind;
	}
	return normal;
}

static loc_t kind_slot(struct sim *m, loc_t attr)
{
	return loc_step(&m->s->locs, attr, STEP_KIND, 0, 0);
}

static void do_attr(struct sim *m, struct state *st, const struct lc_instr *in,
		    const struct lc_model *mo)
{
	int n = mo->attr >= 0 ? mo->attr : mo->lock >= 0 ? mo->lock : 0;
	struct value attr = sim_arg(m, st, in, n);
	struct value kind = value_const(-1); /* what the init call makes */

	if (!attr.loc)
		return;
	if (mo->op == LC_MODEL_ATTR_KIND) {
		kind = sim_arg(m, st, in, mo->type);
		m->s->attr_kind = mo;
		if (!kind.loc)
			kind = value_const(ops_kind_of_value(m, mo, kind,
							     LC_KIND_UNKNOWN));
	}
	state_store(&m->arena, st, kind_slot(m, attr.loc), kind);
}

/* Out of memory, where that needs memory: the way on is marked. */
static void init_may_fail(struct sim *m, struct state *st,
			  const struct lc_instr *in, const struct lc_model *mo,
			  loc_t lock)
{
	struct state *no;
	struct value r;
	enum lc_cmp op;
	int64_t c;

	if (!used(m, in) || !success_fact(mo->success, false, &op, &c))
		return;
	r = state_load(&m->s->locs, st, sim_temp(m, in->temp));
	no = state_clone(&m->arena, st);
	if (state_assume(&m->arena, no, &m->s->locs, r, op, c)) {
		state_set_mark(&m->arena, no, lock, MARK_INIT_FAILED, LC_NONE);
		*lc_push(&m->next) = no;
	}
	success_fact(mo->success, true, &op, &c);
	state_assume(&m->arena, st, &m->s->locs, r, op, c);
}

static void do_init(struct sim *m, struct state *st, const struct lc_instr *in,
		    const struct lc_model *mo)
{
	struct value v;
	enum lc_kind kind = mo->kind;
	loc_t asked = 0;

	if (mo->lock < 0)
		return;
	v = sim_arg(m, st, in, mo->lock);
	if (!v.loc || mo->kind == LC_KIND_SEMAPHORE)
		return;
	if (mo->attr >= 0) {
		struct value attr = sim_arg(m, st, in, mo->attr);

		if (attr.loc) {
			struct value k = state_load(
				&m->s->locs, st, kind_slot(m, attr.loc));

			if (k.loc) {
				kind = LC_KIND_UNKNOWN;
				asked = k.loc;
			} else if (k.constant >= 0)
				kind = (enum lc_kind)k.constant;
		}
	}
	if (mo->type >= 0)
		kind = ops_kind_of_value(m, mo, sim_arg(m, st, in, mo->type),
					 kind);
	ops_note_kind(m, v.loc, kind, asked);
	state_clear_marks(st, v.loc);
	init_may_fail(m, st, in, mo, v.loc);
}

/* ---- the rest ---- */

/* An assertion that the lock is held: it is the caller's unless it is ours. */
static void do_assert_held(struct sim *m, struct state *st,
			   const struct lc_instr *in,
			   const struct lc_model *mo)
{
	loc_t lock = model_lock(m, st, in, mo);
	struct held *h;

	if (!lock || state_held(st, lock))
		return;
	h = ops_hold(m, st, lock, LC_MODE_EXCLUSIVE,
		     acquire_event(m, mo, EV_WAIT, lock));
	if (h)
		h->flags |= HELD_ASSUMED;
}

/* x lies inside the object itself, not behind a pointer in it. */
static bool part_of(const struct locs *l, loc_t x, loc_t object)
{
	while (x != object) {
		const struct loc *n = loc_at(l, x);

		if (n->kind < STEP_FIELD || n->kind == STEP_DEREF)
			return false;
		x = n->parent;
	}
	return true;
}

static void do_free(struct sim *m, struct state *st, const struct lc_instr *in,
		    const struct lc_model *mo)
{
	struct value v = sim_arg(m, st, in, mo->lock >= 0 ? mo->lock : 0);

	if (!v.loc)
		return;
	for (uint32_t i = st->held.len; i-- > 0;)
		if (st->held.data[i].count > 0 &&
		    part_of(&m->s->locs, st->held.data[i].lock, v.loc))
			state_drop_held(st, &st->held.data[i]);
}

/* What is no more is not held, whatever the program does with it yet. */
static void do_destroy(struct sim *m, struct state *st,
		       const struct lc_instr *in, const struct lc_model *mo)
{
	struct value v = sim_arg(m, st, in, mo->lock >= 0 ? mo->lock : 0);
	struct held *h = v.loc ? state_held(st, v.loc) : NULL;

	if (h && h->count > 0)
		h->flags |= HELD_WEAK;
}

/* What pthread_once() has made is there for all who call it, whichever call it
 * was that made it. */
static void made_once(struct sim *m, struct state *st)
{
	struct locs *l = &m->s->locs;

	for (uint32_t i = 0; i < st->store.len; i++) {
		struct bind *b = &st->store.data[i];
		const struct loc *root;

		if (!b->value.loc || !loc_is_exact(l, b->loc))
			continue;
		root = loc_at(l, loc_at(l, b->value.loc)->root);
		if (root->kind == ROOT_SYM && root->ref == m->function &&
		    root->value == m->instr)
			b->value = value_addr(loc_deref(l, b->loc));
	}
}

static bool call_now(struct sim *m, struct state *st,
		     const struct lc_instr *in, const struct lc_model *mo)
{
	struct value f = sim_arg(m, st, in, mo->entry), arg;
	struct lc_instr bare = *in;

	sim_unknown_call(m, st, in, NULL);
	if (!f.loc || loc_at(&m->s->locs, f.loc)->kind != ROOT_FUNCTION)
		return true;
	arg = sim_arg(m, st, in, mo->arg);
	bare.temp = LC_NONE;
	return apply_function(m, st, loc_at(&m->s->locs, f.loc)->ref, &arg,
			      mo->arg >= 0, &bare, false);
}

static void do_start(struct sim *m, struct state *st,
		     const struct lc_instr *in, const struct lc_model *mo)
{
	struct value handle = { 0 };
	struct state *no = NULL;
	enum lc_cmp op;
	uint32_t event;
	int64_t c;

	if (mo->handle >= 0)
		handle = sim_arg(m, st, in, mo->handle);
	else if (mo->handle == LC_ARG_RETURN && in->temp != LC_NONE)
		handle = value_addr(sim_temp(m, in->temp));
	event = acquire_event(m, mo, EV_START, handle.loc);
	sim_escape(m, st, sim_arg(m, st, in, mo->arg));
	if (state_nheld(st) && used(m, in) &&
	    success_fact(mo->success, false, &op, &c))
		no = state_clone(&m->arena, st);
	apply_start(m, st, event, sim_arg(m, st, in, mo->entry),
		    sim_arg(m, st, in, mo->arg), handle.loc, mo->entry);
	if (apply_hand_over(m, st, sim_arg(m, st, in, mo->entry),
			    sim_arg(m, st, in, mo->arg)) &&
	    no) {
		struct value r = state_load(&m->s->locs, st,
					    sim_temp(m, in->temp));

		state_assume(&m->arena, no, &m->s->locs, r, op, c);
		*lc_push(&m->next) = no;
		success_fact(mo->success, true, &op, &c);
		state_assume(&m->arena, st, &m->s->locs, r, op, c);
	}
}

/* From here on the thread behind this global handle is over. */
void ops_waited(struct sim *m, struct state *st, loc_t home)
{
	if (loc_is_exact(&m->s->locs, home) && !sim_is_element(m, home))
		state_add_live(&m->arena, st,
			       (struct live){ LIVE_WAITED | home, home, true });
}

/* Handles whose threads are waited for, told to callers. */
void ops_note_joined(struct sim *m, loc_t home)
{
	if (m->sum->joined.len >= MAX_JOINED)
		return;
	for (uint32_t i = 0; i < m->sum->joined.len; i++)
		if (m->sum->joined.data[i] == home)
			return;
	*lc_push(&m->sum->joined) = home;
}

/* Where a value that was read came from. */
static loc_t home_of(struct sim *m, struct value v)
{
	const struct loc *x = loc_at(&m->s->locs, v.loc);

	if (x->kind == STEP_DEREF || (x->kind == ROOT_SYM && x->parent))
		return x->parent;
	return v.loc;
}

/* The handle's home: joins name its value, starts its address. */
static void do_join(struct sim *m, struct state *st, const struct lc_instr *in,
		    const struct lc_model *mo)
{
	struct locs *l = &m->s->locs;
	struct value v = sim_arg(m, st, in, mo->handle);
	loc_t home;

	if (!v.loc)
		return;
	home = home_of(m, v);
	for (uint32_t i = 0; i < st->live.len; i++) {
		struct live *t = &st->live.data[i];

		if (t->handle &&
		    (t->handle == home ||
		     (m->in_loop[m->block] &&
		      loc_first_element(l, t->handle) ==
			      loc_first_element(l, home)) ||
		     (loc_class(l, t->handle, true) ==
			      loc_class(l, home, true) &&
		      loc_class(l, home, true) &&
		      (sim_is_element(m, t->handle) ||
		       sim_is_element(m, home)))))
			t->joined = true;
	}
	ops_waited(m, st, home);
	ops_note_joined(m, home);
}

/* Who am I? The answer is the same each time; see sim.h, owner_asked. */
static void do_self(struct sim *m, struct state *st, const struct lc_instr *in)
{
	if (in->nargs > 1) {
		m->owner_asked = true;
		if (in->temp != LC_NONE)
			state_store(&m->arena, st, sim_temp(m, in->temp),
				    sim_same(m, sim_arg(m, st, in, 0),
					     sim_arg(m, st, in, 1)));
	} else if (in->temp != LC_NONE)
		state_store(&m->arena, st, sim_temp(m, in->temp),
			    value_addr(sim_self(m)));
}

static void do_specific(struct sim *m, struct state *st,
			const struct lc_instr *in, const struct lc_model *mo)
{
	struct value key = sim_arg(m, st, in, mo->arg);
	loc_t place;

	if (!key.loc)
		return;
	place = loc_step(&m->s->locs, home_of(m, key), STEP_SPECIFIC, 0, 0);
	if (mo->op == LC_MODEL_THREAD_SET)
		state_store(&m->arena, st, place,
			    sim_arg(m, st, in, mo->arg + 1));
	else if (in->temp != LC_NONE)
		state_store(&m->arena, st, sim_temp(m, in->temp),
			    state_load(&m->s->locs, st, place));
}

static void do_cleanup(struct sim *m, struct state *st,
		       const struct lc_instr *in, const struct lc_model *mo)
{
	struct value buffer = sim_arg(m, st, in, mo->arg);

	if (!buffer.loc)
		return;
	state_clear_marks(st, buffer.loc);
	if (mo->op == LC_MODEL_CLEANUP_PUSH)
		state_set_mark(&m->arena, st, buffer.loc, MARK_CLEANUP,
			       m->instr);
}

bool ops_call(struct sim *m, struct state *st, const struct lc_instr *in,
	      const struct lc_model *mo)
{
	switch (mo->op) {
	case LC_MODEL_ACQUIRE:
		do_acquire(m, st, in, mo);
		break;
	case LC_MODEL_RELEASE:
		do_release(m, st, in, mo);
		break;
	case LC_MODEL_WAIT:
		do_wait(m, st, in, mo);
		break;
	case LC_MODEL_INIT:
		do_init(m, st, in, mo);
		break;
	case LC_MODEL_ATTR_INIT:
	case LC_MODEL_ATTR_KIND:
		do_attr(m, st, in, mo);
		break;
	case LC_MODEL_START:
		do_start(m, st, in, mo);
		break;
	case LC_MODEL_JOIN:
		do_join(m, st, in, mo);
		break;
	case LC_MODEL_THREAD_EXIT:
		sim_exit_thread(m, st, in->pos, 1);
		return false;
	case LC_MODEL_EXIT:
		return false;
	case LC_MODEL_FREE:
		do_free(m, st, in, mo);
		break;
	case LC_MODEL_ONCE:
	case LC_MODEL_CALLS:
		if (!call_now(m, st, in, mo))
			return false;
		if (mo->op == LC_MODEL_ONCE)
			made_once(m, st);
		break;
	case LC_MODEL_BLOCK:
		sim_unknown_call(m, st, in, NULL);
		break;
	case LC_MODEL_BARRIER:
		sim_unknown_call(m, st, in, NULL);
		sim_havoc_shared(m, st, true);
		break;
	case LC_MODEL_ASSERT_HELD:
		do_assert_held(m, st, in, mo);
		break;
	case LC_MODEL_ALLOC:
		if (in->temp != LC_NONE)
			state_store(&m->arena, st, sim_temp(m, in->temp),
				    sim_once(m, loc_sym(&m->s->locs, SYM_ALLOC,
							m->function, m->instr,
							0)));
		break;
	case LC_MODEL_SELF:
		do_self(m, st, in);
		break;
	case LC_MODEL_THREAD_GET:
	case LC_MODEL_THREAD_SET:
		do_specific(m, st, in, mo);
		break;
	case LC_MODEL_CLEANUP_PUSH:
	case LC_MODEL_CLEANUP_POP:
		do_cleanup(m, st, in, mo);
		break;
	case LC_MODEL_CLEANUP_NEXT:
		sim_exit_thread(m, st, in->pos, 1);
		return false;
	case LC_MODEL_CONSISTENT:
	case LC_MODEL_NOP:
		break;
	case LC_MODEL_SIGNAL:
	case LC_MODEL_BROADCAST:
		if (mo->success != LC_SUCCESS_ALWAYS)
			do_succeed(m, st, in, mo);
		break;
	case LC_MODEL_DESTROY:
		if (mo->success != LC_SUCCESS_ALWAYS)
			do_succeed(m, st, in, mo);
		do_destroy(m, st, in, mo);
		break;
	default:
		sim_unknown_call(m, st, in, NULL);
		break;
	}
	return !mo->noreturn;
}
