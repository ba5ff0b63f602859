/* SPDX-License-Identifier: MIT */
/*
 * The few things every file of the analyzer leans on: fixed-width types,
 * memory that aborts instead of failing, the typed array, and errors.
 *
 * Three kinds of trouble take three roads:
 *   - a finding is data, never an error;
 *   - a user's or machine's fault returns a negative value and fills a
 *     struct lc_error, which is left untouched on success;
 *   - a broken invariant calls LC_BUG(), which aborts.
 */
#ifndef LC_BASE_BASE_H
#define LC_BASE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LC_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define LC_NORETURN     __attribute__((noreturn))
#define LC_UNUSED       __attribute__((unused))
#define LC_LEN(a)       (sizeof(a) / sizeof((a)[0]))

/* ---- memory: out of memory aborts here, so call sites never check ---- */
void *lc_alloc(size_t size_bytes);              /* zeroed; free() it */
void *lc_realloc(void *old, size_t size_bytes); /* new part not zeroed */
char *lc_strdup(const char *s);
char *lc_strndup(const char *s, size_t n);
/* printf into fresh memory that the caller frees. */
char *lc_asprintf(const char *fmt, ...) LC_PRINTF(1, 2);
char *lc_vasprintf(const char *fmt, va_list ap) LC_PRINTF(1, 0);

/* ---- broken invariants ---- */
void lc_bug(const char *file, int line, const char *what) LC_NORETURN;
#define LC_BUG(what) lc_bug(__FILE__, __LINE__, what)
#define LC_CHECK(cond)                                                         \
	do {                                                                   \
		if (!(cond))                                                   \
			LC_BUG(#cond);                                         \
	} while (0)

/* ---- errors ---- */
struct lc_error {
	char *text; /* NULL while nothing failed; one full sentence else */
};
#define LC_ERROR_INIT { NULL }
/* Sets the sentence (the first one wins); always returns -1. */
int lc_fail(struct lc_error *err, const char *fmt, ...) LC_PRINTF(2, 3);
void lc_error_release(struct lc_error *err);

/* ---- typed growable array ----
 *   LC_ARRAY(int) a = {0};   *lc_push(&a) = 3;   a.data[i], a.len
 * lc_push returns a pointer to a new zeroed last element. Elements move when
 * the array grows: keep indexes, not pointers.
 */
#define LC_ARRAY(T)                                                            \
	struct {                                                               \
		T *data;                                                       \
		uint32_t len, cap;                                             \
	}
void *lc_array_grow(void *data, uint32_t *cap, uint32_t need, size_t elem);
#define lc_reserve(a, n)                                                       \
	((a)->cap < (n) ? (void)((a)->data = lc_array_grow(                    \
				  (a)->data, &(a)->cap, (n),                   \
				  sizeof(*(a)->data)))                         \
			: (void)0)
#define lc_push(a)                                                             \
	(lc_reserve((a), (a)->len + 1),                                        \
	 memset(&(a)->data[(a)->len], 0, sizeof(*(a)->data)),                  \
	 &(a)->data[(a)->len++])
#define lc_last(a) (&(a)->data[(a)->len - 1])
#define lc_array_release(a)                                                    \
	(free((a)->data), (a)->data = NULL, (a)->len = (a)->cap = 0)

/* ---- growable text ---- */
struct lc_buf {
	char *data; /* always NUL-terminated once something was added */
	size_t len, cap;
};
void lc_buf_add(struct lc_buf *b, const void *bytes, size_t n);
void lc_buf_str(struct lc_buf *b, const char *s);
void lc_buf_printf(struct lc_buf *b, const char *fmt, ...) LC_PRINTF(2, 3);
void lc_buf_release(struct lc_buf *b);
/* Whole file into `b`; -1 and a sentence naming the file on failure. */
int lc_read_file(const char *path, struct lc_buf *b, struct lc_error *err);

#endif
