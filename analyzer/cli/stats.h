/* SPDX-License-Identifier: MIT */
/* --stats: what a run cost and what it counted, on stderr. */
#ifndef LC_CLI_STATS_H
#define LC_CLI_STATS_H

#include "cli/session.h"

/* In the form that --stats asked for: lines for people, or one JSON object on
 * one line. */
void lc_stats(const struct lc_session *s);

#endif
