/* SPDX-License-Identifier: MIT */
/* Two sets of findings compared, as text and as one JSON object. The states are
 * set by gate/baseline.c. */
#include <stdlib.h>

#include "report/jsonout.h"
#include "report/report.h"
#include "report/source.h"

struct part {
	const char *name, *mark;
	enum lc_state state;
};
static const struct part parts[] = {
	{ "introduced", "+", LC_STATE_NEW },
	{ "fixed", "-", LC_STATE_ABSENT },
	{ "unchanged", "=", LC_STATE_UNCHANGED },
};

/* The n-th finding of a part, NULL behind the last. */
static const struct lc_finding *next(const struct lc_findings *f,
				     const struct part *p, uint32_t *i)
{
	bool gone = p->state == LC_STATE_ABSENT;
	uint32_t n = gone ? f->absent.len : f->findings.len;

	while (*i < n) {
		const struct lc_finding *x = gone ? &f->absent.data[(*i)++]
						  : &f->findings.data[(*i)++];

		if (x->state == p->state)
			return x;
	}
	return NULL;
}

static uint32_t count(const struct lc_findings *f, const struct part *p)
{
	uint32_t i = 0, n = 0;

	while (next(f, p, &i))
		n++;
	return n;
}

static void put_line(const struct part *p, const struct lc_finding *x,
		     FILE *out)
{
	char *file = lc_cleaned(x->at.file, false);
	char *message = lc_cleaned(x->message, false);
	char *rule = lc_cleaned(x->rule, false);

	fprintf(out, "%s %s:%u:%u: %s: %s [%s]\n", p->mark, file, x->at.line,
		x->at.col, lc_level_name(x->level), message, rule);
	free(file);
	free(message);
	free(rule);
}

int lc_report_text_diff(const struct lc_findings *f, FILE *out,
			struct lc_error *err)
{
	for (size_t k = 0; k < LC_LEN(parts); k++) {
		const struct lc_finding *x;
		uint32_t i = 0;

		fprintf(out, "%s: %u\n", parts[k].name, count(f, &parts[k]));
		while (parts[k].state != LC_STATE_UNCHANGED &&
		       (x = next(f, &parts[k], &i)))
			put_line(&parts[k], x, out);
	}
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the comparison");
	return 0;
}

int lc_report_json_diff(const struct lc_findings *f, FILE *out,
			struct lc_error *err)
{
	json_t *j = json_pack("{s:i}", "version", 1);

	for (size_t k = 0; k < LC_LEN(parts); k++) {
		json_t *list = json_array();
		const struct lc_finding *x;
		uint32_t i = 0;

		while ((x = next(f, &parts[k], &i)))
			json_array_append_new(list, lc_json_finding(x));
		json_object_set_new(j, parts[k].name, list);
	}
	lc_json_write(j, out);
	fputc('\n', out);
	if (fflush(out) != 0 || ferror(out))
		return lc_fail(err, "cannot write the comparison");
	return 0;
}
