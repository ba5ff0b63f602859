/* SPDX-License-Identifier: MIT */
/* The order of locks as DOT, for graphviz. See report.h. */
#include <stdlib.h>

#include "report/report.h"
#include "report/source.h"

/* A quoted DOT string: names come from strangers' sources. */
static void put_quoted(const char *s, FILE *out)
{
	char *clean = lc_cleaned(s, false);

	fputc('"', out);
	for (const char *c = clean; *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', out);
		fputc(*c, out);
	}
	fputc('"', out);
	free(clean);
}

static void put_node(const struct lc_graph_lock *k, FILE *out)
{
	fprintf(out, "  l%u [label=", k->id);
	put_quoted(k->name, out);
	fputs(", tooltip=", out);
	put_quoted(k->cls, out);
	if (!strcmp(k->kind, "rwlock"))
		fputs(", peripheries=2", out);
	fputs("];\n", out);
}

/* One arrow a pair of locks, labelled with its first place and the number of
 * the others. */
static void put_pair(const struct lc_lockgraph *g,
		     const struct lc_graph_pair *p, FILE *out)
{
	const struct lc_graph_arc *a = &g->arcs.data[p->first_arc];
	struct lc_buf label = { 0 };

	lc_buf_printf(&label, "%s() %s:%u", a->function, a->at.file,
		      a->at.line);
	if (p->narcs > 1)
		lc_buf_printf(&label, " + %u more", p->narcs - 1);
	fprintf(out, "  l%u -> l%u [label=", g->locks.data[p->held].id,
		g->locks.data[p->wanted].id);
	put_quoted(label.data, out);
	if (p->reported)
		fputs(", color=red, penwidth=2", out);
	else if (p->dropped)
		fputs(", style=dashed", out);
	fputs("];\n", out);
	lc_buf_release(&label);
}

int lc_graph_dot(const struct lc_lockgraph *g, FILE *out, struct lc_error *err)
{
	fputs("digraph lock_order {\n  node [shape=box, fontname=sans];\n"
	      "  edge [fontname=sans, fontsize=10];\n", out);
	for (uint32_t i = 0; i < g->locks.len; i++)
		if (g->locks.data[i].in_order)
			put_node(&g->locks.data[i], out);
	for (uint32_t i = 0; i < g->pairs.len; i++)
		put_pair(g, &g->pairs.data[i], out);
	fputs("}\n", out);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the graph");
	return 0;
}
