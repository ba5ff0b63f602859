/* SPDX-License-Identifier: MIT */
/* lockcheck diff OLD NEW: which findings came, went and stayed. */
#include <stdlib.h>

#include "cli/exit.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "gate/baseline.h"
#include "report/report.h"

/* Findings of the new set that are introduced and count. */
static uint32_t introduced(const struct lc_settings *set,
			   const struct lc_findings *now)
{
	enum lc_level level = LC_LEVEL_ERROR;
	uint32_t n = 0;

	if (set->fail_on)
		lc_level_parse(set->fail_on, &level);
	for (uint32_t i = 0; level && i < now->findings.len; i++)
		n += now->findings.data[i].state == LC_STATE_NEW &&
		     now->findings.data[i].level >= level;
	return n;
}

static int write_diff(const struct lc_settings *set,
		      const struct lc_findings *now, int code,
		      struct lc_error *err)
{
	const char *format = set->format ? set->format : "text";
	struct lc_report_options o = { .exit_code = code };
	struct lc_output out;
	int rc = lc_output_open(&out, set->output, err);

	if (rc)
		return rc;
	if (!strcmp(format, "sarif"))
		rc = lc_report_sarif(now, &o, out.file, err);
	else if (!strcmp(format, "json"))
		rc = lc_report_json_diff(now, out.file, err);
	else
		rc = lc_report_text_diff(now, out.file, err);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	return rc;
}

int lc_verb_diff(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_findings old, now;
	int rc, code = LC_CODE_CLEAN;

	lc_findings_init(&old);
	lc_findings_init(&now);
	rc = lc_output_check(set->output, err);
	if (!rc)
		rc = lc_findings_read(&old, set->operands.data[0], err);
	if (!rc)
		rc = lc_findings_read(&now, set->operands.data[1], err);
	if (!rc) {
		lc_baseline_apply(&now, &old);
		if (introduced(set, &now) && !set->exit_zero)
			code = LC_CODE_FINDINGS;
		rc = write_diff(set, &now, code, err);
	}
	lc_findings_release(&old);
	lc_findings_release(&now);
	return rc ? -1 : code;
}
