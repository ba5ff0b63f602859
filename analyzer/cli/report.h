/* SPDX-License-Identifier: MIT */
/* From findings to a report in the form the user asked for: what the verbs
 * check and report share. */
#ifndef LC_CLI_REPORT_H
#define LC_CLI_REPORT_H

#include "cli/options.h"
#include "cli/output.h"
#include "report/report.h"

/* Writes `findings` as set->format (text if NULL) to set->output, which is
 * replaced only if all went well. `graph` is needed if lc_format_has_graph;
 * `root` is where relative files are, NULL = the findings'. */
int lc_write_report(const struct lc_settings *set,
		    const struct lc_findings *findings,
		    const struct lc_lockgraph *graph, const char *root,
		    int exit_code, struct lc_error *err);
/* Does this form show the whole order of locks too? */
bool lc_format_has_graph(const char *format);

#endif
