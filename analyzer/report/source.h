/* SPDX-License-Identifier: MIT */
/*
 * Source text for reports: lines with their columns, and making foreign text
 * safe to print. A file that is gone, not regular, too large or changed since
 * simply gives no line.
 */
#ifndef LC_REPORT_SOURCE_H
#define LC_REPORT_SOURCE_H

#include "base/base.h"

/*
 * Appends `s` so that it can neither move a terminal's cursor nor break a
 * line nor be invalid UTF-8: control characters, bidirectional overrides and
 * stray bytes become \xNN or \uNNNN. `keep` lists ASCII controls to keep.
 */
void lc_clean(struct lc_buf *out, const char *s, size_t n, const char *keep);
/* The same as fresh memory; newlines and tabs are kept if `many_lines`. */
char *lc_cleaned(const char *s, bool many_lines);
/* Characters (code points) in the first n bytes of s. */
uint32_t lc_characters(const char *s, size_t n);

struct lc_sources;
struct lc_sources *lc_sources_new(const char *root);
void lc_sources_free(struct lc_sources *s);

/* A line without its end; the text lives as long as the sources. */
struct lc_line {
	const char *text;
	size_t len;
};
bool lc_source_line(struct lc_sources *s, const char *file, uint32_t line,
		    struct lc_line *out);
/* Byte column (from 1) after the word or character at byte column `col`. */
uint32_t lc_token_end(const struct lc_line *line, uint32_t col);

#endif
