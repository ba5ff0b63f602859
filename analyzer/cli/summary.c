/* SPDX-License-Identifier: MIT */
/* The last lines of check on stderr. */
#include "cli/summary.h"

#include <sys/resource.h>

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

/* Functions that met one of the limits of docs/manual.md. */
static uint32_t limited_functions(const struct lc_facts *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->incomplete.len; i++)
		n += !strcmp(lc_str(&f->strings, f->incomplete.data[i].scope),
			     "function");
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

static double cpu_s(int who, long *peak_kb)
{
	struct rusage u;

	getrusage(who, &u);
	*peak_kb = u.ru_maxrss;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void print_stats(const struct lc_session *s)
{
	static const char *const names[LC_STAGE_COUNT] = {
		"prepare", "extract", "solve", "store", "judge", "report"
	};
	long own_kb, worker_kb;
	double own_s = cpu_s(RUSAGE_SELF, &own_kb);
	double workers_s = cpu_s(RUSAGE_CHILDREN, &worker_kb);

	for (int i = 0; i < LC_STAGE_COUNT; i++)
		fprintf(stderr, "lockcheck: stats: %-8s %8.3f s\n", names[i],
			s->stage_s[i]);
	fprintf(stderr, "lockcheck: stats: cpu      %8.3f s, workers %.3f s\n",
		own_s, workers_s);
	fprintf(stderr, "lockcheck: stats: peak     %8ld KiB, worker %ld KiB\n",
		own_kb, worker_kb);
	fprintf(stderr, "lockcheck: stats: %u units, %u functions, %u locks, "
			"%u acquires, %u edges, %u cycles, %u incomplete\n",
		s->nunits, s->facts.functions.len, s->facts.locks.len,
		s->facts.acquires.len, s->facts.edges.len, s->facts.cycles.len,
		s->facts.incomplete.len);
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
		print_stats(s);
}
