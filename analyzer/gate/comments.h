/* SPDX-License-Identifier: MIT */
/* The comments of a C source, and which lines of code each one speaks of. */
#ifndef LC_GATE_COMMENTS_H
#define LC_GATE_COMMENTS_H

#include "base/base.h"

struct lc_comment {
	const char *text; /* into the source, without the marks around it */
	size_t len;
	uint32_t line, col; /* of its first character, from 1, col in bytes */
	/* The code it is about. Behind code: the statement it ends. Alone on
	 * its line: the statement, or the whole function, directly below; 0
	 * if there is none. */
	uint32_t first, last;
};
struct lc_comments {
	LC_ARRAY(struct lc_comment) list;
};

/* Reads what a compiler would: not into strings, over joined lines. Damaged
 * source gives fewer comments, never an error. */
void lc_comments_read(struct lc_comments *c, const char *source, size_t n);
void lc_comments_release(struct lc_comments *c);

#endif
