/* SPDX-License-Identifier: MIT */
/* What stays of a finding's key when files, lines and machines change. */
#ifndef LC_STORE_IDENTITY_H
#define LC_STORE_IDENTITY_H

#include "base/words.h"

/*
 * `key` (column of a rule) without what differs between two checkouts of one
 * program: files lose their folders, and ":LINE" and ":LINE:COL" go. A folder
 * is told by its slash, so those whose names would end a path too early
 * (blanks and such) are taken off first: `root`, the directory of the run (""
 * if unknown), all above it, and `odd` ones. In memory to be freed.
 */
char *lc_identity(const char *key, const char *root,
		  const struct lc_words *odd);
/* The folder of `file` with its slash, in memory to be freed, if it has a name
 * that belongs to `odd`; else NULL. */
char *lc_identity_odd(const char *file);

#endif
