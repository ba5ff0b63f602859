/* SPDX-License-Identifier: MIT */
/*
 * Targets: from the trace (predictions, hangs, misuse) and from the findings of
 * the database; and what the trace alone says about them.
 */
#include <stdlib.h>

#include "base/words.h"
#include "confirm/confirm.h"
#include "store/sql.h"

const char *lc_verdict_name(enum lc_verdict verdict)
{
	static const char *const names[] = { "undecided", "confirmed",
					     "infeasible", "refuted",
					     "not reached" };

	return names[verdict];
}

static void target_release(struct lc_target *t)
{
	free(t->fingerprint);
	free(t->title);
	free(t->reason);
	free(t->schedule);
	free(t->blocker);
	lc_buf_release(&t->detail);
	for (uint32_t i = 0; i < t->sides.len; i++) {
		free(t->sides.data[i].outer.file);
		free(t->sides.data[i].inner.file);
	}
	lc_array_release(&t->sides);
	for (uint32_t i = 0; i < t->delays.len; i++)
		free(t->delays.data[i].site);
	lc_array_release(&t->delays);
}

void lc_confirm_release(struct lc_confirm *c)
{
	for (uint32_t i = 0; i < c->targets.len; i++)
		target_release(&c->targets.data[i]);
	lc_array_release(&c->targets);
	for (uint32_t i = 0; i < c->deps.len; i++)
		lc_deps_release(&c->deps.data[i]);
	lc_array_release(&c->deps);
	lc_run_release(&c->base);
	free(c->root_owned);
}

static struct lc_target *add_target(struct lc_confirm *c,
				    enum lc_target_kind kind)
{
	struct lc_target *t = lc_push(&c->targets);

	t->kind = kind;
	t->fingerprint = lc_strdup("");
	t->reason = lc_strdup("");
	lc_buf_str(&t->detail, "");
	return t;
}

static void set_verdict(struct lc_target *t, enum lc_verdict verdict,
			const char *reason)
{
	t->verdict = verdict;
	free(t->reason);
	t->reason = lc_strdup(reason);
}

/* ---- tuples to dependencies ---- */

/* Is it something a thread has until it gives it back? */
static bool is_owned(const struct lc_record *r, uint32_t id, uint32_t what)
{
	const struct lc_rec_lock *l;

	switch (LC_WHAT_KIND(what)) {
	case LC_KIND_COND:
	case LC_KIND_BARRIER:
	case LC_KIND_THREAD:
	case LC_KIND_EVENT:
		return false;
	case LC_KIND_SEM:
		l = lc_record_lock(r, id);
		return l && l->initial == 1 && !(l->flags & LC_LOCK_SIGNALS);
	default:
		l = lc_record_lock(r, id);
		return !l || !(l->flags & LC_LOCK_SIGNALS);
	}
}

static void make_deps(const struct lc_record *r, struct lc_deps *d)
{
	for (uint32_t i = 0; i < r->tuples.len; i++) {
		const struct lc_rec_tuple *t = r->tuples.data[i];
		struct lc_dep *dep;

		if (!t->held_count || !is_owned(r, t->lock, t->what))
			continue;
		dep = lc_push(&d->deps);
		dep->thread = t->thread;
		dep->segment = t->segment;
		dep->wanted = t->lock;
		dep->shared = LC_WHAT_MODE(t->what) == LC_MODE_SHARED;
		dep->bounded = LC_WHAT_HOW(t->what) != LC_HOW_BLOCK;
		dep->site = t->site;
		dep->origin = i;
		dep->first_hold = d->holds.len;
		for (uint32_t k = 0; k < t->held_count; k++) {
			const struct lc_rec_held *h = &t->held[k];

			if (!is_owned(r, h->lock, h->what))
				continue;
			*lc_push(&d->holds) = (struct lc_hold){
				h->lock,
				LC_WHAT_MODE(h->what) == LC_MODE_SHARED,
				h->site
			};
			dep->nholds++;
		}
	}
	for (uint32_t i = 0; i < r->segments.len; i++) {
		const struct lc_rec_segment *s = r->segments.data[i];

		if (s->other)
			*lc_push(&d->orders) = (struct lc_order){
				s->thread, s->segment, s->other,
				s->other_segment
			};
	}
}

/* ---- words ---- */

char *lc_member_text(struct lc_confirm *c, const struct lc_target *t,
		     uint32_t member)
{
	struct lc_record *r = &c->base.records.data[t->record];
	const struct lc_deps *d = &c->deps.data[t->record];
	const struct lc_dep *dep = &d->deps.data[t->chain.dep[member]];
	const struct lc_hold *h = &d->holds.data[t->chain.hold[member]];
	char *thread = lc_record_thread_text(r, dep->thread);
	char *held = lc_record_lock_text(r, h->lock);
	char *wanted = lc_record_lock_text(r, dep->wanted);
	char *text = lc_asprintf("%s holds %s (%s) and wants %s%s (%s)", thread,
				 held, lc_record_where(r, h->site)->text,
				 wanted, dep->shared ? " to read" : "",
				 lc_record_where(r, dep->site)->text);

	free(thread);
	free(held);
	free(wanted);
	return text;
}

static void say_members(struct lc_confirm *c, struct lc_target *t)
{
	for (uint32_t i = 0; i < t->chain.n; i++) {
		char *text = lc_member_text(c, t, i);

		lc_buf_printf(&t->detail, "%s\n", text);
		free(text);
	}
}

/* What the chain's reason means here; detail and verdict. */
static void say_reason(struct lc_confirm *c, struct lc_target *t)
{
	struct lc_record *r = &c->base.records.data[t->record];
	char *text;

	if (t->chain.reason == LC_REASON_NONE)
		return;
	set_verdict(t, LC_VERDICT_INFEASIBLE, lc_reason_name(t->chain.reason));
	switch (t->chain.reason) {
	case LC_REASON_ALIASING:
		lc_buf_str(&t->detail, "what one side holds and what the other "
				       "wants were never the same object\n");
		break;
	case LC_REASON_BOUNDED:
		lc_buf_str(&t->detail, "one of the waits is a try or has a "
				       "time limit\n");
		break;
	case LC_REASON_SHARED:
		lc_buf_str(&t->detail, "readers do not exclude each other\n");
		break;
	case LC_REASON_SAME_THREAD:
		text = lc_record_thread_text(r, t->chain.witness);
		lc_buf_printf(&t->detail, "only %s does both\n", text);
		free(text);
		break;
	case LC_REASON_ORDERED:
		lc_buf_str(&t->detail, "one side is over before the other "
				       "begins (create and join)\n");
		break;
	case LC_REASON_GATE:
		text = lc_record_lock_text(r, t->chain.witness);
		lc_buf_printf(&t->detail, "both sides hold %s\n", text);
		free(text);
		break;
	case LC_REASON_NONE:
		break;
	}
}

static char *cycle_title(struct lc_confirm *c, const struct lc_target *t)
{
	struct lc_record *r = &c->base.records.data[t->record];
	const struct lc_deps *d = &c->deps.data[t->record];
	struct lc_buf b = {0};

	lc_buf_str(&b, "deadlock of ");
	for (uint32_t i = 0; i < t->chain.n; i++) {
		const struct lc_dep *dep = &d->deps.data[t->chain.dep[i]];
		char *name = lc_record_lock_text(r, dep->wanted);

		lc_buf_printf(&b, "%s%s at %s", i ? ", " : "", name,
			      lc_record_where(r, dep->site)->text);
		free(name);
	}
	return b.data;
}

void lc_targets_predict(struct lc_confirm *c)
{
	for (uint32_t i = 0; i < c->base.records.len; i++) {
		struct lc_deps *d = lc_push(&c->deps);
		struct lc_chains chains = {0};

		make_deps(&c->base.records.data[i], d);
		lc_predict(d, &chains);
		c->search_cut = c->search_cut || chains.cut;
		for (uint32_t k = 0; k < chains.chains.len; k++) {
			struct lc_target *t = add_target(c, LC_TARGET_CYCLE);

			t->record = i;
			t->chain = chains.chains.data[k];
			t->has_chain = true;
			t->title = cycle_title(c, t);
			say_members(c, t);
			say_reason(c, t);
		}
		lc_chains_release(&chains);
	}
}

/* ---- findings ---- */

struct step {
	char *role;
	uint32_t lock;
	struct lc_line at;
};
struct steps {
	LC_ARRAY(struct step) list;
};

static int load_steps(struct lc_store *store, uint32_t trace,
		      struct steps *out, struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(store, &stmt,
				"SELECT p.role, p.lock, s.file, s.line "
				"FROM step p LEFT JOIN site s ON s.id = p.site "
				"WHERE p.trace = ?1 ORDER BY p.seq", err);

	if (rc < 0)
		return rc;
	sqlite3_bind_int64(stmt, 1, trace);
	while ((rc = lc_sql_step(store, stmt, err)) == 1) {
		struct step *s = lc_push(&out->list);

		s->role = lc_strdup(lc_sql_text(stmt, 0));
		s->lock = lc_sql_number(stmt, 1);
		s->at.file = lc_strdup(lc_sql_text(stmt, 2));
		s->at.line = lc_sql_number(stmt, 3);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static void set_line(struct lc_line *to, const struct lc_line *from)
{
	to->file = lc_strdup(from->file);
	to->line = from->line;
}

/* The two places of a witness: the last that is wanted (or released), and
 * where `lock` (0: any) was taken before. */
static void add_side(struct lc_target *t, const struct steps *s, uint32_t lock)
{
	struct lc_side *side = lc_push(&t->sides);
	const char *last = t->kind == LC_TARGET_RELEASE ? "release" : "want";
	uint32_t end = s->list.len;

	for (uint32_t i = end; i-- > 0 && !side->inner.file;)
		if (!strcmp(s->list.data[i].role, last)) {
			set_line(&side->inner, &s->list.data[i].at);
			end = i;
		}
	for (uint32_t i = end; i-- > 0 && !side->outer.file;)
		if (!strcmp(s->list.data[i].role, "acquire") &&
		    (!lock || s->list.data[i].lock == lock))
			set_line(&side->outer, &s->list.data[i].at);
	for (uint32_t i = end; i-- > 0 && !side->outer.file;)
		if (!strcmp(s->list.data[i].role, "acquire"))
			set_line(&side->outer, &s->list.data[i].at);
}

static int load_sides(struct lc_target *t, struct lc_store *store,
		      struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(store, &stmt,
				"SELECT t.trace, k.lock FROM finding_trace t "
				"LEFT JOIN finding_lock k ON k.finding = "
				"t.finding AND k.seq = t.seq "
				"WHERE t.finding = ?1 ORDER BY t.seq", err);

	if (rc < 0)
		return rc;
	sqlite3_bind_int64(stmt, 1, t->finding);
	while ((rc = lc_sql_step(store, stmt, err)) == 1) {
		struct steps s = {{0}};

		if (load_steps(store, lc_sql_number(stmt, 0), &s, err) < 0)
			rc = -1;
		else
			add_side(t, &s, lc_sql_number(stmt, 1));
		for (uint32_t i = 0; i < s.list.len; i++) {
			free(s.list.data[i].role);
			free(s.list.data[i].at.file);
		}
		lc_array_release(&s.list);
		if (rc < 0)
			break;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static bool kind_of_rule(const char *rule, enum lc_target_kind *kind)
{
	static const struct {
		const char *rule;
		enum lc_target_kind kind;
	} known[] = {
		{ "lock-order-cycle", LC_TARGET_CYCLE },
		{ "double-acquire", LC_TARGET_DOUBLE },
		{ "unreleased-lock", LC_TARGET_LEAK },
		{ "release-not-held", LC_TARGET_RELEASE },
	};

	for (size_t i = 0; i < LC_LEN(known); i++)
		if (!strcmp(known[i].rule, rule)) {
			*kind = known[i].kind;
			return true;
		}
	return false;
}

static bool is_asked_for(const char *fingerprint, const char *const *ids,
			 uint32_t nids)
{
	for (uint32_t i = 0; i < nids; i++)
		if (!strncmp(fingerprint, ids[i], strlen(ids[i])))
			return true;
	return !nids;
}

int lc_targets_load(struct lc_confirm *c, struct lc_store *store,
		    const char *const *ids, uint32_t nids,
		    struct lc_error *err)
{
	sqlite3_stmt *stmt;
	uint32_t found = 0;
	int rc = lc_sql_prepare(store, &stmt,
				"SELECT n.id, n.rule, n.fingerprint, n.message, "
				"s.file, s.line FROM finding n "
				"LEFT JOIN site s ON s.id = n.site "
				"ORDER BY n.id", err);

	if (rc < 0)
		return rc;
	while ((rc = lc_sql_step(store, stmt, err)) == 1) {
		const char *fingerprint = lc_sql_text(stmt, 2);
		enum lc_target_kind kind;
		struct lc_target *t;

		if (!is_asked_for(fingerprint, ids, nids))
			continue;
		found++;
		if (!kind_of_rule(lc_sql_text(stmt, 1), &kind))
			continue;
		t = add_target(c, kind);
		t->finding = lc_sql_number(stmt, 0);
		free(t->fingerprint);
		t->fingerprint = lc_strdup(fingerprint);
		t->title = lc_asprintf("%s:%u: %s [%s]", lc_sql_text(stmt, 4),
				       lc_sql_number(stmt, 5),
				       lc_sql_text(stmt, 3),
				       lc_sql_text(stmt, 1));
		if (load_sides(t, store, err) < 0) {
			rc = -1;
			break;
		}
		if (kind == LC_TARGET_RELEASE && t->sides.len &&
		    !t->sides.data[0].inner.file) {
			t->sides.data[0].inner.file =
				lc_strdup(lc_sql_text(stmt, 4));
			t->sides.data[0].inner.line = lc_sql_number(stmt, 5);
		}
	}
	sqlite3_finalize(stmt);
	if (!rc && nids && !found)
		rc = lc_fail(err, "no finding has a fingerprint that begins "
			     "with %s", ids[0]);
	return rc;
}

/* ---- places of the analysis and of the trace ---- */

/* `path` ends with `tail`, at a component. */
static bool ends_with_path(const char *path, const char *tail)
{
	size_t n = strlen(path), m = strlen(tail);

	return n >= m && !strcmp(path + n - m, tail) &&
	       (n == m || path[n - m - 1] == '/');
}

static bool is_line(const struct lc_confirm *c, const struct lc_line *l,
		    const struct lc_where *w)
{
	char *full, *seen;
	bool same;

	if (!l->file || !l->line || l->line != w->line || !*w->file)
		return false;
	if (*l->file != '/' && ends_with_path(w->file, l->file))
		return true;
	full = lc_path_join(c->root ? c->root : ".", l->file);
	seen = lc_path_normal(w->file);
	same = !strcmp(full, seen) || ends_with_path(full, seen);
	free(full);
	free(seen);
	return same;
}

/* Is the place, or one of the calls that lead to it, at that line? */
static bool is_at(const struct lc_confirm *c, struct lc_record *r,
		  const struct lc_line *l, lc_rec_place site, uint32_t stack)
{
	const struct lc_rec_stack *s;

	if (is_line(c, l, lc_record_where(r, site)))
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

static void see(struct lc_confirm *c, uint32_t record,
		const struct lc_side *side, struct seen *seen,
		struct lc_choices *choices)
{
	struct lc_record *r = &c->base.records.data[record];
	const struct lc_deps *d = &c->deps.data[record];

	for (uint32_t i = 0; i < r->tuples.len; i++) {
		const struct lc_rec_tuple *t = r->tuples.data[i];

		seen->outer = seen->outer ||
			      is_at(c, r, &side->outer, t->site, t->stack);
		seen->inner = seen->inner ||
			      is_at(c, r, &side->inner, t->site, t->stack);
	}
	for (uint32_t i = 0; i < d->deps.len; i++) {
		const struct lc_dep *dep = &d->deps.data[i];
		const struct lc_rec_tuple *t = r->tuples.data[dep->origin];

		if (!is_at(c, r, &side->inner, t->site, t->stack))
			continue;
		for (uint32_t k = 0; k < t->held_count; k++)
			for (uint32_t m = 0; m < dep->nholds; m++) {
				const struct lc_hold *h =
					&d->holds.data[dep->first_hold + m];

				if (h->lock != t->held[k].lock ||
				    !is_at(c, r, &side->outer,
					   t->held[k].site, t->held[k].stack))
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
	set_verdict(t, LC_VERDICT_NOT_REACHED, "site");
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
		set_line(&second->outer, &first->outer);
	if (first->inner.file)
		set_line(&second->inner, &first->inner);
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
	say_members(c, t);
	say_reason(c, t);
}

/* ---- what the trace says of the others ---- */

static void match_single(struct lc_confirm *c, struct lc_target *t)
{
	struct seen seen = { false, false, false };
	struct lc_side none = { { NULL, 0 }, { NULL, 0 } };
	const struct lc_side *side = t->sides.len ? &t->sides.data[0] : &none;

	for (uint32_t r = 0; r < c->base.records.len; r++) {
		struct lc_choices choices = {{0}};

		see(c, r, side, &seen, &choices);
		lc_array_release(&choices.list);
	}
	if (side->outer.file && !seen.outer) {
		set_verdict(t, LC_VERDICT_NOT_REACHED, "site");
		lc_buf_printf(&t->detail, "%s:%u was not executed\n",
			      side->outer.file, side->outer.line);
	} else if (t->kind == LC_TARGET_DOUBLE && side->inner.file &&
		   !seen.inner) {
		set_verdict(t, LC_VERDICT_NOT_REACHED, "site");
		lc_buf_printf(&t->detail, "%s:%u was not executed\n",
			      side->inner.file, side->inner.line);
	} else if (t->kind == LC_TARGET_DOUBLE && seen.nested) {
		set_verdict(t, LC_VERDICT_INFEASIBLE, "aliasing");
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
			target_release(t);
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

/* ---- what happened ---- */

/* Where edge i's waiter took what the one before it waits for. */
static const struct lc_rec_edge *held_by(const struct lc_rec_hang *h,
					 uint32_t i)
{
	for (uint32_t k = 0; k < h->count; k++)
		if (h->edges[k].holder == h->edges[i].waiter &&
		    !(h->edges[k].flags & LC_EDGE_WAKER))
			return &h->edges[k];
	return NULL;
}

/* Edge i of a hang as member `m` of the target? */
static bool is_member(struct lc_confirm *c, const struct lc_target *t,
		      uint32_t m, struct lc_record *r,
		      const struct lc_rec_hang *h, uint32_t i)
{
	const struct lc_rec_edge *e = &h->edges[i], *held = held_by(h, i);
	struct lc_record *base = &c->base.records.data[t->record];
	const struct lc_deps *d;

	if (!held)
		return false;
	if (t->sides.len > m)
		return is_at(c, r, &t->sides.data[m].inner, e->wait_site,
			     e->wait_stack) &&
		       is_at(c, r, &t->sides.data[m].outer, held->hold_site,
			     held->hold_stack);
	if (!t->has_chain)
		return false;
	d = &c->deps.data[t->record];
	return !strcmp(lc_record_where(r, e->wait_site)->key,
		       lc_record_where(base, d->deps.data[t->chain.dep[m]].site)
			       ->key) &&
	       !strcmp(lc_record_where(r, held->hold_site)->key,
		       lc_record_where(base,
				       d->holds.data[t->chain.hold[m]].site)
			       ->key);
}

static bool is_that_hang(struct lc_confirm *c, const struct lc_target *t,
			 struct lc_record *r, const struct lc_rec_hang *h)
{
	uint32_t n = t->kind == LC_TARGET_CYCLE
			     ? t->sides.len ? t->sides.len : t->chain.n
			     : 1;

	if (t->kind == LC_TARGET_LEAK) {
		for (uint32_t i = 0; i < h->count; i++)
			if (h->edges[i].hold_site &&
			    (h->edges[i].flags & LC_EDGE_HOLDER_ENDED ||
			     h->cycle == 1) && t->sides.len &&
			    is_at(c, r, &t->sides.data[0].outer,
				  h->edges[i].hold_site,
				  h->edges[i].hold_stack))
				return true;
		return false;
	}
	if (h->cycle != n || n > LC_CYCLE_MAX ||
	    (t->kind != LC_TARGET_CYCLE && t->kind != LC_TARGET_DOUBLE))
		return false;
	for (uint32_t turn = 0; turn < n; turn++) {
		bool same = true;

		for (uint32_t i = 0; i < n && same; i++)
			same = is_member(c, t, (i + turn) % n, r, h, i);
		if (same)
			return true;
	}
	return false;
}

static bool is_that_misuse(struct lc_confirm *c, const struct lc_target *t,
			   struct lc_record *r, const struct lc_rec_misuse *m)
{
	const struct lc_side *s = t->sides.len ? &t->sides.data[0] : NULL;

	if (!s)
		return false;
	switch (m->misuse) {
	case LC_MISUSE_DOUBLE_ACQUIRE:
		return (t->kind == LC_TARGET_DOUBLE &&
			is_at(c, r, &s->inner, m->site, m->stack) &&
			is_at(c, r, &s->outer, m->other_site, m->other_stack)) ||
		       (t->kind == LC_TARGET_LEAK &&
			is_at(c, r, &s->outer, m->other_site, m->other_stack));
	case LC_MISUSE_EXIT_HOLDING:
		return t->kind == LC_TARGET_LEAK &&
		       is_at(c, r, &s->outer, m->other_site, m->other_stack);
	case LC_MISUSE_RELEASE_NOT_HELD:
	case LC_MISUSE_RELEASE_OTHERS:
	case LC_MISUSE_OVER_RELEASE:
		return t->kind == LC_TARGET_RELEASE &&
		       is_at(c, r, &s->inner, m->site, m->stack);
	default:
		return false;
	}
}

/* What is below main and the start routines of threads. */
static bool is_libc_start(const char *function)
{
	return !strncmp(function, "__libc_start", 12) ||
	       !strcmp(function, "_start") ||
	       !strcmp(function, "start_thread") ||
	       !strcmp(function, "__clone3") || !strcmp(function, "clone");
}

static void say_stack(struct lc_target *t, struct lc_record *r, uint32_t id,
		      lc_rec_place site)
{
	const struct lc_rec_stack *s = lc_record_stack(r, id);

	if (!s)
		lc_buf_printf(&t->detail, "    #0 %s\n",
			      lc_record_where(r, site)->text);
	for (uint32_t i = 0; s && i < s->count && i < 12; i++) {
		const struct lc_where *w = lc_record_where(r, s->frames[i]);

		if (i && is_libc_start(w->function))
			break;
		lc_buf_printf(&t->detail, "    #%u %s%s%s\n", i, w->function,
			      *w->function ? " at " : "", w->text);
	}
}

static void say_hang(struct lc_target *t, struct lc_record *r,
		     const struct lc_rec_hang *h)
{
	for (uint32_t i = 0; i < h->count && i < 16; i++) {
		const struct lc_rec_edge *e = &h->edges[i];
		char *waiter = lc_record_thread_text(r, e->waiter);
		char *holder = lc_record_thread_text(r, e->holder);
		char *lock = lc_record_lock_text(r, e->lock);

		if (LC_WHAT_KIND(e->what) == LC_KIND_THREAD)
			lc_buf_printf(&t->detail, "%s waits for the end of "
				      "%s:\n", waiter, holder);
		else
			lc_buf_printf(&t->detail, "%s waits for %s:\n", waiter,
				      lock);
		say_stack(t, r, e->wait_stack, e->wait_site);
		if (e->hold_site) {
			lc_buf_printf(&t->detail,
				      "  which %s holds since:\n", holder);
			say_stack(t, r, e->hold_stack, e->hold_site);
		}
		free(waiter);
		free(holder);
		free(lock);
	}
}

static void confirm_by_hang(struct lc_target *t, struct lc_record *r,
			    const struct lc_rec_hang *h)
{
	if (t->verdict == LC_VERDICT_CONFIRMED)
		return;
	set_verdict(t, LC_VERDICT_CONFIRMED, "");
	lc_buf_release(&t->detail);
	say_hang(t, r, h);
}

static const char *misuse_words(uint32_t kind)
{
	static const char *const words[] = {
		"misuse", "release of a lock nobody holds",
		"release of a lock another thread holds",
		"acquire of a lock the thread holds itself",
		"thread ends with a lock held", "destroyed while held",
		"initialised while held",
		"condition wait without holding the mutex",
		"destroyed while threads wait for it",
		"released more often than acquired",
	};

	return kind < LC_LEN(words) ? words[kind] : words[0];
}

static void confirm_by_misuse(struct lc_target *t, struct lc_record *r,
			      const struct lc_rec_misuse *m)
{
	char *lock, *thread;

	if (t->verdict == LC_VERDICT_CONFIRMED)
		return;
	lock = lc_record_lock_text(r, m->lock);
	thread = lc_record_thread_text(r, m->thread);
	set_verdict(t, LC_VERDICT_CONFIRMED, "");
	lc_buf_release(&t->detail);
	lc_buf_printf(&t->detail, "%s: %s, by %s", lock,
		      misuse_words(m->misuse), thread);
	lc_buf_str(&t->detail, m->site ? ":\n" : "\n");
	if (m->site)
		say_stack(t, r, m->stack, m->site);
	if (m->other_site) {
		lc_buf_str(&t->detail, "  acquired or last released at:\n");
		say_stack(t, r, m->other_stack, m->other_site);
	}
	free(lock);
	free(thread);
}

static char *hang_title(struct lc_record *r, const struct lc_rec_hang *h)
{
	struct lc_buf b = {0};
	uint32_t n = h->cycle ? h->cycle : h->count;

	lc_buf_str(&b, h->cycle == 1 ? "a thread waits for itself at "
		       : h->cycle    ? "deadlock at "
				     : "hang at ");
	for (uint32_t i = 0; i < n && i < 8; i++)
		lc_buf_printf(&b, "%s%s", i ? ", " : "",
			      lc_record_where(r, h->edges[i].wait_site)->text);
	return b.data;
}

/* Was it told already, as a target of its own? */
static bool is_known(const struct lc_confirm *c, enum lc_target_kind kind,
		     const char *title)
{
	for (uint32_t i = 0; i < c->targets.len; i++)
		if (c->targets.data[i].kind == kind &&
		    !strcmp(c->targets.data[i].title, title))
			return true;
	return false;
}

static struct lc_target *add_own(struct lc_confirm *c,
				 enum lc_target_kind kind, char *title)
{
	struct lc_target *t = NULL;

	if (is_known(c, kind, title)) {
		free(title);
	} else {
		t = add_target(c, kind);
		t->title = title;
	}
	return t;
}

static bool hang_happened(struct lc_confirm *c, struct lc_record *r,
			  const struct lc_rec_hang *h, bool add,
			  const struct lc_target *wanted)
{
	bool any = false, is_wanted = false;

	for (uint32_t i = 0; i < c->targets.len; i++) {
		struct lc_target *t = &c->targets.data[i];

		if (!is_that_hang(c, t, r, h))
			continue;
		any = true;
		is_wanted = is_wanted || t == wanted;
		confirm_by_hang(t, r, h);
	}
	if (!any && add) {
		struct lc_target *t =
			add_own(c, LC_TARGET_HANG, hang_title(r, h));

		if (t)
			confirm_by_hang(t, r, h);
	}
	return is_wanted;
}

static void misuse_happened(struct lc_confirm *c, struct lc_record *r,
			    const struct lc_rec_misuse *m, bool add)
{
	bool any = false;
	struct lc_target *t;

	for (uint32_t i = 0; i < c->targets.len; i++) {
		if (!is_that_misuse(c, &c->targets.data[i], r, m))
			continue;
		any = true;
		confirm_by_misuse(&c->targets.data[i], r, m);
	}
	/* A thread that waits for itself is told as the hang it is. */
	if (any || !add || m->misuse == LC_MISUSE_DOUBLE_ACQUIRE)
		return;
	t = add_own(c, LC_TARGET_MISUSE,
		    lc_asprintf("%s at %s", misuse_words(m->misuse),
				lc_record_where(r, m->site ? m->site
							   : m->other_site)
					->text));
	if (t)
		confirm_by_misuse(t, r, m);
}

bool lc_targets_happened(struct lc_confirm *c, struct lc_run *run, bool add,
			 const struct lc_target *wanted)
{
	bool is_wanted = false;

	for (uint32_t i = 0; i < run->records.len; i++) {
		struct lc_record *r = &run->records.data[i];

		for (uint32_t k = 0; k < r->hangs.len; k++)
			is_wanted = hang_happened(c, r, r->hangs.data[k], add,
						  wanted) || is_wanted;
		for (uint32_t k = 0; k < r->misuses.len; k++)
			misuse_happened(c, r, r->misuses.data[k], add);
	}
	return is_wanted;
}
