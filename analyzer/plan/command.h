/* SPDX-License-Identifier: MIT */
/* One compiler command as data: words, language, and flags for libclang. */
#ifndef LC_PLAN_COMMAND_H
#define LC_PLAN_COMMAND_H

#include "base/words.h"

/*
 * Splits a command line by the shell's quoting rules ('…', "…", backslash).
 * Nothing is expanded and nothing is run: $, `, * and ; are letters. Returns -1
 * with a sentence if a quotation is not closed.
 */
int lc_command_split(const char *line, struct lc_words *out,
		     struct lc_error *err);

/*
 * Keeps of `words` what changes how C reads, by the table in flags.c, and
 * adds the flags every parse gets. Words that are no flags (the compiler, a
 * wrapper before it, the source) are left out silently, dropped flags counted.
 */
void lc_flags_filter(char *const *words, uint32_t n, struct lc_words *out,
		     uint32_t *ndropped);

/* cc, gcc-12, x86_64-linux-gnu-gcc, clang-19, c99 …, by the last part of the
 * path; C++ compilers too. */
bool lc_is_compiler(const char *word);
/* ccache, distcc, icecc …: what follows it is another command. */
bool lc_is_launcher(const char *word);

/* How many words the flag `word` takes: 2 if its argument is the next one. */
uint32_t lc_flag_words(const char *word);

/* Does `words` compile `file` as C? Decided by the last -x, by the compiler's
 * name where it is a C++ one, and by the suffix (.c, .i). */
bool lc_command_is_c(char *const *words, uint32_t n, const char *file);

/*
 * Which target of the build this compiles for, as far as the object file's
 * name tells: its directory CMakeFiles/X.dir/ (CMake) or X.p/ (Meson), else the
 * prefix "X-" before the source's name (Automake). An absolute path, or NULL.
 * `output`: the entry's own word for the object, NULL if it has none.
 */
char *lc_command_target(char *const *words, uint32_t n, const char *output,
			const char *directory, const char *file);

#endif
