/* SPDX-License-Identifier: MIT */
/*
 * lockcheck dump: what a stage made, as stable text (tests compare it).
 *
 *   flow       the intermediate form of functions
 *   summaries  what the solver says of each function
 *   graph      the order edges, one a line
 *
 * Sources are named as for check; with --db, or without any, the units are
 * those of an earlier run's database, and only what comes after is done again.
 */
#include <unistd.h>

#include "cli/exit.h"
#include "cli/session.h"
#include "cli/verbs.h"

/* A word that is no path is the function. Settings are the caller's: this is
 * a copy with the words sorted into their places. */
static int sort_operands(struct lc_settings *set, struct lc_error *err)
{
	uint32_t kept = 0;

	for (uint32_t i = 1; i < set->operands.len; i++) {
		const char *word = set->operands.data[i];

		if (!access(word, F_OK) || strpbrk(word, "/.")) {
			set->operands.data[kept++] = word;
		} else if (set->function) {
			return lc_fail(err, "%s does not exist, and the "
				       "function was named already (%s)", word,
				       set->function);
		} else {
			set->function = word;
		}
	}
	set->operands.len = kept;
	return 0;
}

static int get_units(struct lc_session *s, struct lc_error *err)
{
	const struct lc_settings *set = s->set;
	bool sources = set->operands.len || set->databases.len || set->has_flags;

	if (sources && set->db)
		return lc_fail(err, "--db and sources exclude each other: the "
			       "database has its units");
	if (!sources)
		return lc_session_read_units(s, lc_settings_db(set), err);
	if (lc_session_plan(s, err) || lc_session_extract(s, err))
		return -1;
	lc_progress_clear(&s->progress);
	return 0;
}

static const char *flow_name(const struct lc_unit *u, uint32_t flow)
{
	return lc_str(&u->strings,
		      u->symbols.data[u->flows.data[flow].symbol].name);
}

static int check_function(const struct lc_session *s, struct lc_error *err)
{
	const char *wanted = s->set->function;

	if (!wanted)
		return 0;
	for (uint32_t i = 0; i < s->nunits; i++)
		for (uint32_t f = 0; f < s->units[i].flows.len; f++)
			if (!strcmp(flow_name(&s->units[i], f), wanted))
				return 0;
	return lc_fail(err, "no function %s has a body in what was analysed",
		       wanted);
}

/* ---- the three dumps ---- */

static void dump_flows(const struct lc_session *s, FILE *out)
{
	const char *wanted = s->set->function;

	for (uint32_t i = 0; i < s->nunits; i++) {
		const struct lc_unit *u = &s->units[i];

		for (uint32_t f = 0; f < u->flows.len; f++)
			if (!wanted || !strcmp(flow_name(u, f), wanted))
				lc_flow_print(u, f, out);
	}
}

static void print_edge(const struct lc_facts *f, const struct lc_fact_edge *e,
		       FILE *out)
{
	const struct lc_strings *t = &f->strings;
	const struct lc_fact_lock *held = &f->locks.data[e->held];
	const struct lc_fact_lock *wanted = &f->locks.data[e->wanted];

	fprintf(out, "%s -> %s", lc_str(t, held->name), lc_str(t, wanted->name));
	if (e->site != LC_NONE) {
		const struct lc_fact_site *at = &f->sites.data[e->site];

		fprintf(out, " at %s:%u:%u", lc_str(t, at->file), at->line,
			at->col);
	}
	if (e->function != LC_NONE)
		fprintf(out, " in %s",
			lc_str(t, f->functions.data[e->function].name));
	fprintf(out, ": %s then %s, %s", lc_mode_name(e->held_mode),
		lc_mode_name(e->wanted_mode),
		e->strength == LC_SURE ? "sure" : "possible");
	if (e->blocking != LC_BLOCK_YES)
		fprintf(out, ", %s", lc_blocking_name(e->blocking));
	for (uint32_t i = 0; i < e->ngates; i++)
		fprintf(out, "%s %s", i ? "," : ", under",
			lc_str(t, f->locks.data[f->edge_gates.data
						[e->first_gate + i]].name));
	if (*lc_str(t, e->dropped))
		fprintf(out, " [dropped: %s]", lc_str(t, e->dropped));
	fputc('\n', out);
}

static void dump_graph(const struct lc_session *s, FILE *out)
{
	const struct lc_facts *f = &s->facts;
	const char *wanted = s->set->function;

	for (uint32_t i = 0; i < f->edges.len; i++) {
		const struct lc_fact_edge *e = &f->edges.data[i];
		const char *name = e->function == LC_NONE ? "" :
			lc_str(&f->strings,
			       f->functions.data[e->function].name);

		if (!wanted || !strcmp(name, wanted))
			print_edge(f, e, out);
	}
}

static int dump(struct lc_session *s, const char *what, FILE *out,
		struct lc_error *err)
{
	if (lc_session_configure(s, err) || get_units(s, err) ||
	    check_function(s, err))
		return -1;
	if (!strcmp(what, "flow")) {
		dump_flows(s, out);
		return 0;
	}
	if (!strcmp(what, "summaries"))
		return lc_session_solve(s, out, s->set->function, err);
	if (lc_session_solve(s, NULL, NULL, err))
		return -1;
	dump_graph(s, out);
	return 0;
}

int lc_verb_dump(const struct lc_settings *given, struct lc_error *err)
{
	const char *what = given->operands.data[0];
	struct lc_settings set = *given;
	struct lc_output out;
	struct lc_session s;
	int rc;

	if (strcmp(what, "flow") && strcmp(what, "summaries") &&
	    strcmp(what, "graph"))
		return lc_fail(err, "dump has no \"%s\"; there is flow, "
			       "summaries and graph", what);
	if (sort_operands(&set, err))
		return -1;
	lc_session_init(&s, &set);
	rc = lc_output_open(&out, NULL, err);
	if (!rc)
		rc = dump(&s, what, out.file, err);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	lc_session_release(&s);
	return rc ? -1 : LC_CODE_CLEAN;
}
