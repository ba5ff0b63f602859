/* SPDX-License-Identifier: MIT */
#ifndef LC_CLI_RUNNOTES_H
#define LC_CLI_RUNNOTES_H

#include "cli/verbs.h"
#include "confirm/confirm.h"

/* Notes on the first run, to stderr. */
void lc_print_run_notes(const struct lc_confirm *c,
			const struct lc_settings *set);

#endif
