/* SPDX-License-Identifier: MIT */
/* lockcheck baseline write: the findings of today, as known from now on. */
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "gate/baseline.h"

/* An old baseline is replaced, main.c is not: that is a slip. */
static int check_target(const char *path, struct lc_error *err)
{
	FILE *f = fopen(path, "re");
	int c = f ? fgetc(f) : EOF;

	if (f)
		fclose(f);
	if (c != EOF && c != '{')
		return lc_fail(err, "%s is no baseline and will not be replaced "
			       "by one", path);
	return lc_output_check(path, err);
}

int lc_verb_baseline(const struct lc_settings *set, struct lc_error *err)
{
	const char *path = set->operands.data[1];
	struct lc_findings findings;
	struct lc_store *store;
	struct lc_output out;
	int rc;

	if (strcmp(set->operands.data[0], "write"))
		return lc_fail(err, "lockcheck baseline: \"%s\" is nothing it "
			       "can do; allowed: write",
			       set->operands.data[0]);
	if (check_target(path, err) ||
	    lc_store_open(&store, lc_settings_db(set), false, err))
		return -1;
	lc_findings_init(&findings);
	rc = lc_findings_load(&findings, store, err);
	lc_store_close(store);
	if (!rc)
		rc = lc_output_open(&out, path, err);
	if (!rc) {
		rc = lc_baseline_write(&findings, out.file, err);
		if (!rc)
			rc = lc_output_commit(&out, err);
		lc_output_release(&out);
	}
	lc_findings_release(&findings);
	return rc ? -1 : LC_CODE_CLEAN;
}
