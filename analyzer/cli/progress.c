/* SPDX-License-Identifier: MIT */
/* Progress on stderr. See progress.h. */
#include "cli/progress.h"

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

void lc_progress_init(struct lc_progress *p, bool quiet)
{
	const char *term = getenv("TERM");

	memset(p, 0, sizeof(*p));
	p->quiet = quiet;
	p->terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
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

void lc_progress_unit(void *ctx, uint32_t done, uint32_t total,
		      const char *file)
{
	struct lc_progress *p = ctx;
	uint32_t percent = (uint32_t)((uint64_t)done * 100 / total);
	double now = lc_now_s(), since = now - p->drawn_s;

	if (p->quiet)
		return;
	if (p->terminal) {
		char *text;

		if (p->drawn && since < REDRAW_S)
			return;
		text = lc_asprintf("[%u/%u] %s", done, total, file);
		draw(p, text);
		free(text);
	} else if (done == total) {
		return; /* the summary comes next */
	} else if ((percent >= p->percent + SPARSE_PERCENT &&
		    since >= SPARSE_MIN_S) || since >= SPARSE_MAX_S) {
		fprintf(stderr, "lockcheck: %u of %u units (%u %%)\n", done,
			total, percent);
		p->percent = percent;
		p->drawn_s = now;
	}
}

void lc_progress_stage(struct lc_progress *p, const char *what)
{
	if (!p->quiet && p->terminal)
		draw(p, what);
}

void lc_progress_clear(struct lc_progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
