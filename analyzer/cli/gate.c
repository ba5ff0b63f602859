/* SPDX-License-Identifier: MIT */
/* From findings to an exit code. See gate.h. */
#include "cli/gate.h"

#include <errno.h>
#include <unistd.h>

#include "cli/exit.h"
#include "gate/baseline.h"

/* The configuration may name a baseline that nobody has written yet. */
static bool is_missing(const struct lc_settings *set, const char *path)
{
	if (set->baseline || access(path, F_OK) == 0 || errno != ENOENT)
		return false;
	if (!set->quiet)
		fprintf(stderr, "lockcheck: note: there is no baseline yet "
				"(lockcheck baseline write %s makes one)\n",
			path);
	return true;
}

int lc_gate_open(struct lc_gate *g, const struct lc_settings *set,
		 const struct lc_config *config, const char *root,
		 struct lc_error *err)
{
	memset(g, 0, sizeof(*g));
	lc_findings_init(&g->base);
	g->level = lc_config_fail_on(config, set);
	g->exit_zero = set->exit_zero;
	g->allow_partial = lc_config_allow_partial(config, set);
	g->since = set->since;
	g->baseline = lc_config_baseline(config, set);
	if (g->baseline && is_missing(set, g->baseline))
		g->baseline = NULL;
	if (g->baseline && lc_baseline_read(&g->base, g->baseline, err))
		return -1;
	if (g->since && lc_changes_read(&g->changes, root, g->since, err))
		return -1;
	return 0;
}

void lc_gate_release(struct lc_gate *g)
{
	lc_findings_release(&g->base);
	lc_changes_release(&g->changes);
}

void lc_gate_apply(struct lc_gate *g, struct lc_findings *f)
{
	if (g->baseline)
		lc_baseline_apply(f, &g->base);
	if (g->since)
		lc_changes_apply(&g->changes, f);
}

static bool counts(const struct lc_gate *g, const struct lc_finding *f)
{
	if (f->suppressed || f->level < g->level)
		return false;
	/* A cycle can be born far from the lines that changed: so sets of
	 * findings go before lines, where there are two sets. */
	if (g->baseline)
		return f->state == LC_STATE_NEW;
	return !g->since || f->touched;
}

uint32_t lc_gate_count(const struct lc_gate *g, const struct lc_findings *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; g->level && i < f->findings.len; i++)
		n += counts(g, &f->findings.data[i]);
	return n;
}

int lc_gate_code(const struct lc_gate *g, const struct lc_findings *f)
{
	if (g->exit_zero)
		return LC_CODE_CLEAN;
	if (lc_gate_count(g, f))
		return LC_CODE_FINDINGS;
	if (!g->allow_partial && (f->bad_units.len || f->ngating))
		return LC_CODE_INCOMPLETE;
	return LC_CODE_CLEAN;
}
