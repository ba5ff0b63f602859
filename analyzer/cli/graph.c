/* SPDX-License-Identifier: MIT */
/* lockcheck graph: the order of locks as a picture (DOT, SVG), or as the page
 * of the HTML report. */
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "report/report.h"

static int print_html(const struct lc_lockgraph *g, struct lc_store *store,
		      FILE *out, struct lc_error *err)
{
	struct lc_report_options o = { .graph = g, .graph_first = true };
	struct lc_findings findings;
	int rc;

	lc_findings_init(&findings);
	rc = lc_findings_load(&findings, store, err);
	if (!rc)
		rc = lc_report_html(&findings, &o, out, err);
	lc_findings_release(&findings);
	return rc;
}

static int print_graph(const struct lc_settings *set, struct lc_store *store,
		       FILE *out, struct lc_error *err)
{
	const char *format = set->format ? set->format : "dot";
	struct lc_lockgraph g = { 0 };
	int rc = lc_lockgraph_load(&g, store, err);

	if (!rc && set->around)
		rc = lc_lockgraph_around(&g, set->around, err);
	if (!rc && !strcmp(format, "svg"))
		rc = lc_graph_svg(&g, out, err);
	else if (!rc && !strcmp(format, "html"))
		rc = print_html(&g, store, out, err);
	else if (!rc)
		rc = lc_graph_dot(&g, out, err);
	lc_lockgraph_release(&g);
	return rc;
}

int lc_verb_graph(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_output out = {0};
	struct lc_store *store;
	int rc = lc_store_open(&store, lc_settings_db(set), false, err);

	if (rc)
		return -1;
	rc = lc_output_open(&out, set->output, err);
	if (!rc)
		rc = print_graph(set, store, out.file, err);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	lc_store_close(store);
	return rc ? -1 : LC_CODE_CLEAN;
}
