/* SPDX-License-Identifier: MIT */
/*
 * The findings of a database, in memory: what every report prints. The order
 * is that of the database (file, line, column, rule).
 */
#ifndef LC_REPORT_FINDINGS_H
#define LC_REPORT_FINDINGS_H

#include "store/rules.h"
#include "store/store.h"

struct lc_place {
	char *file; /* "" if unknown */
	uint32_t line, col; /* col in bytes, 0 = unknown */
	char *macro, *function; /* "" if none */
};
struct lc_report_step {
	struct lc_place at;
	uint32_t depth;
	enum lc_step_role role;
	char *text, *held; /* held: "g_a, g_b", "" if none */
	uint32_t lock;     /* row id, 0 = none */
	uint32_t order;    /* from 1: place in the schedule, over all traces */
};
struct lc_report_trace {
	char *thread;
	LC_ARRAY(struct lc_report_step) steps;
};
struct lc_report_lock {
	uint32_t id;
	char *name, *cls, *kind;
	struct lc_place decl; /* file "" if unknown */
};
struct lc_related {
	struct lc_place at;
	char *text;
};
/* What a baseline says of a finding (SARIF's baselineState). */
enum lc_state {
	LC_STATE_NONE, /* there is no baseline */
	LC_STATE_NEW,
	LC_STATE_UNCHANGED,
	LC_STATE_ABSENT /* in the baseline only */
};
struct lc_finding {
	char *rule, *message, *fix, *fingerprint; /* fix: "" if none */
	char *doubt; /* why it is possible and not sure, "" if it is sure */
	/* Suppressed by a comment in the source: its reason ("" if it gives
	 * none) and place. NULL: it is not. Reports for people leave it out. */
	char *suppressed;
	struct lc_place suppressed_at; /* file NULL if not suppressed */
	enum lc_state state;
	bool touched; /* by the changes since a revision (--since) */
	/* What lockcheck confirm made of it; verdict NULL: it was not asked. */
	char *verdict, *verdict_reason, *verdict_detail, *schedule;
	enum lc_level level;
	struct lc_place at;
	LC_ARRAY(struct lc_report_lock) locks; /* of a cycle: in its order */
	LC_ARRAY(struct lc_report_trace) traces;
	LC_ARRAY(struct lc_related) related;
};
/* A unit that was not analysed as it should be. */
struct lc_bad_unit {
	char *name, *status, *message;
};
struct lc_findings {
	struct lc_rules rules; /* as run; file and sql are "" */
	LC_ARRAY(struct lc_finding) findings;
	LC_ARRAY(struct lc_finding) absent; /* of the baseline, gone now */
	LC_ARRAY(struct lc_bad_unit) bad_units;
	uint32_t nunits;
	uint32_t nincomplete, ngating; /* rows of incomplete; those that gate */
	char *root; /* where relative files are; "" if not recorded */
	char *repository, *revision, *branch; /* of git; NULL if not recorded */
};

void lc_findings_init(struct lc_findings *f);
void lc_findings_release(struct lc_findings *f);
int lc_findings_load(struct lc_findings *f, struct lc_store *store,
		     struct lc_error *err);
void lc_finding_release(struct lc_finding *f);
/* How many findings that are not suppressed have `level` or a worse one
 * (NONE: 0). */
uint32_t lc_findings_count(const struct lc_findings *f, enum lc_level level);
/* Drops the findings for which `unwanted` says so (configuration). */
void lc_findings_remove(struct lc_findings *f,
			bool (*unwanted)(void *ctx, const struct lc_finding *),
			void *ctx);
/* Is it for people's eyes: neither suppressed nor known to the baseline? */
bool lc_finding_shown(const struct lc_finding *f);
uint32_t lc_findings_suppressed(const struct lc_findings *f);
/* "none", "new", "unchanged", "absent": SARIF's words. */
const char *lc_state_name(enum lc_state state);

#endif
