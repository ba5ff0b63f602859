/* SPDX-License-Identifier: MIT */
/*
 * From raw observations to facts about single threads: double acquires, leaks,
 * bad releases, unchecked tries. What a function does to a lock is judged by
 * what its callers make of it, so this waits until all are simulated.
 *
 * A held lock at an exit is a leak only when the function cannot mean it:
 *   - it ends a thread or main; or
 *   - the function itself gives the lock back on another way out, no caller
 *     ever releases what this way leaves, and the two ways are not told
 *     apart by success and failure with success the one that holds.
 * A function that only ever takes (or only releases) is a wrapper: silent.
 */
#include "solve/verdict.h"

#include "solve/guess.h"

#include <ctype.h>
#include <stdlib.h>

static enum lc_kind api_kind(const struct solver *s, uint32_t event)
{
	return (enum lc_kind)s->events.data[event].lock_kind;
}

uint32_t verdict_lock_of(struct solver *s, loc_t lock, uint32_t event)
{
	return emit_lock(s, lock, api_kind(s, event));
}

static bool chain_reported(const struct solver *s, uint32_t event)
{
	for (uint32_t e = event; e != LC_NONE; e = s->events.data[e].inner)
		if (s->events.data[e].reported)
			return true;
	return false;
}

bool verdict_chain_released(const struct solver *s, uint32_t event)
{
	return s->events.data[event].released;
}

/* ---- leaks ---- */

bool verdict_is_main(const struct solver *s, uint32_t f)
{
	return !strcmp(function_name(&s->program, f), "main");
}

bool verdict_gives_back(const struct solver *s, const struct leak *k,
			uint32_t *release)
{
	bool found = false;

	for (uint32_t i = 0; i < s->okreleases.len; i++)
		if (s->okreleases.data[i].function == k->function &&
		    (s->okreleases.data[i].lock == k->lock ||
		     s->okreleases.data[i].taken == k->held.instr)) {
			if (!found)
				*release = s->okreleases.data[i].instr;
			found = true;
		}
	return found;
}

enum sign { SIGN_ANY, SIGN_ZERO, SIGN_NEG, SIGN_POS, SIGN_NONZERO };

static enum sign sign_of(const struct fact *f)
{
	if (f->lo == 0 && f->hi == 0)
		return SIGN_ZERO;
	if (f->hi < 0)
		return SIGN_NEG;
	if (f->lo > 0)
		return SIGN_POS;
	for (uint8_t i = 0; i < f->nne; i++)
		if (f->ne[i] == 0)
			return SIGN_NONZERO;
	return SIGN_ANY;
}

/* Signs of the exits of the function that leave without the lock. */
static uint32_t free_signs(const struct solver *s, const struct leak *k)
{
	uint32_t set = 0, taken = 0;

	for (uint32_t i = 0; i < s->balances.len; i++) {
		const struct balance *b = &s->balances.data[i];
		uint32_t bit =
			1u << (b->has_ret ? sign_of(&b->ret_fact) : SIGN_ANY);

		if (b->function != k->function || b->lock != k->lock)
			continue;
		set |= bit;
		if (b->taken)
			taken |= bit;
	}
	/* those that gave it back count, not those that never took it */
	return taken ? taken : set;
}

static bool returns_pointer(const struct solver *s, uint32_t f)
{
	return function_symbol(&s->program, f)->flags & LC_SYM_POINTER_RET;
}

/* Does the value say failure, next to the values of the other exits? */
static bool says_failure(struct solver *s, const struct leak *k,
			 uint32_t others)
{
	enum sign g = k->has_ret ? sign_of(&k->ret_fact) : SIGN_ANY;

	if (returns_pointer(s, k->function))
		return g == SIGN_ZERO;
	if (g == SIGN_NEG)
		return true;
	/* `true`, and somebody releases what others took */
	if (k->ret_fact.lo == 1 && k->ret_fact.hi == 1 &&
	    (balance_of(s, k->lock) & CLASS_RELEASED_ALONE))
		return false;
	return (g == SIGN_POS || g == SIGN_NONZERO) &&
	       (others & (1u << SIGN_ZERO)) &&
	       !(others &
		 (1u << SIGN_POS | 1u << SIGN_NEG | 1u << SIGN_NONZERO));
}

static bool separated(const struct leak *k, uint32_t others)
{
	enum sign g = k->has_ret ? sign_of(&k->ret_fact) : SIGN_ANY;
	uint32_t clash = 1u << g | 1u << SIGN_ANY;

	if (!k->has_ret || g == SIGN_ANY)
		return false;
	if (g == SIGN_POS || g == SIGN_NEG)
		clash |= 1u << SIGN_NONZERO;
	if (g == SIGN_NONZERO)
		clash |= 1u << SIGN_POS | 1u << SIGN_NEG;
	return !(others & clash);
}

static bool about_parameter(const struct locs *l, loc_t x)
{
	while (loc_at(l, x)->kind == STEP_MASK)
		x = loc_at(l, x)->parent;
	return loc_at(l, x)->kind == ROOT_PARAM;
}

/* A flag or a mode: it is asked whether it is one number. `k < 0` and `k > max`
 * ask whether an argument is good. */
static bool asks_flag(const struct fact *f)
{
	return f->lo == f->hi || (f->lo == INT64_MIN && f->hi == INT64_MAX);
}

/* … and so does whether a pointer is null. */
bool verdict_passed_flag(const struct solver *s, uint32_t function,
			 const struct fact *f)
{
	const struct lc_unit *u = function_unit(&s->program, function);
	const struct lc_flow *flow = s->program.functions.data[function].flow;
	const struct loc *n;

	if (!about_parameter(&s->locs, f->sym) || !asks_flag(f))
		return false;
	n = loc_at(&s->locs, loc_at(&s->locs, f->sym)->root);
	return n->ref >= flow->nparams ||
	       !(u->locals.data[flow->first_local + n->ref].flags &
		 LC_LOCAL_POINTER);
}

/* What the caller passed tells this way out from one that releases: `keep it
 * if asked`. Only the parameters' own values count, not what they point to. */
static bool caller_decides(const struct solver *s, const struct leak *k)
{
	struct fact passed[MAX_CONDS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < k->nconds; i++)
		if (verdict_passed_flag(s, k->function, &k->conds[i]))
			passed[n++] = k->conds[i];
	for (uint32_t i = 0; i < s->okreleases.len; i++) {
		const struct okrelease *o = &s->okreleases.data[i];

		if (o->function == k->function && o->lock == k->lock &&
		    facts_told_apart(o->conds, o->nconds, passed, n))
			return true;
	}
	return false;
}

uint32_t verdict_block_of(const struct lc_unit *u, const struct lc_flow *f,
			 uint32_t instr)
{
	for (uint32_t b = 0; b < f->nblocks; b++) {
		const struct lc_block *x = &u->blocks.data[f->first_block + b];

		if (instr >= x->first_instr &&
		    instr < x->first_instr + x->ninstrs)
			return b;
	}
	return 0;
}

/* Is there a way in the flow, possible or not, from block to block, that does
 * not go on from block `around`? */
static bool block_reaches(const struct lc_unit *u, const struct lc_flow *f,
			  uint32_t from, uint32_t to, uint32_t around)
{
	bool *seen = lc_alloc(f->nblocks + 1), found = false;
	LC_ARRAY(uint32_t) todo = { 0 };

	*lc_push(&todo) = from;
	while (todo.len && !found) {
		const struct lc_block *x =
			&u->blocks.data[f->first_block + todo.data[--todo.len]];
		uint32_t n = flow_successors(x);

		for (uint32_t i = 0; i < n; i++) {
			uint32_t b = flow_successor(u, x, i);

			found |= b == to;
			if (!seen[b] && b != around) {
				seen[b] = true;
				*lc_push(&todo) = b;
			}
		}
	}
	free(seen);
	lc_array_release(&todo);
	return found;
}

bool verdict_flow_reaches(const struct solver *s, uint32_t fn, uint32_t from,
			  uint32_t to)
{
	const struct lc_unit *u = function_unit(&s->program, fn);
	const struct lc_flow *f = s->program.functions.data[fn].flow;
	uint32_t a = verdict_block_of(u, f, from);
	uint32_t b = verdict_block_of(u, f, to);

	return (a == b && from < to) || block_reaches(u, f, a, b, LC_NONE);
}

bool verdict_flow_passes(const struct solver *s, uint32_t fn, uint32_t by,
			 uint32_t to)
{
	const struct lc_unit *u = function_unit(&s->program, fn);
	const struct lc_flow *f = s->program.functions.data[fn].flow;
	uint32_t a = verdict_block_of(u, f, by);
	uint32_t b = verdict_block_of(u, f, to);

	return a == b ? by < to : a == 0 || !(b == 0 || block_reaches(u, f, 0, b, a));
}

bool verdict_flow_always_runs(const struct solver *s, uint32_t fn,
			      uint32_t instr)
{
	const struct lc_unit *u = function_unit(&s->program, fn);
	const struct lc_flow *f = s->program.functions.data[fn].flow;
	uint32_t a = verdict_block_of(u, f, instr);

	for (uint32_t b = 0; a != 0 && b < f->nblocks; b++)
		if (b != a &&
		    u->blocks.data[f->first_block + b].term == LC_T_RETURN &&
		    (b == 0 || block_reaches(u, f, 0, b, a)))
			return false;
	return true;
}

/* Can the function return without coming by the instruction? */
bool verdict_avoidable(const struct solver *s, uint32_t fn, uint32_t instr)
{
	const struct lc_unit *u = function_unit(&s->program, fn);
	const struct lc_flow *f = s->program.functions.data[fn].flow;
	bool *seen = lc_alloc(f->nblocks + 1), found = false;
	LC_ARRAY(uint32_t) todo = { 0 };

	seen[verdict_block_of(u, f, instr)] = true;
	if (!seen[0])
		*lc_push(&todo) = 0;
	seen[0] = true;
	while (todo.len && !found) {
		const struct lc_block *x =
			&u->blocks.data[f->first_block + todo.data[--todo.len]];

		found = x->term == LC_T_RETURN;
		for (uint32_t i = 0; i < flow_successors(x); i++) {
			uint32_t b = flow_successor(u, x, i);

			if (!seen[b])
				*lc_push(&todo) = b;
			seen[b] = true;
		}
	}
	free(seen);
	lc_array_release(&todo);
	return found;
}

/* Is the acquire at the end of a chain of calls made whatever happens? */
static bool unavoidable(const struct solver *s, uint32_t event)
{
	for (uint32_t e = s->events.data[event].inner; e != LC_NONE;
	     e = s->events.data[e].inner)
		if (verdict_avoidable(s, s->events.data[e].function,
			      s->events.data[e].instr))
			return false;
	return true;
}

/* A release that comes after the acquire in the text of the function, but on
 * other ways: the two conditions were meant to agree. */
static bool crossed(const struct solver *s, const struct leak *k,
		    uint32_t *release)
{
	for (uint32_t i = 0; i < s->badreleases.len; i++) {
		const struct badrelease *b = &s->badreleases.data[i];

		if (b->function == k->function && b->lock == k->lock &&
		    (b->why == LC_BAD_SOME_PATH ||
		     b->why == LC_BAD_FAILED_TRY) &&
		    verdict_flow_reaches(s, k->function, k->held.instr,
					 b->instr)) {
			*release = b->instr;
			return true;
		}
	}
	return false;
}

static uint32_t ret_text(struct solver *s, const struct leak *k)
{
	enum sign g;

	if (!k->has_ret)
		return emit_string(s, "%s", "");
	if (k->ret_fact.lo == k->ret_fact.hi) {
		if (returns_pointer(s, k->function) && !k->ret_fact.lo)
			return emit_string(s, "NULL");
		return emit_string(s, "%lld", (long long)k->ret_fact.lo);
	}
	g = sign_of(&k->ret_fact);
	return emit_string(s, "%s",
			   g == SIGN_NEG ? "a negative value"
			   : g == SIGN_POS || g == SIGN_NONZERO ? "non-zero"
								: "");
}

/* What a call returned, of which nothing but the address is known: released
 * under another name, nobody would notice. */
static bool nameless(struct solver *s, loc_t lock)
{
	return loc_at(&s->locs, lock)->kind == ROOT_SYM &&
	       loc_at(&s->locs, lock)->why != SYM_ALLOC;
}

static void emit_leak(struct solver *s, const struct leak *k,
		      enum lc_exit_kind kind, bool elsewhere, uint32_t release,
		      bool failure, enum lc_strength strength)
{
	uint32_t lock = verdict_lock_of(s, k->lock, k->held.event);
	struct lc_fact_exit *x;
	uint32_t site, trace, text;

	if (!lock_counts(s, lock) || s->out->locks.data[lock].local)
		return;
	site = emit_site(s, k->function, k->pos);
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, k->function)));
	trace_event(s, k->held.event, LC_ROLE_ACQUIRE,
		    (enum lc_mode)k->held.mode);
	text = emit_string(
		s, "%s with %s held",
		kind == LC_EXIT_RETURN ? "returns"
		: kind == LC_EXIT_LOOP ? "comes to the next round"
				       : "ends",
		lc_str(s->program.strings, s->out->locks.data[lock].name));
	trace_step(s, site, LC_ROLE_EXIT, text, lock);
	trace = trace_end(s);
	text = ret_text(s, k);
	x = lc_push(&s->out->exits);
	x->function = k->function;
	x->lock = lock;
	x->site = site;
	x->held_site = emit_event_site(s, k->held.event);
	x->kind = kind;
	x->mode = (enum lc_mode)k->held.mode;
	x->ret = text;
	x->released_elsewhere = elsewhere;
	x->error_path = failure;
	x->max_count = k->held.max_count;
	x->release_site =
		release == LC_NONE
			? LC_NONE
			: emit_site(s, k->function,
				    instr_pos(s, k->function, release));
	x->strength = strength;
	x->trace = trace;
	s->events.data[k->held.event].reported = true;
}

bool verdict_thread_starts_in(const struct solver *s, uint32_t f)
{
	return (s->entry[f] || s->declared[f]) && !s->ncallers[f];
}

/* Is this class ever released, by anyone? */
static bool ever_released(struct solver *s, const struct leak *k)
{
	uint32_t cls = loc_class(&s->locs, k->lock, true);

	for (uint32_t i = 0; i < s->events.len; i++) {
		const struct event *e = &s->events.data[i];

		if (e->kind == EV_RELEASE && e->inner == LC_NONE &&
		    (e->lock == k->lock ||
		     loc_class(&s->locs, e->lock, true) == cls))
			return true;
	}
	return false;
}

bool verdict_recursive(struct solver *s, loc_t x, uint32_t event)
{
	uint32_t lock = verdict_lock_of(s, x, event);

	return s->out->locks.data[lock].kind == LC_KIND_RECURSIVE ||
	       s->out->locks.data[lock].kind == LC_KIND_STREAM;
}

/* A normal lock taken twice has its own finding: no thread comes this far. */
static bool acquired_twice(struct solver *s, const struct leak *k)
{
	return k->held.max_count > 1 && !verdict_recursive(s, k->lock, k->held.event);
}

/* Is it a word of the name (snake_case or camelCase), or with `inside` part of
 * one: "spinlock", but not "block", "clock" or "unlock"? */
bool verdict_name_has(const char *name, const char *word, bool inside)
{
	size_t n = strlen(word);

	for (const char *p = name; (p = strcasestr(p, word)); p++) {
		bool upper = p[0] >= 'A' && p[0] <= 'Z';
		char before = p == name ? '_' : p[-1], after = p[n];
		bool starts = !isalpha((unsigned char)before) ||
			      (upper && islower((unsigned char)before));

		if (inside && (starts || !strchr("bBcCnN", before)))
			return true;
		if (starts && (!islower((unsigned char)after) || after == 's' ||
			       after == 'e'))
			return true;
	}
	return false;
}

bool verdict_name_has_any(const char *name, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (verdict_name_has(name, words[i], false))
			return true;
	return false;
}

/* Is there code that we do not see and that could release or take the lock?
 * Not that of a static lock, and not with a whole program before us. */
bool verdict_outsiders(const struct solver *s, loc_t lock)
{
	const struct loc *root = loc_at(&s->locs, loc_at(&s->locs, lock)->root);

	if (s->has_main)
		return false;
	return !(loc_is_exact(&s->locs, lock) && root->kind == ROOT_GLOBAL &&
		 (s->program.symbols.data[root->ref].flags & LC_SYM_INTERNAL));
}

/* Functions whose name says that they may return with a lock. */
static bool named_as_lock(const struct solver *s, uint32_t f)
{
	static const char *const words[] = { "acquire", "enter", "begin",
					     "start",   "grab",  "take",
					     "hold",    "claim", "reserve",
					     "pin" };
	const char *name = function_name(&s->program, f);

	return verdict_name_has(name, "lock", true) ||
	       verdict_name_has_any(name, words, LC_LEN(words));
}

/*
 * Is it one object all the way from the acquire to here? A name through a join
 * of several objects, or through memory that changed in between, is not.
 */
static bool steady_name(const struct locs *l, loc_t x, bool index)
{
	const struct loc *n = loc_at(l, x);

	while (n->kind >= STEP_FIELD) {
		if (n->kind == STEP_INDEX_ANY ||
		    (n->kind == STEP_INDEX_VALUE &&
		     !steady_name(l, n->ref, true)))
			return false;
		n = loc_at(l, n->parent);
	}
	return n->kind != ROOT_SYM || n->why == SYM_ALLOC ||
	       (!index && (n->why == SYM_RESULT || n->why == SYM_FRESH));
}

bool verdict_steady(const struct locs *l, loc_t x)
{
	return steady_name(l, x, false);
}

/* A lock function that tries first and waits then has more ways to end than
 * its outcomes tell apart. */
static bool built_of_tries(struct solver *s, const struct leak *k)
{
	uint32_t inner = s->events.data[k->held.event].inner;
	const struct summary *sum;

	if (inner == LC_NONE ||
	    s->events.data[event_innermost(s, inner)].blocking != LC_BLOCK_TRY)
		return false;
	sum = &s->summaries[s->events.data[inner].function];
	for (uint32_t i = 0; i < sum->acquires.len; i++)
		if (sum->acquires.data[i].blocking == LC_BLOCK_YES)
			return true;
	return false;
}

/* Some element of an array, by an index that is not the same all the way. */
static bool vague_element(const struct solver *s, const struct leak *k)
{
	const struct locs *l = &s->locs;

	if (!(k->held.flags & HELD_JOINED))
		return false;
	for (loc_t x = k->lock; loc_at(l, x)->kind >= STEP_FIELD;
	     x = loc_at(l, x)->parent)
		if (loc_at(l, x)->kind == STEP_INDEX_VALUE ||
		    loc_at(l, x)->kind == STEP_INDEX_ANY)
			return !verdict_steady(l, k->lock);
	return false;
}

/* Functions all the way down that say by their result whether they have taken
 * the lock, if they do not always. */
static bool clearly_taken(const struct solver *s, uint32_t event)
{
	if (s->events.data[event].inner != LC_NONE &&
	    s->events.data[event_innermost(s, event)].blocking != LC_BLOCK_YES)
		return false;
	for (uint32_t e = s->events.data[event].inner; e != LC_NONE;
	     e = s->events.data[e].inner) {
		const struct summary *sum =
			&s->summaries[s->events.data[e].function];

		if (sum->outcomes.len > 2)
			return false;
		for (uint32_t i = 0; i < sum->outcomes.len; i++)
			if (sum->outcomes.len > 1 &&
			    !sum->outcomes.data[i].has_ret)
				return false;
	}
	return true;
}

/* It is no lock function: whoever else takes such a lock releases it, and
 * nobody releases one that somebody else took. */
static bool nobody_takes_over(struct solver *s, const struct leak *k);

/* A lock function that nobody calls as yet; its partner is there. */
static bool has_partner(struct solver *s, const struct leak *k)
{
	uint32_t cls = loc_class(&s->locs, k->lock, true);

	if (s->ncallers[k->function] ||
	    s->summaries[k->function].outcomes.len != 1)
		return false;
	for (uint32_t i = 0; i < s->badreleases.len; i++) {
		const struct badrelease *b = &s->badreleases.data[i];

		if (b->function != k->function &&
		    loc_class(&s->locs, b->lock, true) == cls &&
		    balance_always_gives_up(s, b->function, b->lock))
			return true;
	}
	return false;
}

static bool forgotten(struct solver *s, const struct leak *k)
{
	const struct loc *ret = loc_at(&s->locs, k->ret.loc);

	if (has_partner(s, k))
		return false;
	/* `return trylock(l);`: a try by another name */
	if (k->has_ret && k->ret.loc && ret->kind == ROOT_SYM &&
	    ret->why == SYM_RESULT && ret->ref == k->function &&
	    ret->value == k->held.instr && !nobody_takes_over(s, k))
		return false;
	return balance_of(s, k->lock) == (CLASS_PAIRED | CLASS_KEPT) &&
	       clearly_taken(s, k->held.event) && !k->handed_over &&
	       !(verdict_outsiders(s, k->lock) &&
		 named_as_lock(s, k->function));
}

/* Given up and taken again inside it is not given back. */
static bool some_exit_without(const struct solver *s, const struct leak *k)
{
	if (k->thread_exit)
		return true;
	for (uint32_t i = 0; i < s->balances.len; i++)
		if (s->balances.data[i].function == k->function &&
		    s->balances.data[i].lock == k->lock)
			return true;
	return false;
}

static bool stands_for(const struct solver *s, uint32_t event, uint32_t inner)
{
	for (uint32_t e = s->events.data[event].inner; e != LC_NONE;
	     e = s->events.data[e].inner)
		if (e == inner)
			return true;
	return false;
}

/* Some outcome says that the lock is held. */
static bool callers_know(const struct solver *s, const struct leak *k)
{
	const struct summary *sum = &s->summaries[k->function];

	for (uint32_t i = 0; i < sum->outcomes.len; i++)
		for (uint32_t d = 0; d < sum->outcomes.data[i].ndeltas; d++)
			if (sum->outcomes.data[i].deltas[d].held.event ==
			    k->held.event)
				return true;
	return false;
}

/* All callers are here to be seen: none releases what is left to it, and none
 * passes it on to others; but some end with it. */
static bool nobody_takes_over(struct solver *s, const struct leak *k)
{
	bool kept = false;

	if ((!(function_symbol(&s->program, k->function)->flags &
	       LC_SYM_INTERNAL) &&
	     !s->has_main) ||
	    !s->ncallers[k->function] || s->escapes[k->function] ||
	    !callers_know(s, k))
		return false;
	for (uint32_t i = 0; i < s->leaks.len; i++) {
		const struct leak *o = &s->leaks.data[i];

		if (o->function == k->function ||
		    !stands_for(s, o->held.event, k->held.event))
			continue;
		if (!o->thread_exit && !verdict_is_main(s, o->function) &&
		    !verdict_thread_starts_in(s, o->function))
			return false;
		kept = true;
	}
	return kept;
}

/* Somebody releases such locks for others; or may do so unseen, and the name
 * says that there is something to release. */
static bool released_apart(struct solver *s, const struct leak *k)
{
	return (balance_of(s, k->lock) & CLASS_RELEASED_ALONE) ||
	       (verdict_outsiders(s, k->lock) && named_as_lock(s, k->function));
}

/* Taken by a loop who knows how often, and that is allowed. */
bool verdict_beyond_counting(struct solver *s, uint32_t function, loc_t lock,
			     uint32_t event)
{
	for (uint32_t i = 0; i < s->uncounted.len; i++)
		if (s->uncounted.data[i].function == function &&
		    s->uncounted.data[i].lock == lock &&
		    verdict_recursive(s, lock, event))
			return true;
	return verdict_rounds_apart(s, function, lock);
}

/* Of the lock that is left held nobody hears: there is but one of it, no caller
 * releases it, or it is taken on some ways only and nothing says on which. */
static bool told_to_nobody(struct solver *s, const struct leak *k)
{
	return loc_is_exact(&s->locs, k->lock) || nobody_takes_over(s, k) ||
	       (!k->has_ret && some_exit_without(s, k));
}

/* The next round of the loop takes it again: that is told, and once. */
static bool told_in_loop(struct solver *s, const struct leak *k)
{
	for (uint32_t i = 0; i < s->reacquires.len; i++) {
		const struct reacquire *r = &s->reacquires.data[i];

		if (r->loop && !r->weak && r->function == k->function &&
		    r->held_event == k->held.event &&
		    !verdict_recursive(s, r->lock, r->event))
			return true;
	}
	return false;
}

/* Some caller releases the lock that this function takes for it in another
 * mode: shared or not, keeping it is the service. */
static bool kept_for_some(struct solver *s, const struct leak *k)
{
	for (uint32_t i = 0; i < s->leaks.len; i++)
		if (s->leaks.data[i].function == k->function &&
		    s->leaks.data[i].lock == k->lock &&
		    s->leaks.data[i].held.mode != k->held.mode &&
		    verdict_chain_released(s, s->leaks.data[i].held.event))
			return true;
	return false;
}

static void judge_leak(struct solver *s, const struct leak *k)
{
	uint32_t release = LC_NONE, others;
	bool mine, failure;
	enum lc_strength strength =
		k->held.cond || (k->held.flags & HELD_GUESSED) ? LC_POSSIBLE
							       : LC_SURE;

	if (chain_reported(s, s->events.data[k->held.event].inner) ||
	    acquired_twice(s, k) || told_in_loop(s, k) || k->weak ||
	    built_of_tries(s, k) ||
	    s->events.data[k->held.event].depth > SURE_DEPTH ||
	    summary_doubtful(&s->summaries[k->function]) || vague_element(s, k) ||
	    verdict_beyond_counting(s, k->function, k->lock, k->held.event))
		return;
	/* a gate, that one closes and another opens */
	if (api_kind(s, k->held.event) == LC_KIND_SEMAPHORE &&
	    (balance_of(s, k->lock) & CLASS_RELEASED_ALONE))
		return;
	mine = verdict_gives_back(s, k, &release) && some_exit_without(s, k);
	if ((!mine && nameless(s, k->lock)) || verdict_taken_back(s, k))
		return;
	others = free_signs(s, k);
	failure = says_failure(s, k, others);
	if (k->thread_exit || verdict_thread_starts_in(s, k->function)) {
		emit_leak(s, k, LC_EXIT_THREAD_END, mine, release, failure,
			  strength);
		return;
	}
	if (verdict_is_main(s, k->function)) {
		emit_leak(s, k, LC_EXIT_MAIN_END, mine, release, failure,
			  strength);
		return;
	}
	if (verdict_chain_released(s, k->held.event))
		return; /* a caller does it: a lock operation of its own */
	if (!mine && crossed(s, k, &release)) {
		emit_leak(s, k, LC_EXIT_RETURN, true, release, failure,
			  LC_POSSIBLE);
		return;
	}
	if (!mine && forgotten(s, k)) {
		emit_leak(s, k, LC_EXIT_RETURN, false, LC_NONE, failure,
			  told_to_nobody(s, k) ? strength : LC_POSSIBLE);
		return;
	}
	if (!mine) {
		/* a wrapper, or a lock nobody can ever give back */
		if (loc_is_exact(&s->locs, k->lock) && !ever_released(s, k) &&
		    s->events.data[k->held.event].inner == LC_NONE)
			emit_leak(s, k, LC_EXIT_RETURN, false, LC_NONE, failure,
				  LC_POSSIBLE);
		return;
	}
	if (k->handed_over)
		return;
	if (!failure && k->has_ret && released_apart(s, k) &&
	    verdict_name_has(function_name(&s->program, k->function), "lock",
			     true))
		return; /* it is what the name says */
	/* a number with the lock, -1 without */
	if (!failure && others == 1u << SIGN_NEG && released_apart(s, k))
		return;
	if (!failure && ((caller_decides(s, k) && !nobody_takes_over(s, k)) ||
			 (separated(k, others) && !nobody_takes_over(s, k)))) {
		/* perhaps it says so to callers that we do not see, or to
		 * whoever releases what others took */
		if (released_apart(s, k) || kept_for_some(s, k))
			return;
		strength = LC_POSSIBLE;
	}
	emit_leak(s, k, LC_EXIT_RETURN, true, release, failure, strength);
}

/* ---- double acquires ---- */

static bool stuck(const struct reacquire *r)
{
	return !(r->held_mode == LC_MODE_SHARED &&
		 r->wanted_mode == LC_MODE_SHARED);
}

static void emit_reacquire(struct solver *s, const struct reacquire *r)
{
	uint32_t lock = verdict_lock_of(s, r->lock, r->event);
	uint32_t held = verdict_lock_of(s, r->lock, r->held_event);
	uint32_t trace;
	struct lc_fact_reacquire *n;

	if (!lock_counts(s, lock) || !lock_counts(s, held))
		return;
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, r->function)));
	trace_event(s, r->held_event, LC_ROLE_ACQUIRE,
		    (enum lc_mode)r->held_mode);
	trace_event(s, r->event, LC_ROLE_WANT, (enum lc_mode)r->wanted_mode);
	trace = trace_end(s);
	n = lc_push(&s->out->reacquires);
	n->function = r->function;
	n->lock = lock;
	n->held_mode = (enum lc_mode)r->held_mode;
	n->wanted_mode = (enum lc_mode)r->wanted_mode;
	n->blocking = (enum lc_blocking)r->blocking;
	n->held_site = emit_event_site(s, r->held_event);
	n->site =
		emit_site(s, r->function, instr_pos(s, r->function, r->instr));
	n->depth = s->events.data[r->event].depth;
	/* the longer the chain, the more can be known on the way that rules
	 * it out and is not known here */
	n->strength = r->guessed || verdict_roundabout(s, r->event) ||
				      (n->depth > SURE_DEPTH &&
				       !unavoidable(s, r->event))
			      ? LC_POSSIBLE
			      : LC_SURE;
	n->trace = trace;
}

/* Taken again by the next round of a loop: the round forgot to release. */
static void emit_loop_leak(struct solver *s, const struct reacquire *r,
			   uint32_t release)
{
	struct leak k = { .function = r->function,
			  .lock = r->lock,
			  .pos = instr_pos(s, r->function, r->instr) };

	k.held.event = r->held_event;
	k.held.mode = r->held_mode;
	k.held.max_count = 1;
	if (verdict_recursive(s, r->lock, r->event))
		return;
	emit_leak(s, &k, LC_EXIT_LOOP, true, release, false,
		  r->weak ? LC_POSSIBLE : LC_SURE);
}

/* The global that the way to a lock goes through, as in `*log_lock`. */
static loc_t kept_in(const struct locs *l, loc_t lock)
{
	loc_t x = lock, pointer = 0;

	for (; loc_at(l, x)->kind >= STEP_FIELD; x = loc_at(l, x)->parent)
		if (loc_at(l, x)->kind == STEP_DEREF)
			pointer = loc_at(l, x)->parent;
	return loc_at(l, x)->kind == ROOT_GLOBAL ? pointer : 0;
}

/* On the way to the second acquire something makes the lock, as functions do
 * that see to it that a library is ready: it was not there to be held. */
static bool made_below(struct solver *s, const struct reacquire *r)
{
	loc_t pointer = kept_in(&s->locs, r->lock);
	uint32_t e = s->events.data[r->event].inner;

	for (; pointer && e != LC_NONE; e = s->events.data[e].inner)
		if (sim_may_modify(s, s->events.data[e].function, pointer))
			return true;
	return false;
}

static void judge_reacquire(struct solver *s, const struct reacquire *r)
{
	struct leak k = { .function = r->function, .lock = r->lock };
	uint32_t release = LC_NONE;

	/* what an inner function forgot is its own finding, not this one */
	/* a lock built of tries that spin before they wait is no try */
	if (r->blocking == LC_BLOCK_TRY && s->events.data[r->event].depth > 1)
		return;
	if (!stuck(r) || r->weak ||
	    s->summaries[r->function].crowded ||
	    s->events.data[r->event].depth > BELIEVED_DEPTH ||
	    (r->again && !verdict_recursive(s, r->lock, r->event)) ||
	    chain_reported(s, s->events.data[r->held_event].inner) ||
	    event_while_dying(s, r->event) || made_below(s, r) ||
	    (r->loop && verdict_rounds_apart(s, r->function, r->lock)))
		return;
	if (r->loop && verdict_gives_back(s, &k, &release))
		emit_loop_leak(s, r, release);
	else
		emit_reacquire(s, r);
}

/* ---- unchecked tries ---- */

static void emit_untested(struct solver *s, const struct untested *u)
{
	uint32_t lock = verdict_lock_of(s, u->lock, u->event), trace;
	struct lc_fact_unchecked *n;

	if (!lock_counts(s, lock))
		return;
	trace_begin(s, emit_string(s, "%s()",
				   function_name(&s->program, u->function)));
	trace_event(s, u->event, LC_ROLE_NOTE, LC_MODE_EXCLUSIVE);
	trace = trace_end(s);
	n = lc_push(&s->out->unchecked);
	n->function = u->function;
	n->lock = lock;
	n->site =
		emit_site(s, u->function, instr_pos(s, u->function, u->instr));
	n->blocking = (enum lc_blocking)u->blocking;
	n->released = u->released;
	n->strength = u->void_cast ? LC_POSSIBLE : LC_SURE;
	n->trace = trace;
}

void solve_verdicts(struct solver *s)
{
	balance_find(s);
	for (uint32_t i = 0; i < s->leaks.len; i++)
		judge_leak(s, &s->leaks.data[i]);
	verdict_releases(s);
	guess_verdicts(s);
	for (uint32_t i = 0; i < s->reacquires.len; i++)
		judge_reacquire(s, &s->reacquires.data[i]);
	for (uint32_t i = 0; i < s->untested.len; i++)
		emit_untested(s, &s->untested.data[i]);
}
