/* SPDX-License-Identifier: MIT */
/*
 * A call of a program as data: is it a compiler, and which C sources does it
 * compile? Shared by `lockcheck run`, which sees every call of a build, and
 * lockcheck-cc, which is one.
 */
#ifndef LC_CAPTURE_COMPILE_H
#define LC_CAPTURE_COMPILE_H

#include <jansson.h>

#include "base/words.h"

/*
 * The entries of a compile database for this call: an array, which the caller
 * owns, with one object a source; empty if it compiles no C (it only
 * preprocesses, links, is no compiler). Files of arguments (@file) are read
 * where they can be. `words` is the whole command, launchers and all.
 */
json_t *lc_compile_entries(const char *directory, char *const *words,
			   uint32_t n);

#endif
