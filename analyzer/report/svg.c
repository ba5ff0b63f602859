/* SPDX-License-Identifier: MIT */
/* The order of locks as a picture that needs no program: SVG. */
#include <stdlib.h>

#include "report/layout.h"
#include "report/report.h"
#include "report/source.h"

/* Text of strangers, safe in XML text and attributes. */
static void put_xml(const char *s, FILE *out)
{
	char *clean = lc_cleaned(s, false);

	for (const char *c = clean; *c; c++) {
		switch (*c) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		case '\'': fputs("&#39;", out); break;
		default: fputc(*c, out);
		}
	}
	free(clean);
}

static const char head[] =
	"  <style>\n"
	"    svg { --ink: #1c2430; --paper: #fff; --line: #8a96a8;\n"
	"      --node: #f2f5f9; --bad: #c62828; background: var(--paper);\n"
	"      font: 13px ui-monospace, Menlo, Consolas, monospace; }\n"
	"    @media (prefers-color-scheme: dark) {\n"
	"      svg { --ink: #e4e9f0; --paper: #14181f; --line: #77839a;\n"
	"        --node: #222a36; --bad: #ff7b72; } }\n"
	"    text { fill: var(--ink); }\n"
	"    rect { fill: var(--node); stroke: var(--line); }\n"
	"    path { fill: none; stroke: var(--line); stroke-width: 1.3; }\n"
	"    .dropped { stroke-dasharray: 4 4; }\n"
	"    .bad { stroke: var(--bad); stroke-width: 2.2; }\n"
	"    marker path { fill: var(--line); stroke: none; }\n"
	"    marker .bad { fill: var(--bad); }\n"
	"  </style>\n"
	"  <defs>\n"
	"    <marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
	"markerUnits=\"userSpaceOnUse\" markerWidth=\"10\" markerHeight=\"10\" "
	"orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>\n"
	"    <marker id=\"b\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
	"markerUnits=\"userSpaceOnUse\" markerWidth=\"12\" markerHeight=\"12\" "
	"orient=\"auto\"><path class=\"bad\" d=\"M0 0L8 4L0 8z\"/></marker>\n"
	"  </defs>\n";

static void put_path(const struct lc_layout_edge *e, FILE *out)
{
	const int32_t *p = e->points.data;

	for (uint32_t i = 0; i + 3 < e->points.len; i += 4) {
		int32_t middle = (p[i] + p[i + 2]) / 2;

		fprintf(out, "%c%d %dC%d %d %d %d %d %d", i ? 'L' : 'M', p[i],
			p[i + 1], middle, p[i + 1], middle, p[i + 3], p[i + 2],
			p[i + 3]);
	}
}

static void put_pair(const struct lc_lockgraph *g, const struct lc_layout *l,
		     uint32_t i, FILE *out)
{
	const struct lc_graph_pair *p = &g->pairs.data[i];
	const struct lc_graph_arc *a = &g->arcs.data[p->first_arc];
	const struct lc_layout_node *n = &l->nodes.data[p->held];

	fprintf(out, "  <path class=\"%s\" marker-end=\"url(#%s)\" d=\"",
		p->reported ? "bad" : p->dropped ? "dropped" : "",
		p->reported ? "b" : "a");
	if (l->edges.data[i].points.len)
		put_path(&l->edges.data[i], out);
	else /* ordered with itself: a loop over the right top corner */
		fprintf(out, "M%d %dC%d %d %d %d %d %d", n->x + n->width - 24,
			n->y, n->x + n->width - 24, n->y - 18,
			n->x + n->width + 18, n->y + 8, n->x + n->width,
			n->y + 8);
	fputs("\"><title>", out);
	put_xml(g->locks.data[p->held].name, out);
	fputs(" → ", out);
	put_xml(g->locks.data[p->wanted].name, out);
	fputs(": ", out);
	put_xml(a->function, out);
	fputs("() at ", out);
	put_xml(a->at.file, out);
	fprintf(out, ":%u", a->at.line);
	if (p->narcs > 1)
		fprintf(out, " and %u more", p->narcs - 1);
	fputs("</title></path>\n", out);
}

static void put_node(const struct lc_graph_lock *k,
		     const struct lc_layout_node *n, FILE *out)
{
	if (!n->width)
		return;
	fputs("  <g><title>", out);
	put_xml(k->cls, out);
	fputs(", ", out);
	put_xml(k->kind, out);
	fprintf(out, "</title><rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
		"height=\"%d\" rx=\"6\"/><text x=\"%d\" y=\"%d\"",
		k->reported ? "bad" : "", n->x, n->y, n->width, n->height,
		n->x + 14, n->y + 20);
	if (lc_characters(k->name, strlen(k->name)) > 36)
		fprintf(out, " textLength=\"%d\" lengthAdjust="
			"\"spacingAndGlyphs\"", n->width - 28);
	fputc('>', out);
	put_xml(k->name, out);
	fputs("</text></g>\n", out);
}

int lc_graph_svg(const struct lc_lockgraph *g, FILE *out, struct lc_error *err)
{
	struct lc_layout l = { 0 };

	lc_layout_make(&l, g);
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"order of locks\">\n", l.width, l.height, l.width,
		l.height);
	fputs(head, out);
	for (int bad = 0; bad < 2; bad++) /* the red ones on top */
		for (uint32_t i = 0; i < g->pairs.len; i++)
			if (g->pairs.data[i].reported == bad &&
			    !l.edges.data[i].implied)
				put_pair(g, &l, i, out);
	for (uint32_t i = 0; i < g->locks.len; i++)
		put_node(&g->locks.data[i], &l.nodes.data[i], out);
	fputs("</svg>\n", out);
	lc_layout_release(&l);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the graph");
	return 0;
}
