/* SPDX-License-Identifier: MIT */
/*
 * Plain loops: nothing in them, or in what they call, changes which locks are
 * held. Most loops are. If none is held when such a loop is come to, then how
 * often it was gone through decides about no lock, so it is made to end at
 * once: what it assigns is unknown from its head on, before the first round.
 * That saves work only: states are joined at the head as elsewhere, and a loop
 * that changes more than that is gone through again.
 */
#include "solve/sim.h"

#include <stdlib.h>

/* The calls of it that a function makes move no lock that is followed there. */
static bool neutral(const struct sim *m, uint32_t callee)
{
	const struct summary *sum = &m->s->summaries[callee];

	if (!sum->simulate || !sum->done)
		return true;
	for (uint32_t i = 0; i < sum->outcomes.len; i++) {
		const struct outcome *o = &sum->outcomes.data[i];

		if (o->nfailed)
			return false;
		for (uint32_t k = 0; k < o->ndeltas; k++)
			if (!sim_swept(m, o->deltas[k].held.lock))
				return false;
	}
	return !sum->ends_thread;
}

static bool plain_call(const struct sim *m, const struct lc_instr *in)
{
	struct program *p = &m->s->program;
	const struct lc_operand *o = &m->u->operands.data[in->operand];
	const struct symbol *sym;
	uint32_t targets[MAX_GUESSES], n;
	enum guess guess;

	if (o->kind == LC_OP_FUNC) {
		sym = &p->symbols.data[p->symbol_map[m->unit][o->ref]];
		if (sym->model)
			return !model_touches(sym->model) &&
			       sym->model->op != LC_MODEL_ASSERT_HELD &&
			       sym->model->op != LC_MODEL_ONCE &&
			       sym->model->op != LC_MODEL_CALLS;
		return sym->function == LC_NONE ||
		       neutral(m, sym->function);
	}
	if (program_operand_locks(p, m->function, in->operand))
		return false;
	n = order_call_targets(m->s, m->function, in, targets, MAX_GUESSES,
			       &guess);
	for (uint32_t i = 0; i < n; i++)
		if (!neutral(m, targets[i]))
			return false;
	return true;
}

static bool plain_block(const struct sim *m, uint32_t block)
{
	const struct lc_block *b =
		&m->u->blocks.data[m->flow->first_block + block];

	for (uint32_t i = 0; i < b->ninstrs; i++) {
		const struct lc_instr *in =
			&m->u->instrs.data[b->first_instr + i];

		if (in->kind == LC_I_CALL && !plain_call(m, in))
			return false;
	}
	return true;
}

/* ---- what loops assign ---- */

static uint32_t variable(const struct sim *m, uint32_t path)
{
	const struct lc_path *q = &m->u->paths.data[path];

	for (uint32_t i = 0; i < q->nsteps; i++)
		if (m->u->steps.data[q->first_step + i].kind == LC_STEP_DEREF)
			return LC_NONE;
	if (q->root_kind == LC_ROOT_LOCAL)
		return q->root;
	return q->root_kind == LC_ROOT_TEMP ? m->flow->nlocals + q->root
					    : LC_NONE;
}

static void add_variable(uint64_t *bits, uint32_t v)
{
	if (v != LC_NONE)
		bits[v / 64] |= 1ull << (v % 64);
}

static void add_block(const struct sim *m, uint32_t block, uint64_t *bits)
{
	const struct lc_block *b =
		&m->u->blocks.data[m->flow->first_block + block];

	for (uint32_t i = 0; i < b->ninstrs; i++) {
		const struct lc_instr *in =
			&m->u->instrs.data[b->first_instr + i];

		if (in->kind == LC_I_ASSIGN || in->kind == LC_I_DECL)
			add_variable(bits, variable(m, in->path));
		if (in->kind != LC_I_CALL)
			continue;
		if (in->temp != LC_NONE)
			add_variable(bits, m->flow->nlocals + in->temp);
		for (uint32_t k = 0; k < in->nargs; k++) {
			const struct lc_operand *o =
				&m->u->operands.data
					 [m->u->args.data[in->first_arg + k]];

			if (o->kind == LC_OP_ADDR)
				add_variable(bits, variable(m, o->ref));
		}
	}
}

/* A number in a global variable: `settings.verbose`. */
static bool global_number(const struct sim *m, uint32_t path)
{
	const struct program *p = &m->s->program;
	const struct lc_path *q = &m->u->paths.data[path];
	uint32_t flags;

	if (q->root_kind != LC_ROOT_GLOBAL)
		return false;
	flags = p->symbols.data[p->symbol_map[m->unit][q->root]].flags;
	if (flags & LC_SYM_VOLATILE || (!q->nsteps && flags & LC_SYM_POINTER))
		return false;
	for (uint32_t i = 0; i < q->nsteps; i++) {
		const struct lc_step *s = &m->u->steps.data[q->first_step + i];

		if (s->kind != LC_STEP_FIELD ||
		    p->fields.data[p->field_map[m->unit][s->ref]].flags &
			    (LC_FIELD_VOLATILE | LC_FIELD_POINTER |
			     LC_FIELD_FUNCPTR | LC_FIELD_UNION))
			return false;
	}
	return true;
}

static void add_paths(struct sim *m, uint32_t head, uint32_t block)
{
	const struct lc_block *b =
		&m->u->blocks.data[m->flow->first_block + block];

	for (uint32_t i = 0; i < b->ninstrs; i++) {
		const struct lc_instr *in =
			&m->u->instrs.data[b->first_instr + i];

		if (in->kind == LC_I_ASSIGN && global_number(m, in->path))
			*lc_push(&m->loop_paths) =
				(struct loop_path){ head, in->path };
	}
}

static bool plain_blocks(const struct sim *m, uint32_t first, uint32_t last)
{
	for (uint32_t i = first; i < last; i++)
		if (!plain_block(m, m->order[i]))
			return false;
	return true;
}

void plain_prepare(struct sim *m)
{
	uint32_t n = 0, words = m->live_words;

	plain_release(m);
	for (uint32_t b = 0; b < m->flow->nblocks; b++)
		n += m->loop_end[b] != 0;
	m->plain = plain_blocks(m, 0, m->flow->nblocks);
	m->loop_sets = lc_alloc(m->flow->nblocks * sizeof(*m->loop_sets));
	m->loop_bits = lc_alloc((size_t)(n + 1) * words * sizeof(uint64_t));
	n = 0;
	for (uint32_t b = 0; b < m->flow->nblocks; b++) {
		if (!m->loop_end[b] || !plain_blocks(m, m->rpo[b], m->loop_end[b]))
			continue;
		m->loop_sets[b] = m->loop_bits + (size_t)n++ * words;
		for (uint32_t i = m->rpo[b]; i < m->loop_end[b]; i++)
			add_block(m, m->order[i], m->loop_sets[b]);
		for (uint32_t i = m->rpo[b]; i < m->loop_end[b]; i++)
			add_paths(m, b, m->order[i]);
	}
}

void plain_release(struct sim *m)
{
	free(m->loop_sets);
	free(m->loop_bits);
	m->loop_sets = NULL;
	m->loop_bits = NULL;
	lc_array_release(&m->loop_paths);
}

/* ---- arriving at a loop ---- */

static bool in_set(const struct sim *m, const uint64_t *bits, loc_t x)
{
	const struct loc *n = loc_at(&m->s->locs, loc_at(&m->s->locs, x)->root);

	return n->kind == ROOT_LOCAL && n->ref == m->function &&
	       n->value >= 0 &&
	       (uint64_t)n->value < (uint64_t)m->live_words * 64 &&
	       (bits[n->value / 64] >> (n->value % 64) & 1);
}

/* A number, or something without a name. What callers know by a name is kept
 * for the first round: a lock of it is taken there. */
static bool nameless(const struct locs *l, struct value v)
{
	return !v.loc || loc_at(l, loc_at(l, v.loc)->root)->kind == ROOT_SYM;
}

static void forget_facts(struct state *st, const struct locs *l, loc_t root)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->facts.len; i++)
		if (loc_at(l, st->facts.data[i].sym)->root != root)
			st->facts.data[n++] = st->facts.data[i];
	st->facts.len = n;
}

static void unknown_from_here(struct sim *m, uint32_t to, struct state *st,
			      loc_t x)
{
	struct locs *l = &m->s->locs;
	loc_t phi = loc_sym(l, SYM_PHI, m->function, to, x);

	state_store(&m->arena, st, x, value_addr(phi));
	forget_facts(st, l, phi);
}

static uint32_t first_path(const struct sim *m, uint32_t head)
{
	uint32_t lo = 0, hi = m->loop_paths.len;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (m->loop_paths.data[mid].head < head)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void plain_enter_loop(struct sim *m, uint32_t to, struct state *st)
{
	struct locs *l = &m->s->locs;

	if (!m->loop_sets[to] || st->held.len ||
	    m->rpo[to] <= m->rpo[m->block])
		return;
	for (uint32_t i = 0; i < st->store.len; i++) {
		const struct bind *b = &st->store.data[i];

		if (!in_set(m, m->loop_sets[to], b->loc) ||
		    !nameless(l, b->value))
			continue;
		unknown_from_here(m, to, st, b->loc);
	}
	for (uint32_t i = first_path(m, to);
	     i < m->loop_paths.len && m->loop_paths.data[i].head == to; i++)
		unknown_from_here(m, to, st,
				  sim_path(m, st, m->loop_paths.data[i].path));
}

bool plain_is_round(const struct sim *m, uint32_t to, const struct state *st)
{
	return m->loop_sets[to] && !st->held.len &&
	       m->rpo[to] <= m->rpo[m->block];
}
