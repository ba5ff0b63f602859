/* SPDX-License-Identifier: MIT */
/*
 * Findings as GitLab's Code Quality report: one JSON array, an object a
 * finding. GitLab compares two reports by fingerprint and shows the new ones in
 * a merge request; its path must be relative to the repository, without "./".
 */
#include "report/jsonout.h"
#include "report/report.h"

static const char *severity(enum lc_level level)
{
	static const char *const names[] = { "info", "info", "major",
					     "critical" };

	return names[level];
}

static json_t *entry(const struct lc_finding *f)
{
	const char *path = f->at.file;

	while (!strncmp(path, "./", 2))
		path += 2;
	return json_pack("{s:o, s:o, s:s, s:s, s:{s:o, s:{s:i}}}",
			 "description", lc_json_text(f->message), "check_name",
			 lc_json_text(f->rule), "fingerprint", f->fingerprint,
			 "severity", severity(f->level), "location", "path",
			 lc_json_text(path), "lines", "begin",
			 f->at.line ? (int)f->at.line : 1);
}

int lc_report_gitlab(const struct lc_findings *f,
		     const struct lc_report_options *o, FILE *out,
		     struct lc_error *err)
{
	const char *separator = "[\n";

	(void)o;
	for (uint32_t i = 0; i < f->findings.len; i++) {
		if (!lc_finding_shown(&f->findings.data[i]))
			continue;
		fputs(separator, out);
		lc_json_write(entry(&f->findings.data[i]), out);
		separator = ",\n";
	}
	fputs(*separator == '[' ? "[]\n" : "\n]\n", out);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the report");
	return 0;
}
