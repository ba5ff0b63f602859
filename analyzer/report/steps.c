/* SPDX-License-Identifier: MIT */
/* See steps.h. */
#include "report/steps.h"

#include <stdlib.h>

#include "report/source.h"

uint32_t lc_steps_left_out(uint32_t n, uint32_t i)
{
	/* One place is taken by the line that says how many are missing. */
	if (n <= LC_STEPS_MAX || i != LC_STEPS_MAX / 2)
		return 0;
	return n - (LC_STEPS_MAX - 1);
}

/* What is held is worth saying where it decides something. */
static bool says_held(const struct lc_report_step *p)
{
	switch (p->role) {
	case LC_ROLE_WANT:
		return *p->held;
	case LC_ROLE_ACQUIRE: /* one lock alone is named by the step */
	case LC_ROLE_EXIT:
		return strchr(p->held, ',');
	default:
		return false;
	}
}

char *lc_step_words(const struct lc_report_trace *t, uint32_t i,
		    uint32_t thread)
{
	const struct lc_report_step *p = &t->steps.data[i];
	struct lc_buf b = { 0 };

	lc_buf_str(&b, "");
	if (thread)
		lc_buf_printf(&b, "T%u%s", thread, i || !*t->thread ? ": " : " ");
	if (!i && *t->thread) {
		lc_clean(&b, t->thread, strlen(t->thread), "");
		lc_buf_str(&b, ": ");
	}
	lc_clean(&b, p->text, strlen(p->text), "");
	if (says_held(p)) {
		lc_buf_str(&b, "; holds ");
		lc_clean(&b, p->held, strlen(p->held), "");
	}
	if (*p->at.macro) {
		lc_buf_str(&b, " (in macro ");
		lc_clean(&b, p->at.macro, strlen(p->at.macro), "");
		lc_buf_str(&b, ")");
	}
	return b.data;
}

bool lc_place_equal(const struct lc_place *a, const struct lc_place *b)
{
	return a->line == b->line && a->col == b->col &&
	       !strcmp(a->file, b->file);
}

bool lc_place_is_step(const struct lc_finding *f, const struct lc_place *p)
{
	for (uint32_t i = 0; i < f->traces.len; i++) {
		const struct lc_report_trace *t = &f->traces.data[i];

		for (uint32_t k = 0; k < t->steps.len; k++)
			if (lc_place_equal(&t->steps.data[k].at, p))
				return true;
	}
	return false;
}

/* ---- verdicts ---- */

/* The last line of a text: where it begins, and how long it is. */
static size_t last_line(const char **text)
{
	const char *p = *text;
	size_t n = strlen(p);

	while (n && p[n - 1] == '\n')
		n--;
	for (size_t i = n; i-- > 0;)
		if (p[i] == '\n') {
			*text = p + i + 1;
			return n - i - 1;
		}
	return n;
}

char *lc_verdict_words(const struct lc_finding *f)
{
	const char *why = f->verdict ? f->verdict_detail : "";
	size_t n = last_line(&why);

	if (!f->verdict)
		return NULL;
	if (!strcmp(f->verdict, "confirmed"))
		return lc_asprintf("confirmed: it happened when the program "
				   "ran%s%s", *f->schedule ? "; again by " : "",
				   f->schedule);
	return lc_asprintf("%s%s%s%s: %.*s", f->verdict,
			   *f->verdict_reason ? " (" : "", f->verdict_reason,
			   *f->verdict_reason ? ")" : "", (int)n, why);
}
