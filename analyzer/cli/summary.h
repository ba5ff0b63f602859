/* SPDX-License-Identifier: MIT */
/* What check says on stderr at its end. */
#ifndef LC_CLI_SUMMARY_H
#define LC_CLI_SUMMARY_H

#include "cli/session.h"

/* The units that were not analysed, the summary line, and --stats. */
void lc_summary(const struct lc_session *s);

#endif
