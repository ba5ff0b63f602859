/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdlib.h>

struct lc_arena_chunk {
	struct lc_arena_chunk *next;
	size_t size;
	max_align_t data[];
};

/* A hostile build gives every allocation a chunk of its own, so that the
 * address sanitizer sees each one's bounds. */
#ifdef __SANITIZE_ADDRESS__
enum { CHUNK_BYTES = 0 };
#else
enum { CHUNK_BYTES = 256 * 1024 };
#endif

void *lc_arena_raw(struct lc_arena *a, size_t size_bytes)
{
	size_t n = (size_bytes + sizeof(max_align_t) - 1) &
		   ~(sizeof(max_align_t) - 1);
	char *p;

	if (!a->chunk || a->used + n > a->chunk->size) {
		size_t size = n > CHUNK_BYTES ? n : CHUNK_BYTES;
		struct lc_arena_chunk *c =
			lc_realloc(NULL, sizeof(*c) + size);

		c->next = a->chunk;
		c->size = size;
		a->chunk = c;
		a->used = 0;
	}
	p = (char *)a->chunk->data + a->used;
	a->used += n;
	return p;
}

void *lc_arena_alloc(struct lc_arena *a, size_t size_bytes)
{
	return memset(lc_arena_raw(a, size_bytes), 0, size_bytes);
}

void lc_arena_reset(struct lc_arena *a)
{
	while (a->chunk && a->chunk->next) {
		struct lc_arena_chunk *c = a->chunk;

		a->chunk = c->next;
		free(c);
	}
	a->used = 0;
}

void lc_arena_release(struct lc_arena *a)
{
	lc_arena_reset(a);
	free(a->chunk);
	a->chunk = NULL;
}
