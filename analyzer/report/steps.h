/* SPDX-License-Identifier: MIT */
/* What all reports say about the steps of a witness. */
#ifndef LC_REPORT_STEPS_H
#define LC_REPORT_STEPS_H

#include "report/findings.h"

/* Longer witnesses are shown from both ends; the middle is one line. */
#define LC_STEPS_MAX 100

/* If step i of n is the first of the middle that is left out, how many are;
 * else 0. The caller then goes on at i + that number. */
uint32_t lc_steps_left_out(uint32_t n, uint32_t i);

/* "takes g_b; holds g_a, g_b": a step in words, in memory to be freed, already
 * clean. `thread` > 0 puts "T1: " before it, and the first step of a thread
 * also names it. */
char *lc_step_words(const struct lc_report_trace *t, uint32_t i,
		    uint32_t thread);

/* What lockcheck confirm made of it, in one line to be freed; of its reasons
 * the last line. NULL if it was not asked. */
char *lc_verdict_words(const struct lc_finding *f);

/* True if the place is that of a step of the finding. */
bool lc_place_is_step(const struct lc_finding *f, const struct lc_place *p);
bool lc_place_equal(const struct lc_place *a, const struct lc_place *b);

#endif
