/* SPDX-License-Identifier: MIT */
/*
 * Targets: what may be confirmed. Here: their life, their words, and those that
 * the trace alone foretells. Findings: findings.c; what the trace says of them:
 * match.c; what happened: happened.c.
 */
#include <stdlib.h>

#include "confirm/targets.h"

const char *lc_verdict_name(enum lc_verdict verdict)
{
	static const char *const names[] = { "undecided", "confirmed",
					     "infeasible", "refuted",
					     "not reached" };

	return names[verdict];
}

void lc_target_release(struct lc_target *t)
{
	free(t->fingerprint);
	free(t->title);
	free(t->reason);
	free(t->schedule);
	free(t->blocker);
	lc_buf_release(&t->detail);
	for (uint32_t i = 0; i < t->sides.len; i++) {
		free(t->sides.data[i].outer.file);
		free(t->sides.data[i].outer.call_file);
		free(t->sides.data[i].inner.file);
		free(t->sides.data[i].inner.call_file);
	}
	lc_array_release(&t->sides);
	for (uint32_t i = 0; i < t->delays.len; i++)
		free(t->delays.data[i].site);
	lc_array_release(&t->delays);
}

void lc_confirm_release(struct lc_confirm *c)
{
	for (uint32_t i = 0; i < c->targets.len; i++)
		lc_target_release(&c->targets.data[i]);
	lc_array_release(&c->targets);
	for (uint32_t i = 0; i < c->deps.len; i++)
		lc_deps_release(&c->deps.data[i]);
	lc_array_release(&c->deps);
	lc_run_release(&c->base);
	free(c->root_owned);
}

struct lc_target *lc_target_add(struct lc_confirm *c,
				    enum lc_target_kind kind)
{
	struct lc_target *t = lc_push(&c->targets);

	t->kind = kind;
	t->fingerprint = lc_strdup("");
	t->reason = lc_strdup("");
	lc_buf_str(&t->detail, "");
	return t;
}

void lc_target_set(struct lc_target *t, enum lc_verdict verdict,
			const char *reason)
{
	t->verdict = verdict;
	free(t->reason);
	t->reason = lc_strdup(reason);
}

/* ---- words ---- */

static const char *wake_verb(uint32_t kind)
{
	switch (kind) {
	case LC_KIND_COND:
		return "it signals";
	case LC_KIND_SEM:
		return "it posts";
	case LC_KIND_BARRIER:
		return "it comes to";
	default:
		return "it sets";
	}
}

/* "wants a (x.c:1) before it signals b (x.c:2)" */
static char *waker_text(struct lc_record *r, const struct lc_dep *dep,
			const struct lc_hold *h, const char *wanted)
{
	const char *at = lc_record_where(r, dep->site)->text;
	const struct lc_rec_lock *l = lc_record_lock(r, h->lock);
	char *object, *text;

	if (!l || l->kind == LC_KIND_THREAD)
		return lc_asprintf("wants %s (%s) before its end", wanted, at);
	object = lc_record_lock_text(r, h->lock);
	text = lc_asprintf("wants %s (%s) before %s %s (%s)", wanted, at,
			   wake_verb(l->kind), object,
			   lc_record_where(r, h->site)->text);
	free(object);
	return text;
}

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
	char *rest = h->waker ? waker_text(r, dep, h, wanted)
			      : lc_asprintf("holds %s (%s) and %s %s%s (%s)",
					    held,
					    lc_record_where(r, h->site)->text,
					    dep->wait ? "waits for" : "wants",
					    wanted,
					    dep->shared ? " to read" : "",
					    lc_record_where(r, dep->site)->text);
	char *text = lc_asprintf("%s %s", thread, rest);

	free(thread);
	free(held);
	free(wanted);
	free(rest);
	return text;
}

void lc_target_say_members(struct lc_confirm *c, struct lc_target *t)
{
	for (uint32_t i = 0; i < t->chain.n; i++) {
		char *text = lc_member_text(c, t, i);

		lc_buf_printf(&t->detail, "%s\n", text);
		free(text);
	}
}

/* What the chain's reason means here; detail and verdict. */
void lc_target_say_reason(struct lc_confirm *c, struct lc_target *t)
{
	struct lc_record *r = &c->base.records.data[t->record];
	char *text;

	if (t->chain.reason == LC_REASON_NONE) {
		if (t->chain.pooled) {
			text = lc_record_thread_text(r, t->chain.witness);
			lc_buf_printf(&t->detail, "in this run only %s does "
				      "both, but other threads with the same "
				      "start routine use these locks, too\n",
				      text);
			free(text);
		}
		return;
	}
	lc_target_set(t, LC_VERDICT_INFEASIBLE, lc_reason_name(t->chain.reason));
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
		lc_buf_printf(&t->detail, "in this run only %s does both\n", text);
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

bool lc_target_waits(const struct lc_confirm *c, const struct lc_target *t)
{
	const struct lc_deps *d = &c->deps.data[t->record];

	for (uint32_t i = 0; i < t->chain.n; i++)
		if (d->deps.data[t->chain.dep[i]].wait ||
		    d->deps.data[t->chain.dep[i]].relock)
			return true;
	return false;
}

/* Nothing is to be said of a thread that could wake itself, and of threads that
 * only wait for each other's signals: no lock can be late there. */
static bool is_idle(const struct lc_deps *d, const struct lc_chain *c)
{
	uint32_t wakers = 0;

	for (uint32_t i = 0; i < c->n; i++)
		wakers += d->holds.data[c->hold[i]].waker;
	return wakers == c->n ||
	       (wakers && c->reason == LC_REASON_SAME_THREAD);
}

void lc_targets_predict(struct lc_confirm *c)
{
	for (uint32_t i = 0; i < c->base.records.len; i++) {
		struct lc_deps *d = lc_push(&c->deps);
		struct lc_chains chains = {0};

		lc_deps_make(&c->base.records.data[i], d);
		lc_predict(d, &chains);
		if (chains.cut && (!c->search_cut || chains.cut < c->search_cut))
			c->search_cut = chains.cut;
		for (uint32_t k = 0; k < chains.chains.len; k++) {
			struct lc_target *t;

			if (is_idle(d, &chains.chains.data[k]))
				continue;
			t = lc_target_add(c, LC_TARGET_CYCLE);

			t->record = i;
			t->chain = chains.chains.data[k];
			t->has_chain = true;
			t->title = cycle_title(c, t);
			lc_target_say_members(c, t);
			lc_target_say_reason(c, t);
		}
		lc_chains_release(&chains);
	}
}
