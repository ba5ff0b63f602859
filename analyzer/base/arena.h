/* SPDX-License-Identifier: MIT */
/* Bump allocation for what lives and dies together. */
#ifndef LC_BASE_ARENA_H
#define LC_BASE_ARENA_H

#include "base/base.h"

struct lc_arena {
	struct lc_arena_chunk *chunk; /* private */
	size_t used;
	size_t given; /* bytes since the last reset */
};
/* Zeroed memory, aligned for anything; valid until the next reset. */
void *lc_arena_alloc(struct lc_arena *a, size_t size_bytes);
/* The same, not zeroed: for what is filled at once. */
void *lc_arena_raw(struct lc_arena *a, size_t size_bytes);
/* Forgets everything, keeps one chunk for the next round. */
void lc_arena_reset(struct lc_arena *a);
void lc_arena_release(struct lc_arena *a);

#endif
