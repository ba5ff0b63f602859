/* SPDX-License-Identifier: MIT */
/* Progress on stderr. See progress.h. */
#include "cli/progress.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_S 0.1 /* a terminal need not see more */
#define SPARSE_PERCENT 10
#define SPARSE_MIN_S 1.0  /* … but a short run needs no lines at all */
#define SPARSE_MAX_S 10.0

double lc_now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum lc_progress_form form_of(const char *word)
{
	const char *term = getenv("TERM");

	if (word && !strcmp(word, "none"))
		return LC_PROGRESS_NONE;
	if (word && !strcmp(word, "json"))
		return LC_PROGRESS_JSON;
	if (word && !strcmp(word, "plain"))
		return LC_PROGRESS_PLAIN;
	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb")
		       ? LC_PROGRESS_LINE
		       : LC_PROGRESS_PLAIN;
}

void lc_progress_init(struct lc_progress *p, const char *word)
{
	memset(p, 0, sizeof(*p));
	p->form = form_of(word);
	p->begun_s = p->drawn_s = lc_now_s();
}

static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20)
		return 80;
	return size.ws_col;
}

/* One line of at most the terminal's width, without control characters. */
static void draw(struct lc_progress *p, const char *text)
{
	size_t room = terminal_width() - 1;

	fputs("\r\033[K", stderr);
	for (size_t i = 0; text[i] && i < room; i++)
		fputc((unsigned char)text[i] < ' ' ? '?' : text[i], stderr);
	fflush(stderr);
	p->drawn = true;
	p->drawn_s = lc_now_s();
}

static void print_event(json_t *event)
{
	char *line = event ? json_dumps(event, JSON_COMPACT) : NULL;

	if (line)
		fprintf(stderr, "%s\n", line);
	free(line);
	json_decref(event);
}

/* A file's name may be any bytes, JSON may not. */
static json_t *json_text(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_null();
}

/* Is it time for another plain line? Never for the last unit: the summary
 * comes next. */
static bool is_due(const struct lc_progress *p, uint32_t done, uint32_t total,
		   uint32_t percent, double since_s)
{
	if (done == total)
		return false;
	return since_s >= SPARSE_MAX_S ||
	       (percent >= p->percent + SPARSE_PERCENT &&
		since_s >= SPARSE_MIN_S);
}

static void draw_unit(struct lc_progress *p, uint32_t done, uint32_t total,
		      const char *file, double now)
{
	double rate = now > p->begun_s ? done / (now - p->begun_s) : 0;
	char *text = lc_asprintf("[%u/%u, %.0f/s] %s", done, total, rate, file);

	draw(p, text);
	free(text);
}

void lc_progress_unit(void *ctx, uint32_t done, uint32_t total,
		      const char *file)
{
	struct lc_progress *p = ctx;
	uint32_t percent = (uint32_t)((uint64_t)done * 100 / total);
	double now = lc_now_s(), since_s = now - p->drawn_s;

	switch (p->form) {
	case LC_PROGRESS_NONE:
		return;
	case LC_PROGRESS_JSON:
		print_event(json_pack("{s:s, s:i, s:i, s:o}", "event", "unit",
				      "done", (int)done, "total", (int)total,
				      "file", json_text(file)));
		return;
	case LC_PROGRESS_LINE:
		if (!p->drawn || since_s >= REDRAW_S)
			draw_unit(p, done, total, file, now);
		return;
	case LC_PROGRESS_PLAIN:
		if (!is_due(p, done, total, percent, since_s))
			return;
		fprintf(stderr, "lockcheck: %u of %u units (%u %%)\n", done,
			total, percent);
		p->percent = percent;
		p->drawn_s = now;
	}
}

void lc_progress_stage(struct lc_progress *p, const char *what)
{
	if (p->form == LC_PROGRESS_LINE)
		draw(p, what);
	else if (p->form == LC_PROGRESS_JSON)
		print_event(json_pack("{s:s, s:s}", "event", "stage", "name",
				      what));
}

void lc_progress_clear(struct lc_progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
