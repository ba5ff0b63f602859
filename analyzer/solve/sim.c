/* SPDX-License-Identifier: MIT */
/*
 * One function: property simulation over its flow.
 *
 * Step 1  The entry state: parameters hold what the caller passed.
 * Step 2  Blocks are taken in order, loops together; every state of a block runs
 *         through its instructions (a call may fork it) and its terminator.
 * Step 3  A state that arrives at a block is joined with the one of equal lock
 *         state there, or stands beside it.
 * Step 4  A loop that takes every lock of an array or list, and has no release
 *         in it, is a *sweep*: its class is not followed in this function, and
 *         the simulation starts again (restart).
 * Step 5  The states at exits become the summary (outcome.c).
 */
#include "solve/sim.h"

#include <stdlib.h>

/* ---- values ---- */

loc_t value_loc(struct sim *m, struct value v)
{
	if (v.loc)
		return v.loc;
	return loc_sym(&m->s->locs, SYM_LOST, m->function, m->instr, 0);
}

static loc_t path_root(struct sim *m, const struct lc_path *q)
{
	struct locs *l = &m->s->locs;

	switch (q->root_kind) {
	case LC_ROOT_GLOBAL:
		return loc_root(l, ROOT_GLOBAL,
				m->s->program.symbol_map[m->unit][q->root], 0);
	case LC_ROOT_LOCAL:
		return loc_root(l, ROOT_LOCAL, m->function, q->root);
	case LC_ROOT_TEMP:
		return sim_temp(m, q->root);
	default:
		return loc_sym(l, SYM_LOST, m->function,
			       -2 - (int64_t)q->root - q->root_kind, 0);
	}
}

loc_t sim_temp(struct sim *m, uint32_t temp)
{
	return loc_root(&m->s->locs, ROOT_LOCAL, m->function,
			(int64_t)m->flow->nlocals + temp);
}

struct value sim_once(struct sim *m, loc_t sym)
{
	if (!m->in_loop[m->block] &&
	    !strcmp(function_name(&m->s->program, m->function), "main"))
		m->s->locs.data.data[sym].once = true;
	return value_addr(sym);
}

loc_t sim_self(struct sim *m)
{
	return loc_root(&m->s->locs, ROOT_FIXED,
			lc_intern(m->s->program.strings, "the thread itself"),
			0);
}

/*
 * Volatile or atomic: others may change it. A flag is asked twice all the same,
 * and mostly says the same; but a number that was put there is not believed to
 * stay. (Of locals, which setjmp() brings back, nothing is believed.)
 */
static bool volatile_step(struct sim *m, const struct lc_path *q,
			  const struct lc_step *last)
{
	struct program *p = &m->s->program;

	if (last && last->kind == LC_STEP_FIELD)
		return p->fields.data[p->field_map[m->unit][last->ref]].flags &
		       LC_FIELD_VOLATILE;
	if (last)
		return false;
	if (q->root_kind == LC_ROOT_GLOBAL)
		return p->symbols.data[p->symbol_map[m->unit][q->root]].flags &
		       LC_SYM_VOLATILE;
	if (q->root_kind == LC_ROOT_LOCAL)
		return m->u->locals.data[m->flow->first_local + q->root].flags &
		       LC_LOCAL_VOLATILE;
	return false;
}

static bool inside_local(const struct sim *m, const struct lc_path *q)
{
	for (uint32_t i = 0; i < q->nsteps; i++)
		if (m->u->steps.data[q->first_step + i].kind == LC_STEP_DEREF)
			return false;
	return q->root_kind == LC_ROOT_LOCAL;
}

/* What is stored there: by this function, or by a static initialiser. */
static struct value load(struct sim *m, struct state *st, loc_t x)
{
	struct value v = state_load(&m->s->locs, st, x);
	uint32_t lo = 0, hi = m->s->constants.len;

	if (!hi || !v.loc || loc_at(&m->s->locs, v.loc)->kind != STEP_DEREF ||
	    loc_at(&m->s->locs, v.loc)->parent != x)
		return v;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (m->s->constants.data[mid].loc < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < m->s->constants.len && m->s->constants.data[lo].loc == x)
		return m->s->constants.data[lo].value;
	return v;
}

static enum loc_kind value_kind(uint32_t step)
{
	switch (step) {
	case LC_STEP_MASK:
		return STEP_MASK;
	case LC_STEP_PLUS:
		return STEP_PLUS;
	case LC_STEP_NEGATE:
		return STEP_NEGATE;
	case LC_STEP_OR:
		return STEP_OR;
	default:
		return STEP_ARITH;
	}
}

/* The object after the first n steps. */
static loc_t walk(struct sim *m, struct state *st, const struct lc_path *q,
		  uint32_t n)
{
	struct locs *l = &m->s->locs;
	struct program *p = &m->s->program;
	loc_t x = path_root(m, q);

	for (uint32_t i = 0; i < n; i++) {
		const struct lc_step *s = &m->u->steps.data[q->first_step + i];

		switch (s->kind) {
		case LC_STEP_FIELD:
			x = loc_step(l, x, STEP_FIELD,
				     p->field_map[m->unit][s->ref], 0);
			break;
		case LC_STEP_CONTAINER:
			x = loc_step(l, x, STEP_CONTAINER,
				     p->field_map[m->unit][s->ref], 0);
			break;
		case LC_STEP_DEREF:
			x = value_loc(m, load(m, st, x));
			break;
		case LC_STEP_INDEX:
			x = loc_step(l, x, STEP_INDEX, 0, s->value);
			break;
		case LC_STEP_INDEX_VAR: {
			struct value v = sim_operand(m, st, s->ref);

			x = v.loc ? loc_step(l, x, STEP_INDEX_VALUE, v.loc, 0)
				  : loc_step(l, x, STEP_INDEX, 0, v.constant);
			break;
		}
		default:
			x = loc_step(l, x, STEP_INDEX_ANY, 0, 0);
			break;
		}
	}
	return x;
}

loc_t sim_path(struct sim *m, struct state *st, uint32_t path)
{
	const struct lc_path *q = &m->u->paths.data[path];

	return walk(m, st, q, q->nsteps);
}

static struct value load_path(struct sim *m, struct state *st, uint32_t path)
{
	struct locs *l = &m->s->locs;
	const struct lc_path *q = &m->u->paths.data[path];
	const struct lc_step *last =
		q->nsteps ? &m->u->steps.data[q->first_step + q->nsteps - 1]
			  : NULL;
	bool derived = last && lc_step_computes(last->kind);
	loc_t x = walk(m, st, q, derived ? q->nsteps - 1 : q->nsteps);
	struct value v;

	if (inside_local(m, q) && volatile_step(m, q, derived ? NULL : last))
		return value_addr(
			loc_sym(l, SYM_HAVOC, m->function, m->instr, x));
	v = load(m, st, x);
	if (!derived)
		return v;
	if (last->kind == LC_STEP_ARITH && !v.loc)
		return value_addr(loc_sym(l, SYM_LOST, m->function,
					  last->value ^ v.constant, 0));
	return value_step(l, v, value_kind(last->kind), last->value);
}

struct value sim_operand(struct sim *m, struct state *st, uint32_t operand)
{
	const struct lc_operand *o = &m->u->operands.data[operand];
	struct program *p = &m->s->program;
	const struct symbol *sym;

	switch (o->kind) {
	case LC_OP_CONST:
		return value_const(o->value);
	case LC_OP_LOAD:
		return load_path(m, st, o->ref);
	case LC_OP_ADDR:
		return value_addr(sim_path(m, st, o->ref));
	case LC_OP_FUNC:
		sym = &p->symbols.data[p->symbol_map[m->unit][o->ref]];
		if (sym->function != LC_NONE)
			return value_addr(loc_root(&m->s->locs, ROOT_FUNCTION,
						   sym->function, 0));
		if (sym->model)
			return value_addr(loc_root(
				&m->s->locs, ROOT_MODEL,
				p->symbol_map[m->unit][o->ref], 0));
		break;
	default:
		break;
	}
	return value_addr(loc_sym(&m->s->locs, SYM_HAVOC, m->function, m->instr,
				  loc_root(&m->s->locs, ROOT_FIXED, 0,
					   operand)));
}

struct value sim_arg(struct sim *m, struct state *st,
		     const struct lc_instr *in, int number)
{
	if (number < 0 || (uint32_t)number >= in->nargs)
		return value_addr(loc_sym(&m->s->locs, SYM_LOST, m->function,
					  m->instr, 0));
	return sim_operand(
		m, st, m->u->args.data[in->first_arg + (uint32_t)number]);
}

/* ---- what callers can see ---- */

bool sim_visible(const struct locs *l, loc_t x)
{
	const struct loc *n = loc_at(l, x);

	if (n->kind == ROOT_SYM && n->why == SYM_CMP)
		return sim_visible(l, n->parent) && sim_visible(l, n->ref);
	while (n->kind >= STEP_FIELD) {
		if (n->kind == STEP_INDEX_VALUE && !sim_visible(l, n->ref))
			return false;
		n = loc_at(l, n->parent);
	}
	return n->kind == ROOT_PARAM || n->kind == ROOT_GLOBAL ||
	       n->kind == ROOT_FIXED;
}

void *sim_copy(struct lc_arena *to, const void *data, size_t bytes)
{
	void *p;

	if (!bytes)
		return NULL;
	p = lc_arena_alloc(to, bytes);
	memcpy(p, data, bytes);
	return p;
}

/* ---- conditional locks ---- */

bool success_fact(enum lc_success success, bool yes, enum lc_cmp *op,
		  int64_t *c)
{
	*c = 0;
	switch (success) {
	case LC_SUCCESS_ZERO:
		*op = yes ? LC_EQ : LC_NE;
		return true;
	case LC_SUCCESS_ERRNO:
		*op = yes ? LC_EQ : LC_GT;
		return true;
	case LC_SUCCESS_NONZERO:
	case LC_SUCCESS_NONNULL:
		*op = yes ? LC_NE : LC_EQ;
		return true;
	case LC_SUCCESS_NONNEG:
		*op = yes ? LC_GE : LC_LT;
		return true;
	case LC_SUCCESS_POSITIVE:
		*op = yes ? LC_GT : LC_LE;
		return true;
	default:
		return false;
	}
}

void sim_settle(struct sim *m, struct state *st, struct value v)
{
	struct fact f;
	bool negated;
	int64_t more;

	if (!v.loc)
		return;
	/* -x is zero when x is */
	v.loc = value_base(&m->s->locs, v.loc, &negated, &more);
	f = state_fact(st, &m->s->locs, v);
	for (uint32_t i = 0; i < st->held.len; i++) {
		struct held *h = &st->held.data[i];
		enum lc_cmp op;
		int64_t c;
		int t;

		if (h->cond != v.loc ||
		    !success_fact(h->success, true, &op, &c))
			continue;
		t = fact_test(&f, op, c);
		if (t == 1) {
			h->cond = 0;
		} else if (t == 0) {
			state_set_mark(&m->arena, st, h->lock,
				       MARK_LOCK_FAILED, h->event);
			state_drop_held(st, h);
			i--;
		}
	}
}

static bool assume_not_null(struct sim *m, struct state *st, loc_t x)
{
	struct fact f = state_fact(st, &m->s->locs, value_addr(x));
	bool any = fact_is_any(&f);

	if (!fact_refine(&f, LC_NE, 0))
		return false;
	if (any) {
		f.guarded = state_nheld(st) > 0;
		f.implied = true;
		state_put_fact(&m->arena, st, &m->s->locs, f);
	}
	return true;
}

/* A lock at a null pointer would have crashed: the pointers on the way to it
 * are none. false = one of them is known to be null. */
bool sim_assume_there(struct sim *m, struct state *st, loc_t lock)
{
	struct locs *l = &m->s->locs;
	loc_t x = lock;

	for (;;) {
		const struct loc *n = loc_at(l, x);

		if ((n->kind < STEP_FIELD || n->kind == STEP_DEREF) &&
		    !loc_is_object(l, x) && !assume_not_null(m, st, x))
			return false;
		/* `(struct s *)((char *)p - 8)`: the same of the sum */
		if (n->kind == STEP_PLUS &&
		    !state_assume(&m->arena, st, l, value_addr(x), LC_NE, 0))
			return false;
		if (n->kind < STEP_FIELD)
			return true;
		x = n->parent;
	}
}

/* ---- instructions ---- */

/* Does it count references, by its name? */
static bool counts_references(const struct sim *m, loc_t x)
{
	const struct loc *n = loc_at(&m->s->locs, x);
	const char *name;

	if (n->kind != STEP_FIELD && n->kind != ROOT_GLOBAL)
		return false;
	name = lc_str(m->s->program.strings,
		      n->kind == STEP_FIELD
			      ? m->s->program.fields.data[n->ref].name
			      : m->s->program.symbols.data[n->ref].name);
	return strcasestr(name, "ref") || strcasestr(name, "use");
}

static struct value grown(struct sim *m, struct state *st, loc_t x,
			  const struct lc_instr *in, const struct lc_operand *o,
			  struct value by)
{
	struct value old = load(m, st, x);
	struct fact f = state_fact(st, &m->s->locs, old);

	/* who takes a reference has one */
	if (in->flags & LC_INSTR_REFERENCE && fact_is_any(&f) &&
	    counts_references(m, x))
		state_assume(&m->arena, st, &m->s->locs, old, LC_GT, 0);

	/* `if (depth) depth++`: what is counted up is no negative number */
	if (o->kind == LC_OP_CONST && o->value > 0 && f.lo == INT64_MIN &&
	    fact_test(&f, LC_NE, 0) == 1)
		state_assume(&m->arena, st, &m->s->locs, old, LC_GT, 0);
	if (o->kind == LC_OP_CONST)
		return value_plus(&m->s->locs, old, o->value);
	if (!old.loc && !old.constant)
		return by;
	return value_addr(loc_sym(&m->s->locs, SYM_HAVOC, m->function, m->instr,
				  x));
}

/* `held[0] = true`: the first element bears the array's name, but the others
 * stay as they are. */
static void forget_element(const struct locs *l, struct state *st, loc_t x)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->store.len; i++) {
		loc_t y = st->store.data[i].loc;
		enum loc_kind k = LOC_NOTHING;

		for (; y != x && loc_at(l, y)->kind >= STEP_FIELD;
		     y = loc_at(l, y)->parent)
			k = (enum loc_kind)loc_at(l, y)->kind;
		if (y != x || k == STEP_INDEX || k == STEP_INDEX_VALUE ||
		    k == STEP_INDEX_ANY)
			st->store.data[n++] = st->store.data[i];
	}
	st->store.len = n;
}

static bool first_element(const struct sim *m, const struct lc_path *q)
{
	const struct lc_step *last;

	if (!q->nsteps)
		return false;
	last = &m->u->steps.data[q->first_step + q->nsteps - 1];
	return last->kind == LC_STEP_INDEX && !last->value;
}

loc_t sim_loaded_from(struct sim *m, struct state *st, uint32_t operand)
{
	const struct lc_operand *o = &m->u->operands.data[operand];
	const struct lc_path *q;
	uint32_t last;

	if (o->kind != LC_OP_LOAD)
		return 0;
	q = &m->u->paths.data[o->ref];
	last = q->first_step + q->nsteps - 1;
	if (q->nsteps && lc_step_computes(m->u->steps.data[last].kind))
		return 0;
	return sim_path(m, st, o->ref);
}

static void do_assign(struct sim *m, struct state *st,
		      const struct lc_instr *in)
{
	struct locs *l = &m->s->locs;
	loc_t x = sim_path(m, st, in->path);
	const struct lc_operand *o = &m->u->operands.data[in->operand];
	const struct lc_path *q = &m->u->paths.data[in->path];
	struct value v;
	loc_t from;

	if (o->kind == LC_OP_INIT) {
		sim_initialiser(m, x, o->ref);
		state_forget_below(st, l, x);
		return;
	}
	v = sim_operand(m, st, in->operand);
	from = sim_loaded_from(m, st, in->operand);
	if (in->flags & LC_INSTR_STEP)
		v = grown(m, st, x, in, o, v);
	if (o->kind == LC_OP_UNKNOWN)
		v = value_addr(loc_sym(l, SYM_HAVOC, m->function, m->instr, x));
	pure_forget_store(m, st, x, sim_mod_hash(l, x));
	if (first_element(m, q))
		forget_element(l, st, x);
	else
		state_forget_below(st, l, x);
	if (volatile_step(m, q,
			  q->nsteps ? &m->u->steps.data[q->first_step +
							q->nsteps - 1]
				    : NULL)) {
		if (inside_local(m, q))
			return;
		/* a loop may wait until somebody changes it */
		if (!v.loc)
			v = value_addr(loc_sym(l, SYM_HAVOC, m->function,
					       m->instr, x));
	}
	state_store(&m->arena, st, x, v);
	if (m->groups.len)
		group_note_counted(m, st, in, x);
	if (from && v.loc && from != x && !loc_below(l, x, from))
		state_copy_below(&m->arena, st, l, from, x);
}

static void do_decl(struct sim *m, struct state *st, const struct lc_instr *in)
{
	struct locs *l = &m->s->locs;
	loc_t x = sim_path(m, st, in->path);

	state_forget_below(st, l, x);
	state_store(&m->arena, st, x,
		    value_addr(loc_sym(l, SYM_HAVOC, m->function, m->instr,
				       x)));
}

/* A fresh object handed to code we do not follow may be seen by others. */
void sim_escape(struct sim *m, struct state *st, struct value v)
{
	loc_t root;

	if (!v.loc)
		return;
	root = loc_at(&m->s->locs, v.loc)->root;
	if (loc_at(&m->s->locs, root)->kind == ROOT_SYM &&
	    loc_at(&m->s->locs, root)->why == SYM_ALLOC)
		state_set_mark(&m->arena, st, root, MARK_ESCAPED, LC_NONE);
}

/* A call of something unseen may write through the pointers it is given. */
static void havoc_args(struct sim *m, struct state *st,
		       const struct lc_instr *in)
{
	struct locs *l = &m->s->locs;

	for (uint32_t i = 0; i < in->nargs; i++) {
		const struct lc_operand *o =
			&m->u->operands.data[m->u->args.data[in->first_arg +
							     i]];
		struct value v;

		if (o->kind == LC_OP_LOAD)
			sim_escape(m, st,
				   sim_operand(m, st,
					       m->u->args.data[in->first_arg +
							       i]));
		if (o->kind != LC_OP_ADDR)
			continue;
		v = sim_operand(m, st, m->u->args.data[in->first_arg + i]);
		sim_escape(m, st, v);
		if (!v.loc || loc_at(l, v.loc)->kind == STEP_KIND)
			continue;
		sim_havoc_below(m, st, v.loc);
	}
}

void sim_unknown_call(struct sim *m, struct state *st,
		      const struct lc_instr *in, const uint64_t *mods)
{
	if (mods)
		sim_havoc_mods(m, st, mods);
	else
		pure_forget_args(m, st, in);
	havoc_args(m, st, in);
}

static void store_result(struct sim *m, struct state *st,
			 const struct lc_instr *in)
{
	if (in->temp == LC_NONE)
		return;
	state_store(&m->arena, st, sim_temp(m, in->temp),
		    sim_once(m, loc_sym(&m->s->locs, SYM_RESULT, m->function,
					m->instr, 0)));
}

bool sim_moves_locks(const struct sim *m, uint32_t f)
{
	const struct summary *sum = &m->s->summaries[f];

	for (uint32_t i = 0; i < sum->outcomes.len; i++)
		if (sum->outcomes.data[i].ndeltas)
			return true;
	return false;
}

/* false: this path ends here */
static bool call(struct sim *m, struct state *st, const struct lc_instr *in)
{
	const struct lc_operand *o = &m->u->operands.data[in->operand];
	struct program *p = &m->s->program;
	const struct symbol *sym;

	store_result(m, st, in);
	if (o->kind != LC_OP_FUNC)
		return sim_call_pointer(m, st, in);
	sym = &p->symbols.data[p->symbol_map[m->unit][o->ref]];
	if (sym->model)
		return ops_call(m, st, in, sym->model);
	if (sym->function != LC_NONE) {
		uint32_t f = sym->function;

		return sim_call_functions(m, st, in, &f, 1, false);
	}
	sim_unknown_call(m, st, in, NULL);
	return true;
}

/* … what a function that only looks says is what it has said. */
static bool do_call(struct sim *m, struct state *st, const struct lc_instr *in)
{
	struct question q;
	uint32_t n = 0;
	bool alive;

	if (!pure_ask(m, st, in, &q))
		return call(m, st, in);
	alive = call(m, st, in) && pure_answered(m, st, in, &q);
	for (uint32_t i = 0; i < m->next.len; i++)
		if (pure_answered(m, m->next.data[i], in, &q))
			m->next.data[n++] = m->next.data[i];
	m->next.len = n;
	return alive;
}

/* Runs `st` from instruction `from` of the block to its terminator; forks
 * are queued in `work` with the instruction to go on at. */
struct pending {
	struct state *state;
	uint32_t instr;
};
typedef LC_ARRAY(struct pending) pendings;

static void run_block(struct sim *m, const struct lc_block *b,
		      struct state *entry, void (*leave)(struct sim *,
							 const struct lc_block *,
							 struct state *))
{
	pendings work = { 0 };
	uint32_t forks = 0;

	*lc_push(&work) = (struct pending){ entry, 0 };
	while (work.len) {
		struct pending p = work.data[--work.len];
		bool alive = true;

		for (uint32_t i = p.instr; alive && i < b->ninstrs; i++) {
			const struct lc_instr *in;

			m->instr = b->first_instr + i;
			in = &m->u->instrs.data[m->instr];
			m->next.len = 0;
			if (in->kind == LC_I_ASSIGN)
				do_assign(m, p.state, in);
			else if (in->kind == LC_I_DECL)
				do_decl(m, p.state, in);
			else if (in->kind == LC_I_CALL)
				alive = do_call(m, p.state, in);
			for (uint32_t k = 0; k < m->next.len; k++) {
				if (++forks > MAX_STATES * 4) {
					m->sum->capped = true;
					m->sum->inexact = true;
					break;
				}
				*lc_push(&work) = (struct pending){
					m->next.data[k], i + 1
				};
			}
		}
		if (alive) {
			m->instr = b->first_instr + b->ninstrs;
			leave(m, b, p.state);
		}
	}
	lc_array_release(&work);
}

/* The block with the cleanup handler that was pushed last; it is popped. */
static uint32_t next_handler(struct sim *m, struct state *st)
{
	const struct mark *last = NULL;
	loc_t buffer;

	for (uint32_t i = 0; i < st->marks.len; i++)
		if (st->marks.data[i].kind == MARK_CLEANUP &&
		    (!last || st->marks.data[i].event > last->event))
			last = &st->marks.data[i];
	if (!last)
		return LC_NONE;
	buffer = last->lock;
	state_clear_marks(st, buffer);
	for (uint32_t i = 0; i < m->handlers.len; i++)
		if (sim_operand(m, st, m->handlers.data[i].buffer).loc == buffer)
			return m->handlers.data[i].block;
	return LC_NONE;
}

void sim_exit_thread(struct sim *m, struct state *st, struct lc_pos pos,
		     uint8_t ends_thread)
{
	struct exitrec e = { .state = state_clone(&m->arena, st), .pos = pos,
			     .block = m->block, .thread_exit = true,
			     .ends_thread = ends_thread };
	uint32_t handler = next_handler(m, e.state);

	if (handler != LC_NONE) {
		sim_flow_to(m, handler, e.state);
		return;
	}

	outcome_add_exit(m, &e);
}

/* ---- the worklist ---- */

static struct block_state *first_dirty(struct block_states *bs)
{
	for (uint32_t k = 0; k < bs->len; k++)
		if (bs->data[k].dirty)
			return &bs->data[k];
	return NULL;
}

/* The first dirty block in order; once the end is near because a cap was
 * met, the one seen least, so that every part of the function is seen. */
static uint32_t choose_block(struct sim *m)
{
	uint32_t best = LC_NONE;

	for (uint32_t i = m->first_dirty; i < m->flow->nblocks; i++) {
		uint32_t b = m->order[i];

		if (!first_dirty(&m->states[b]))
			continue;
		if (best == LC_NONE)
			m->first_dirty = i;
		if (!m->sum->capped)
			return b;
		if (best == LC_NONE ||
		    m->states[b].visits < m->states[best].visits)
			best = b;
	}
	return best;
}

static struct state *moved(struct lc_arena *to, const struct state *st)
{
	struct state *n = state_clone(to, st);

	n->joins = st->joins;
	return n;
}

/* Between two visits only the states that wait at blocks and exits live: once
 * there is much beside them, they are copied out and the rest is let go. */
static void collect(struct sim *m)
{
	struct lc_arena old = m->arena;

	if (old.given < m->collect_at)
		return;
	m->arena = (struct lc_arena){ 0 };
	for (uint32_t b = 0; b < m->flow->nblocks; b++)
		for (uint32_t i = 0; i < m->states[b].len; i++) {
			struct block_state *one = &m->states[b].data[i];

			one->state = moved(&m->arena, one->state);
		}
	for (uint32_t i = 0; i < m->exits.len; i++)
		m->exits.data[i].state =
			moved(&m->arena, m->exits.data[i].state);
	lc_arena_release(&old);
	m->collect_at = COLLECT_BYTES + 3 * m->arena.given;
}

static bool run_dirty(struct sim *m)
{
	uint32_t b = choose_block(m);
	struct block_state *one;

	if (b == LC_NONE)
		return false;
	/* what is left of it will not be exact: be quick */
	if (m->sum->capped && !m->hurried) {
		m->hurried = true;
		if (m->max_visits > m->visits + m->flow->nblocks)
			m->max_visits = m->visits + m->flow->nblocks;
	}
	m->s->visits++;
	m->s->nrun++;
	if (++m->visits > m->max_visits) {
		m->sum->capped = m->sum->inexact = true;
		if (!m->cap_reason)
			m->cap_reason = "too many visits";
		return false;
	}
	m->states[b].visits++;
	m->block = b;
	lc_arena_reset(&m->scratch);
	collect(m);
	one = first_dirty(&m->states[b]);
	one->dirty = false;
	run_block(m, &m->u->blocks.data[m->flow->first_block + b],
		  state_clone(&m->arena, one->state), sim_leave_block);
	return true;
}

static void enter(struct sim *m)
{
	struct state *st = state_new(&m->arena);

	for (uint32_t i = 0; i < m->flow->nparams; i++)
		state_store(&m->arena, st,
			    loc_root(&m->s->locs, ROOT_LOCAL, m->function, i),
			    value_addr(loc_root(&m->s->locs, ROOT_PARAM, i,
						0)));
	*lc_push(&m->states[0]) = (struct block_state){ st, true };
	m->first_dirty = 0;
}

/* No block of the loop waits for another visit. */
static bool loop_has_ended(struct sim *m, uint32_t loop)
{
	for (uint32_t i = m->first_dirty; i < m->loop_end[loop]; i++)
		if (first_dirty(&m->states[m->order[i]]))
			return false;
	return true;
}

/* Step 4: classes held over a back edge that the loop never releases. */
static bool new_sweeps(struct sim *m, bool all)
{
	bool any = false;

	for (uint32_t i = 0; i < m->held_over.len; i++) {
		const struct loop_class *h = &m->held_over.data[i];
		bool released = false;

		for (uint32_t k = 0; k < m->loop_releases.len; k++)
			released |= m->loop_releases.data[k].cls == h->cls &&
				    m->loop_releases.data[k].loop == h->loop;
		if (released || sim_swept_class(m, h->cls) ||
		    (!all && !loop_has_ended(m, h->loop)))
			continue;
		*lc_push(&m->sweeps) = h->cls;
		any = true;
	}
	for (uint32_t i = 0; i < m->given_up_over.len; i++) {
		if (sim_swept_class(m, m->given_up_over.data[i]))
			continue;
		*lc_push(&m->sweeps) = m->given_up_over.data[i];
		any = true;
	}
	return any;
}

/* What was found out at the end of a run; and group locks, see group.c. */
static bool go_again(struct sim *m)
{
	bool any = m->groups_grew;

	m->groups_grew = false;
	if (m->sum->gives_unknown == 1 && !m->unsure)
		any = m->unsure = true;
	return new_sweeps(m, true) || any;
}

static void run(struct sim *m)
{
	struct marks at = sim_observations(m->s);

	for (int round = 0; round < MAX_RESTARTS; round++) {
		bool early = false;

		for (uint32_t b = 0; b < m->flow->nblocks; b++)
			m->states[b].len = m->states[b].visits = 0;
		m->exits.len = 0;
		m->lifted_keys.len = 0;
		m->conditions.len = 0;
		lc_map_release(&m->lifted);
		m->held_over.len = 0;
		m->loop_releases.len = 0;
		m->given_up_over.len = 0;
		m->ordered.len = 0;
		m->visits = 0;
		m->max_visits = VISITS_BASE + m->flow->nblocks * MAX_VISITS;
		if (m->s->visits > MANY_VISITS)
			m->max_visits = 100 + m->flow->nblocks * FEW_VISITS;
		m->sum->capped = m->sum->inexact = m->hurried = false;
		summary_clear(m->sum);
		memset(m->acquire_lists, 0xff, sizeof(m->acquire_lists));
		sim_rewind(m->s, &at);
		lc_arena_reset(&m->arena);
		m->collect_at = COLLECT_BYTES;
		plain_prepare(m);
		enter(m);
		while (run_dirty(m) &&
		       !(m->groups_grew && round + 1 < MAX_RESTARTS))
			if (round < FEW_RESTARTS && !m->sum->capped &&
			    new_sweeps(m, false)) {
				early = true;
				break;
			}
		if (!early && !go_again(m))
			break;
	}
}

void sim_function(struct solver *s, uint32_t function)
{
	struct sim m = { .s = s, .function = function };

	m.unit = s->program.functions.data[function].unit;
	m.u = function_unit(&s->program, function);
	m.flow = s->program.functions.data[function].flow;
	m.sum = &s->summaries[function];
	m.keep = &m.sum->arena;
	m.arena = s->spare;
	m.scratch = s->spare_scratch;
	sim_prepare(&m);
	for (uint32_t i = 0; i < m.sum->sweeps.len; i++)
		*lc_push(&m.sweeps) = m.sum->sweeps.data[i];
	run(&m);
	m.sum->sweeps.len = 0;
	for (uint32_t i = 0; i < m.sweeps.len; i++)
		*lc_push(&m.sum->sweeps) = m.sweeps.data[i];
	if (m.sum->capped)
		incomplete(s, "function", function_name(&s->program, function),
			   m.cap_reason ? m.cap_reason : "too many forks",
			   false);
	outcome_finish(&m);
	m.sum->crowded = m.sum->acquires.len > 2 * MANY_ACQUIRES &&
			 m.flow->nblocks > MANY_BLOCKS;
	m.sum->done = true;
	for (uint32_t b = 0; b < m.flow->nblocks; b++)
		lc_array_release(&m.states[b]);
	free(m.states);
	/* their memory is taken over, or each function would ask for it anew */
	lc_arena_reset(&m.arena);
	lc_arena_reset(&m.scratch);
	s->spare = m.arena;
	s->spare_scratch = m.scratch;
	sim_cleanup(&m);
}
