/* SPDX-License-Identifier: MIT */
/* From the solver's terms to facts: locks and their kinds, sites, functions,
 * threads, acquires, calls. */
#include "solve/internal.h"

#include <stdlib.h>

uint32_t emit_string(struct solver *s, const char *fmt, ...)
{
	va_list ap;
	char *text;
	uint32_t id;

	va_start(ap, fmt);
	text = lc_vasprintf(fmt, ap);
	va_end(ap);
	id = lc_intern(s->program.strings, text);
	free(text);
	return id;
}

void incomplete(struct solver *s, const char *scope, const char *what,
		const char *reason, bool gating)
{
	struct lc_fact_incomplete *i = lc_push(&s->out->incomplete);

	i->scope = lc_intern(s->program.strings, scope);
	i->what = lc_intern(s->program.strings, what);
	i->reason = lc_intern(s->program.strings, reason);
	i->gating = gating;
}

/* ---- sites ---- */

static bool same_site(const void *ctx, uint32_t i, const void *key)
{
	const struct lc_fact_site *a =
		&((const struct solver *)ctx)->out->sites.data[i];
	const struct lc_fact_site *b = key;

	return a->function == b->function && a->file == b->file &&
	       a->line == b->line && a->col == b->col && a->macro == b->macro;
}

uint32_t emit_site(struct solver *s, uint32_t function, struct lc_pos pos)
{
	uint32_t unit = s->program.functions.data[function].unit;
	struct lc_fact_site n = {
		.function = function,
		.file = program_string(&s->program, unit, pos.file),
		.line = pos.line, .col = pos.col,
		.macro = program_string(&s->program, unit, pos.macro)
	};
	uint64_t h = lc_hash_u64(((uint64_t)n.file << 32) | n.line,
				 ((uint64_t)n.col << 32) | function);
	uint32_t i = lc_map_find(&s->site_index, h, same_site, s, &n);

	if (i != LC_NOT_FOUND)
		return i;
	i = s->out->sites.len;
	*lc_push(&s->out->sites) = n;
	lc_map_add(&s->site_index, h, i);
	return i;
}

struct lc_pos instr_pos(const struct solver *s, uint32_t function,
			uint32_t instr)
{
	return function_unit(&s->program, function)->instrs.data[instr].pos;
}

uint32_t emit_event_site(struct solver *s, uint32_t event)
{
	const struct event *e = &s->events.data[event];

	return emit_site(s, e->function,
			 instr_pos(s, e->function, e->instr));
}

/* ---- locks ---- */

/* What makes two locations one lock to a person: the object when there is one
 * in the program, else the class, else nothing but itself. */
static uint64_t lock_key(struct solver *s, loc_t lock)
{
	uint32_t cls;

	if (loc_is_exact(&s->locs, lock))
		return (1ull << 32) | lock;
	cls = loc_class(&s->locs, lock, true);
	if (cls)
		return (2ull << 32) | cls;
	return (3ull << 32) | lock;
}

static bool same_key(const void *ctx, uint32_t i, const void *key)
{
	return ((const struct solver *)ctx)->lock_keys.data[i] ==
	       *(const uint64_t *)key;
}

static void merge_kind(enum lc_kind *kind, bool *any, enum lc_kind k)
{
	*kind = !*any || *kind == k ? k : LC_KIND_UNKNOWN;
	*any = true;
}

/* Every initialisation seen of this object; else of its class; else what the
 * API's plain type is. Initialisations that disagree leave it unknown. */
static enum lc_kind find_kind(struct solver *s, loc_t lock, enum lc_kind api)
{
	enum lc_kind kind = LC_KIND_UNKNOWN;
	bool any = false, exact = loc_is_exact(&s->locs, lock);
	uint32_t cls = loc_class(&s->locs, lock, true);

	for (uint32_t i = 0; exact && i < s->kinds.len; i++)
		if (s->kinds.data[i].lock == lock)
			merge_kind(&kind, &any, s->kinds.data[i].kind);
	if (any)
		return kind;
	for (uint32_t i = 0; cls && i < s->kinds.len; i++)
		if (loc_class(&s->locs, s->kinds.data[i].lock, true) == cls)
			merge_kind(&kind, &any, s->kinds.data[i].kind);
	if (any)
		return kind;
	/* a bare pointer: only a type that is always recursive is known */
	return cls || exact || api == LC_KIND_STREAM || api == LC_KIND_GIL
		       ? api
		       : LC_KIND_UNKNOWN;
}

/* What the lock is called in fingerprints: its class, and its name if it is one
 * object; but a local's name is nobody's business. */
static uint32_t lock_ident(struct solver *s, loc_t lock, uint32_t name)
{
	const struct loc *root = loc_at(&s->locs, loc_at(&s->locs, lock)->root);
	uint32_t cls = loc_class(&s->locs, lock, true);
	const char *text = lc_str(s->program.strings, cls);
	const char *local = strstr(text, "::");

	if (root->kind == ROOT_LOCAL)
		return local ? emit_string(s, "%.*s", (int)(local + 2 - text),
					   text)
			     : cls;
	return loc_is_exact(&s->locs, lock)
		       ? emit_string(s, "%s|%s", text,
				     lc_str(s->program.strings, name))
		       : cls;
}

uint32_t emit_lock(struct solver *s, loc_t lock, enum lc_kind api_kind)
{
	uint64_t key = lock_key(s, lock);
	uint64_t h = lc_hash_u64(key, 3);
	uint32_t i = lc_map_find(&s->lock_index, h, same_key, s, &key);
	struct lc_fact_lock *f;
	const struct loc *root = loc_at(&s->locs, loc_at(&s->locs, lock)->root);
	uint32_t name, cls;

	name = loc_name(&s->locs, lock);
	cls = loc_class(&s->locs, lock, false);
	if (i != LC_NOT_FOUND) {
		/* one row for a class: no name of one of its objects */
		f = &s->out->locks.data[i];
		if (f->name != name && !f->exact && f->cls) {
			f->name = f->cls;
			f->decl = LC_NONE;
		}
		return i;
	}
	i = s->out->locks.len;
	f = lc_push(&s->out->locks);
	f->name = name;
	f->cls = cls;
	f->ident = lock_ident(s, lock, name);
	f->exact = loc_is_exact(&s->locs, lock);
	f->local = root->kind == ROOT_LOCAL ||
		   (root->kind == ROOT_GLOBAL &&
		    (s->program.symbols.data[root->ref].flags &
		     LC_SYM_THREAD));
	f->kind = find_kind(s, lock, api_kind);
	f->decl = LC_NONE;
	*lc_push(&s->lock_keys) = key;
	lc_map_add(&s->lock_index, h, i);
	if (root->kind == ROOT_GLOBAL) {
		const struct symbol *sym = &s->program.symbols.data[root->ref];
		struct lc_fact_site site = {
			.function = LC_NONE,
			.file = program_string(&s->program, sym->unit,
					       sym->pos.file),
			.line = sym->pos.line, .col = sym->pos.col
		};

		s->out->locks.data[i].decl = s->out->sites.len;
		*lc_push(&s->out->sites) = site;
	}
	return i;
}

static bool listed(const struct solver *s, uint32_t cls, bool locks)
{
	uint32_t n = locks ? s->lock_semaphores.len : s->other_semaphores.len;
	const uint32_t *l = locks ? s->lock_semaphores.data
				  : s->other_semaphores.data;

	for (uint32_t i = 0; i < n; i++)
		if (l[i] == cls)
			return true;
	return false;
}

/* Some function takes it and gives it back: a lock. Taken here and posted
 * there it is a signal, whatever it starts with. */
static bool given_back(struct solver *s, uint32_t cls)
{
	for (uint32_t i = 0; i < s->okreleases.len; i++)
		if (loc_class(&s->locs, s->okreleases.data[i].lock, true) ==
		    cls)
			return true;
	return false;
}

bool lock_counts(struct solver *s, uint32_t lock)
{
	const struct lc_fact_lock *f = &s->out->locks.data[lock];
	uint64_t key = s->lock_keys.data[lock];
	uint32_t cls;

	if (f->kind != LC_KIND_SEMAPHORE)
		return true;
	if (key >> 32 == 2)
		cls = (uint32_t)key;
	else
		cls = loc_class(&s->locs, (loc_t)(uint32_t)key, true);
	return listed(s, cls, true) && !listed(s, cls, false) &&
	       given_back(s, cls);
}

/* ---- tables ---- */

static void emit_functions(struct solver *s, const struct threads *t)
{
	for (uint32_t f = 0; f < s->program.functions.len; f++) {
		const struct function *fn = &s->program.functions.data[f];
		const struct symbol *sym = function_symbol(&s->program, f);
		struct lc_fact_function *n = lc_push(&s->out->functions);

		n->name = sym->name;
		n->file = program_string(&s->program, fn->unit,
					 fn->flow->pos.file);
		n->line = fn->flow->pos.line;
		n->unit = program_string(&s->program, fn->unit,
					 s->program.units[fn->unit].file);
		n->flags = sym->flags;
		n->relevant = s->summaries[f].relevant;
		n->thread_entry = s->entry[f] || s->declared[f];
		for (uint32_t i = 0; i < t->list.len; i++)
			n->reached |= t->list.data[i].contexts[f].reached;
		if (fn->flow->flags & LC_FLOW_INCOMPLETE)
			incomplete(s, "body", lc_str(s->program.strings,
						     sym->name),
				   lc_str(&s->program.units[fn->unit].strings,
					  fn->flow->reason),
				   false);
	}
	s->out->nfunctions_total = s->program.functions.len;
}

static void emit_threads(struct solver *s, const struct threads *t)
{
	static const char *const kinds[] = { "main", "thread", "external",
					      "thread" };

	for (uint32_t i = 0; i < t->list.len; i++) {
		const struct thread *th = &t->list.data[i];
		uint32_t name = thread_name(s, t, i, LC_NONE);
		uint32_t start = LC_NONE;
		struct lc_fact_thread *n;

		if (th->kind == THREAD_STARTED) {
			const struct start *st = &s->starts.data[th->start];

			start = emit_site(s, st->function,
					  instr_pos(s, st->function,
						    st->instr));
		}
		n = lc_push(&s->out->threads);
		n->name = name;
		n->entry = th->entry;
		n->start = start;
		n->many = th->many;
		n->kind = lc_intern(s->program.strings, kinds[th->kind]);
	}
}

static void emit_calls(struct solver *s)
{
	for (uint32_t i = 0; i < s->callrecs.len; i++) {
		const struct callrec *c = &s->callrecs.data[i];
		uint32_t site = emit_site(s, c->function,
					  instr_pos(s, c->function, c->instr));
		struct lc_fact_call *n = lc_push(&s->out->calls);

		n->caller = c->function;
		n->callee = c->callee;
		n->site = site;
		n->strength = c->weak ? LC_POSSIBLE : LC_SURE;
		n->indirect = c->weak;
	}
}

/* The direct acquires: where, which lock, under what (from the edges). */
static void emit_acquires(struct solver *s)
{
	for (uint32_t i = 0; i < s->events.len; i++) {
		const struct event *e = &s->events.data[i];
		struct lc_fact_acquire a = { 0 };

		if (e->kind != EV_ACQUIRE || e->inner != LC_NONE)
			continue;
		a.lock = emit_lock(s, e->lock, (enum lc_kind)e->lock_kind);
		if (!lock_counts(s, a.lock))
			continue;
		a.function = e->function;
		a.site = emit_event_site(s, i);
		a.mode = (enum lc_mode)e->mode;
		a.blocking = (enum lc_blocking)e->blocking;
		a.strength = e->weak ? LC_POSSIBLE : LC_SURE;
		a.first_held = s->out->held.len;
		for (uint32_t k = 0; k < s->edges.len; k++) {
			const struct edge *d = &s->edges.data[k];

			if (event_innermost(s, d->event) != i)
				continue;
			*lc_push(&s->out->held) = (struct lc_fact_held){
				emit_lock(s, d->held.lock,
					  (enum lc_kind)s->events
						  .data[d->held.event]
						  .lock_kind),
				(enum lc_mode)d->held.mode,
				emit_event_site(s, d->held.event)
			};
			a.nheld++;
		}
		a.trace = LC_NONE;
		*lc_push(&s->out->acquires) = a;
	}
}

void emit_tables(struct solver *s, const struct threads *t)
{
	emit_functions(s, t);
	emit_threads(s, t);
	emit_calls(s);
	emit_acquires(s);
}
