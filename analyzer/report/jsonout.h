/* SPDX-License-Identifier: MIT */
/* Private to report/: jansson values made of foreign text. */
#ifndef LC_REPORT_JSONOUT_H
#define LC_REPORT_JSONOUT_H

#include <jansson.h>

#include "report/findings.h"

/* Always valid UTF-8, control characters escaped (see lc_clean); newlines
 * stay in lc_json_lines. */
json_t *lc_json_text(const char *s);
json_t *lc_json_lines(const char *s);
/* {"text": s} */
json_t *lc_json_message(const char *s);
/* A finding as an object (docs/json.md). */
/* What confirm made of it; it has a verdict. */
json_t *lc_json_verdict(const struct lc_finding *f);
json_t *lc_json_finding(const struct lc_finding *f);
/* Writes compactly and drops the reference. */
int lc_json_write(json_t *j, FILE *out);

#endif
