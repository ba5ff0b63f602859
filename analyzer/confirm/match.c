/* SPDX-License-Identifier: MIT */
/* What the trace says about the findings. */
#include <stdlib.h>

#include "confirm/targets.h"

/* ---- places of the analysis and of the trace ---- */

/* `path` ends with `tail`, at a component. */
static bool ends_with_path(const char *path, const char *tail)
{
	size_t n = strlen(path), m = strlen(tail);

	return n >= m && !strcmp(path + n - m, tail) &&
	       (n == m || path[n - m - 1] == '/');
}

static bool is_file_line(const struct lc_confirm *c, const char *file,
			 uint32_t line, const struct lc_where *w)
{
	char *full, *seen;
	bool same;

	if (!file || !line || line != w->line || !*w->file)
		return false;
	if (*file != '/' && ends_with_path(w->file, file))
		return true;
	full = lc_path_join(c->root ? c->root : ".", file);
	seen = lc_path_normal(w->file);
	same = !strcmp(full, seen) || ends_with_path(full, seen);
	free(full);
	free(seen);
	return same;
}

static bool is_line(const struct lc_confirm *c, const struct lc_line *l,
		    const struct lc_where *w)
{
	return is_file_line(c, l->file, l->line, w);
}

/* Is the place, or one of the calls that lead to it, at that line? */
bool lc_is_at(const struct lc_confirm *c, struct lc_record *r,
		  const struct lc_line *l, lc_rec_place site, uint32_t stack)
{
	const struct lc_rec_stack *s;

	if (is_line(c, l, lc_record_where(r, site)) ||
	    is_file_line(c, l->call_file, l->call_line,
			 lc_record_where(r, site)))
		return true;
	s = lc_record_stack(r, stack);
	for (uint32_t i = 0; s && i < s->count && i < 6; i++)
		if (is_line(c, l, lc_record_where(r, s->frames[i])))
			return true;
	return false;
}

/* ---- what the trace says of a cycle of the analysis ---- */

struct seen {
	bool outer, inner, nested;
};

/* Was what the tuple holds taken there? What a condition wait has taken back
 * was taken by its thread wherever it took it before. */
static bool is_held_from(struct lc_confirm *c, struct lc_record *r,
			 const struct lc_line *l, const struct lc_rec_tuple *by,
			 const struct lc_rec_held *h)
{
	if (lc_is_at(c, r, l, h->site, h->stack))
		return true;
	for (uint32_t i = 0; h->what & LC_WHAT_RELOCK && i < r->tuples.len;
	     i++) {
		const struct lc_rec_tuple *t = r->tuples.data[i];

		if (t->thread == by->thread && t->lock == h->lock &&
		    lc_is_at(c, r, l, t->site, t->stack))
			return true;
	}
	return false;
}

static void see(struct lc_confirm *c, uint32_t record,
		const struct lc_side *side, struct seen *seen,
		struct lc_choices *choices)
{
	struct lc_record *r = &c->base.records.data[record];
	const struct lc_deps *d = &c->deps.data[record];

	for (uint32_t i = 0; i < r->tuples.len; i++) {
		const struct lc_rec_tuple *t = r->tuples.data[i];

		seen->outer = seen->outer ||
			      lc_is_at(c, r, &side->outer, t->site, t->stack);
		seen->inner = seen->inner ||
			      lc_is_at(c, r, &side->inner, t->site, t->stack);
	}
	for (uint32_t i = 0; i < d->deps.len; i++) {
		const struct lc_dep *dep = &d->deps.data[i];
		const struct lc_rec_tuple *t = r->tuples.data[dep->origin];

		if (!lc_is_at(c, r, &side->inner, t->site, t->stack))
			continue;
		for (uint32_t k = 0; k < t->held_count; k++)
			for (uint32_t m = 0; m < dep->nholds; m++) {
				const struct lc_hold *h =
					&d->holds.data[dep->first_hold + m];

				if (h->lock != t->held[k].lock ||
				    !is_held_from(c, r, &side->outer, t,
						  &t->held[k]))
					continue;
				seen->nested = true;
				*lc_push(&choices->list) = (struct lc_choice){
					i, dep->first_hold + m
				};
			}
	}
}

static void say_not_reached(struct lc_target *t, const struct seen *seen)
{
	lc_target_set(t, LC_VERDICT_NOT_REACHED, "site");
	for (uint32_t i = 0; i < t->sides.len; i++) {
		const struct lc_side *s = &t->sides.data[i];

		if (!seen[i].outer && s->outer.file)
			lc_buf_printf(&t->detail, "%s:%u was not executed\n",
				      s->outer.file, s->outer.line);
		if (!seen[i].inner && s->inner.file)
			lc_buf_printf(&t->detail, "%s:%u was not executed\n",
				      s->inner.file, s->inner.line);
		if (seen[i].outer && seen[i].inner && !seen[i].nested)
			lc_buf_printf(&t->detail,
				      "%s:%u was never executed with the lock "
				      "of %s:%u held\n", s->inner.file,
				      s->inner.line, s->outer.file,
				      s->outer.line);
		if (seen[i].nested)
			lc_buf_printf(&t->detail,
				      "seen: %s:%u with the lock of %s:%u "
				      "held\n", s->inner.file, s->inner.line,
				      s->outer.file, s->outer.line);
	}
}

/* Two instances of one class have one witness: both members are like it. */
static void twin(struct lc_target *t)
{
	struct lc_side *first, *second;

	if (t->sides.len != 1)
		return;
	second = lc_push(&t->sides);
	first = &t->sides.data[0];
	if (first->outer.file)
		lc_line_copy(&second->outer, &first->outer);
	if (first->inner.file)
		lc_line_copy(&second->inner, &first->inner);
}

static void match_cycle(struct lc_confirm *c, struct lc_target *t)
{
	struct seen seen[LC_CYCLE_MAX] = {{ false, false, false }};
	uint32_t n;

	twin(t);
	n = t->sides.len;
	if (n < 2 || n > LC_CYCLE_MAX)
		return;
	for (uint32_t r = 0; r < c->base.records.len; r++) {
		struct lc_choices choices[LC_CYCLE_MAX] = {{{0}}};
		bool all = true;
		struct lc_chain chain;

		for (uint32_t i = 0; i < n; i++) {
			see(c, r, &t->sides.data[i], &seen[i], &choices[i]);
			all = all && choices[i].list.len;
		}
		if (all) {
			chain = lc_choose(&c->deps.data[r], choices, n);
			if (!t->has_chain ||
			    chain.reason == LC_REASON_NONE ||
			    (t->chain.reason != LC_REASON_NONE &&
			     chain.reason > t->chain.reason)) {
				t->chain = chain;
				t->record = r;
				t->has_chain = true;
			}
		}
		for (uint32_t i = 0; i < n; i++)
			lc_array_release(&choices[i].list);
	}
	if (!t->has_chain) {
		say_not_reached(t, seen);
		return;
	}
	lc_target_say_members(c, t);
	lc_target_say_reason(c, t);
}

/* ---- what the trace says of the others ---- */

static void match_single(struct lc_confirm *c, struct lc_target *t)
{
	struct seen seen = { false, false, false };
	struct lc_side none = { { 0 }, { 0 } };
	const struct lc_side *side = t->sides.len ? &t->sides.data[0] : &none;

	for (uint32_t r = 0; r < c->base.records.len; r++) {
		struct lc_choices choices = {{0}};

		see(c, r, side, &seen, &choices);
		lc_array_release(&choices.list);
	}
	if (side->outer.file && !seen.outer) {
		lc_target_set(t, LC_VERDICT_NOT_REACHED, "site");
		lc_buf_printf(&t->detail, "%s:%u was not executed\n",
			      side->outer.file, side->outer.line);
	} else if (t->kind == LC_TARGET_DOUBLE && side->inner.file &&
		   !seen.inner) {
		lc_target_set(t, LC_VERDICT_NOT_REACHED, "site");
		lc_buf_printf(&t->detail, "%s:%u was not executed\n",
			      side->inner.file, side->inner.line);
	} else if (t->kind == LC_TARGET_DOUBLE && seen.nested) {
		lc_target_set(t, LC_VERDICT_INFEASIBLE, "aliasing");
		lc_buf_printf(&t->detail, "at %s:%u the lock wanted was never "
			      "the one held\n", side->inner.file,
			      side->inner.line);
	} else {
		lc_buf_str(&t->detail, "its places were executed, and it did "
				       "not happen in this run\n");
	}
}

/* The prediction that a finding has already foretold goes: one target a
 * deadlock. */
static bool same_chain(const struct lc_confirm *c, const struct lc_target *a,
		       const struct lc_target *b)
{
	const struct lc_deps *d = &c->deps.data[a->record];

	if (a->record != b->record || a->chain.n != b->chain.n)
		return false;
	for (uint32_t turn = 0; turn < a->chain.n; turn++) {
		bool same = true;

		for (uint32_t i = 0; i < a->chain.n; i++) {
			uint32_t k = (i + turn) % a->chain.n;

			same = same &&
			       d->deps.data[a->chain.dep[i]].site ==
				       d->deps.data[b->chain.dep[k]].site &&
			       d->holds.data[a->chain.hold[i]].site ==
				       d->holds.data[b->chain.hold[k]].site;
		}
		if (same)
			return true;
	}
	return false;
}

static void drop_foretold(struct lc_confirm *c)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->targets.len; i++) {
		struct lc_target *t = &c->targets.data[i];
		bool drop = false;

		for (uint32_t k = 0; k < c->targets.len && !t->finding; k++) {
			const struct lc_target *f = &c->targets.data[k];

			drop = drop || (f->finding && f->has_chain &&
					t->has_chain && same_chain(c, t, f));
		}
		if (drop)
			lc_target_release(t);
		else
			c->targets.data[kept++] = *t;
	}
	c->targets.len = kept;
}

void lc_targets_match(struct lc_confirm *c)
{
	for (uint32_t i = 0; i < c->targets.len; i++) {
		struct lc_target *t = &c->targets.data[i];

		if (!t->finding)
			continue;
		if (t->kind == LC_TARGET_CYCLE)
			match_cycle(c, t);
		else
			match_single(c, t);
	}
	drop_foretold(c);
}
