/* SPDX-License-Identifier: MIT */
/*
 * The graph of one function: built block by block in any order, then tidied
 * (jumps through empty blocks folded, straight lines joined, the unreachable
 * dropped) and written to the unit in reverse postorder.
 */
#include "frontend/internal.h"

void fe_map_clear(struct lc_map *m)
{
	/* A giant function's table would be wiped for every small one. */
	if (m->cap > 1024 && m->len * 8 < m->cap) {
		lc_map_release(m);
		return;
	}
	if (m->cap)
		memset(m->slots, 0xff, m->cap * sizeof(*m->slots));
	m->len = 0;
}

void fe_cfg_begin(struct lc_parser *fe)
{
	fe->instrs.len = fe->cases.len = fe->blocks.len = 0;
	fe->cur = LC_NONE;
	fe_start(fe, fe_block(fe));
}

uint32_t fe_block(struct lc_parser *fe)
{
	struct fe_block *b = lc_push(&fe->blocks);

	b->first = b->last = b->first_case = b->last_case = LC_NONE;
	b->b.lhs = b->b.rhs = LC_NONE;
	b->b.succ[0] = b->b.succ[1] = LC_NONE;
	return fe->blocks.len - 1;
}

void fe_start(struct lc_parser *fe, uint32_t block)
{
	if (fe->cur != LC_NONE && fe->cur != block)
		fe_jump(fe, block);
	fe->cur = block;
}

/* NULL in unreachable code. Valid until the next instruction is emitted. */
struct lc_instr *fe_emit(struct lc_parser *fe, enum lc_instr_kind kind)
{
	uint32_t id = fe->instrs.len;
	struct fe_block *b;
	struct fe_instr *i;

	if (fe->cur == LC_NONE)
		return NULL;
	i = lc_push(&fe->instrs);
	i->next = LC_NONE;
	i->i.kind = kind;
	i->i.path = i->i.operand = i->i.temp = LC_NONE;
	b = &fe->blocks.data[fe->cur];
	if (b->last == LC_NONE)
		b->first = id;
	else
		fe->instrs.data[b->last].next = id;
	b->last = id;
	return &i->i;
}

/* Ends the block being filled; NULL in unreachable code. */
struct fe_block *fe_close(struct lc_parser *fe, enum lc_term_kind term)
{
	struct fe_block *b;

	if (fe->cur == LC_NONE)
		return NULL;
	b = &fe->blocks.data[fe->cur];
	b->closed = true;
	b->b.term = term;
	fe->cur = LC_NONE;
	return b;
}

void fe_jump(struct lc_parser *fe, uint32_t to)
{
	struct fe_block *b = fe_close(fe, LC_T_JUMP);

	if (b)
		b->b.succ[0] = to;
}

void fe_test(struct lc_parser *fe, uint32_t lhs, enum lc_cmp cmp, uint32_t rhs,
	     uint32_t yes, uint32_t no, struct lc_pos *pos)
{
	struct fe_block *b = fe_close(fe, LC_T_TEST);

	if (!b)
		return;
	b->b.lhs = lhs;
	b->b.cmp = cmp;
	b->b.rhs = rhs;
	b->b.succ[0] = yes;
	b->b.succ[1] = no;
	b->b.pos = *pos;
}

void fe_choice(struct lc_parser *fe, uint32_t yes, uint32_t no,
	       struct lc_pos *pos)
{
	struct fe_block *b = fe_close(fe, LC_T_CHOICE);

	if (!b)
		return;
	b->b.succ[0] = yes;
	b->b.succ[1] = no;
	b->b.pos = *pos;
}

void fe_return(struct lc_parser *fe, uint32_t operand, struct lc_pos *pos)
{
	struct fe_block *b = fe_close(fe, LC_T_RETURN);

	if (!b)
		return;
	b->b.lhs = operand;
	b->b.pos = *pos;
}

void fe_noreturn(struct lc_parser *fe, struct lc_pos *pos)
{
	struct fe_block *b = fe_close(fe, LC_T_NORETURN);

	if (b)
		b->b.pos = *pos;
}

void fe_add_case(struct lc_parser *fe, uint32_t block, int64_t lo, int64_t hi,
		 uint32_t target)
{
	uint32_t id = fe->cases.len;
	struct fe_case *c = lc_push(&fe->cases);
	struct fe_block *b = &fe->blocks.data[block];

	c->c.lo = lo;
	c->c.hi = hi;
	c->c.target = target;
	c->next = LC_NONE;
	if (b->last_case == LC_NONE)
		b->first_case = id;
	else
		fe->cases.data[b->last_case].next = id;
	b->last_case = id;
	b->b.ncases++;
}

/* ---- tidying ---- */

static uint32_t nsuccs(const struct fe_block *b)
{
	switch (b->b.term) {
	case LC_T_JUMP:
	case LC_T_SWITCH:
		return 1;
	case LC_T_TEST:
	case LC_T_CHOICE:
		return 2;
	default:
		return 0;
	}
}

/* Where a jump to `b` really leads. Two empty blocks that jump to each other
 * are an endless loop: the walk stops after as many steps as there are blocks
 * and the one it stands on stays. */
static uint32_t forward(struct lc_parser *fe, uint32_t b)
{
	for (uint32_t i = 0; i < fe->blocks.len; i++) {
		struct fe_block *x = &fe->blocks.data[b];

		if (!x->closed || x->first != LC_NONE ||
		    x->b.term != LC_T_JUMP || x->b.succ[0] == b)
			return b;
		b = x->b.succ[0];
	}
	return b;
}

static uint32_t forward_fast(struct lc_parser *fe, uint32_t b)
{
	uint32_t to = forward(fe, b);

	/* Halve the way for the next one; a cycle's blocks all end on `to`. */
	while (b != to) {
		struct fe_block *x = &fe->blocks.data[b];
		uint32_t next = x->b.succ[0];

		if (x->first != LC_NONE || x->b.term != LC_T_JUMP)
			break;
		x->b.succ[0] = to;
		b = next;
	}
	return to;
}

/* A two-way end whose ways are the same is a jump. */
static bool fold_block(struct lc_parser *fe, uint32_t id)
{
	struct fe_block *b = &fe->blocks.data[id];
	uint32_t n = nsuccs(b);
	bool same;

	if (!b->closed)
		return false; /* made, but nothing ever led there */
	for (uint32_t i = 0; i < n; i++) {
		uint32_t to = forward_fast(fe, b->b.succ[i]);

		b->b.succ[i] = to;
	}
	for (uint32_t c = b->first_case; c != LC_NONE; c = fe->cases.data[c].next)
		fe->cases.data[c].c.target =
			forward_fast(fe, fe->cases.data[c].c.target);
	if (b->b.term == LC_T_SWITCH) {
		same = true;
		for (uint32_t c = b->first_case; c != LC_NONE && same;
		     c = fe->cases.data[c].next)
			same = fe->cases.data[c].c.target == b->b.succ[0];
	} else {
		same = n == 2 && b->b.succ[0] == b->b.succ[1];
	}
	if (!same)
		return false;
	b->b.term = LC_T_JUMP;
	b->first_case = b->last_case = LC_NONE;
	b->b.ncases = 0;
	b->b.lhs = b->b.rhs = LC_NONE;
	b->b.cmp = 0;
	memset(&b->b.pos, 0, sizeof(b->b.pos));
	return true;
}

static void fold_all(struct lc_parser *fe)
{
	bool again = true;

	/* Blocks are made outside in, so going backwards folds a nest of
	 * empty conditions in one round; the bound is for odd gotos. */
	for (int round = 0; again && round < 8; round++) {
		again = false;
		for (uint32_t i = fe->blocks.len; i-- > 0;)
			again |= fold_block(fe, i);
	}
	for (uint32_t i = 0; i < fe->blocks.len; i++)
		fold_block(fe, i);
}

/* The k-th successor of a block, LC_NONE after the last. */
static uint32_t successor(struct lc_parser *fe, uint32_t id, uint32_t *state)
{
	struct fe_block *b = &fe->blocks.data[id];
	uint32_t n = nsuccs(b), k = *state;

	/* Last successor first, so that the reverse order starts with the
	 * first: `then` before `else` before what follows. */
	if (k < n) {
		*state = k + 1;
		return b->b.succ[n - 1 - k];
	}
	k = k == n ? b->first_case : k - n - 1;
	if (b->first_case == LC_NONE || k == LC_NONE)
		return LC_NONE;
	*state = fe->cases.data[k].next == LC_NONE ? LC_NONE :
		n + 1 + fe->cases.data[k].next;
	return fe->cases.data[k].c.target;
}

/* Postorder of what the entry reaches, into fe->order; counts predecessors. */
static void walk(struct lc_parser *fe)
{
	lc_reserve(&fe->numbers, fe->blocks.len);
	lc_reserve(&fe->npreds, fe->blocks.len);
	fe->numbers.len = fe->npreds.len = fe->blocks.len;
	memset(fe->numbers.data, 0xff, fe->blocks.len * sizeof(uint32_t));
	memset(fe->npreds.data, 0, fe->blocks.len * sizeof(uint32_t));
	fe->order.len = fe->stack.len = 0;
	*lc_push(&fe->stack) = 0;
	*lc_push(&fe->stack) = 0; /* pairs: block, state */
	fe->numbers.data[0] = 0;
	fe->npreds.data[0] = 2; /* the entry is never joined to another */
	while (fe->stack.len) {
		uint32_t top = fe->stack.len - 2;
		uint32_t state = fe->stack.data[top + 1], to = LC_NONE;

		if (state != LC_NONE)
			to = successor(fe, fe->stack.data[top], &state);
		fe->stack.data[top + 1] = state;
		if (to == LC_NONE) {
			*lc_push(&fe->order) = fe->stack.data[top];
			fe->stack.len = top;
			continue;
		}
		fe->npreds.data[to]++;
		if (fe->numbers.data[to] == LC_NONE) {
			fe->numbers.data[to] = 0;
			*lc_push(&fe->stack) = to;
			*lc_push(&fe->stack) = 0;
		}
	}
}

/* Joins `b` with the blocks that only it jumps to. */
static void join(struct lc_parser *fe, uint32_t id)
{
	struct fe_block *b = &fe->blocks.data[id];

	while (b->b.term == LC_T_JUMP && b->b.succ[0] != id &&
	       fe->npreds.data[b->b.succ[0]] == 1) {
		uint32_t next = b->b.succ[0];
		struct fe_block *x = &fe->blocks.data[next];

		if (x->first != LC_NONE) {
			if (b->last == LC_NONE)
				b->first = x->first;
			else
				fe->instrs.data[b->last].next = x->first;
			b->last = x->last;
		}
		b->b = x->b;
		b->first_case = x->first_case;
		b->last_case = x->last_case;
		x->first = x->last = x->first_case = LC_NONE;
		fe->npreds.data[next] = 0; /* gone */
	}
}

static void write_block(struct lc_parser *fe, uint32_t id)
{
	struct lc_unit *u = fe->unit;
	struct fe_block *b = &fe->blocks.data[id];
	struct lc_block *out = lc_push(&u->blocks);

	*out = b->b;
	out->first_instr = u->instrs.len;
	out->first_case = u->cases.len;
	out->ninstrs = out->ncases = 0;
	for (uint32_t i = b->first; i != LC_NONE; i = fe->instrs.data[i].next) {
		*lc_push(&u->instrs) = fe->instrs.data[i].i;
		out->ninstrs++;
	}
	for (uint32_t i = b->first_case; i != LC_NONE;
	     i = fe->cases.data[i].next) {
		struct lc_case *c = lc_push(&u->cases);

		*c = fe->cases.data[i].c;
		c->target = fe->numbers.data[c->target];
		out->ncases++;
	}
	for (uint32_t i = 0; i < 2; i++)
		out->succ[i] = i < nsuccs(b) ? fe->numbers.data[b->b.succ[i]] :
			LC_NONE;
}

void fe_cfg_finish(struct lc_parser *fe, struct lc_flow *flow)
{
	uint32_t n = 0;

	fold_all(fe);
	walk(fe);
	for (uint32_t i = fe->order.len; i-- > 0;)
		if (fe->npreds.data[fe->order.data[i]])
			join(fe, fe->order.data[i]);
	for (uint32_t i = fe->order.len; i-- > 0;) {
		uint32_t id = fe->order.data[i];

		fe->numbers.data[id] = fe->npreds.data[id] ? n++ : LC_NONE;
	}
	flow->first_block = fe->unit->blocks.len;
	flow->nblocks = n;
	for (uint32_t i = fe->order.len; i-- > 0;)
		if (fe->npreds.data[fe->order.data[i]])
			write_block(fe, fe->order.data[i]);
}
