/* SPDX-License-Identifier: MIT */
/*
 * What is seen on stderr while a run goes on. "auto": on a terminal one line
 * that is redrawn, else as "plain": a line now and then. "json": one object a
 * line, for programs that start lockcheck (docs/manual.md has the members).
 * "none": nothing.
 */
#ifndef LC_CLI_PROGRESS_H
#define LC_CLI_PROGRESS_H

#include "base/base.h"

#define LC_PROGRESS_WORDS "auto|plain|none|json"

enum lc_progress_form {
	LC_PROGRESS_NONE, LC_PROGRESS_PLAIN, LC_PROGRESS_LINE, LC_PROGRESS_JSON
};
struct lc_progress { /* private */
	enum lc_progress_form form;
	bool drawn;
	uint32_t percent;
	double begun_s, drawn_s;
};
/* `word` is one of LC_PROGRESS_WORDS, NULL for "auto". */
void lc_progress_init(struct lc_progress *p, const char *word);
/* Is an lc_extract_options.progress; ctx is the struct lc_progress. */
void lc_progress_unit(void *ctx, uint32_t done, uint32_t total,
		      const char *file);
/* Names a stage that cannot say how far it is. */
void lc_progress_stage(struct lc_progress *p, const char *what);
/* Takes the line off the terminal, before anything else is printed. */
void lc_progress_clear(struct lc_progress *p);

double lc_now_s(void);

#endif
