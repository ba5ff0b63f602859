/* SPDX-License-Identifier: MIT */
/* lockcheck report: a report of any form from the database of an earlier run;
 * and the writing of reports, which check uses too. */
#include "cli/report.h"

#include <unistd.h>

#include "cli/config.h"
#include "cli/exit.h"
#include "cli/gate.h"
#include "cli/resources.h"
#include "cli/verbs.h"

bool lc_format_has_graph(const char *format)
{
	return format && !strcmp(format, "html");
}

static int print_report(const struct lc_settings *set,
			const struct lc_findings *findings,
			const struct lc_report_options *o, FILE *out,
			struct lc_error *err)
{
	const char *format = set->format ? set->format : "text";

	if (!strcmp(format, "sarif") || !strcmp(format, "sarif-github"))
		return lc_report_sarif(findings, o, out, err);
	if (!strcmp(format, "json"))
		return lc_report_json(findings, o, out, err);
	if (!strcmp(format, "html"))
		return lc_report_html(findings, o, out, err);
	if (!strcmp(format, "gitlab"))
		return lc_report_gitlab(findings, o, out, err);
	if (!strcmp(format, "junit"))
		return lc_report_junit(findings, o, out, err);
	if (!strcmp(format, "markdown"))
		return lc_report_markdown(findings, o, out, err);
	return lc_report_text(findings, o, out, err);
}

int lc_write_report(const struct lc_settings *set,
		    const struct lc_findings *findings,
		    const struct lc_lockgraph *graph, const char *root,
		    int exit_code, struct lc_error *err)
{
	struct lc_report_options o = {
		.root = root, .exit_code = exit_code, .graph = graph,
	};
	struct lc_error inner = LC_ERROR_INIT;
	struct lc_output out;
	int rc = lc_output_open(&out, set->output, err);

	if (!rc) {
		o.color = lc_color_wanted(lc_color_option(set->color), out.file);
		o.excerpt = isatty(fileno(out.file));
		o.for_github = set->format &&
			       !strcmp(set->format, "sarif-github");
		rc = print_report(set, findings, &o, out.file, &inner);
		if (rc)
			lc_fail(err, "%s: %s", out.target, inner.text);
	}
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	lc_error_release(&inner);
	return rc;
}

/* ---- the verb ---- */

struct job {
	const struct lc_settings *set;
	struct lc_config config;
	struct lc_gate gate;
	struct lc_findings findings;
	struct lc_lockgraph graph;
};

static bool is_excluded(void *ctx, const struct lc_finding *finding)
{
	const struct job *job = ctx;

	return lc_config_excludes(&job->config, job->findings.root,
				  finding->at.file);
}

static int load(struct job *job, struct lc_error *err)
{
	struct lc_store *store;
	int rc = lc_store_open(&store, lc_settings_db(job->set), false, err);

	if (rc)
		return rc;
	rc = lc_findings_load(&job->findings, store, err);
	if (!rc && (job->set->dropped || lc_format_has_graph(job->set->format)))
		rc = lc_lockgraph_load(&job->graph, store, err);
	lc_store_close(store);
	return rc;
}

static int write_dropped(const struct job *job, struct lc_error *err)
{
	struct lc_output out;
	int rc = lc_output_open(&out, job->set->output, err);

	if (!rc)
		rc = lc_report_dropped(&job->graph, out.file, err);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	return rc;
}

int lc_verb_report(const struct lc_settings *set, struct lc_error *err)
{
	struct job job = { .set = set };
	int rc = -1;

	lc_findings_init(&job.findings);
	if (set->dropped && set->format && strcmp(set->format, "text"))
		lc_fail(err, "--dropped is a text of its own: it goes without "
			"--format %s", set->format);
	else if (!lc_output_check(set->output, err) &&
		 !lc_config_load(&job.config, err))
		rc = load(&job, err);
	if (!rc)
		rc = lc_gate_open(&job.gate, set, &job.config,
				  job.findings.root, err);
	if (!rc && set->dropped) {
		rc = write_dropped(&job, err);
	} else if (!rc) {
		lc_findings_remove(&job.findings, is_excluded, &job);
		lc_gate_apply(&job.gate, &job.findings);
		rc = lc_write_report(set, &job.findings, &job.graph, NULL,
				     lc_gate_code(&job.gate, &job.findings),
				     err);
	}
	lc_gate_release(&job.gate);
	lc_lockgraph_release(&job.graph);
	lc_findings_release(&job.findings);
	lc_config_release(&job.config);
	return rc ? -1 : LC_CODE_CLEAN;
}
