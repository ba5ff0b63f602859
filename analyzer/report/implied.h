/* SPDX-License-Identifier: MIT */
/* Private to the layout: arrows that a picture can do without. */
#ifndef LC_REPORT_IMPLIED_H
#define LC_REPORT_IMPLIED_H

#include "report/lockgraph.h"

/* `rank`: by lock, an order that most arrows follow. Sets implied[pair] for
 * those that follow from others; a dropped arrow implies only dropped ones,
 * and a reported one is never implied. */
void lc_find_implied(const struct lc_lockgraph *g, const uint32_t *rank,
		     bool *implied);

#endif
