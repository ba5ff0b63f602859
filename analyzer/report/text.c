/* SPDX-License-Identifier: MIT */
/*
 * Findings as text: GNU lines that every editor reads, the witness as notes,
 * and for a deadlock the schedule that ends in it. Also `explain FINDING`.
 */
#include <stdlib.h>
#include <unistd.h>

#include "report/report.h"
#include "report/source.h"
#include "report/steps.h"

#define INDENT_MAX 10 /* call depth after which notes stop moving right */
#define COLUMN_MAX 44 /* widest column of a schedule */
#define OUTSIDE "any caller of " /* before the name of a thread not seen */

struct printer {
	FILE *out;
	bool color, excerpt;
	struct lc_sources *sources;
};

enum paint { PLAIN, BOLD, RED, MAGENTA, CYAN, GREEN };
static const char *const paints[] = { "\033[0m", "\033[1m", "\033[1;31m",
				      "\033[1;35m", "\033[1;36m",
				      "\033[1;32m" };

static void paint(const struct printer *p, enum paint what)
{
	if (p->color)
		fputs(paints[what], p->out);
}

static void put(const struct printer *p, const char *s)
{
	char *clean = lc_cleaned(s, false);

	fputs(clean, p->out);
	free(clean);
}

bool lc_color_wanted(enum lc_color option, FILE *out)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
	const char *cli = getenv("CLICOLOR"), *term = getenv("TERM");

	if (option != LC_COLOR_AUTO)
		return option == LC_COLOR_ALWAYS;
	if (no && *no)
		return false;
	if (force && *force && strcmp(force, "0"))
		return true;
	if (cli && !strcmp(cli, "0"))
		return false;
	return isatty(fileno(out)) && !(term && !strcmp(term, "dumb"));
}

/* ---- one line ---- */

static enum paint level_paint(const char *level)
{
	return !strcmp(level, "error") ? RED
	       : !strcmp(level, "warning") ? MAGENTA : CYAN;
}

static void put_place(const struct printer *p, const struct lc_place *at)
{
	paint(p, BOLD);
	put(p, *at->file ? at->file : "(unknown)");
	if (at->line)
		fprintf(p->out, ":%u", at->line);
	if (at->line && at->col)
		fprintf(p->out, ":%u", at->col);
	fputs(": ", p->out);
	paint(p, PLAIN);
}

static void put_level(const struct printer *p, const char *level)
{
	paint(p, level_paint(level));
	fprintf(p->out, "%s: ", level);
	paint(p, PLAIN);
}

/* The text of a line as columns of a terminal: tabs go to stops of eight.
 * *caret is the column (from 0) that byte column `col` is shown in. */
static char *expand(const struct lc_line *line, uint32_t col, uint32_t end,
		    uint32_t *caret, uint32_t *width)
{
	struct lc_buf b = { 0 };
	uint32_t at = 0;

	lc_buf_str(&b, "");
	*caret = *width = 0;
	for (size_t i = 0; i < line->len;) {
		size_t n = 1, before = b.len;

		while (i + n < line->len &&
		       ((unsigned char)line->text[i + n] & 0xc0) == 0x80)
			n++;
		if (i + 1 == col)
			*caret = at;
		if (line->text[i] == '\t')
			lc_buf_printf(&b, "%*s", 8 - (int)(at % 8), "");
		else
			lc_clean(&b, line->text + i, n, "");
		at += lc_characters(b.data + before, b.len - before);
		if (i + 1 >= col && i + 1 < end)
			*width = at - *caret;
		i += n;
	}
	return b.data;
}

static void put_excerpt(const struct printer *p, const struct lc_place *at)
{
	struct lc_line line;
	uint32_t caret, width;
	char *text;

	if (!p->excerpt || !at->col ||
	    !lc_source_line(p->sources, at->file, at->line, &line) ||
	    at->col > line.len)
		return;
	text = expand(&line, at->col, lc_token_end(&line, at->col), &caret,
		      &width);
	fprintf(p->out, "%6u | %s\n       | %*s", at->line, text, (int)caret, "");
	paint(p, GREEN);
	fputc('^', p->out);
	for (uint32_t i = 1; i < width; i++)
		fputc('~', p->out);
	paint(p, PLAIN);
	fputc('\n', p->out);
	free(text);
}

/* What happens to a lock stands out from the calls on the way there. */
static void put_step(const struct printer *p, const struct lc_place *at,
		     uint32_t depth, const char *text, bool strong)
{
	put_place(p, at);
	put_level(p, "note");
	fprintf(p->out, "%*s",
		2 * (int)(depth < INDENT_MAX ? depth : INDENT_MAX), "");
	if (strong)
		paint(p, BOLD);
	put(p, text);
	if (strong)
		paint(p, PLAIN);
	fputc('\n', p->out);
}

static void put_note(const struct printer *p, const struct lc_place *at,
		     uint32_t depth, const char *text)
{
	put_step(p, at, depth, text, false);
}

/* ---- witnesses ---- */

static bool essential(const struct lc_report_step *s)
{
	return s->role == LC_ROLE_ACQUIRE || s->role == LC_ROLE_WANT ||
	       s->role == LC_ROLE_RELEASE || s->role == LC_ROLE_EXIT;
}

static void put_trace(const struct printer *p, const struct lc_finding *f,
		      uint32_t number)
{
	const struct lc_report_trace *t = &f->traces.data[number];
	uint32_t n = t->steps.len;

	for (uint32_t i = 0; i < n; i++) {
		const struct lc_report_step *s = &t->steps.data[i];
		uint32_t left_out = lc_steps_left_out(n, i);
		char *words;

		if (left_out) {
			words = lc_asprintf("… %u steps left out …", left_out);
			put_note(p, &s->at, s->depth, words);
			i += left_out - 1;
		} else {
			words = lc_step_words(t, i,
					      f->traces.len > 1 ? number + 1 : 0);
			put_step(p, &s->at, s->depth, words, essential(s));
			if (essential(s) && !lc_place_equal(&s->at, &f->at) &&
			    !(i && lc_place_equal(&s->at, &s[-1].at)))
				put_excerpt(p, &s->at);
		}
		free(words);
	}
}

static void put_related(const struct printer *p, const struct lc_finding *f)
{
	for (uint32_t i = 0; i < f->related.len; i++) {
		const struct lc_related *r = &f->related.data[i];

		if (!lc_place_is_step(f, &r->at) &&
		    !lc_place_equal(&r->at, &f->at))
			put_note(p, &r->at, 0,
				 *r->text ? r->text : "see also here");
	}
}

/* ---- the schedule ---- */

struct cell {
	uint32_t thread, order;
	char *text;
};
struct cells {
	LC_ARRAY(struct cell) cells;
};

static int by_order(const void *pa, const void *pb)
{
	const struct cell *a = pa, *b = pb;

	return a->order < b->order ? -1 : a->order > b->order;
}

static const char *lock_name(const struct lc_finding *f, uint32_t id)
{
	for (uint32_t i = 0; id && i < f->locks.len; i++)
		if (f->locks.data[i].id == id)
			return f->locks.data[i].name;
	return NULL;
}

static char *cell_text(const struct lc_finding *f,
		       const struct lc_report_step *s)
{
	const char *name = lock_name(f, s->lock);
	char *text, *clean;

	if (s->role == LC_ROLE_WANT && name)
		text = lc_asprintf("waits for %s (%s:%u)", name, s->at.file,
				   s->at.line);
	else
		text = lc_asprintf("%s (%s:%u)", s->text, s->at.file,
				   s->at.line);
	clean = lc_cleaned(text, false);
	free(text);
	return clean;
}

static void collect_cells(const struct lc_finding *f, struct cells *c)
{
	for (uint32_t i = 0; i < f->traces.len; i++) {
		const struct lc_report_trace *t = &f->traces.data[i];

		for (uint32_t k = 0; k < t->steps.len; k++) {
			const struct lc_report_step *s = &t->steps.data[k];
			struct cell *cell;

			if (!essential(s))
				continue;
			cell = lc_push(&c->cells);
			cell->thread = i;
			cell->order = s->order;
			cell->text = cell_text(f, s);
		}
	}
	if (c->cells.len)
		qsort(c->cells.data, c->cells.len, sizeof(*c->cells.data),
		      by_order);
}

static bool fits(const char *name, uint32_t width)
{
	return lc_characters(name, strlen(name)) + 3 <= width;
}

/* "T1 worker()": as much of the thread's name as the column has room for. */
static void put_heading(const struct printer *p, const struct lc_finding *f,
			uint32_t thread, uint32_t width)
{
	const char *name = f->traces.data[thread].thread;
	const char *cut = strstr(name, " started at ");
	char *part = lc_strndup(name, cut ? (size_t)(cut - name) : strlen(name));
	char *clean = lc_cleaned(part, false);
	bool last = thread + 1 == f->traces.len;
	uint32_t n = (uint32_t)fprintf(p->out, "T%u", thread + 1);
	const char *shown = clean;

	if (!last && !fits(clean, width - n) &&
	    !strncmp(clean, OUTSIDE, strlen(OUTSIDE)))
		shown += strlen(OUTSIDE);
	if (last || fits(shown, width - n)) {
		fprintf(p->out, " %s", shown);
		n += 1 + lc_characters(shown, strlen(shown));
	}
	if (!last)
		fprintf(p->out, "%*s", (int)(width - n), "");
	free(part);
	free(clean);
}

/* Said only where it is so: the witness of every thread ends in a wait. */
static void put_end(const struct printer *p, const struct lc_finding *f)
{
	for (uint32_t i = 0; i < f->traces.len; i++) {
		const struct lc_report_trace *t = &f->traces.data[i];

		if (!t->steps.len || lc_last(&t->steps)->role != LC_ROLE_WANT)
			return;
	}
	paint(p, RED);
	fputs(f->traces.len == 2
		      ? "    neither can go on: each waits for the other"
		      : "    none can go on: each waits for the next, the "
			"last for the first", p->out);
	paint(p, PLAIN);
	fputc('\n', p->out);
}

static void put_schedule(const struct printer *p, const struct lc_finding *f)
{
	struct cells c = { { 0 } };
	uint32_t width = 16;

	if (f->traces.len < 2)
		return;
	collect_cells(f, &c);
	for (uint32_t i = 0; i < c.cells.len; i++) {
		uint32_t n = lc_characters(c.cells.data[i].text,
					   strlen(c.cells.data[i].text));

		width = n > width ? n : width;
	}
	width = (width < COLUMN_MAX ? width : COLUMN_MAX) + 2;
	fputs("  the steps that end in the deadlock:\n    ", p->out);
	for (uint32_t i = 0; i < f->traces.len; i++)
		put_heading(p, f, i, width);
	fputc('\n', p->out);
	for (uint32_t i = 0; i < c.cells.len; i++) {
		fprintf(p->out, "    %*s%s\n",
			(int)(c.cells.data[i].thread * width), "",
			c.cells.data[i].text);
		free(c.cells.data[i].text);
	}
	put_end(p, f);
	lc_array_release(&c.cells);
}

/* ---- findings ---- */

static void put_verdict(const struct printer *p, const struct lc_finding *f)
{
	char *text = lc_verdict_words(f);

	if (text)
		put_note(p, &f->at, 0, text);
	free(text);
}

static void put_words(const struct printer *p, const struct lc_finding *f,
		      const char *label, const char *words)
{
	char *text = lc_asprintf("%s%s", label, words);

	if (*words)
		put_note(p, &f->at, 0, text);
	free(text);
}

static void put_finding(const struct printer *p, const struct lc_finding *f)
{
	put_place(p, &f->at);
	put_level(p, lc_level_name(f->level));
	paint(p, BOLD);
	put(p, f->message);
	paint(p, PLAIN);
	fprintf(p->out, " [%s]\n", f->rule);
	put_excerpt(p, &f->at);
	for (uint32_t i = 0; i < f->traces.len; i++)
		put_trace(p, f, i);
	put_related(p, f);
	put_schedule(p, f);
	put_verdict(p, f);
	put_words(p, f, "possible, not sure: ", f->doubt);
	put_words(p, f, "to repair: ", f->fix);
}

static void printer_init(struct printer *p, const struct lc_findings *f,
			 const struct lc_report_options *o, FILE *out)
{
	p->out = out;
	p->color = o && o->color;
	p->excerpt = o && o->excerpt;
	p->sources = lc_sources_new(o && o->root ? o->root : f->root);
}

static int printer_end(struct printer *p, struct lc_error *err)
{
	lc_sources_free(p->sources);
	if (fflush(p->out) != 0 || ferror(p->out))
		return lc_fail(err, "cannot write the report");
	return 0;
}

int lc_report_text(const struct lc_findings *f,
		   const struct lc_report_options *o, FILE *out,
		   struct lc_error *err)
{
	struct printer p;

	printer_init(&p, f, o, out);
	for (uint32_t i = 0, n = 0; i < f->findings.len; i++) {
		if (!lc_finding_shown(&f->findings.data[i]))
			continue;
		if (n++)
			fputc('\n', out);
		put_finding(&p, &f->findings.data[i]);
	}
	return printer_end(&p, err);
}

/* ---- explain ---- */

#define PREFIX_MIN 4

static int find_one(const struct lc_findings *f, const char *prefix,
		    const struct lc_finding **found, struct lc_error *err)
{
	size_t n = strlen(prefix);

	*found = NULL;
	if (n < PREFIX_MIN)
		return lc_fail(err, "'%s' is no rule, and too short for the "
				    "start of a finding's fingerprint (%d "
				    "digits at least)", prefix, PREFIX_MIN);
	for (uint32_t i = 0; i < f->findings.len; i++) {
		if (strncmp(f->findings.data[i].fingerprint, prefix, n))
			continue;
		if (*found)
			return lc_fail(err, "several findings have a "
					    "fingerprint that starts with "
					    "'%s': give more digits", prefix);
		*found = &f->findings.data[i];
	}
	if (!*found)
		return lc_fail(err, "no rule is called '%s' and no finding has "
				    "such a fingerprint", prefix);
	return 0;
}

int lc_explain_finding(const struct lc_findings *f, const char *prefix,
		       const struct lc_report_options *o, FILE *out,
		       struct lc_error *err)
{
	const struct lc_finding *found;
	const struct lc_rule *rule;
	struct printer p;

	if (find_one(f, prefix, &found, err) < 0)
		return -1;
	printer_init(&p, f, o, out);
	p.excerpt = true;
	put_finding(&p, found);
	fputs("\nlocks:\n", out);
	for (uint32_t i = 0; i < found->locks.len; i++) {
		const struct lc_report_lock *k = &found->locks.data[i];

		fputs("  ", out);
		put(&p, k->name);
		fprintf(out, ": %s of class ", k->kind);
		put(&p, k->cls);
		if (*k->decl.file) {
			fputs(", defined at ", out);
			put(&p, k->decl.file);
			fprintf(out, ":%u", k->decl.line);
		}
		fputc('\n', out);
	}
	if (found->suppressed) {
		fputs("suppressed at ", out);
		put(&p, found->suppressed_at.file);
		fprintf(out, ":%u: ", found->suppressed_at.line);
		put(&p, *found->suppressed ? found->suppressed
					   : "no reason given");
		fputc('\n', out);
	}
	fprintf(out, "fingerprint: %s\n", found->fingerprint);
	rule = lc_rules_find(&f->rules, found->rule);
	if (rule) {
		fprintf(out, "rule: %s: ", rule->id);
		put(&p, rule->short_text);
		fprintf(out, "\n      ('lockcheck explain %s' has the manual)\n",
			rule->id);
	}
	return printer_end(&p, err);
}
