/* SPDX-License-Identifier: MIT */
/* Counting and printing of --stats. See stats.h; docs/manual.md names each. */
#include "cli/stats.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/resource.h>

#define STATS_VERSION 1

static const char *const stage_names[LC_STAGE_COUNT] = {
	"prepare", "extract", "solve", "store", "judge", "report"
};

/* ---- counting ---- */

struct cost {
	double own_s, workers_s; /* CPU */
	long own_kib, worker_kib;
};

static double cpu_s(int who, long *peak_kib)
{
	struct rusage u;

	getrusage(who, &u);
	*peak_kib = u.ru_maxrss;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static struct cost cost(void)
{
	struct cost c;

	c.own_s = cpu_s(RUSAGE_SELF, &c.own_kib);
	c.workers_s = cpu_s(RUSAGE_CHILDREN, &c.worker_kib);
	return c;
}

/* How many rows went out by the filter of this name. */
struct filter {
	uint32_t reason; /* "": none */
	uint32_t n;
};
struct filters {
	LC_ARRAY(struct filter) all;
};

static void count_reason(struct filters *f, uint32_t reason)
{
	for (uint32_t i = 0; i < f->all.len; i++) {
		if (f->all.data[i].reason != reason)
			continue;
		f->all.data[i].n++;
		return;
	}
	*(struct filter *)lc_push(&f->all) = (struct filter){ reason, 1 };
}

static const struct lc_facts *sorted_by;

static int by_text(const void *pa, const void *pb)
{
	const struct filter *a = pa, *b = pb;

	return strcmp(lc_str(&sorted_by->strings, a->reason),
		      lc_str(&sorted_by->strings, b->reason));
}

/* What each filter dropped, by its name; "" comes first. */
static void sort_filters(struct filters *f, const struct lc_facts *facts)
{
	sorted_by = facts;
	if (f->all.len)
		qsort(f->all.data, f->all.len, sizeof(struct filter), by_text);
}

static void count_edges(const struct lc_facts *facts, struct filters *out)
{
	for (uint32_t i = 0; i < facts->edges.len; i++)
		count_reason(out, facts->edges.data[i].dropped);
	sort_filters(out, facts);
}

static void count_cycles(const struct lc_facts *facts, struct filters *out)
{
	for (uint32_t i = 0; i < facts->cycles.len; i++)
		count_reason(out, facts->cycles.data[i].dropped);
	sort_filters(out, facts);
}

static uint32_t count_scope(const struct lc_facts *f, const char *scope)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->incomplete.len; i++)
		n += !strcmp(lc_str(&f->strings, f->incomplete.data[i].scope),
			     scope);
	return n;
}

/* Functions of which something could not be lowered. */
static uint32_t unlowered_functions(const struct lc_facts *f)
{
	return count_scope(f, "body");
}

/* Functions that met a limit, and so were analysed only in part. */
static uint32_t partial_functions(const struct lc_facts *f)
{
	return count_scope(f, "function");
}

static uint32_t dropped_flags(const struct lc_plan *plan)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < plan->jobs.len; i++)
		n += plan->jobs.data[i].ndropped;
	return n;
}

/* ---- for people ---- */

static void line(const char *name, double value, const char *unit)
{
	fprintf(stderr, "lockcheck: stats: %-58s %9.*f%s%s\n", name,
		*unit == 's' ? 3 : 0, value, *unit ? " " : "", unit);
}

static void print_filters(const struct lc_facts *facts, const char *what,
			  const struct filters *f, uint32_t total)
{
	line(what, total, "");
	for (uint32_t i = 0; i < f->all.len; i++) {
		const char *reason = lc_str(&facts->strings, f->all.data[i].reason);
		char *name = *reason ? lc_asprintf("  dropped: %s", reason)
				     : lc_asprintf("  kept");

		line(name, f->all.data[i].n, "");
		free(name);
	}
}

static void print_text(const struct lc_session *s, const struct filters *edges,
		       const struct filters *cycles)
{
	const struct lc_facts *f = &s->facts;
	struct cost c = cost();

	for (int i = 0; i < LC_STAGE_COUNT; i++)
		line(stage_names[i], s->stage_s[i], "s");
	line("cpu", c.own_s, "s");
	line("cpu of workers", c.workers_s, "s");
	line("peak memory", (double)c.own_kib, "KiB");
	line("peak memory of a worker", (double)c.worker_kib, "KiB");
	line("units", s->nunits, "");
	line("  incomplete", s->findings.bad_units.len, "");
	line("  not C, skipped", s->plan.nskipped, "");
	line("compiler flags left out", dropped_flags(&s->plan), "");
	line("functions", f->functions.len, "");
	line("  body not lowered whole", unlowered_functions(f), "");
	line("  analysed in part", partial_functions(f), "");
	line("calls resolved", f->calls.len, "");
	line("calls unresolved", f->ncalls_unresolved, "");
	line("block visits", f->nvisits, "");
	line("threads", f->threads.len, "");
	line("locks", f->locks.len, "");
	line("acquires", f->acquires.len, "");
	print_filters(f, "edges", edges, f->edges.len);
	print_filters(f, "cycles", cycles, f->cycles.len);
	line("findings", s->findings.findings.len, "");
}

/* ---- for programs ---- */

static json_t *json_filters(const struct lc_facts *facts, const struct filters *f,
			    uint32_t total)
{
	json_t *dropped = json_object();
	uint32_t kept = 0;

	for (uint32_t i = 0; i < f->all.len; i++) {
		const char *reason = lc_str(&facts->strings, f->all.data[i].reason);

		if (*reason)
			json_object_set_new(dropped, reason,
					    json_integer(f->all.data[i].n));
		else
			kept = f->all.data[i].n;
	}
	return json_pack("{s:i, s:i, s:o}", "all", (int)total, "kept",
			 (int)kept, "dropped", dropped);
}

static json_t *json_cost(const struct lc_session *s)
{
	json_t *stages = json_object();
	struct cost c = cost();

	for (int i = 0; i < LC_STAGE_COUNT; i++)
		json_object_set_new(stages, stage_names[i],
				    json_real(s->stage_s[i]));
	return json_pack("{s:o, s:f, s:f, s:I, s:I}", "seconds", stages,
			 "cpu_seconds", c.own_s, "worker_cpu_seconds",
			 c.workers_s, "peak_kib", (json_int_t)c.own_kib,
			 "worker_peak_kib", (json_int_t)c.worker_kib);
}

static json_t *json_counts(const struct lc_session *s, const struct filters *edges,
			   const struct filters *cycles)
{
	const struct lc_facts *f = &s->facts;

	return json_pack(
		"{s:{s:i,s:i,s:i}, s:i, s:{s:i,s:i,s:i}, s:{s:i,s:i}, s:i, s:i, "
		"s:i, s:o, s:o, s:i}",
		"units", "all", (int)s->nunits, "incomplete",
		(int)s->findings.bad_units.len, "skipped",
		(int)s->plan.nskipped, "flags_dropped",
		(int)dropped_flags(&s->plan), "functions", "all",
		(int)f->functions.len, "unlowered",
		(int)unlowered_functions(f), "partial",
		(int)partial_functions(f),
		"calls", "resolved", (int)f->calls.len, "unresolved",
		(int)f->ncalls_unresolved, "threads", (int)f->threads.len,
		"locks", (int)f->locks.len, "acquires", (int)f->acquires.len,
		"edges", json_filters(f, edges, f->edges.len), "cycles",
		json_filters(f, cycles, f->cycles.len), "findings",
		(int)s->findings.findings.len);
}

static void print_json(const struct lc_session *s, const struct filters *edges,
		       const struct filters *cycles)
{
	json_t *all = json_pack("{s:s, s:i}", "event", "stats", "version",
				STATS_VERSION);
	json_t *counts = json_counts(s, edges, cycles), *costs = json_cost(s);
	char *text;

	LC_CHECK(all && counts && costs);
	json_object_update(all, counts);
	json_object_update(all, costs);
	text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(6));
	LC_CHECK(text);
	fprintf(stderr, "%s\n", text);
	free(text);
	json_decref(costs);
	json_decref(counts);
	json_decref(all);
}

void lc_stats(const struct lc_session *s)
{
	struct filters edges = {0}, cycles = {0};

	count_edges(&s->facts, &edges);
	count_cycles(&s->facts, &cycles);
	if (!strcmp(s->set->stats, "json"))
		print_json(s, &edges, &cycles);
	else
		print_text(s, &edges, &cycles);
	lc_array_release(&edges.all);
	lc_array_release(&cycles.all);
}
