/* SPDX-License-Identifier: MIT */
/*
 * Lists of owned strings, file paths, and directory listings.
 *
 * Every char * returned here is the caller's to free, unless said otherwise.
 */
#ifndef LC_BASE_WORDS_H
#define LC_BASE_WORDS_H

#include "base/base.h"

/* A list of owned strings. LC_ARRAY macros work on it. */
struct lc_words {
	char **data;
	uint32_t len, cap;
};
void lc_words_add(struct lc_words *w, const char *s);
void lc_words_own(struct lc_words *w, char *s); /* takes `s` */
void lc_words_sort(struct lc_words *w);         /* by bytes */
void lc_words_release(struct lc_words *w);

/* `path` seen from `dir`; `path` itself if it is absolute. */
char *lc_path_join(const char *dir, const char *path);
/* Without ".", "..", and double slashes, by text alone. */
char *lc_path_normal(const char *path);
/*
 * Absolute, symbolic links of the directory resolved but not of the last
 * component: the compiler looks for quoted includes beside the name it was
 * given. Where the directory does not exist, the normal form.
 */
char *lc_path_physical(const char *dir, const char *path);
char *lc_path_dirname(const char *path);
bool lc_path_below(const char *dir, const char *path); /* or equal */
/* Points into `path`: relative to `root` if below it, else all of it. */
const char *lc_path_from(const char *root, const char *path);
bool lc_is_dir(const char *path);
bool lc_is_file(const char *path);

/* Names (not paths) of entries ending in `suffix`, sorted, without dot files. */
int lc_list_dir(const char *dir, const char *suffix, struct lc_words *out,
		struct lc_error *err);
bool lc_ends_with(const char *s, const char *suffix);

#endif
