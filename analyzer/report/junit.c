/* SPDX-License-Identifier: MIT */
/*
 * Findings as JUnit XML, for the test tabs of Jenkins, GitLab and Azure: a suite
 * a rule, in it a failure a finding, a skipped case a suppressed one, and one
 * case that passes to show that the rule ran; then a suite of the units, with
 * an error for each that was not analysed whole. A case's name has no line in
 * it, so that it is the same case in the next run.
 */
#include <stdlib.h>

#include "report/report.h"
#include "report/source.h"
#include "report/steps.h"

static void put(const char *s, FILE *out)
{
	char *clean = lc_cleaned(s, true);

	for (const char *c = clean; *c; c++) {
		switch (*c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*c, out);
		}
	}
	free(clean);
}

static void attribute(const char *name, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", name);
	put(value, out);
	fputc('"', out);
}

static void put_witness(const struct lc_finding *f, FILE *out)
{
	char *at = lc_asprintf("%s:%u:%u: ", f->at.file, f->at.line, f->at.col);
	char *verdict;

	put(at, out);
	free(at);
	put(f->message, out);
	for (uint32_t t = 0; t < f->traces.len; t++) {
		const struct lc_report_trace *trace = &f->traces.data[t];
		uint32_t n = trace->steps.len;

		for (uint32_t i = 0; i < n; i++) {
			uint32_t left_out = lc_steps_left_out(n, i);
			const struct lc_report_step *s = &trace->steps.data[i];
			char *words = lc_step_words(
				trace, i, f->traces.len > 1 ? t + 1 : 0);
			char *line = left_out
				? lc_asprintf("\n  … %u steps left out …",
					      left_out)
				: lc_asprintf("\n%s:%u: %s", s->at.file,
					      s->at.line, words);

			put(line, out);
			i += left_out ? left_out - 1 : 0;
			free(words);
			free(line);
		}
	}
	verdict = lc_verdict_words(f);
	if (verdict) {
		put("\n", out);
		put(verdict, out);
	}
	free(verdict);
	if (*f->doubt) {
		put("\npossible, not sure: ", out);
		put(f->doubt, out);
	}
	if (*f->fix) {
		put("\nto repair: ", out);
		put(f->fix, out);
	}
}

static void put_case(const struct lc_finding *f, FILE *out)
{
	char *name = lc_asprintf("%s%s%s [%.8s]", f->at.function,
				 *f->at.function ? "() in " : "", f->at.file,
				 f->fingerprint);
	char line[16];

	snprintf(line, sizeof(line), "%u", f->at.line);
	fputs("    <testcase", out);
	attribute("classname", f->rule, out);
	attribute("name", name, out);
	attribute("file", f->at.file, out);
	attribute("line", line, out);
	fputs(" time=\"0\">\n      ", out);
	if (f->suppressed) {
		fputs("<skipped", out);
		attribute("message", f->suppressed, out);
		fputs("/>", out);
	} else {
		fputs("<failure", out);
		attribute("type", lc_level_name(f->level), out);
		attribute("message", f->message, out);
		fputs(">", out);
		put_witness(f, out);
		fputs("</failure>", out);
	}
	fputs("\n    </testcase>\n", out);
	free(name);
}

static bool is_case(const struct lc_finding *f, const char *rule)
{
	return (lc_finding_shown(f) || f->suppressed) && !strcmp(f->rule, rule);
}

static void put_suite(const struct lc_findings *f, const struct lc_rule *r,
		      FILE *out)
{
	uint32_t failures = 0, skipped = 0;

	for (uint32_t i = 0; i < f->findings.len; i++)
		if (is_case(&f->findings.data[i], r->id)) {
			skipped += f->findings.data[i].suppressed != NULL;
			failures += !f->findings.data[i].suppressed;
		}
	fputs("  <testsuite", out);
	attribute("name", r->id, out);
	fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"0\" "
		     "skipped=\"%u\" time=\"0\">\n",
		failures + skipped + 1, failures, skipped);
	fputs("    <testcase", out);
	attribute("classname", r->id, out);
	fputs(" name=\"the rule ran\" time=\"0\"/>\n", out);
	for (uint32_t i = 0; i < f->findings.len; i++)
		if (is_case(&f->findings.data[i], r->id))
			put_case(&f->findings.data[i], out);
	fputs("  </testsuite>\n", out);
}

static void put_units(const struct lc_findings *f, FILE *out)
{
	fprintf(out, "  <testsuite name=\"units\" tests=\"%u\" failures=\"0\" "
		     "errors=\"%u\" skipped=\"0\" time=\"0\">\n"
		     "    <testcase classname=\"units\" name=\"%u units\" "
		     "time=\"0\"/>\n",
		f->bad_units.len + 1, f->bad_units.len, f->nunits);
	for (uint32_t i = 0; i < f->bad_units.len; i++) {
		const struct lc_bad_unit *u = &f->bad_units.data[i];

		fputs("    <testcase classname=\"units\"", out);
		attribute("name", u->name, out);
		fputs(" time=\"0\"><error", out);
		attribute("type", u->status, out);
		attribute("message", u->message, out);
		fputs("/></testcase>\n", out);
	}
	fputs("  </testsuite>\n", out);
}

int lc_report_junit(const struct lc_findings *f,
		    const struct lc_report_options *o, FILE *out,
		    struct lc_error *err)
{
	(void)o;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<testsuites name=\"lockcheck\">\n", out);
	for (uint32_t i = 0; i < f->rules.rules.len; i++)
		put_suite(f, &f->rules.rules.data[i], out);
	put_units(f, out);
	fputs("</testsuites>\n", out);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the report");
	return 0;
}
