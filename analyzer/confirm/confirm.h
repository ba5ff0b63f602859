/* SPDX-License-Identifier: MIT */
/*
 * From findings and a program to verdicts: what is predicted, found by the
 * analysis, or simply happens, is a target; each target gets a verdict with its
 * reason. docs/confirm.md says what they mean.
 */
#ifndef LC_CONFIRM_CONFIRM_H
#define LC_CONFIRM_CONFIRM_H

#include "confirm/predict.h"
#include "confirm/run.h"
#include "store/store.h"

enum lc_verdict {
	LC_VERDICT_UNDECIDED = 0,
	LC_VERDICT_CONFIRMED,
	LC_VERDICT_INFEASIBLE,
	LC_VERDICT_REFUTED,
	LC_VERDICT_NOT_REACHED,
};
const char *lc_verdict_name(enum lc_verdict verdict);

/* What kind of trouble. */
enum lc_target_kind {
	LC_TARGET_CYCLE,
	LC_TARGET_DOUBLE, /* a thread acquires what it holds */
	LC_TARGET_LEAK, /* a thread ends with a lock */
	LC_TARGET_RELEASE, /* of what is not held */
	LC_TARGET_HANG, /* any other hang that happened */
	LC_TARGET_MISUSE, /* any other misuse */
	LC_TARGET_GUESS, /* see guess.c */
};

struct lc_line {
	char *file; /* as in the database; NULL: any */
	uint32_t line;
	/* Of the call that leads there, which is what a run shows where the
	 * compiler has made the last call a jump; NULL: none. */
	char *call_file;
	uint32_t call_line;
};
struct lc_side { /* a member as the analysis sees it */
	struct lc_line outer, inner;
};
struct lc_target {
	enum lc_target_kind kind;
	uint32_t finding; /* row id, 0: not of the analysis */
	char *fingerprint; /* "" */
	char *title; /* one line */
	LC_ARRAY(struct lc_side) sides;
	/* As seen in the trace: record of the first run, and chain in it. */
	uint32_t record;
	bool has_chain;
	struct lc_chain chain;
	struct {
		uint32_t take; /* a tuple of the record: stop before it */
		uint32_t object; /* the condition */
	} guess;
	/* It happened in the first run, unsteered: in that record. NULL: not. */
	const struct lc_rec_hang *hang;
	uint32_t hang_record;
	enum lc_verdict verdict;
	char *reason; /* a word, "" if none */
	struct lc_buf detail; /* lines of text */
	char *schedule; /* path, NULL if there is none */
	uint32_t runs, visits; /* steered runs; parked threads in them */
	/* of the steered runs so far */
	uint32_t blocked; /* in a row, by the same blocker */
	uint32_t early_blocked, late_blocked; /* stopped by a delay; not so */
	uint32_t graces, stays_s;
	char *blocker; /* the last one's words */
	LC_ARRAY(struct lc_words_of_member {
		char *site;
		uint32_t member;
	}) delays;
};

struct lc_confirm {
	const char *root; /* where relative files of the database are */
	struct lc_run base; /* the run without steering */
	LC_ARRAY(struct lc_deps) deps; /* by record of base */
	LC_ARRAY(struct lc_target) targets;
	/* Cycles of that many locks, and longer ones, may have been left out. */
	uint32_t search_cut;
	char *root_owned;
};

void lc_confirm_release(struct lc_confirm *c);

/* ---- targets.c, findings.c, match.c, happened.c, guess.c ---- */

/* What is in the trace: predictions, hangs, misuse. After it and
 * lc_targets_load, lc_targets_match gives what can be said without steering. */
void lc_targets_predict(struct lc_confirm *c);
/* The findings with one of `ids` (prefixes of fingerprints), or all. */
int lc_targets_load(struct lc_confirm *c, struct lc_store *store,
		    const char *const *ids, uint32_t nids,
		    struct lc_error *err);
void lc_targets_match(struct lc_confirm *c);
/* Waits that the trace does not show: further targets, all of which are
 * dropped that have not been confirmed. */
void lc_targets_guess(struct lc_confirm *c);
void lc_targets_drop_guesses(struct lc_confirm *c);
/* Hangs and misuse of a run: confirms the targets they are of. `add`: others
 * become targets. True if one of them is `wanted` (may be NULL). */
bool lc_targets_happened(struct lc_confirm *c, struct lc_run *run, bool add,
			 const struct lc_target *wanted);
/* "thread 2 (f) holds mutex a (x.c:1), wants mutex b (x.c:2)" */
char *lc_member_text(struct lc_confirm *c, const struct lc_target *t,
		     uint32_t member);

/* ---- plan.c ---- */

/* The plan for a target's chain, as text. strict: with the names of locks. */
char *lc_plan_text(struct lc_confirm *c, const struct lc_target *t,
		   uint32_t seed, bool strict, uint32_t grace_ms);
/* Same, of the hang that happened by itself. NULL: there is nothing to steer. */
char *lc_plan_of_hang(struct lc_confirm *c, const struct lc_target *t,
		      uint32_t seed, uint32_t grace_ms);
/* A plan that steers nothing: a hang that comes by itself. */
char *lc_plan_plain(struct lc_confirm *c, const struct lc_target *t);
/* Does a plan (its text, or a file with it) steer anything? */
bool lc_plan_steers(const char *text);
bool lc_plan_file_steers(const char *path);
/* The lines that tell replay what to expect: this hang. */
void lc_plan_put_hang(struct lc_buf *b, struct lc_record *r,
		      const struct lc_rec_hang *h);
int lc_plan_save(const char *path, const char *text, struct lc_error *err);
/* Was there a hang as the plan expects it? -1: the plan is no plan, or is of
 * another build, with a sentence. 1: yes, 0: no. */
int lc_plan_happened(const char *plan, struct lc_run *run,
		     struct lc_error *err);

/* ---- direct.c ---- */

struct lc_direct_options {
	struct lc_launch launch;
	uint32_t runs;
	const char *schedules; /* directory for schedules */
};
/* Steers until each target has its verdict. */
int lc_direct(struct lc_confirm *c, const struct lc_direct_options *o,
	      struct lc_error *err);

/* ---- import.c ---- */

/* The first run into the tables run_…; the verdicts into `confirmation`. */
int lc_import_run(struct lc_confirm *c, struct lc_store *store,
		  struct lc_error *err);
int lc_import_verdicts(struct lc_confirm *c, struct lc_store *store,
		       struct lc_error *err);

#endif
