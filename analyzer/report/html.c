/* SPDX-License-Identifier: MIT */
/*
 * The HTML report: the page of html/ (put together by html/bundle.cmake) with
 * the findings and the order of locks in it as one block of JSON. What the
 * page makes of it is in the scripts there; here is only the data.
 *
 * A place is [file, line, column, function, macro], the last two left out if
 * empty; file is an index of `files`. A lock is an index of order.locks.
 */
#include <stdlib.h>

#include "base/map.h"
#include "flow/flow.h"
#include "report/jsonout.h"
#include "report/layout.h"
#include "report/report.h"
#include "report/schedule.h"
#include "report/source.h"
#include "store/sql.h"

static const char page_head[] =
#include "html_head.inc"
	;
static const char page_tail[] =
#include "html_tail.inc"
	;

enum {
	AROUND = 6,       /* source lines before and after a place */
	TAKES_MAX = 150,  /* shown of one lock */
	ARCS_MAX = 40,    /* shown of one arrow */
	CYCLES_MAX = 500  /* shown of all */
};

/* The lines of one file that somebody may look at. */
struct shown {
	LC_ARRAY(bool) lines; /* by number */
};
struct writer {
	FILE *out;
	const struct lc_findings *findings;
	const struct lc_lockgraph *graph;
	struct lc_strings files;
	LC_ARRAY(struct shown) shown; /* by file */
};

/* ---- JSON inside HTML ---- */

/* "<" could begin the end of the script block, and "&" means nothing there,
 * but costs nothing either. All of them stand in strings, where \u is fine. */
static void put_json(struct writer *w, json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);

	LC_CHECK(text);
	for (const char *c = text; *c;) {
		size_t n = strcspn(c, "<>&");

		fwrite(c, 1, n, w->out);
		c += n;
		if (*c)
			fprintf(w->out, "\\u%04x", *c++);
	}
	free(text);
	json_decref(j);
}

static void set_text(json_t *j, const char *key, const char *s)
{
	if (*s)
		json_object_set_new(j, key, lc_json_text(s));
}

static void set_flag(json_t *j, const char *key, bool on)
{
	if (on)
		json_object_set_new(j, key, json_true());
}

/* ---- places ---- */

static uint32_t file_index(struct writer *w, const char *file)
{
	uint32_t i = lc_intern(&w->files, file);

	while (w->shown.len <= i)
		lc_push(&w->shown);
	return i;
}

static void show_lines(struct writer *w, uint32_t file, uint32_t line,
		       uint32_t around)
{
	struct shown *s = &w->shown.data[file];
	uint32_t first = line > around ? line - around : 1;

	/* A line number out of a damaged database is no reason to allocate. */
	if (!line || line > 10000000)
		return;
	while (s->lines.len <= line + around)
		lc_push(&s->lines);
	for (uint32_t i = first; i <= line + around; i++)
		s->lines.data[i] = true;
}

static json_t *place(struct writer *w, const struct lc_place *p, uint32_t around)
{
	uint32_t file = file_index(w, p->file);
	json_t *j = json_pack("[i, I, I]", (int)file, (json_int_t)p->line,
			      (json_int_t)p->col);

	show_lines(w, file, p->line, around);
	if (*p->function || *p->macro)
		json_array_append_new(j, lc_json_text(p->function));
	if (*p->macro)
		json_array_append_new(j, lc_json_text(p->macro));
	return j;
}

static void set_place(struct writer *w, json_t *j, const char *key,
		      const struct lc_place *p, uint32_t around)
{
	if (*p->file)
		json_object_set_new(j, key, place(w, p, around));
}

/* ---- findings ---- */

static void set_lock(struct writer *w, json_t *j, uint32_t id)
{
	uint32_t lock = id ? lc_lockgraph_find(w->graph, id) : LC_NONE;

	if (lock != LC_NONE)
		json_object_set_new(j, "lock", json_integer(lock));
}

static json_t *step(struct writer *w, const struct lc_report_step *s)
{
	json_t *j = json_pack("{s:o, s:i, s:s, s:o, s:i}", "at",
			      place(w, &s->at, AROUND), "depth", (int)s->depth,
			      "role", lc_role_name(s->role), "text",
			      lc_json_text(s->text), "order", (int)s->order);

	set_text(j, "held", s->held);
	set_lock(w, j, s->lock);
	return j;
}

static json_t *threads(struct writer *w, const struct lc_finding *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->traces.len; i++) {
		const struct lc_report_trace *t = &f->traces.data[i];
		json_t *steps = json_array();
		json_t *j = json_pack("{s:o, s:i}", "name",
				      lc_json_text(t->thread), "decisive",
				      (int)lc_schedule_decisive(f, i));

		for (uint32_t k = 0; k < t->steps.len; k++)
			json_array_append_new(steps, step(w, &t->steps.data[k]));
		json_object_set_new(j, "steps", steps);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *related(struct writer *w, const struct lc_finding *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->related.len; i++) {
		json_t *j = json_object();

		set_place(w, j, "at", &f->related.data[i].at, AROUND);
		set_text(j, "text", f->related.data[i].text);
		json_array_append_new(list, j);
	}
	return list;
}

static void set_verdict(json_t *j, const struct lc_finding *f)
{
	json_t *v;

	if (!f->verdict)
		return;
	v = json_pack("{s:o, s:o}", "word", lc_json_text(f->verdict), "text",
		      lc_json_lines(f->verdict_detail));
	set_text(v, "reason", f->verdict_reason);
	json_object_set_new(j, "verdict", v);
}

static json_t *finding(struct writer *w, const struct lc_finding *f)
{
	json_t *locks = json_array();
	json_t *j = json_pack("{s:o, s:s, s:o, s:s, s:o}", "rule",
			      lc_json_text(f->rule), "level",
			      lc_level_name(f->level), "message",
			      lc_json_text(f->message), "id", f->fingerprint,
			      "at", place(w, &f->at, AROUND));

	for (uint32_t i = 0; i < f->locks.len; i++) {
		uint32_t k = lc_lockgraph_find(w->graph, f->locks.data[i].id);

		if (k != LC_NONE)
			json_array_append_new(locks, json_integer(k));
	}
	json_object_set_new(j, "locks", locks);
	json_object_set_new(j, "threads", threads(w, f));
	if (f->related.len)
		json_object_set_new(j, "related", related(w, f));
	set_text(j, "fix", f->fix);
	set_text(j, "doubt", f->doubt);
	if (f->state)
		set_text(j, "state", lc_state_name(f->state));
	set_flag(j, "touched", f->touched);
	set_verdict(j, f);
	if (f->suppressed) {
		set_text(j, "suppressed", *f->suppressed ? f->suppressed
							 : "no reason given");
		set_place(w, j, "suppressedAt", &f->suppressed_at, AROUND);
	}
	return j;
}

static void put_findings(struct writer *w)
{
	fputs(",\n\"findings\":[", w->out);
	for (uint32_t i = 0; i < w->findings->findings.len; i++) {
		fputs(i ? ",\n" : "\n", w->out);
		put_json(w, finding(w, &w->findings->findings.data[i]));
	}
	fputs("]", w->out);
}

static void put_rules(struct writer *w)
{
	const struct lc_rules *rules = &w->findings->rules;

	fputs(",\n\"rules\":[", w->out);
	for (uint32_t i = 0; i < rules->rules.len; i++) {
		const struct lc_rule *r = &rules->rules.data[i];
		json_t *j = json_pack("{s:o, s:s, s:o}", "id",
				      lc_json_text(r->id), "level",
				      lc_level_name(r->level), "short",
				      lc_json_text(r->short_text));

		set_text(j, "cwe", r->cwe);
		set_text(j, "cert", r->cert);
		set_text(j, "misra", r->misra);
		json_object_set_new(j, "bad", lc_json_lines(r->bad));
		json_object_set_new(j, "good", lc_json_lines(r->good));
		json_object_set_new(j, "manual", lc_json_lines(r->manual));
		fputs(i ? ",\n" : "\n", w->out);
		put_json(w, j);
	}
	fputs("]", w->out);
}

/* ---- the order of locks ---- */

static json_t *take(struct writer *w, const struct lc_graph_take *t)
{
	json_t *j = json_pack("{s:o}", "at", place(w, &t->at, 0));

	set_text(j, "held", t->held);
	if (strcmp(t->mode, "exclusive"))
		set_text(j, "mode", t->mode);
	if (strcmp(t->blocking, "yes"))
		set_text(j, "blocking", t->blocking);
	set_flag(j, "possible", !strcmp(t->strength, "possible"));
	return j;
}

static void put_lock(struct writer *w, const struct lc_graph_lock *k,
		     const struct lc_layout_node *n)
{
	json_t *takes = json_array();
	json_t *j = json_pack("{s:o, s:o, s:o, s:i}", "name",
			      lc_json_text(k->name), "class",
			      lc_json_text(k->cls), "kind",
			      lc_json_text(k->kind), "ntakes", (int)k->ntakes);

	set_text(j, "api", k->api);
	set_place(w, j, "at", &k->decl, 0);
	set_flag(j, "reported", k->reported);
	if (n->width)
		json_object_set_new(j, "box",
				    json_pack("[i, i, i, i]", n->x, n->y,
					      n->width, n->height));
	for (uint32_t i = 0; i < k->ntakes && i < TAKES_MAX; i++)
		json_array_append_new(
			takes, take(w, &w->graph->takes.data[k->first_take + i]));
	json_object_set_new(j, "takes", takes);
	put_json(w, j);
}

static json_t *arc(struct writer *w, const struct lc_graph_arc *a)
{
	json_t *j = json_pack("{s:o}", "at", place(w, &a->at, 0));

	set_place(w, j, "since", &a->held_at, 0);
	set_text(j, "function", a->function);
	set_text(j, "gates", a->gates);
	set_text(j, "threads", a->threads);
	set_text(j, "dropped", a->dropped);
	if (strcmp(a->held_mode, "exclusive") || strcmp(a->mode, "exclusive")) {
		set_text(j, "heldMode", a->held_mode);
		set_text(j, "mode", a->mode);
	}
	if (strcmp(a->blocking, "yes"))
		set_text(j, "blocking", a->blocking);
	set_flag(j, "possible", !strcmp(a->strength, "possible"));
	set_flag(j, "reported", a->reported);
	return j;
}

static void put_pair(struct writer *w, const struct lc_graph_pair *p,
		     const struct lc_layout_edge *e)
{
	json_t *arcs = json_array(), *points = json_array();
	json_t *j = json_pack("{s:i, s:i, s:i}", "held", (int)p->held, "wanted",
			      (int)p->wanted, "narcs", (int)p->narcs);

	set_flag(j, "dropped", p->dropped);
	set_flag(j, "reported", p->reported);
	set_flag(j, "implied", e->implied);
	for (uint32_t i = 0; i < e->points.len; i++)
		json_array_append_new(points, json_integer(e->points.data[i]));
	json_object_set_new(j, "points", points);
	for (uint32_t i = 0; i < p->narcs && i < ARCS_MAX; i++)
		json_array_append_new(
			arcs, arc(w, &w->graph->arcs.data[p->first_arc + i]));
	json_object_set_new(j, "arcs", arcs);
	put_json(w, j);
}

static void put_cycles(struct writer *w)
{
	const struct lc_lockgraph *g = w->graph;
	uint32_t n = 0;

	fputs("],\n\"cycles\":[", w->out);
	for (uint32_t i = 0; i < g->cycles.len; i++) {
		const struct lc_graph_cycle *c = &g->cycles.data[i];

		if (!*c->dropped || n++ >= CYCLES_MAX)
			continue;
		fputs(n > 1 ? ",\n" : "\n", w->out);
		put_json(w, json_pack("{s:o, s:o, s:o}", "locks",
				      lc_json_text(c->locks), "where",
				      lc_json_text(c->where), "dropped",
				      lc_json_text(c->dropped)));
	}
	fprintf(w->out, "],\n\"ncycles\":%u,\"ndropped\":%u", g->cycles.len, n);
}

static void put_order(struct writer *w)
{
	const struct lc_lockgraph *g = w->graph;
	struct lc_layout l = { 0 };

	lc_layout_make(&l, g);
	fprintf(w->out, ",\n\"order\":{\"width\":%d,\"height\":%d,\n\"locks\":[",
		l.width, l.height);
	for (uint32_t i = 0; i < g->locks.len; i++) {
		fputs(i ? ",\n" : "\n", w->out);
		put_lock(w, &g->locks.data[i], &l.nodes.data[i]);
	}
	fputs("],\n\"pairs\":[", w->out);
	for (uint32_t i = 0; i < g->pairs.len; i++) {
		fputs(i ? ",\n" : "\n", w->out);
		put_pair(w, &g->pairs.data[i], &l.edges.data[i]);
	}
	put_cycles(w);
	fputs("}", w->out);
	lc_layout_release(&l);
}

/* ---- the run ---- */

/* Findings of the baseline that are gone. */
static json_t *fixed(const struct lc_findings *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->absent.len; i++)
		json_array_append_new(
			list, json_pack("{s:o, s:o}", "rule",
					lc_json_text(f->absent.data[i].rule),
					"message",
					lc_json_text(f->absent.data[i].message)));
	return list;
}

static void put_run(struct writer *w, const struct lc_report_options *o)
{
	const struct lc_findings *f = w->findings;
	json_t *bad = json_array();

	for (uint32_t i = 0; i < f->bad_units.len; i++)
		json_array_append_new(
			bad, json_pack("{s:o, s:o, s:o}", "name",
				       lc_json_text(f->bad_units.data[i].name),
				       "status",
				       lc_json_text(f->bad_units.data[i].status),
				       "message",
				       lc_json_text(f->bad_units.data[i].message)));
	fprintf(w->out, "{\"version\":\"%s\",\"units\":%u,\"incomplete\":%u,"
		"\"page\":\"%s\",\n\"bad\":", LC_VERSION, f->nunits,
		f->nincomplete, o && o->graph_first ? "order" : "findings");
	put_json(w, bad);
	fputs(",\n\"fixed\":", w->out);
	put_json(w, fixed(f));
}

/* ---- sources: comes last, when it is known what is shown ---- */

static json_t *file_lines(const struct shown *s, struct lc_sources *sources,
			  const char *file)
{
	json_t *runs = json_array(), *lines = NULL;

	for (uint32_t n = 1; n < s->lines.len; n++) {
		struct lc_line line;
		struct lc_buf text = { 0 };

		if (!s->lines.data[n] ||
		    !lc_source_line(sources, file, n, &line)) {
			lines = NULL;
			continue;
		}
		if (!lines) {
			lines = json_array();
			json_array_append_new(runs, json_pack("[i, o]", (int)n,
							      lines));
		}
		lc_clean(&text, line.text, line.len, "\t");
		json_array_append_new(lines, json_string(text.data));
		lc_buf_release(&text);
	}
	return runs;
}

static void put_sources(struct writer *w, const char *root)
{
	struct lc_sources *sources = lc_sources_new(root);
	json_t *names = json_array();

	fputs(",\n\"sources\":[", w->out);
	for (uint32_t i = 0; i < w->shown.len; i++) {
		const char *file = lc_str(&w->files, i);

		fputs(i ? ",\n" : "\n", w->out);
		put_json(w, file_lines(&w->shown.data[i], sources, file));
		json_array_append_new(names, lc_json_text(file));
	}
	fputs("],\n\"files\":", w->out);
	put_json(w, names);
	fputs("}", w->out);
	lc_sources_free(sources);
}

int lc_report_html(const struct lc_findings *f,
		   const struct lc_report_options *o, FILE *out,
		   struct lc_error *err)
{
	static const struct lc_lockgraph none;
	struct writer w = { .out = out, .findings = f };

	w.graph = o && o->graph ? o->graph : &none;
	lc_strings_init(&w.files);
	fputs(page_head, out);
	put_run(&w, o);
	put_rules(&w);
	put_findings(&w);
	put_order(&w);
	put_sources(&w, o && o->root ? o->root : f->root);
	fputs(page_tail, out);
	for (uint32_t i = 0; i < w.shown.len; i++)
		lc_array_release(&w.shown.data[i].lines);
	lc_array_release(&w.shown);
	lc_strings_release(&w.files);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the report");
	return 0;
}
