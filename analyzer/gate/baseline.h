/* SPDX-License-Identifier: MIT */
/*
 * Comparing two sets of findings. Two findings are the same if their
 * fingerprints are; suppressed ones are in neither set.
 */
#ifndef LC_GATE_BASELINE_H
#define LC_GATE_BASELINE_H

#include "report/findings.h"

/*
 * Reads findings from a database, or from a SARIF file of ours (a report, or
 * what `baseline write` made; of other tools' runs in it nothing is taken).
 * From SARIF come rules, level, message, place and fingerprint, no witness.
 * `out` was initialised by the caller, who releases it in any case.
 */
int lc_findings_read(struct lc_findings *out, const char *path,
		     struct lc_error *err);
/* The same for SARIF only: a baseline is a file that one commits. */
int lc_baseline_read(struct lc_findings *out, const char *path,
		     struct lc_error *err);

/* Sets the state of each finding of `now`; those that are only in `base` are
 * moved out of it into now->absent, with their state. */
void lc_baseline_apply(struct lc_findings *now, struct lc_findings *base);

/* A baseline as SARIF: one finding a line, in the order of fingerprints. */
int lc_baseline_write(const struct lc_findings *f, FILE *out,
		      struct lc_error *err);

#endif
