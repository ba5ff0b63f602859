/* SPDX-License-Identifier: MIT */
/* lockcheck graph: the order of locks as a picture (DOT). */
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "report/report.h"

int lc_verb_graph(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_output out = {0};
	struct lc_store *store;
	int rc = lc_store_open(&store, lc_settings_db(set), false, err);

	if (rc)
		return -1;
	rc = lc_output_open(&out, set->output, err);
	if (!rc)
		rc = lc_graph_dot(store, out.file, err);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	lc_store_close(store);
	return rc ? -1 : LC_CODE_CLEAN;
}
