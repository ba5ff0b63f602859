/* SPDX-License-Identifier: MIT */
/*
 * A state arrives at a block: is it joined with one that is there, does it
 * stand beside them, or is it dropped? How two states are joined is join.c.
 */
#include "solve/sim.h"

/* ---- sweeps ---- */

static void note_held_over(struct sim *m, uint32_t cls, uint32_t loop)
{
	for (uint32_t k = 0; k < m->held_over.len; k++)
		if (m->held_over.data[k].cls == cls)
			return;
	*lc_push(&m->held_over) = (struct loop_class){ cls, loop };
}

/* A loop that gives the caller's lock of each element up: the other half. */
static void note_given_up(struct sim *m, loc_t lock)
{
	uint32_t cls = loc_class(&m->s->locs, lock, true);

	for (uint32_t k = 0; k < m->given_up_over.len; k++)
		if (m->given_up_over.data[k] == cls)
			return;
	*lc_push(&m->given_up_over) = cls;
}

static void note_sweep(struct sim *m, uint32_t to, const struct state *st)
{
	struct locs *l = &m->s->locs;

	if (!m->in_loop[m->block] || m->rpo[to] > m->rpo[m->block])
		return;
	for (uint32_t i = 0; i < st->held.len; i++) {
		const struct held *h = &st->held.data[i];

		if (h->count < 0 && h->instr != LC_NONE &&
		    m->loop_of[m->instr_block[h->instr - m->first_instr]] ==
			    m->loop_of[to] &&
		    sim_is_element(m, h->lock))
			note_given_up(m, h->lock);
	}
	for (uint32_t i = 0; i < st->held.len; i++) {
		const struct held *h = &st->held.data[i];
		loc_t first;

		if (h->count <= 0 || h->instr == LC_NONE ||
		    m->loop_of[m->instr_block[h->instr - m->first_instr]] !=
			    m->loop_of[to])
			continue;
		if (loc_is_exact(l, h->lock) &&
		    loc_at(l, h->lock)->kind != STEP_INDEX &&
		    !(loc_at(l, h->lock)->kind == STEP_FIELD &&
		      loc_at(l, loc_at(l, h->lock)->parent)->kind ==
			      STEP_INDEX) &&
		    !sim_is_element(m, h->lock))
			continue;
		if (loc_is_open(l, h->lock) && !sim_is_element(m, h->lock))
			continue; /* the same object in each round */
		note_held_over(m, loc_class(l, h->lock, true), m->loop_of[to]);
		first = loc_first_element(l, h->lock);
		if (first != h->lock)
			note_held_over(m, loc_class(l, first, true),
				       m->loop_of[to]);
	}
}

/* The oldest of the locks that this instruction has piled up, NULL = few. */
static struct held *piled_up(struct state *st, uint32_t instr)
{
	struct held *oldest = NULL;
	uint32_t n = 0;

	for (uint32_t i = st->held.len; i-- > 0;)
		if (st->held.data[i].instr == instr &&
		    st->held.data[i].count > 0) {
			oldest = &st->held.data[i];
			n++;
		}
	return n > PILED ? oldest : NULL;
}

/* A loop that keeps the lock of one element after the other, by mistake or to
 * release them later: one more makes no difference. Two are kept by whoever
 * goes down a list hand over hand. */
static void forget_piled_up(struct sim *m, uint32_t to, struct state *st)
{
	if (!m->in_loop[m->block] || m->rpo[to] > m->rpo[m->block])
		return;
	for (uint32_t i = 0; i < st->held.len; i++) {
		struct held *h = piled_up(st, st->held.data[i].instr);

		if (h && h->instr != LC_NONE)
			state_drop_held(st, h);
	}
}

/* ---- ways that exclude each other ---- */

static bool takes_locks(const struct sim *m, const struct lc_block *b)
{
	const struct program *p = &m->s->program;

	for (uint32_t i = 0; i < b->ninstrs; i++) {
		const struct lc_instr *in =
			&m->u->instrs.data[b->first_instr + i];
		const struct lc_operand *o;
		const struct symbol *sym;

		if (in->kind != LC_I_CALL)
			continue;
		o = &m->u->operands.data[in->operand];
		if (o->kind != LC_OP_FUNC)
			continue;
		sym = &p->symbols.data[p->symbol_map[m->unit][o->ref]];
		if (sym->model ? sym->model->op == LC_MODEL_ACQUIRE
			       : sym->function != LC_NONE &&
					 sim_moves_locks(m, sym->function))
			return true;
	}
	return false;
}

static bool clash_on(const struct state *a, const struct state *b, loc_t sym)
{
	struct fact x = fact_any(sym), y = x;

	for (uint32_t i = 0; i < a->facts.len; i++)
		if (a->facts.data[i].sym == sym)
			x = a->facts.data[i];
	for (uint32_t i = 0; i < b->facts.len; i++)
		if (b->facts.data[i].sym == sym)
			y = b->facts.data[i];
	return facts_told_apart(&x, 1, &y, 1);
}

static void note_split(struct state *st, loc_t sym)
{
	for (uint32_t i = 0; i < st->nsplit; i++)
		if (st->split[i] == sym)
			return;
	if (st->nsplit < MAX_SPLIT)
		st->split[st->nsplit++] = sym;
}

/*
 * Ways to one lock call that exclude each other (`if (a || b) lock();`) stay
 * apart while the lock is held, so that the same test finds its lock again.
 * What told them apart at the call is their `split`; nothing else counts.
 */
bool sim_split(const struct state *a, const struct state *b)
{
	for (uint32_t i = 0; i < a->nsplit; i++)
		if (clash_on(a, b, a->split[i]))
			return true;
	for (uint32_t i = 0; i < b->nsplit; i++)
		if (clash_on(a, b, b->split[i]))
			return true;
	return false;
}

static bool keep_apart(const struct sim *m, uint32_t to, struct state *a,
		       struct state *b)
{
	bool apart = false;

	if (m->in_loop[to] || m->sum->capped)
		return false;
	if (state_nheld(a))
		return sim_split(a, b);
	if (!takes_locks(m, &m->u->blocks.data[m->flow->first_block + to]))
		return false;
	for (uint32_t i = 0; i < a->facts.len; i++)
		if (clash_on(a, b, a->facts.data[i].sym)) {
			note_split(a, a->facts.data[i].sym);
			note_split(b, a->facts.data[i].sym);
			apart = true;
		}
	return apart;
}

/* ---- lock calls whose error nobody minds ---- */

/* Is a value that someone may still ask for one constant here, another
 * there? */
static bool stored_apart(const struct state *a, const struct state *b)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < a->store.len; i++) {
		const struct bind *x = &a->store.data[i];

		while (k < b->store.len && b->store.data[k].loc < x->loc)
			k++;
		if (k < b->store.len && b->store.data[k].loc == x->loc &&
		    !x->value.loc && !b->store.data[k].value.loc &&
		    x->value.constant != b->store.data[k].value.constant)
			return true;
	}
	return false;
}

/*
 * A lock call whose error was at best logged: `bad` goes on where `good`, with
 * the lock, does, and nothing remembers the difference. The program takes it
 * that locking does not fail, and so do we.
 */
static bool error_ignored(const struct state *good, const struct state *bad)
{
	for (uint32_t i = 0; i < bad->marks.len; i++) {
		const struct mark *k = &bad->marks.data[i];
		const struct held *h;

		if (k->kind != MARK_LOCK_FAILED)
			continue;
		h = state_held(good, k->lock);
		if (h && h->count > 0 && h->event == k->event &&
		    !stored_apart(good, bad) &&
		    !facts_told_apart(good->facts.data, good->facts.len,
				      bad->facts.data, bad->facts.len))
			return true;
	}
	return false;
}

static bool drop_ignored_errors(struct block_states *bs,
				const struct state *st)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < bs->len; i++)
		if (error_ignored(bs->data[i].state, st))
			return true;
	for (uint32_t i = 0; i < bs->len; i++)
		if (!error_ignored(st, bs->data[i].state))
			bs->data[n++] = bs->data[i];
	bs->len = n;
	return false;
}

/* ---- arrival ---- */

bool sim_join(struct sim *m, struct state *into, const struct state *from,
	      uint32_t place)
{
	struct meeting at = { m->function,    place,
			      m->bounds.data, m->bounds.len,
			      m->masks.data,  m->masks.len };

	return state_join(&m->arena, &m->s->locs, into, from, &at);
}

/* What happens to a lock whose name two states share happened to both. */
static void unite_held(struct sim *m, const struct state *a,
		       const struct state *b)
{
	for (uint32_t i = 0; i < a->held.len; i++)
		event_unite(m->s, a->held.data[i].event,
			    b->held.data[i].event);
}

/* Before a point has too many: one that differs by a guess only. Both are
 * guesses then. */
static uint32_t same_but_guessed(struct block_states *bs, struct state *st)
{
	for (uint32_t i = 0; i < bs->len; i++) {
		struct state *o = bs->data[i].state;

		if (!state_same_shape(o, st, true))
			continue;
		o->weak = o->maybe_weak = true;
		st->weak = st->maybe_weak = true;
		bs->data[i].dirty = true;
		return i;
	}
	return LC_NONE;
}

void sim_flow_to(struct sim *m, uint32_t to, struct state *st)
{
	struct block_states *bs = &m->states[to];
	uint32_t into = LC_NONE, variants = 0;

	note_sweep(m, to, st);
	forget_piled_up(m, to, st);
	sim_forget_dead(m, st, to);
	plain_enter_loop(m, to, st);
	if (drop_ignored_errors(bs, st))
		return;
	for (uint32_t i = 0; i < bs->len; i++) {
		struct state *o = bs->data[i].state;

		if (!state_same_shape(o, st, m->plain))
			continue;
		into = i;
		variants++;
		if (!keep_apart(m, to, o, st))
			break;
		if (variants < MAX_DISJUNCTS)
			into = LC_NONE;
	}
	if (into == LC_NONE && bs->len >= MAX_STATES)
		into = same_but_guessed(bs, st);
	if (m->rpo[to] < m->first_dirty)
		m->first_dirty = m->rpo[to];
	if (into != LC_NONE) {
		unite_held(m, bs->data[into].state, st);
		if (plain_is_round(m, to, st))
			state_give_up(bs->data[into].state);
		if (sim_join(m, bs->data[into].state, st, to))
			bs->data[into].dirty = true;
		return;
	}
	if (bs->len >= MAX_STATES) {
		m->sum->capped = m->sum->inexact = true;
		m->cap_reason = "too many lock states at one point";
		return;
	}
	*lc_push(bs) = (struct block_state){ st, true };
}
