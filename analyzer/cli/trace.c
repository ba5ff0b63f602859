/* SPDX-License-Identifier: MIT */
/* lockcheck trace: one run under the runtime, into the database. */
#include <stdlib.h>
#include <sys/wait.h>

#include "cli/exit.h"
#include "cli/runnotes.h"
#include "cli/verbs.h"
#include "confirm/confirm.h"

/* What happened and what could have, a line each; how many. */
static uint32_t print_targets(const struct lc_confirm *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->targets.len; i++) {
		const struct lc_target *t = &c->targets.data[i];
		const char *word = t->verdict == LC_VERDICT_CONFIRMED
					   ? "happened"
				   : t->verdict == LC_VERDICT_INFEASIBLE
					   ? NULL
					   : "possible";

		if (!word)
			continue;
		n++;
		printf("%s: %s\n", word, t->title);
		for (const char *p = t->detail.data; p && *p;) {
			size_t len = strcspn(p, "\n");

			printf("  %.*s\n", (int)len, p);
			p += len + (p[len] == '\n');
		}
	}
	return n;
}

static void print_summary(const struct lc_confirm *c)
{
	uint32_t threads = 0, locks = 0, tuples = 0, impossible = 0;

	for (uint32_t i = 0; i < c->base.records.len; i++) {
		threads += c->base.records.data[i].threads.len;
		locks += c->base.records.data[i].locks.len;
		tuples += c->base.records.data[i].tuples.len;
	}
	for (uint32_t i = 0; i < c->targets.len; i++)
		impossible += c->targets.data[i].verdict ==
			      LC_VERDICT_INFEASIBLE;
	printf("%u process%s, %u thread%s, %u lock%s, %u situation%s; "
	       "%u lock cycle%s that cannot deadlock\n",
	       c->base.records.len, c->base.records.len == 1 ? "" : "es",
	       threads, threads == 1 ? "" : "s", locks, locks == 1 ? "" : "s",
	       tuples, tuples == 1 ? "" : "s", impossible,
	       impossible == 1 ? "" : "s");
}

int lc_verb_trace(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_launch launch = {
		.argv = set->flags,
		.argc = set->nflags,
		.timeout_s = set->timeout_s ? set->timeout_s : 30,
		.leave_hangs = true,
	};
	struct lc_confirm c = {0};
	struct lc_store *store = NULL;
	int rc = -1;

	if ((!set->has_flags || !set->nflags) == !set->operands.len)
		return lc_fail(err, "usage: lockcheck trace [OPTION…] -- "
			       "PROGRAM [ARG…], or RECORD…");
	if (lc_store_update(&store, lc_settings_db(set), err) ||
	    (set->operands.len
		     ? lc_run_read(&c.base, set->operands.data,
				   set->operands.len, err)
		     : lc_run(&c.base, &launch, err)))
		goto out;
	lc_targets_predict(&c);
	lc_targets_happened(&c, &c.base, true, NULL);
	if (lc_import_run(&c, store, err))
		goto out;
	lc_print_run_notes(&c, set);
	rc = print_targets(&c) ? LC_CODE_FINDINGS : LC_CODE_CLEAN;
	print_summary(&c);
out:
	lc_store_close(store);
	lc_confirm_release(&c);
	return rc;
}
