/* SPDX-License-Identifier: MIT */
/* lockcheck replay: a confirmed deadlock once more. */
#include <stdlib.h>

#include "cli/exit.h"
#include "cli/verbs.h"
#include "confirm/confirm.h"

int lc_verb_replay(const struct lc_settings *set, struct lc_error *err)
{
	const char *plan = set->operands.data[0];
	struct lc_launch launch = {
		.argv = set->flags,
		.argc = set->nflags,
		.plan = plan,
		.timeout_s = set->timeout_s ? set->timeout_s : 30,
		.leave_hangs = true,
	};
	struct lc_run run = {{0}, 0, false};
	int rc;

	if (!set->has_flags || !set->nflags)
		return lc_fail(err, "usage: lockcheck replay SCHEDULE -- "
			       "PROGRAM [ARG…]");
	rc = lc_plan_happened(plan, NULL, err);
	if (!rc && !lc_plan_file_steers(plan))
		launch.plan = NULL;
	if (!rc)
		rc = lc_run(&run, &launch, err);
	if (!rc)
		rc = lc_plan_happened(plan, &run, err);
	if (rc >= 0)
		fprintf(stderr, "lockcheck: %s\n",
			rc ? "it hung again, at the same place"
			   : "it did not hang at that place this time");
	lc_run_release(&run);
	return rc < 0 ? -1 : rc ? LC_CODE_FINDINGS : LC_CODE_CLEAN;
}
