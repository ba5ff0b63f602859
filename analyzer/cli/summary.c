/* SPDX-License-Identifier: MIT */
/* The last lines of check on stderr. */
#include "cli/summary.h"

#include "cli/stats.h"

#define BAD_UNITS_SHOWN 10

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

/* Incomplete is never silent, not even with --quiet. */
static void print_bad_units(const struct lc_findings *f)
{
	for (uint32_t i = 0; i < f->bad_units.len && i < BAD_UNITS_SHOWN; i++) {
		const struct lc_bad_unit *u = &f->bad_units.data[i];

		fprintf(stderr, "lockcheck: %s: %s: %s\n", u->name,
			strcmp(u->status, "errors") ? "not analysed"
						    : "analysed in part",
			u->message);
	}
	if (f->bad_units.len > BAD_UNITS_SHOWN)
		fprintf(stderr, "lockcheck: … and %u more like these (lockcheck "
				"query \"SELECT name, status, message FROM unit "
				"WHERE status <> 'ok'\")\n",
			f->bad_units.len - BAD_UNITS_SHOWN);
}

/* Functions whose body could not be read whole, or that met one of the limits
 * of docs/manual.md. */
static uint32_t limited_functions(const struct lc_facts *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->incomplete.len; i++) {
		const char *scope = lc_str(&f->strings,
					   f->incomplete.data[i].scope);

		n += !strcmp(scope, "body") || !strcmp(scope, "function");
	}
	return n;
}

/* What became of the findings that are not in the counts. */
static void print_gate(const struct lc_session *s)
{
	const struct lc_findings *f = &s->findings;
	uint32_t suppressed = lc_findings_suppressed(f), new = 0, touched = 0;

	for (uint32_t i = 0; i < f->findings.len; i++) {
		const struct lc_finding *x = &f->findings.data[i];

		new += x->state == LC_STATE_NEW;
		touched += x->touched && !x->suppressed;
	}
	if (s->gate.baseline)
		fprintf(stderr, "; %u new, %u known, %u gone", new,
			lc_findings_count(f, LC_LEVEL_NOTE) - new,
			f->absent.len);
	if (s->gate.since)
		fprintf(stderr, "; %u touched since %s", touched,
			s->gate.since);
	if (suppressed)
		fprintf(stderr, "; %u suppressed", suppressed);
}

static void print_line(const struct lc_session *s, double total_s)
{
	const struct lc_findings *f = &s->findings;
	uint32_t limited = limited_functions(&s->facts);
	uint32_t errors = lc_findings_count(f, LC_LEVEL_ERROR);
	uint32_t warnings = lc_findings_count(f, LC_LEVEL_WARNING) - errors;
	uint32_t n = lc_findings_count(f, LC_LEVEL_NOTE);
	uint32_t notes = n - errors - warnings;

	fprintf(stderr, "lockcheck: %u finding%s: %u error%s, %u warning%s", n,
		plural(n), errors, plural(errors), warnings, plural(warnings));
	if (notes)
		fprintf(stderr, ", %u note%s", notes, plural(notes));
	print_gate(s);
	fprintf(stderr, "; %u unit%s", s->nunits, plural(s->nunits));
	if (f->bad_units.len)
		fprintf(stderr, " (%u incomplete)", f->bad_units.len);
	if (limited)
		fprintf(stderr, ", %u of %u functions only in part", limited,
			s->facts.functions.len);
	fprintf(stderr, ", %.1f s\n", total_s);
}

void lc_summary(const struct lc_session *s)
{
	double total_s = 0;

	for (int i = 0; i < LC_STAGE_COUNT; i++)
		total_s += s->stage_s[i];
	print_bad_units(&s->findings);
	if (!s->set->quiet)
		print_line(s, total_s);
	if (s->set->stats)
		lc_stats(s);
}
