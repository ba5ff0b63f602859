/* SPDX-License-Identifier: MIT */
/* SARIF → findings, and sets of findings compared. See baseline.h. */
#include "gate/baseline.h"

#include <jansson.h>
#include <stdlib.h>

#include "report/report.h"
#include "store/store.h"

/* ---- reading SARIF ---- */

/* Versions of the fingerprint that we know, newest first. A finding has one
 * of these keys. */
static const char *const fingerprint_keys[] = { "lockcheckCycle/v1",
						"lockcheckFinding/v1" };

static char *text_of(const json_t *j)
{
	const char *s = json_string_value(j);

	return lc_strdup(s ? s : "");
}

static uint32_t number_of(const json_t *j)
{
	json_int_t n = json_integer_value(j);

	return n > 0 && n < UINT32_MAX ? (uint32_t)n : 0;
}

/* "%20" → " ", in place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		unsigned byte;

		if (*s == '%' && sscanf(s + 1, "%2x", &byte) == 1 && byte &&
		    s[1] && s[2]) {
			*to++ = (char)byte;
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static void read_place(struct lc_place *p, const json_t *result)
{
	const json_t *l = json_array_get(json_object_get(result, "locations"),
					 0);
	const json_t *physical = json_object_get(l, "physicalLocation");
	const json_t *region = json_object_get(physical, "region");
	const json_t *logical =
		json_array_get(json_object_get(l, "logicalLocations"), 0);

	p->file = text_of(json_object_get(
		json_object_get(physical, "artifactLocation"), "uri"));
	unescape(p->file);
	if (!strncmp(p->file, "file://", 7))
		memmove(p->file, p->file + 7, strlen(p->file + 7) + 1);
	p->line = number_of(json_object_get(region, "startLine"));
	p->col = number_of(json_object_get(region, "startColumn"));
	p->macro = lc_strdup("");
	p->function = text_of(json_object_get(logical, "name"));
}

static const char *fingerprint_of(const json_t *result)
{
	const json_t *all = json_object_get(result, "partialFingerprints");

	for (size_t i = 0; i < LC_LEN(fingerprint_keys); i++) {
		const char *s = json_string_value(
			json_object_get(all, fingerprint_keys[i]));

		if (s)
			return s;
	}
	return NULL;
}

static bool is_absent(const json_t *result)
{
	const char *state = json_string_value(
		json_object_get(result, "baselineState"));

	return state && !strcmp(state, "absent");
}

static int read_result(struct lc_findings *f, const json_t *result,
		       const char *path, struct lc_error *err)
{
	const char *fingerprint = fingerprint_of(result);
	struct lc_finding *n;

	if (is_absent(result) ||
	    json_array_size(json_object_get(result, "suppressions")))
		return 0;
	if (!fingerprint)
		return lc_fail(err, "%s: a result has no fingerprint that this "
			       "version of lockcheck knows: write the baseline "
			       "anew", path);
	n = lc_push(&f->findings);
	n->rule = text_of(json_object_get(result, "ruleId"));
	n->message = text_of(json_object_get(json_object_get(result, "message"),
					     "text"));
	n->fingerprint = lc_strdup(fingerprint);
	n->fix = lc_strdup("");
	n->doubt = lc_strdup("");
	if (!lc_level_parse(json_string_value(json_object_get(result, "level"))
			    ?: "warning", &n->level))
		n->level = LC_LEVEL_WARNING;
	read_place(&n->at, result);
	return 0;
}

/* Enough of a rule for a report of findings. */
static void read_rule(struct lc_findings *f, const json_t *rule)
{
	const json_t *properties = json_object_get(rule, "properties");
	struct lc_rule *r;
	const char *id = json_string_value(json_object_get(rule, "id"));

	if (!id || lc_rules_find(&f->rules, id))
		return;
	r = lc_push(&f->rules.rules);
	r->file = lc_strdup("");
	r->sql = lc_strdup("");
	r->id = lc_strdup(id);
	r->name = text_of(json_object_get(rule, "name"));
	r->short_text = text_of(json_object_get(
		json_object_get(rule, "shortDescription"), "text"));
	r->manual = text_of(json_object_get(json_object_get(rule, "help"),
					    "text"));
	r->precision = text_of(json_object_get(properties, "precision"));
	r->cwe = lc_strdup("");
	r->cert = lc_strdup("");
	r->misra = lc_strdup("");
	r->tags = lc_strdup("");
	r->bad = lc_strdup("");
	r->good = lc_strdup("");
	if (!lc_level_parse(json_string_value(json_object_get(
		    json_object_get(rule, "defaultConfiguration"), "level"))
			    ?: "warning", &r->level))
		r->level = LC_LEVEL_WARNING;
}

static bool is_ours(const json_t *driver)
{
	const char *name = json_string_value(json_object_get(driver, "name"));

	return name && !strcmp(name, "lockcheck");
}

static int read_runs(struct lc_findings *f, const json_t *runs,
		     const char *path, struct lc_error *err)
{
	const json_t *run, *item;
	size_t i, k;
	bool any = false;

	json_array_foreach(runs, i, run) {
		const json_t *driver = json_object_get(
			json_object_get(run, "tool"), "driver");

		if (!is_ours(driver))
			continue;
		any = true;
		json_array_foreach(json_object_get(driver, "rules"), k, item)
			read_rule(f, item);
		json_array_foreach(json_object_get(run, "results"), k, item)
			if (read_result(f, item, path, err))
				return -1;
	}
	if (!any)
		return lc_fail(err, "%s has no run of lockcheck in it: it is no "
			       "baseline of ours", path);
	return 0;
}

int lc_baseline_read(struct lc_findings *out, const char *path,
		     struct lc_error *err)
{
	json_error_t why;
	struct lc_buf text = { 0 };
	const json_t *runs;
	json_t *root;
	int rc;

	if (lc_read_file(path, &text, err)) {
		lc_buf_release(&text);
		return -1;
	}
	root = json_loadb(text.data ? text.data : "", text.len,
			  JSON_REJECT_DUPLICATES, &why);
	lc_buf_release(&text);
	if (!root)
		return lc_fail(err, "%s:%d: not SARIF: %s", path, why.line,
			       why.text);
	runs = json_object_get(root, "runs");
	if (!json_is_array(runs))
		rc = lc_fail(err, "%s is not SARIF: it has no runs", path);
	else
		rc = read_runs(out, runs, path, err);
	json_decref(root);
	return rc;
}

static bool is_database(const char *path)
{
	char head[16] = "";
	FILE *f = fopen(path, "rbe");
	size_t n = f ? fread(head, 1, sizeof(head), f) : 0;

	if (f)
		fclose(f);
	return n == sizeof(head) && !memcmp(head, "SQLite format 3", 16);
}

int lc_findings_read(struct lc_findings *out, const char *path,
		     struct lc_error *err)
{
	struct lc_store *store;
	int rc;

	if (!is_database(path))
		return lc_baseline_read(out, path, err);
	rc = lc_store_open(&store, path, false, err);
	if (rc)
		return rc;
	rc = lc_findings_load(out, store, err);
	lc_store_close(store);
	return rc;
}

/* ---- comparing ---- */

static int by_fingerprint(const void *pa, const void *pb)
{
	const struct lc_finding *a = *(struct lc_finding *const *)pa;
	const struct lc_finding *b = *(struct lc_finding *const *)pb;

	return strcmp(a->fingerprint, b->fingerprint);
}

struct index {
	struct lc_finding **list;
	uint32_t n;
};

/* Those that are not suppressed, in the order of fingerprints. */
static struct index index_of(const struct lc_findings *f)
{
	struct index x = { lc_alloc((f->findings.len + 1) * sizeof(*x.list)),
			   0 };

	for (uint32_t i = 0; i < f->findings.len; i++)
		if (!f->findings.data[i].suppressed)
			x.list[x.n++] = &f->findings.data[i];
	qsort(x.list, x.n, sizeof(*x.list), by_fingerprint);
	return x;
}

static bool has(const struct index *x, const struct lc_finding *f)
{
	return bsearch(&f, x->list, x->n, sizeof(*x->list), by_fingerprint);
}

void lc_baseline_apply(struct lc_findings *now, struct lc_findings *base)
{
	struct index before = index_of(base), after = index_of(now);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < after.n; i++)
		after.list[i]->state = has(&before, after.list[i])
					       ? LC_STATE_UNCHANGED
					       : LC_STATE_NEW;
	free(before.list);
	for (uint32_t i = 0; i < base->findings.len; i++) {
		struct lc_finding *f = &base->findings.data[i];

		if (f->suppressed || has(&after, f)) {
			base->findings.data[kept++] = *f;
			continue;
		}
		f->state = LC_STATE_ABSENT;
		*lc_push(&now->absent) = *f;
	}
	base->findings.len = kept;
	free(after.list);
}

/* ---- writing ---- */

int lc_baseline_write(const struct lc_findings *f, FILE *out,
		      struct lc_error *err)
{
	struct index x = index_of(f);
	struct lc_findings plain = *f; /* the same findings, in our order */
	struct lc_report_options o = { .plain = true };
	int rc;

	memset(&plain.findings, 0, sizeof(plain.findings));
	memset(&plain.absent, 0, sizeof(plain.absent));
	for (uint32_t i = 0; i < x.n; i++)
		*lc_push(&plain.findings) = *x.list[i];
	rc = lc_report_sarif(&plain, &o, out, err);
	lc_array_release(&plain.findings);
	free(x.list);
	return rc;
}
