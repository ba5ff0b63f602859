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
enum { MIN_CHUNK_BYTES = 0, MAX_CHUNK_BYTES = 0 };
#else
enum { MIN_CHUNK_BYTES = 4 * 1024, MAX_CHUNK_BYTES = 256 * 1024 };
#endif

/* Chunks grow, as most arenas stay small and there is one a function. */
static size_t next_size(const struct lc_arena *a, size_t need)
{
	size_t size = a->chunk ? a->chunk->size * 2 : MIN_CHUNK_BYTES;

	if (size > MAX_CHUNK_BYTES)
		size = MAX_CHUNK_BYTES;
	return need > size ? need : size;
}

void *lc_arena_raw(struct lc_arena *a, size_t size_bytes)
{
	size_t n = (size_bytes + sizeof(max_align_t) - 1) &
		   ~(sizeof(max_align_t) - 1);
	char *p;

	if (!a->chunk || a->used + n > a->chunk->size) {
		size_t size = next_size(a, n);
		struct lc_arena_chunk *c =
			lc_realloc(NULL, sizeof(*c) + size);

		c->next = a->chunk;
		c->size = size;
		a->chunk = c;
		a->used = 0;
	}
	p = (char *)a->chunk->data + a->used;
	a->used += n;
	a->given += n;
	return p;
}

void *lc_arena_alloc(struct lc_arena *a, size_t size_bytes)
{
	return memset(lc_arena_raw(a, size_bytes), 0, size_bytes);
}

void lc_arena_reset(struct lc_arena *a)
{
	struct lc_arena_chunk *c = a->chunk ? a->chunk->next : NULL;

	while (c) {
		struct lc_arena_chunk *next = c->next;

		free(c);
		c = next;
	}
	if (a->chunk)
		a->chunk->next = NULL;
	a->used = a->given = 0;
}

void lc_arena_release(struct lc_arena *a)
{
	lc_arena_reset(a);
	free(a->chunk);
	a->chunk = NULL;
}
