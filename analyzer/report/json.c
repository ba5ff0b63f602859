/* SPDX-License-Identifier: MIT */
/* Findings as JSON lines (docs/json.md), and the helpers of jsonout.h. */
#include "report/jsonout.h"

#include <stdlib.h>

#include "report/report.h"
#include "report/source.h"
#include "store/sql.h"

json_t *lc_json_text(const char *s)
{
	char *clean = lc_cleaned(s, false);
	json_t *j = json_string(clean);

	free(clean);
	LC_CHECK(j);
	return j;
}

json_t *lc_json_lines(const char *s)
{
	char *clean = lc_cleaned(s, true);
	json_t *j = json_string(clean);

	free(clean);
	LC_CHECK(j);
	return j;
}

json_t *lc_json_message(const char *s)
{
	return json_pack("{s:o}", "text", lc_json_text(s));
}

int lc_json_write(json_t *j, FILE *out)
{
	int rc = json_dumpf(j, out, JSON_COMPACT);

	json_decref(j);
	return rc;
}

static json_t *place(const struct lc_place *p)
{
	json_t *j = json_pack("{s:o, s:i, s:i}", "file", lc_json_text(p->file),
			      "line", (int)p->line, "column", (int)p->col);

	if (*p->function)
		json_object_set_new(j, "function", lc_json_text(p->function));
	if (*p->macro)
		json_object_set_new(j, "macro", lc_json_text(p->macro));
	return j;
}

static json_t *locks(const struct lc_finding *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->locks.len; i++) {
		const struct lc_report_lock *k = &f->locks.data[i];
		json_t *j = json_pack("{s:o, s:o, s:o}", "name",
				      lc_json_text(k->name), "class",
				      lc_json_text(k->cls), "kind",
				      lc_json_text(k->kind));

		if (*k->decl.file)
			json_object_set_new(j, "declared", place(&k->decl));
		json_array_append_new(list, j);
	}
	return list;
}

/* "g_a, g_b" → ["g_a", "g_b"] */
static json_t *held(const char *s)
{
	json_t *list = json_array();

	while (*s) {
		const char *end = strstr(s, ", ");
		size_t n = end ? (size_t)(end - s) : strlen(s);
		char *name = lc_strndup(s, n);

		json_array_append_new(list, lc_json_text(name));
		free(name);
		s += n + (end ? 2 : 0);
	}
	return list;
}

static json_t *step(const struct lc_report_step *s)
{
	json_t *j = place(&s->at);

	json_object_set_new(j, "depth", json_integer(s->depth));
	json_object_set_new(j, "order", json_integer(s->order));
	json_object_set_new(j, "role", json_string(lc_role_name(s->role)));
	json_object_set_new(j, "text", lc_json_text(s->text));
	json_object_set_new(j, "held", held(s->held));
	return j;
}

static json_t *threads(const struct lc_finding *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->traces.len; i++) {
		const struct lc_report_trace *t = &f->traces.data[i];
		json_t *steps = json_array();

		for (uint32_t k = 0; k < t->steps.len; k++)
			json_array_append_new(steps, step(&t->steps.data[k]));
		json_array_append_new(list,
				      json_pack("{s:o, s:o}", "name",
						lc_json_text(t->thread),
						"steps", steps));
	}
	return list;
}

static json_t *related(const struct lc_finding *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->related.len; i++) {
		json_t *j = place(&f->related.data[i].at);

		json_object_set_new(j, "text",
				    lc_json_text(f->related.data[i].text));
		json_array_append_new(list, j);
	}
	return list;
}

json_t *lc_json_verdict(const struct lc_finding *f)
{
	json_t *j = json_pack("{s:o, s:o}", "verdict", lc_json_text(f->verdict),
			      "detail", lc_json_lines(f->verdict_detail));

	if (*f->verdict_reason)
		json_object_set_new(j, "reason",
				    lc_json_text(f->verdict_reason));
	if (*f->schedule)
		json_object_set_new(j, "schedule", lc_json_text(f->schedule));
	return j;
}

json_t *lc_json_finding(const struct lc_finding *f)
{
	json_t *j = json_pack("{s:i, s:o, s:s, s:o, s:s}", "version", 1, "rule",
			      lc_json_text(f->rule), "level",
			      lc_level_name(f->level), "message",
			      lc_json_text(f->message), "fingerprint",
			      f->fingerprint);
	json_t *at = place(&f->at);

	json_object_update(j, at);
	json_decref(at);
	json_object_set_new(j, "locks", locks(f));
	json_object_set_new(j, "threads", threads(f));
	json_object_set_new(j, "related", related(f));
	if (*f->fix)
		json_object_set_new(j, "fix", lc_json_text(f->fix));
	if (*f->doubt)
		json_object_set_new(j, "doubt", lc_json_text(f->doubt));
	if (f->state)
		json_object_set_new(j, "state",
				    json_string(lc_state_name(f->state)));
	if (f->touched)
		json_object_set_new(j, "touched", json_true());
	if (f->verdict)
		json_object_set_new(j, "confirmation", lc_json_verdict(f));
	return j;
}

int lc_report_json(const struct lc_findings *f,
		   const struct lc_report_options *options, FILE *out,
		   struct lc_error *err)
{
	(void)options;
	for (uint32_t i = 0; i < f->findings.len; i++) {
		if (f->findings.data[i].suppressed)
			continue;
		lc_json_write(lc_json_finding(&f->findings.data[i]), out);
		fputc('\n', out);
	}
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the report");
	return 0;
}
