/* SPDX-License-Identifier: MIT */
/*
 * Findings as SARIF 2.1.0, for code hosts, editors and dashboards. The frame
 * is written by hand, one result a line is made, written and freed.
 *
 * What readers of SARIF expect and why a thing is as it is: columns count
 * characters, so source lines are read; a place carries exactly one region
 * with an end; the fingerprint is ours in primaryLocationLineHash too, else
 * two findings on one line would be taken for one; no path of this machine is
 * in the file (SRCROOT has no uri, the reader knows its own checkout).
 *
 * GitHub refuses files beyond its limits, so these hold for all: the worst
 * RESULTS_MAX results are written, and after FLOW_BYTES_MAX of them the rest
 * without their code flows (what GitHub limits is 10 MB compressed; such text
 * shrinks to a tenth or less, see docs/gate.md). What is left out is told in a
 * notification. A baseline has no limits: it must be whole.
 */
#include <ctype.h>
#include <stdlib.h>

#include "report/jsonout.h"
#include "report/report.h"
#include "report/source.h"
#include "report/steps.h"

#define SCHEMA_URI                                                             \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"  \
	"sarif-schema-2.1.0.json"
#ifndef LC_HOMEPAGE /* the manual page; a distributor may have an address */
#define LC_HOMEPAGE "man:lockcheck(1)"
#endif
#define FULL_TEXT_MAX 1000 /* characters; GitHub takes 1024 */
#define TAGS_MAX 20        /* GitHub's limit */
#define RESULTS_MAX 25000  /* likewise */
#define RELATED_MAX 100    /* GitHub takes 1,000 and shows 100 */
#define FLOW_BYTES_MAX (80ul << 20)

struct sarif {
	const struct lc_findings *f;
	const struct lc_report_options *o;
	struct lc_sources *sources;
	FILE *out;
	bool any_suppressed;    /* then each result must say whether it is */
	size_t bytes;           /* of results written so far */
	uint32_t left_out, without_flows;
	const char *separator;  /* before the next result */
};

/* ---- places ---- */

/* Bytes that stand for themselves in the path of a URI (RFC 3986). */
static bool is_plain(unsigned char c)
{
	return isalnum(c) || strchr("-._~/!$&'()*+,;=@", c);
}

static json_t *artifact(const char *file)
{
	struct lc_buf uri = { 0 };
	json_t *j;

	lc_buf_str(&uri, *file == '/' ? "file://" : "");
	for (const char *s = file; *s; s++) {
		if (is_plain((unsigned char)*s) && *s)
			lc_buf_add(&uri, s, 1);
		else
			lc_buf_printf(&uri, "%%%02X", (unsigned char)*s);
	}
	j = json_pack("{s:s}", "uri", uri.data);
	if (*file != '/')
		json_object_set_new(j, "uriBaseId", json_string("SRCROOT"));
	lc_buf_release(&uri);
	return j;
}

static json_t *region(const struct sarif *s, const struct lc_place *p)
{
	uint32_t col = p->col ? p->col : 1, end = col + 1;
	struct lc_line line;

	if (lc_source_line(s->sources, p->file, p->line, &line) &&
	    col <= line.len) {
		end = lc_token_end(&line, col);
		end = lc_characters(line.text, end - 1) + 1;
		col = lc_characters(line.text, col - 1) + 1;
	}
	return json_pack("{s:i, s:i, s:i, s:i}", "startLine", (int)p->line,
			 "startColumn", (int)col, "endLine", (int)p->line,
			 "endColumn", (int)end);
}

static json_t *location(const struct sarif *s, const struct lc_place *p)
{
	json_t *physical, *j = json_object();

	if (*p->file) {
		physical = json_pack("{s:o}", "artifactLocation",
				     artifact(p->file));
		if (p->line)
			json_object_set_new(physical, "region", region(s, p));
		json_object_set_new(j, "physicalLocation", physical);
	}
	if (*p->function)
		json_object_set_new(
			j, "logicalLocations",
			json_pack("[{s:o, s:s}]", "name",
				  lc_json_text(p->function), "kind",
				  "function"));
	return j;
}

static json_t *location_with(const struct sarif *s, const struct lc_place *p,
			     const char *message)
{
	json_t *j = location(s, p);

	json_object_set_new(j, "message", lc_json_message(message));
	return j;
}

/* ---- witnesses ---- */

struct role_words {
	const char *importance, *kind;
};
static const struct role_words roles[] = {
	[LC_ROLE_ENTRY] = { "important", "enter" },
	[LC_ROLE_CALL] = { "unimportant", "call" },
	[LC_ROLE_ACQUIRE] = { "essential", "acquire" },
	[LC_ROLE_RELEASE] = { "essential", "release" },
	[LC_ROLE_WANT] = { "essential", "acquire" },
	[LC_ROLE_BRANCH] = { "important", "branch" },
	[LC_ROLE_EXIT] = { "essential", "exit" },
	[LC_ROLE_NOTE] = { "important", NULL },
};

static json_t *flow_step(const struct sarif *s, const struct lc_report_trace *t,
			 uint32_t i, uint32_t thread, uint32_t left_out)
{
	const struct lc_report_step *p = &t->steps.data[i];
	const struct role_words *role = &roles[p->role];
	char *words = left_out ? lc_asprintf("T%u: … %u steps left out …",
					     thread, left_out)
			       : lc_step_words(t, i, thread);
	json_t *j = json_pack("{s:o, s:i, s:i, s:s}", "location",
			      location_with(s, &p->at, words), "nestingLevel",
			      (int)p->depth, "executionOrder", (int)p->order,
			      "importance",
			      left_out ? "important" : role->importance);

	if (!left_out && role->kind) {
		json_t *kinds = json_pack("[s]", role->kind);

		if (p->lock)
			json_array_append_new(kinds, json_string("lock"));
		json_object_set_new(j, "kinds", kinds);
	}
	if (!left_out && *p->held)
		json_object_set_new(j, "state",
				    json_pack("{s:o}", "held",
					      lc_json_message(p->held)));
	free(words);
	return j;
}

static json_t *thread_flow(const struct sarif *s, const struct lc_finding *f,
			   uint32_t number)
{
	const struct lc_report_trace *t = &f->traces.data[number];
	json_t *steps = json_array();
	char *id = lc_asprintf("T%u", number + 1);
	char *name = lc_asprintf("%s: %s", id,
				 *t->thread ? t->thread : "a thread");
	json_t *flow;

	for (uint32_t i = 0; i < t->steps.len; i++) {
		uint32_t left_out = lc_steps_left_out(t->steps.len, i);

		json_array_append_new(steps, flow_step(s, t, i, number + 1,
						       left_out));
		i += left_out ? left_out - 1 : 0;
	}
	flow = json_pack("{s:s, s:o, s:o}", "id", id, "message",
			 lc_json_message(name), "locations", steps);
	free(id);
	free(name);
	return flow;
}

static json_t *code_flows(const struct sarif *s, const struct lc_finding *f)
{
	json_t *flows = json_array();

	for (uint32_t i = 0; i < f->traces.len; i++)
		if (f->traces.data[i].steps.len)
			json_array_append_new(flows, thread_flow(s, f, i));
	return json_pack("[{s:o}]", "threadFlows", flows);
}

/* Lock i is held by thread i, which wants lock i + 1. */
static json_t *graphs(const struct lc_finding *f)
{
	json_t *nodes = json_array(), *edges = json_array();
	uint32_t n = f->locks.len;

	for (uint32_t i = 0; i < n; i++) {
		char *id = lc_asprintf("L%u", i + 1);
		char *next = lc_asprintf("L%u", (i + 1) % n + 1);
		char *edge = lc_asprintf("E%u", i + 1);
		char *label = lc_asprintf("T%u", i + 1);

		json_array_append_new(
			nodes, json_pack("{s:s, s:o}", "id", id, "label",
					 lc_json_message(
						 f->locks.data[i].name)));
		json_array_append_new(
			edges, json_pack("{s:s, s:s, s:s, s:o}", "id", edge,
					 "sourceNodeId", id, "targetNodeId",
					 next, "label",
					 lc_json_message(label)));
		free(id);
		free(next);
		free(edge);
		free(label);
	}
	return json_pack("[{s:o, s:o, s:o}]", "description",
			 lc_json_message("An arrow leads from the lock that a "
					 "thread holds to the one it wants."),
			 "nodes", nodes, "edges", edges);
}

/* ---- a result ---- */

static void append_related(const struct sarif *s, json_t *list,
			   const struct lc_place *p, const char *text)
{
	json_t *j;

	if (json_array_size(list) >= RELATED_MAX)
		return;
	j = location_with(s, p, text);
	json_object_set_new(j, "id",
			    json_integer((json_int_t)json_array_size(list) + 1));
	json_array_append_new(list, j);
}

static json_t *related(const struct sarif *s, const struct lc_finding *f)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < f->related.len; i++) {
		const struct lc_related *r = &f->related.data[i];

		append_related(s, list, &r->at,
			       *r->text ? r->text : "see also here");
	}
	for (uint32_t i = 0; i < f->locks.len; i++) {
		const struct lc_report_lock *k = &f->locks.data[i];
		char *text;

		if (!*k->decl.file)
			continue;
		text = lc_asprintf("%s is defined here", k->name);
		append_related(s, list, &k->decl, text);
		free(text);
	}
	return list;
}

static json_t *fingerprints(const struct lc_finding *f)
{
	char *line = lc_asprintf("%s:1", f->fingerprint);
	json_t *j = json_pack("{s:s, s:s}", "primaryLocationLineHash", line,
			      !strcmp(f->rule, "lock-order-cycle")
				      ? "lockcheckCycle/v1"
				      : "lockcheckFinding/v1",
			      f->fingerprint);

	free(line);
	return j;
}

static int rule_index(const struct lc_findings *f, const char *id)
{
	for (uint32_t i = 0; i < f->rules.rules.len; i++)
		if (!strcmp(f->rules.rules.data[i].id, id))
			return (int)i;
	return -1;
}

static bool has_steps(const struct lc_finding *f)
{
	for (uint32_t i = 0; i < f->traces.len; i++)
		if (f->traces.data[i].steps.len)
			return true;
	return false;
}

static void set_properties(json_t *result, const struct lc_finding *f)
{
	json_t *bag = json_object();

	if (*f->fix)
		json_object_set_new(bag, "repair", lc_json_text(f->fix));
	if (*f->doubt)
		json_object_set_new(bag, "doubt", lc_json_text(f->doubt));
	if (*f->at.macro)
		json_object_set_new(bag, "macro", lc_json_text(f->at.macro));
	if (f->verdict)
		json_object_set_new(bag, "confirmation", lc_json_verdict(f));
	if (json_object_size(bag))
		json_object_set_new(result, "properties", bag);
	else
		json_decref(bag);
}

static bool is_plain_report(const struct sarif *s)
{
	return s->o && s->o->plain;
}

/* Empty for one that is not suppressed: all results of a run have the list, or
 * none (SARIF 3.27.23). */
static json_t *suppressions(const struct sarif *s, const struct lc_finding *f)
{
	json_t *list = json_array(), *j;

	if (!f->suppressed)
		return list;
	j = json_pack("{s:s, s:s, s:o}", "kind", "inSource", "status",
		      "accepted", "location", location(s, &f->suppressed_at));
	if (*f->suppressed)
		json_object_set_new(j, "justification",
				    lc_json_text(f->suppressed));
	json_array_append_new(list, j);
	return list;
}

static json_t *result(const struct sarif *s, const struct lc_finding *f)
{
	json_t *j = json_pack("{s:o, s:i, s:s, s:s, s:o, s:[o], s:o}", "ruleId",
			      lc_json_text(f->rule), "ruleIndex",
			      rule_index(s->f, f->rule), "level",
			      lc_level_name(f->level), "kind", "fail",
			      "message", lc_json_message(f->message),
			      "locations", location(s, &f->at),
			      "partialFingerprints", fingerprints(f));

	if (f->state)
		json_object_set_new(j, "baselineState",
				    json_string(lc_state_name(f->state)));
	if (s->any_suppressed)
		json_object_set_new(j, "suppressions", suppressions(s, f));
	return j;
}

static void add_details(const struct sarif *s, const struct lc_finding *f,
			json_t *j)
{
	json_t *places = related(s, f);

	if (json_array_size(places))
		json_object_set_new(j, "relatedLocations", places);
	else
		json_decref(places);
	if (has_steps(f) && s->bytes < FLOW_BYTES_MAX)
		json_object_set_new(j, "codeFlows", code_flows(s, f));
	if (f->traces.len > 1 && f->traces.len == f->locks.len)
		json_object_set_new(j, "graphs", graphs(f));
	set_properties(j, f);
}

static void put_result(struct sarif *s, const struct lc_finding *f)
{
	json_t *j = result(s, f);
	char *text;

	if (!is_plain_report(s)) {
		add_details(s, f, j);
		s->without_flows += has_steps(f) &&
				    s->bytes >= FLOW_BYTES_MAX;
	}
	text = json_dumps(j, JSON_COMPACT);
	LC_CHECK(text);
	fprintf(s->out, "%s%s", s->separator, text);
	s->separator = ",\n";
	s->bytes += strlen(text);
	free(text);
	json_decref(j);
}

/* ---- rules ---- */

/* The first paragraph of a manual as one line, within GitHub's limit. */
static char *first_paragraph(const char *text)
{
	const char *end = strstr(text, "\n\n");
	size_t n = end ? (size_t)(end - text) : strlen(text);
	char *s;

	if (n > FULL_TEXT_MAX)
		for (n = FULL_TEXT_MAX; n && ((unsigned char)text[n] & 0xc0) == 0x80;)
			n--;
	s = lc_strndup(text, n);
	for (char *c = s; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return s;
}

static json_t *help(const struct lc_rule *r)
{
	struct lc_buf md = { 0 };
	json_t *j;

	lc_buf_printf(&md, "%s\n", r->manual);
	if (*r->bad)
		lc_buf_printf(&md, "\n## Bad\n\n%s\n", r->bad);
	if (*r->good)
		lc_buf_printf(&md, "\n## Good\n\n%s\n", r->good);
	j = json_pack("{s:o, s:o}", "text", lc_json_lines(r->manual),
		      "markdown", lc_json_lines(md.data));
	lc_buf_release(&md);
	return j;
}

/* "a, b" → each with the prefix; "CWE" becomes GitHub's external/cwe/…. */
static void append_tags(json_t *tags, const char *prefix, const char *list)
{
	while (*(list += strspn(list, ", "))) {
		size_t n = strcspn(list, ",");
		char *tag = lc_asprintf("%s%.*s", prefix, (int)n, list);

		if (json_array_size(tags) < TAGS_MAX)
			json_array_append_new(tags, lc_json_text(tag));
		free(tag);
		list += n;
	}
}

/* For a baseline: enough to compare with. */
static json_t *plain_rule(const struct lc_rule *r)
{
	return json_pack("{s:s, s:o, s:o, s:{s:s}}", "id", r->id, "name",
			 lc_json_text(r->name), "shortDescription",
			 lc_json_message(r->short_text), "defaultConfiguration",
			 "level", lc_level_name(r->level));
}

static json_t *rule(const struct lc_rule *r)
{
	char *full = first_paragraph(*r->manual ? r->manual : r->short_text);
	json_t *tags = json_array(), *j;

	append_tags(tags, "", r->tags);
	append_tags(tags, "external/cwe/cwe-", r->cwe);
	append_tags(tags, "CERT ", r->cert);
	append_tags(tags, "MISRA ", r->misra);
	j = json_pack("{s:s, s:o, s:o, s:o, s:o, s:{s:s}, s:{s:o, s:s, s:s}}",
		      "id", r->id, "name", lc_json_text(r->name),
		      "shortDescription", lc_json_message(r->short_text),
		      "fullDescription", lc_json_message(full), "help", help(r),
		      "defaultConfiguration", "level", lc_level_name(r->level),
		      "properties", "tags", tags, "precision", r->precision,
		      "problem.severity",
		      r->level == LC_LEVEL_NOTE ? "recommendation"
						: lc_level_name(r->level));
	free(full);
	return j;
}

/* ---- the run ---- */

static json_t *driver(const struct sarif *s)
{
	json_t *rules = json_array(), *j;

	for (uint32_t i = 0; i < s->f->rules.rules.len; i++)
		json_array_append_new(
			rules, is_plain_report(s)
				       ? plain_rule(&s->f->rules.rules.data[i])
				       : rule(&s->f->rules.rules.data[i]));
	j = json_pack("{s:s, s:s, s:s, s:s}", "name", "lockcheck", "fullName",
		      "lockcheck " LC_VERSION, "version", LC_VERSION,
		      "semanticVersion", LC_VERSION);
	json_object_set_new(j, "informationUri", json_string(LC_HOMEPAGE));
	json_object_set_new(j, "rules", rules);
	return json_pack("{s:o}", "driver", j);
}

static json_t *notification(const struct sarif *s, const struct lc_bad_unit *u)
{
	bool partly = !strcmp(u->status, "errors");
	char *what = lc_asprintf("%s: %s%s%s", u->name,
				 partly ? "parsed with errors"
					: u->status,
				 *u->message ? ": " : "", u->message);
	struct lc_place at = { .file = u->name, .macro = (char[]){ "" },
			       .function = (char[]){ "" } };
	json_t *j = json_pack("{s:s, s:o, s:[o]}", "level",
			      partly ? "warning" : "error", "message",
			      lc_json_message(what), "locations",
			      location(s, &at));

	free(what);
	return j;
}

static void append_note(json_t *notes, const char *fmt, uint32_t a, uint32_t b)
	LC_PRINTF(2, 0);
static void append_note(json_t *notes, const char *fmt, uint32_t a, uint32_t b)
{
	char *text = lc_asprintf(fmt, a, b);

	json_array_append_new(notes,
			      json_pack("{s:s, s:o}", "level", "warning",
					"message", lc_json_message(text)));
	free(text);
}

static json_t *invocation(const struct sarif *s)
{
	json_t *notes = json_array();
	int code = s->o ? s->o->exit_code : 0;

	for (uint32_t i = 0; i < s->f->bad_units.len; i++)
		json_array_append_new(
			notes, notification(s, &s->f->bad_units.data[i]));
	if (s->left_out)
		append_note(notes, "%u results are left out, the least severe "
				   "first: this file is limited to %u (the "
				   "database has all)", s->left_out,
			    RESULTS_MAX);
	if (s->without_flows)
		append_note(notes, "%u results are without their code flows, to "
				   "limit the size of this file to about %u MiB "
				   "(the database has them)",
			    s->without_flows, (uint32_t)(FLOW_BYTES_MAX >> 20));
	return json_pack("{s:b, s:i, s:o}", "executionSuccessful",
			 code < 2 && !s->f->ngating, "exitCode", code,
			 "toolExecutionNotifications", notes);
}

static void member(const struct sarif *s, const char *key, json_t *value)
{
	fprintf(s->out, ",\n\"%s\":", key);
	lc_json_write(value, s->out);
}

/* ---- results ---- */

static bool wanted(const struct sarif *s, const struct lc_finding *f)
{
	return !f->suppressed || !(s->o && (s->o->for_github || s->o->plain));
}

/* How many of each level fit, the worst first. */
static void allot(struct sarif *s, uint32_t *quota)
{
	uint32_t total[LC_LEVEL_ERROR + 1] = { 0 };
	uint32_t room = is_plain_report(s) ? UINT32_MAX : RESULTS_MAX;

	for (uint32_t i = 0; i < s->f->findings.len; i++) {
		const struct lc_finding *f = &s->f->findings.data[i];

		total[f->level] += wanted(s, f);
		s->any_suppressed |= wanted(s, f) && f->suppressed;
	}
	for (int level = LC_LEVEL_ERROR; level >= 0; level--) {
		quota[level] = total[level] < room ? total[level] : room;
		room -= quota[level];
		s->left_out += total[level] - quota[level];
	}
}

static void put_results(struct sarif *s)
{
	uint32_t quota[LC_LEVEL_ERROR + 1], n = 0;

	allot(s, quota);
	s->separator = "\n";
	for (uint32_t i = 0; i < s->f->findings.len; i++) {
		const struct lc_finding *f = &s->f->findings.data[i];

		if (!wanted(s, f) || !quota[f->level])
			continue;
		quota[f->level]--;
		put_result(s, f);
		n++;
	}
	for (uint32_t i = 0; i < s->f->absent.len; i++) {
		if (s->o && s->o->for_github)
			break; /* it would show them as open */
		if (n++ < RESULTS_MAX)
			put_result(s, &s->f->absent.data[i]);
		else
			s->left_out++;
	}
}

/* The repository's top is SRCROOT: else nothing was recorded. */
static void put_provenance(struct sarif *s)
{
	const struct lc_findings *f = s->f;
	json_t *j;

	if (is_plain_report(s) || !f->repository || !f->revision)
		return;
	j = json_pack("{s:o, s:o, s:{s:s}}", "repositoryUri",
		      lc_json_text(f->repository), "revisionId",
		      lc_json_text(f->revision), "mappedTo", "uriBaseId",
		      "SRCROOT");
	if (f->branch && *f->branch)
		json_object_set_new(j, "branch", lc_json_text(f->branch));
	member(s, "versionControlProvenance", json_pack("[o]", j));
}

static void put_run(struct sarif *s)
{
	fputs("{\"$schema\":\"" SCHEMA_URI "\",\n\"version\":\"2.1.0\",\n"
	      "\"runs\":[{\n\"columnKind\":\"unicodeCodePoints\"", s->out);
	member(s, "tool", driver(s));
	member(s, "automationDetails", json_pack("{s:s}", "id", "lockcheck/"));
	member(s, "originalUriBaseIds",
	       json_pack("{s:{s:{s:s}}}", "SRCROOT", "description", "text",
			 "The directory that lockcheck was run in, usually the "
			 "root of the repository."));
	put_provenance(s);
	fputs(",\n\"results\":[", s->out);
	put_results(s);
	fputs("\n]", s->out);
	if (!is_plain_report(s)) /* last: it tells what was left out */
		member(s, "invocations", json_pack("[o]", invocation(s)));
	fputs("}]}\n", s->out);
}

int lc_report_sarif(const struct lc_findings *f,
		    const struct lc_report_options *o, FILE *out,
		    struct lc_error *err)
{
	struct sarif s = { .f = f, .o = o, .out = out };

	s.sources = lc_sources_new(o && o->root ? o->root : f->root);
	put_run(&s);
	lc_sources_free(s.sources);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the report");
	return 0;
}
