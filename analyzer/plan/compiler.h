/* SPDX-License-Identifier: MIT */
/*
 * What a compiler looks through by itself: its include paths and its target,
 * asked of the compiler. This runs it, and so is done only if the user said so
 * (--compiler-includes), and only for a compiler with a known name that PATH leads
 * to: a database from a stranger cannot have a program of its own run.
 */
#ifndef LC_PLAN_COMPILER_H
#define LC_PLAN_COMPILER_H

#include "base/words.h"

struct lc_compiler { /* one that was asked, or that was not, and why */
	char *key;             /* as the command names it, and its -m32 */
	struct lc_words flags; /* what is to be added */
};
struct lc_compilers {
	LC_ARRAY(struct lc_compiler) all;
	struct lc_words notes; /* sentences for the user */
};

/*
 * Adds to `flags`, which are those of `words` that libclang gets, what the compiler
 * of `words` would look through: -nostdlibinc, -isystem and --target=. Each
 * compiler is asked once. Nothing is added if the command has include paths of
 * its own for the system (-nostdinc, --sysroot …).
 */
void lc_compilers_add(struct lc_compilers *c, char *const *words, uint32_t n,
		      struct lc_words *flags);
void lc_compilers_release(struct lc_compilers *c);

#endif
