/* SPDX-License-Identifier: MIT */
/* lockcheck explain: the manual of a rule, or one finding in full. */
#include <unistd.h>

#include "cli/exit.h"
#include "cli/output.h"
#include "cli/resources.h"
#include "cli/verbs.h"
#include "report/report.h"

#define MIN_FINGERPRINT 4

static bool is_fingerprint(const char *word)
{
	size_t n = strlen(word);

	return n >= MIN_FINGERPRINT && strspn(word, "0123456789abcdef") == n;
}

static int explain_finding(const struct lc_settings *set, const char *what,
			   FILE *out, struct lc_error *err)
{
	struct lc_report_options o = { .excerpt = true };
	struct lc_findings findings;
	struct lc_store *store;
	int rc = lc_store_open(&store, lc_settings_db(set), false, err);

	if (rc)
		return rc;
	o.color = lc_color_wanted(lc_color_option(set->color), out);
	lc_findings_init(&findings);
	rc = lc_findings_load(&findings, store, err);
	if (!rc)
		rc = lc_explain_finding(&findings, what, &o, out, err);
	lc_findings_release(&findings);
	lc_store_close(store);
	return rc;
}

int lc_verb_explain(const struct lc_settings *set, struct lc_error *err)
{
	const char *what = set->operands.data[0];
	const struct lc_rule *rule;
	struct lc_rules rules;
	struct lc_output out;
	int rc;

	lc_output_open(&out, NULL, err);
	lc_rules_init(&rules);
	rc = lc_load_rules(&rules, set, err);
	rule = rc ? NULL : lc_rules_find(&rules, what);
	if (rule)
		lc_explain_rule(rule, out.file);
	else if (!rc && is_fingerprint(what))
		rc = explain_finding(set, what, out.file, err);
	else if (!rc)
		rc = lc_fail(err, "%s is no rule (lockcheck rules lists them) "
			     "and no fingerprint of a finding (%d or more "
			     "digits of 0-9a-f)", what, MIN_FINGERPRINT);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	lc_rules_release(&rules);
	return rc ? -1 : LC_CODE_CLEAN;
}
