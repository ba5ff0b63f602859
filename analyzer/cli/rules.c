/* SPDX-License-Identifier: MIT */
/* lockcheck rules: what is looked for. */
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/resources.h"
#include "cli/verbs.h"

int lc_verb_rules(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_output out;
	struct lc_rules rules;
	int rc;

	lc_rules_init(&rules);
	rc = lc_load_rules(&rules, set, err);
	if (!rc)
		rc = lc_output_open(&out, NULL, err);
	if (!rc) {
		lc_rules_print(&rules, out.file);
		rc = lc_output_commit(&out, err);
		lc_output_release(&out);
	}
	lc_rules_release(&rules);
	return rc ? -1 : LC_CODE_CLEAN;
}
