/* SPDX-License-Identifier: MIT */
/* `report --dropped`: the cycles that were looked at and are not reported,
 * each with the filter's reason, in groups. */
#include <stdlib.h>

#include "report/report.h"
#include "report/source.h"

static void put(const char *s, FILE *out)
{
	char *clean = lc_cleaned(s, false);

	fputs(clean, out);
	free(clean);
}

static void put_cycle(const struct lc_graph_cycle *c, FILE *out)
{
	fputs("  ", out);
	put(c->locks, out);
	fputs("\n      ", out);
	put(c->where, out);
	fputc('\n', out);
}

/* The first cycle of each reason says how many there are, then all follow. */
static void put_reason(const struct lc_lockgraph *g, uint32_t first, FILE *out)
{
	const char *reason = g->cycles.data[first].dropped;
	uint32_t n = 0;

	for (uint32_t i = 0; i < first; i++)
		if (!strcmp(g->cycles.data[i].dropped, reason))
			return;
	for (uint32_t i = first; i < g->cycles.len; i++)
		n += !strcmp(g->cycles.data[i].dropped, reason);
	put(reason, out);
	fprintf(out, ": %u cycle%s\n", n, n == 1 ? "" : "s");
	for (uint32_t i = first; i < g->cycles.len; i++)
		if (!strcmp(g->cycles.data[i].dropped, reason))
			put_cycle(&g->cycles.data[i], out);
	fputc('\n', out);
}

int lc_report_dropped(const struct lc_lockgraph *g, FILE *out,
		      struct lc_error *err)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->cycles.len; i++) {
		if (!*g->cycles.data[i].dropped)
			continue;
		n++;
		put_reason(g, i, out);
	}
	fprintf(out, "%u of %u cycles dropped\n", n, g->cycles.len);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the report");
	return 0;
}
