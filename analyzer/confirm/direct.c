/* SPDX-License-Identifier: MIT */
/*
 * Directed runs: a plan for each deadlock that the trace says is possible, run
 * until it happens or the reasons why it does not repeat themselves.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../runtime/core/steer.h"
#include "base/words.h"
#include "confirm/confirm.h"

enum { STAYS_ENOUGH_S = 2, REPLAY_GRACE_MS = 10000 };
enum {
	SAME_ENOUGH = 4, /* runs that end by the same blocker */
	EARLY_ENOUGH = 3, /* of them stopped early, for "constraint" */
	POOL_RUNS = 4, /* where one thread of a pool did both sides */
};

struct outcome {
	uint32_t parked, blocked, graces, met;
	uint32_t stays_s; /* seconds that they stayed where they met */
	bool delayed;
	char *blocker; /* words */
	struct lc_buf expect; /* of a guess: what happened, for replay */
};

static void add_delay(struct lc_target *t, uint32_t member, const char *site)
{
	for (uint32_t i = 0; i < t->delays.len; i++)
		if (t->delays.data[i].member == member &&
		    !strcmp(t->delays.data[i].site, site))
			return;
	if (t->delays.len < 6 && member < t->chain.n) {
		struct lc_words_of_member *d = lc_push(&t->delays);

		d->site = lc_strdup(site);
		d->member = member;
	}
}

/* By its function, since numbers differ between runs. */
static char *role_text(struct lc_record *r, uint32_t id)
{
	char *text = lc_record_thread_text(r, id), *role;
	const char *open = strchr(text, '('), *close = strrchr(text, ')');

	role = open && close ? lc_strndup(open + 1, (size_t)(close - open - 1))
			     : lc_strdup("a thread");
	free(text);
	return role;
}

static char *blocker_text(struct lc_record *r, const struct lc_rec_steer *held,
			  const struct lc_rec_steer *by)
{
	char *holder = role_text(r, held->thread);
	char *waiter = role_text(r, by->thread);
	char *lock = lc_record_lock_text(r, held->lock), *text;
	const char *what = LC_WHAT_KIND(by->value) == LC_KIND_THREAD
				   ? "the end of a thread" :
			   LC_WHAT_KIND(by->value) == LC_KIND_COND
				   ? "a condition"
				   : "what others do";

	if (held->site)
		text = lc_asprintf("%s waits at %s for %s, which %s holds "
				   "since %s", waiter,
				   lc_record_where(r, by->site)->text, lock,
				   holder, lc_record_where(r, held->site)->text);
	else
		text = lc_asprintf("%s waits at %s for %s, and nothing moves "
				   "until %s goes on", waiter,
				   lc_record_where(r, by->site)->text, what,
				   holder);
	free(holder);
	free(waiter);
	free(lock);
	return text;
}

static void read_steps(struct lc_target *t, struct lc_record *r,
		       struct outcome *o)
{
	const struct lc_rec_steer *held = NULL;

	for (uint32_t i = 0; i < r->steers.len; i++) {
		const struct lc_rec_steer *s = r->steers.data[i];

		switch (s->event) {
		case LC_STEER_PARKED:
			o->parked++;
			break;
		case LC_STEER_DELAYED:
			o->delayed = true;
			break;
		case LC_STEER_MET:
			o->met++;
			break;
		case LC_STEER_STAYS:
			o->stays_s = (uint32_t)(s->value / 1000);
			break;
		case LC_STEER_BLOCKED:
			o->blocked++;
			held = s;
			if (s->site)
				add_delay(t, (uint32_t)s->value,
					  lc_record_where(r, s->site)->key);
			break;
		case LC_STEER_BLOCKER:
			free(o->blocker);
			o->blocker = held ? blocker_text(r, held, s) : NULL;
			break;
		case LC_STEER_GRACE:
			o->graces++;
			break;
		case LC_STEER_STILL:
			o->blocked++;
			free(o->blocker);
			o->blocker = lc_strdup("no other thread can go on "
					       "while this one is stopped");
			break;
		}
	}
}

/* Takes over what a run showed; true once that is enough. */
static bool learn(struct lc_target *t, struct outcome *o)
{
	bool same = o->blocker && t->blocker && !strcmp(o->blocker, t->blocker);

	t->runs++;
	t->visits += o->parked;
	t->graces += o->graces;
	if (o->stays_s > t->stays_s)
		t->stays_s = o->stays_s;
	if (o->blocked && !o->graces) {
		t->blocked = same || !t->blocked ? t->blocked + 1 : 1;
		t->early_blocked += o->delayed;
		t->late_blocked += !o->delayed;
	}
	if (o->blocker) {
		free(t->blocker);
		t->blocker = o->blocker;
	}
	return (t->blocked >= SAME_ENOUGH && !t->graces) ||
	       t->stays_s >= STAYS_ENOUGH_S;
}

/* Who ended such waits in the recorded run: one of those that wait now, or
 * others as well? */
static void say_wakers(struct lc_confirm *c, struct lc_target *t)
{
	struct lc_record *r = &c->base.records.data[t->record];
	const struct lc_deps *d = &c->deps.data[t->record];
	uint32_t others = 0;

	for (uint32_t i = 0; i < t->chain.n; i++) {
		const struct lc_dep *dep = &d->deps.data[t->chain.dep[i]];
		uint32_t by =
			d->deps.data[t->chain.dep[(i + 1) % t->chain.n]].thread;

		for (uint32_t k = 0; k < r->wakes.len && dep->wait; k++) {
			const struct lc_rec_wake *w = r->wakes.data[k];
			char *who;

			if (w->lock != dep->wanted || w->thread == by ||
			    w->thread == dep->thread || others++ >= 3)
				continue;
			who = lc_record_thread_text(r, w->thread);
			lc_buf_printf(&t->detail, "in the recorded run %s "
				      "ended such a wait, too, at %s\n", who,
				      lc_record_where(r, w->site)->text);
			free(who);
		}
	}
	if (!others)
		lc_buf_str(&t->detail, "in the recorded run nobody ended such a "
				       "wait but who waits here now\n");
}

static void give_up(struct lc_confirm *c, struct lc_target *t)
{
	const char *word = "";

	if (t->chain.pooled && t->kind == LC_TARGET_CYCLE) {
		/* That the others never came says little. */
		lc_buf_printf(&t->detail, "in %u steered runs no two threads "
			      "each did one\n", t->runs);
		word = "same-thread";
	} else if (t->stays_s >= STAYS_ENOUGH_S) {
		lc_buf_printf(&t->detail, "it was made to happen, and stayed so "
			      "for %u s, until the run was ended; but other "
			      "threads went on, and one of them could end the "
			      "wait\n", t->stays_s);
		say_wakers(c, t);
		word = "running";
	} else if (t->graces) {
		lc_buf_printf(&t->detail, "in %u steered runs the partners did "
			      "not meet in time\n", t->runs);
		word = "time";
	} else if (!t->visits) {
		lc_buf_printf(&t->detail, "%u steered runs did not come by\n",
			      t->runs);
		word = "missed";
	} else if (!t->blocker) {
		lc_buf_printf(&t->detail, "in %u steered runs one side came "
			      "and the other did not\n", t->runs);
		word = "missed";
	} else {
		/* Each visit of a delay's place was a stop of its own: in
		 * none of them could the other come. */
		bool both = t->late_blocked &&
			    t->early_blocked >= EARLY_ENOUGH;

		t->verdict = both ? LC_VERDICT_INFEASIBLE : LC_VERDICT_REFUTED;
		word = both ? "constraint" : "blocked";
		lc_buf_printf(&t->detail, "refuted in %u steered runs%s: %s\n",
			      t->runs,
			      both ? ", whoever was made to wait" : "",
			      t->blocker);
	}
	free(t->reason);
	t->reason = lc_strdup(word);
}

static char *schedule_path(const struct lc_direct_options *o,
			   const struct lc_target *t, uint32_t number)
{
	char *name = *t->fingerprint
			     ? lc_asprintf("%.8s.schedule", t->fingerprint)
			     : lc_asprintf("predicted-%u.schedule", number);
	char *path = lc_path_join(o->schedules, name);

	free(name);
	return path;
}

static int keep_text(struct lc_target *t, const char *text,
		     const struct lc_direct_options *o, uint32_t number,
		     struct lc_error *err)
{
	char *path = schedule_path(o, t, number);
	int rc = 0;

	if (mkdir(o->schedules, 0777) && errno != EEXIST)
		rc = lc_fail(err, "cannot make the directory %s: %s",
			     o->schedules, strerror(errno));
	if (!rc)
		rc = lc_plan_save(path, text, err);
	if (rc)
		free(path);
	else
		t->schedule = path;
	return rc;
}

/* As run `i` was, but that a stopped thread waits longer for its partner, which
 * is known to come. */
static int keep_schedule(struct lc_confirm *c, struct lc_target *t, uint32_t i,
			 const char *expect, const struct lc_direct_options *o,
			 uint32_t number, struct lc_error *err)
{
	char *plan = lc_plan_text(c, t, i + 1, i % 2 == 0, REPLAY_GRACE_MS);
	char *text = lc_asprintf("%s%s", plan, expect ? expect : "");
	int rc = keep_text(t, text, o, number, err);

	free(plan);
	free(text);
	return rc;
}

static void put_expected(struct lc_buf *b, struct lc_run *run)
{
	for (uint32_t i = 0; i < run->records.len && !b->len; i++)
		if (run->records.data[i].hangs.len)
			lc_plan_put_hang(b, &run->records.data[i],
					 run->records.data[i].hangs.data[0]);
}

static int run_once(struct lc_confirm *c, struct lc_target *t,
		    const struct lc_direct_options *o, const char *text,
		    struct outcome *out, bool *happened, struct lc_error *err)
{
	const char *tmp = getenv("TMPDIR");
	char *plan = lc_asprintf("%s/lockcheck-plan-%d",
				 tmp && *tmp ? tmp : "/tmp", (int)getpid());
	struct lc_launch launch = o->launch;
	struct lc_run run = {{0}, 0, false};
	int rc = lc_plan_save(plan, text, err);

	launch.plan = lc_plan_steers(text) ? plan : NULL;
	if (!rc)
		rc = lc_run(&run, &launch, err);
	if (!rc) {
		*happened = lc_targets_happened(c, &run, false, t);
		if (*happened && t->kind == LC_TARGET_GUESS)
			put_expected(&out->expect, &run);
		for (uint32_t i = 0; i < run.records.len; i++)
			read_steps(t, &run.records.data[i], out);
	}
	lc_run_release(&run);
	unlink(plan);
	free(plan);
	return rc;
}

static int direct(struct lc_confirm *c, struct lc_target *t, uint32_t number,
		  const struct lc_direct_options *o, struct lc_error *err)
{
	for (uint32_t i = 0; i < o->runs; i++) {
		struct outcome out = { 0, 0, 0, 0, 0, false, NULL, {0} };
		/* A partner that comes late is waited for in later runs. */
		uint32_t grace_ms = t->graces && i ? o->launch.timeout_s * 500
						   : 1000;
		char *text = lc_plan_text(c, t, i + 1, i % 2 == 0, grace_ms);
		bool happened = false, enough;
		int rc = run_once(c, t, o, text, &out, &happened, err);

		free(text);
		if (!rc && happened)
			rc = keep_schedule(c, t, i, out.expect.data, o, number,
					   err);
		lc_buf_release(&out.expect);
		enough = learn(t, &out);
		if (rc || happened)
			return rc;
		if (enough)
			break;
	}
	give_up(c, t);
	return 0;
}

/* A hang that came by itself in the first run has a schedule, too, if it can be
 * brought about again: by stopping who wanted a lock until the others wait, or
 * by nothing at all. */
static int schedule_hang(struct lc_confirm *c, struct lc_target *t,
			 uint32_t number, const struct lc_direct_options *o,
			 struct lc_error *err)
{
	uint32_t runs = o->runs < 3 ? o->runs : 3;

	for (uint32_t i = 0; i <= runs && !t->schedule; i++) {
		struct outcome out = { 0, 0, 0, 0, 0, false, NULL, {0} };
		/* In the end, unsteered. */
		char *text = i == runs ? NULL
				       : lc_plan_of_hang(c, t, i + 1,
							 REPLAY_GRACE_MS);
		bool happened = false;
		int rc;

		if (!text) {
			i = runs;
			text = lc_plan_plain(c, t);
		}
		rc = run_once(c, t, o, text, &out, &happened, err);
		if (!rc && happened)
			rc = keep_text(t, text, o, number, err);
		free(text);
		free(out.blocker);
		lc_buf_release(&out.expect);
		if (rc)
			return rc;
	}
	return 0;
}

/* One hang a condition is enough, and no hang says nothing. */
static int guess(struct lc_confirm *c, struct lc_target *t, uint32_t number,
		 const struct lc_direct_options *o, struct lc_error *err)
{
	struct lc_direct_options twice = *o;

	for (uint32_t i = 0; i < c->targets.len; i++)
		if (c->targets.data[i].kind == LC_TARGET_GUESS &&
		    c->targets.data[i].verdict == LC_VERDICT_CONFIRMED &&
		    c->targets.data[i].record == t->record &&
		    c->targets.data[i].guess.object == t->guess.object)
			return 0;
	twice.runs = o->runs < 2 ? o->runs : 2;
	return direct(c, t, number, &twice, err);
}

/* One that happened by itself is steered once more, for the schedule. */
static int direct_again(struct lc_confirm *c, struct lc_target *t,
			uint32_t number, const struct lc_direct_options *o,
			struct lc_error *err)
{
	struct lc_direct_options once = *o;
	struct lc_buf kept = t->detail;
	int rc;

	memset(&t->detail, 0, sizeof(t->detail));
	once.runs = o->runs < 3 ? o->runs : 3;
	rc = direct(c, t, number, &once, err);
	t->verdict = LC_VERDICT_CONFIRMED;
	free(t->reason);
	t->reason = lc_strdup("");
	lc_buf_release(&t->detail);
	t->detail = kept;
	return rc;
}

int lc_direct(struct lc_confirm *c, const struct lc_direct_options *o,
	      struct lc_error *err)
{
	struct lc_direct_options few = *o;

	few.runs = o->runs < POOL_RUNS ? o->runs : POOL_RUNS;
	for (uint32_t i = 0; i < c->targets.len; i++) {
		struct lc_target *t = &c->targets.data[i];
		bool possible = t->kind == LC_TARGET_CYCLE && t->has_chain &&
				t->chain.reason == LC_REASON_NONE;
		int rc = 0;

		if (t->kind == LC_TARGET_GUESS)
			rc = guess(c, t, i + 1, o, err);
		else if (possible && t->verdict != LC_VERDICT_CONFIRMED)
			rc = direct(c, t, i + 1, t->chain.pooled ? &few : o,
				    err);
		else if (possible && !t->schedule)
			rc = direct_again(c, t, i + 1, o, err);
		if (!rc && t->hang && !t->schedule)
			rc = schedule_hang(c, t, i + 1, o, err);
		if (rc)
			return rc;
	}
	return 0;
}
