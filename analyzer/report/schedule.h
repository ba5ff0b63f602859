/* SPDX-License-Identifier: MIT */
/* In which order the steps of several threads end in a deadlock. */
#ifndef LC_REPORT_SCHEDULE_H
#define LC_REPORT_SCHEDULE_H

#include "report/findings.h"

/*
 * Numbers the steps of all traces of a finding from 1 (step.order):
 *   1 every thread runs up to the acquisition that the next thread waits for,
 *   2 every thread makes it and runs up to its last step,
 *   3 every thread makes its last step, which hangs.
 * After phase 1 nobody holds a lock of the cycle, and in phase 2 each takes
 * its own: so the order can really happen. One trace is simply numbered.
 */
void lc_schedule(struct lc_finding *f);

/* The step that begins phase 2 in thread i (an index): it takes what another
 * thread will want. 0 if there is none. */
uint32_t lc_schedule_decisive(const struct lc_finding *f, uint32_t i);

#endif
