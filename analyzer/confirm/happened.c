/* SPDX-License-Identifier: MIT */
/* Hangs and misuse that happened: which targets they confirm. */
#include <stdlib.h>

#include "confirm/targets.h"

/* Is it as the chain, which has been seen, says? */
static bool is_in_chain(struct lc_confirm *c, const struct lc_target *t,
			uint32_t m, struct lc_record *r,
			const struct lc_rec_edge *e,
			const struct lc_rec_edge *held)
{
	struct lc_record *base = &c->base.records.data[t->record];
	const struct lc_deps *d = &c->deps.data[t->record];
	const struct lc_dep *dep = &d->deps.data[t->chain.dep[m]];
	const struct lc_hold *hold = &d->holds.data[t->chain.hold[m]];

	return !strcmp(lc_record_where(r, e->wait_site)->key,
		       lc_record_where(base, dep->site)->key) &&
	       (hold->waker ||
		(held && !strcmp(lc_record_where(r, held->hold_site)->key,
				 lc_record_where(base, hold->site)->key)));
}

/* Edge i of a hang as member `m` of the target? */
static bool is_member(struct lc_confirm *c, const struct lc_target *t,
		      uint32_t m, struct lc_record *r,
		      const struct lc_rec_hang *h, uint32_t i)
{
	const struct lc_rec_edge *e = &h->edges[i], *held = lc_hang_held(h, i);

	if (t->has_chain && m < t->chain.n && is_in_chain(c, t, m, r, e, held))
		return true;
	return t->sides.len > m && held &&
	       lc_is_at(c, r, &t->sides.data[m].inner, e->wait_site,
			e->wait_stack) &&
	       lc_is_at(c, r, &t->sides.data[m].outer, held->hold_site,
			held->hold_stack);
}

/* Waits for what has no owner: each member is somewhere in the hang, which
 * need not be a cycle. */
static bool is_that_stillness(struct lc_confirm *c, const struct lc_target *t,
			      struct lc_record *r, const struct lc_rec_hang *h)
{
	for (uint32_t m = 0; m < t->chain.n; m++) {
		bool found = false;

		for (uint32_t i = 0; i < h->count && !found; i++)
			found = is_member(c, t, m, r, h, i);
		if (!found)
			return false;
	}
	return true;
}

/* Do the same threads wait at the same places? */
static bool is_same_hang(struct lc_confirm *c, const struct lc_target *t,
			 struct lc_record *r, const struct lc_rec_hang *h)
{
	struct lc_record *base = &c->base.records.data[t->hang_record];

	for (uint32_t n = 0;; n++) {
		uint32_t was = lc_hang_core_edge(t->hang, n);
		uint32_t is = lc_hang_core_edge(h, n);

		if (was == UINT32_MAX || is == UINT32_MAX)
			return was == is;
		if (strcmp(lc_record_where(base, t->hang->edges[was].wait_site)
				   ->key,
			   lc_record_where(r, h->edges[is].wait_site)->key))
			return false;
	}
}

static bool is_that_hang(struct lc_confirm *c, const struct lc_target *t,
			 struct lc_record *r, const struct lc_rec_hang *h)
{
	uint32_t n = t->kind == LC_TARGET_CYCLE
			     ? t->sides.len ? t->sides.len : t->chain.n
			     : 1;

	if (t->hang && is_same_hang(c, t, r, h))
		return true;
	if (t->kind == LC_TARGET_LEAK) {
		for (uint32_t i = 0; i < h->count; i++)
			if (h->edges[i].hold_site &&
			    (h->edges[i].flags & LC_EDGE_HOLDER_ENDED ||
			     h->cycle == 1) && t->sides.len &&
			    lc_is_at(c, r, &t->sides.data[0].outer,
				  h->edges[i].hold_site,
				  h->edges[i].hold_stack))
				return true;
		return false;
	}
	if (!t->sides.len && t->has_chain && lc_target_waits(c, t))
		return is_that_stillness(c, t, r, h);
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
			lc_is_at(c, r, &s->inner, m->site, m->stack) &&
			lc_is_at(c, r, &s->outer, m->other_site, m->other_stack)) ||
		       (t->kind == LC_TARGET_LEAK &&
			lc_is_at(c, r, &s->outer, m->other_site, m->other_stack));
	case LC_MISUSE_EXIT_HOLDING:
		return t->kind == LC_TARGET_LEAK &&
		       lc_is_at(c, r, &s->outer, m->other_site, m->other_stack);
	case LC_MISUSE_RELEASE_NOT_HELD:
	case LC_MISUSE_RELEASE_OTHERS:
	case LC_MISUSE_OVER_RELEASE:
		return t->kind == LC_TARGET_RELEASE &&
		       lc_is_at(c, r, &s->inner, m->site, m->stack);
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

static void say_wait(struct lc_target *t, struct lc_record *r,
		     const struct lc_rec_edge *e)
{
	char *waiter = lc_record_thread_text(r, e->waiter);
	char *holder = lc_record_thread_text(r, e->holder);
	char *lock = lc_record_lock_text(r, e->lock);

	if (LC_WHAT_KIND(e->what) == LC_KIND_THREAD)
		lc_buf_printf(&t->detail, "%s waits for the end of %s:\n",
			      waiter, holder);
	else
		lc_buf_printf(&t->detail, "%s waits for %s:\n", waiter, lock);
	say_stack(t, r, e->wait_stack, e->wait_site);
	if (e->hold_site) {
		lc_buf_printf(&t->detail, "  which %s holds since:\n", holder);
		say_stack(t, r, e->hold_stack, e->hold_site);
	}
	free(waiter);
	free(holder);
	free(lock);
}

/* Those that make the hang. Who else waits, by now, differs between runs. */
static void say_hang(struct lc_target *t, struct lc_record *r,
		     const struct lc_rec_hang *h)
{
	uint32_t at;

	for (uint32_t n = 0;
	     n < 16 && (at = lc_hang_core_edge(h, n)) != UINT32_MAX; n++)
		say_wait(t, r, &h->edges[at]);
}

static void confirm_by_hang(struct lc_confirm *c, struct lc_target *t,
			    struct lc_record *r, const struct lc_rec_hang *h)
{
	if (t->verdict == LC_VERDICT_CONFIRMED)
		return;
	for (uint32_t i = 0; i < c->base.records.len; i++)
		if (r == &c->base.records.data[i]) {
			t->hang = h;
			t->hang_record = i;
		}
	lc_target_set(t, LC_VERDICT_CONFIRMED, "");
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
		"acquired more often than can be counted",
		"condition used with two locks",
		"notify without holding the condition's lock",
		"a thread joins itself",
		"join of a thread that was not started",
		"thread started twice",
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
	lc_target_set(t, LC_VERDICT_CONFIRMED, "");
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
	uint32_t at;

	lc_buf_str(&b, h->cycle == 1 ? "a thread waits for itself at "
		       : h->cycle    ? "deadlock at "
				     : "hang at ");
	for (uint32_t n = 0;
	     n < 8 && (at = lc_hang_core_edge(h, n)) != UINT32_MAX; n++)
		lc_buf_printf(&b, "%s%s", n ? ", " : "",
			      lc_record_where(r, h->edges[at].wait_site)->text);
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
		t = lc_target_add(c, kind);
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
		confirm_by_hang(c, t, r, h);
	}
	if (!any && wanted && wanted->kind == LC_TARGET_GUESS) {
		struct lc_target *t = &c->targets.data[wanted -
						       c->targets.data];

		free(t->title);
		t->title = hang_title(r, h);
		confirm_by_hang(c, t, r, h);
		return true;
	}
	if (!any && add) {
		struct lc_target *t =
			add_own(c, LC_TARGET_HANG, hang_title(r, h));

		if (t)
			confirm_by_hang(c, t, r, h);
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
