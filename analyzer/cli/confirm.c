/* SPDX-License-Identifier: MIT */
/* lockcheck confirm: findings and predictions, and what became of them. */
#include <stdlib.h>

#include "cli/exit.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/runnotes.h"
#include "cli/verbs.h"
#include "confirm/confirm.h"
#include "report/lockgraph.h"

struct job {
	const struct lc_settings *set;
	struct lc_confirm c;
	struct lc_store *store;
	char *schedules;
};

static uint32_t timeout_of(const struct lc_settings *set)
{
	return set->timeout_s ? set->timeout_s : 30;
}

static int find_targets(struct job *job, struct lc_error *err)
{
	const struct lc_settings *set = job->set;
	struct lc_confirm *c = &job->c;
	bool all = !set->findings.len;

	c->root_owned = lc_store_meta(job->store, "root");
	c->root = c->root_owned;
	if (lc_targets_load(c, job->store,
			    (const char *const *)set->findings.data,
			    set->findings.len, err))
		return -1;
	lc_targets_predict(c);
	lc_targets_match(c);
	/* Asked for some findings only: the predictions are of no interest. */
	for (uint32_t i = 0; !all && i < c->targets.len; i++)
		if (!c->targets.data[i].finding)
			c->targets.data[i].has_chain = false;
	lc_targets_happened(c, &c->base, all, NULL);
	if (all)
		lc_targets_guess(c);
	return 0;
}

static bool is_shown(const struct job *job, const struct lc_target *t)
{
	return t->finding || !job->set->findings.len;
}

static void print_target(const struct lc_target *t, FILE *out)
{
	fputs(lc_verdict_name(t->verdict), out);
	if (*t->reason)
		fprintf(out, " (%s)", t->reason);
	fprintf(out, ": %s\n", t->title);
	for (const char *p = t->detail.data; p && *p;) {
		size_t n = strcspn(p, "\n");

		fprintf(out, "  %.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	if (t->schedule)
		fprintf(out, "  to replay: lockcheck replay %s -- …\n",
			t->schedule);
}

static int print_text(const struct job *job, struct lc_error *err)
{
	struct lc_output out;
	uint32_t shown = 0;
	int rc = lc_output_open(&out, job->set->output, err);

	for (uint32_t i = 0; !rc && i < job->c.targets.len; i++)
		if (is_shown(job, &job->c.targets.data[i])) {
			print_target(&job->c.targets.data[i], out.file);
			shown++;
		}
	if (!rc && !shown)
		fputs("nothing to confirm: no finding, no deadlock that the "
		      "run says is possible, no misuse\n", out.file);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	return rc;
}

static int print_report(const struct job *job, int code, struct lc_error *err)
{
	struct lc_findings findings;
	struct lc_lockgraph graph = {0};
	int rc;

	lc_findings_init(&findings);
	rc = lc_findings_load(&findings, job->store, err);
	if (!rc && lc_format_has_graph(job->set->format))
		rc = lc_lockgraph_load(&graph, job->store, err);
	if (!rc)
		rc = lc_write_report(job->set, &findings, &graph, NULL, code,
				     err);
	lc_lockgraph_release(&graph);
	lc_findings_release(&findings);
	return rc;
}

static int exit_code(const struct job *job)
{
	for (uint32_t i = 0; i < job->c.targets.len; i++)
		if (is_shown(job, &job->c.targets.data[i]) &&
		    job->c.targets.data[i].verdict == LC_VERDICT_CONFIRMED)
			return LC_CODE_FINDINGS;
	return LC_CODE_CLEAN;
}

static int run(struct job *job, struct lc_error *err)
{
	const struct lc_settings *set = job->set;
	struct lc_direct_options o = {
		.launch = {
			.argv = set->flags,
			.argc = set->nflags,
			.timeout_s = timeout_of(set),
			.silent = true,
		},
		.runs = set->runs ? set->runs : 10,
		.schedules = job->schedules,
	};

	if (lc_output_check(set->output, err) ||
	    lc_store_update(&job->store, lc_settings_db(set), err) ||
	    lc_run(&job->c.base, &o.launch, err))
		return -1;
	if (find_targets(job, err))
		return -1;
	lc_print_run_notes(&job->c, set);
	if (lc_import_run(&job->c, job->store, err) ||
	    lc_direct(&job->c, &o, err))
		return -1;
	lc_targets_drop_guesses(&job->c);
	if (lc_import_verdicts(&job->c, job->store, err))
		return -1;
	if (set->format && strcmp(set->format, "text"))
		return print_report(job, exit_code(job), err);
	return print_text(job, err);
}

int lc_verb_confirm(const struct lc_settings *set, struct lc_error *err)
{
	struct job job = { .set = set };
	int rc;

	if (!set->has_flags || !set->nflags)
		return lc_fail(err, "usage: lockcheck confirm [OPTION…] -- "
			       "PROGRAM [ARG…]");
	job.schedules = lc_asprintf("%s.schedules", lc_settings_db(set));
	rc = run(&job, err);
	if (!rc)
		rc = exit_code(&job);
	lc_store_close(job.store);
	lc_confirm_release(&job.c);
	free(job.schedules);
	return rc;
}
