/* SPDX-License-Identifier: MIT */
/*
 * Findings as Markdown, for a job summary ($GITHUB_STEP_SUMMARY) or a comment
 * on a merge request. Both have limits (1 MiB there): long lists end early, and
 * say so. Nothing a source says is markup.
 */
#include <stdlib.h>

#include "report/report.h"
#include "report/source.h"
#include "report/steps.h"

#define ROWS_MAX 200     /* in the table */
#define DETAILS_MAX 40   /* findings with their witness */
#define TEXT_MAX 600     /* bytes of one message */

/* Text as text: every character that could begin markup is escaped. */
static void put(const char *s, FILE *out)
{
	char *clean = lc_cleaned(s, false);
	size_t n = strlen(clean), end = n > TEXT_MAX ? TEXT_MAX : n;

	while (end < n && ((unsigned char)clean[end] & 0xc0) == 0x80)
		end--;
	for (size_t i = 0; i < end; i++) {
		if (clean[i] == '<')
			fputs("&lt;", out);
		else if (clean[i] == '&')
			fputs("&amp;", out);
		else if (clean[i] == '@')
			fputs("&#64;", out); /* mentions nobody */
		else if (strchr("\\`*_{}[]()#+!|~>$:", clean[i]))
			fprintf(out, "\\%c", clean[i]);
		else
			fputc(clean[i], out);
	}
	if (end < n)
		fputs("…", out);
	free(clean);
}

/* In a block of HTML, where nothing is Markdown. */
static void put_html(const char *s, FILE *out)
{
	char *clean = lc_cleaned(s, false);

	for (const char *c = clean; *c; c++) {
		if (*c == '<')
			fputs("&lt;", out);
		else if (*c == '>')
			fputs("&gt;", out);
		else if (*c == '&')
			fputs("&amp;", out);
		else
			fputc(*c, out);
	}
	free(clean);
}

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static void put_head(const struct lc_findings *f, uint32_t *shown, FILE *out)
{
	uint32_t at[LC_LEVEL_ERROR + 1] = { 0 }, known = 0;
	bool baseline = f->absent.len > 0;

	for (uint32_t i = 0; i < f->findings.len; i++) {
		const struct lc_finding *x = &f->findings.data[i];

		baseline |= x->state != LC_STATE_NONE;
		known += x->state == LC_STATE_UNCHANGED;
		at[x->level] += lc_finding_shown(x);
	}
	*shown = at[LC_LEVEL_ERROR] + at[LC_LEVEL_WARNING] + at[LC_LEVEL_NOTE];
	fprintf(out, "## lockcheck: %u %sfinding%s\n\n", *shown,
		baseline ? "new " : "", plural(*shown));
	fprintf(out, "%u error%s, %u warning%s, %u note%s", at[LC_LEVEL_ERROR],
		plural(at[LC_LEVEL_ERROR]), at[LC_LEVEL_WARNING],
		plural(at[LC_LEVEL_WARNING]), at[LC_LEVEL_NOTE],
		plural(at[LC_LEVEL_NOTE]));
	if (baseline)
		fprintf(out, "; %u known, %u gone", known, f->absent.len);
	if (lc_findings_suppressed(f))
		fprintf(out, "; %u suppressed", lc_findings_suppressed(f));
	fprintf(out, "; %u unit%s", f->nunits, plural(f->nunits));
	if (f->bad_units.len)
		fprintf(out, ", **%u not analysed whole**", f->bad_units.len);
	fputs("\n", out);
}

static void put_row(const struct lc_finding *f, FILE *out)
{
	fprintf(out, "| %s", lc_level_name(f->level));
	if (f->verdict) {
		fputs(", ", out);
		put(f->verdict, out);
	}
	fputs(" | ", out);
	put(f->rule, out);
	fputs(" | ", out);
	put(f->at.file, out);
	fprintf(out, "\\:%u | ", f->at.line);
	put(f->message, out);
	fputs(" |\n", out);
}

static void put_verdict(const struct lc_finding *f, FILE *out)
{
	char *words = lc_verdict_words(f);

	if (words) {
		fputs("\n", out);
		put_html(words, out);
	}
	free(words);
}

static void put_details(const struct lc_finding *f, FILE *out)
{
	fputs("\n<details><summary>", out);
	put_html(f->rule, out);
	fputs(" at ", out);
	put_html(f->at.file, out);
	fprintf(out, ":%u</summary>\n<pre>", f->at.line);
	put_html(f->message, out);
	for (uint32_t t = 0; t < f->traces.len; t++) {
		const struct lc_report_trace *trace = &f->traces.data[t];
		uint32_t n = trace->steps.len;

		for (uint32_t i = 0; i < n; i++) {
			uint32_t left_out = lc_steps_left_out(n, i);
			const struct lc_report_step *s = &trace->steps.data[i];
			char *words;

			if (left_out) {
				fprintf(out, "\n… %u steps left out …", left_out);
				i += left_out - 1;
				continue;
			}
			words = lc_step_words(trace, i,
					      f->traces.len > 1 ? t + 1 : 0);
			fputs("\n", out);
			put_html(s->at.file, out);
			fprintf(out, ":%u: ", s->at.line);
			put_html(words, out);
			free(words);
		}
	}
	put_verdict(f, out);
	if (*f->doubt) {
		fputs("\npossible, not sure: ", out);
		put_html(f->doubt, out);
	}
	if (*f->fix) {
		fputs("\nto repair: ", out);
		put_html(f->fix, out);
	}
	fputs("</pre></details>\n", out);
}

int lc_report_markdown(const struct lc_findings *f,
		       const struct lc_report_options *o, FILE *out,
		       struct lc_error *err)
{
	uint32_t shown, n = 0;

	(void)o;
	put_head(f, &shown, out);
	if (shown)
		fputs("\n| level | rule | place | finding |\n"
		      "| --- | --- | --- | --- |\n", out);
	for (uint32_t i = 0; i < f->findings.len && n < ROWS_MAX; i++)
		if (lc_finding_shown(&f->findings.data[i])) {
			put_row(&f->findings.data[i], out);
			n++;
		}
	if (shown > n)
		fprintf(out, "\n%u more are not shown here.\n", shown - n);
	n = 0;
	for (uint32_t i = 0; i < f->findings.len && n < DETAILS_MAX; i++)
		if (lc_finding_shown(&f->findings.data[i])) {
			put_details(&f->findings.data[i], out);
			n++;
		}
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the report");
	return 0;
}
