/* SPDX-License-Identifier: MIT */
/*
 * What a person sees on stderr while a run goes on: on a terminal one line that
 * is redrawn, else a line now and then, nothing when told to be quiet.
 */
#ifndef LC_CLI_PROGRESS_H
#define LC_CLI_PROGRESS_H

#include "base/base.h"

struct lc_progress {
	bool quiet;    /* set by the caller */
	bool terminal; /* private from here on */
	bool drawn;
	uint32_t percent;
	double begun_s, drawn_s;
};
void lc_progress_init(struct lc_progress *p, bool quiet);
/* Is an lc_extract_options.progress; ctx is the struct lc_progress. */
void lc_progress_unit(void *ctx, uint32_t done, uint32_t total,
		      const char *file);
/* Names a stage that cannot say how far it is. */
void lc_progress_stage(struct lc_progress *p, const char *what);
/* Takes the line off the terminal, before anything else is printed. */
void lc_progress_clear(struct lc_progress *p);

double lc_now_s(void);

#endif
