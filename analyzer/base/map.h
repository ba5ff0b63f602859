/* SPDX-License-Identifier: MIT */
/*
 * The one hash map of the tree, and string interning on top of it.
 *
 * struct lc_map maps a 64-bit hash plus an equality test to a uint32_t index
 * into an array that the caller owns. It stores no keys: the caller compares.
 */
#ifndef LC_BASE_MAP_H
#define LC_BASE_MAP_H

#include "base/base.h"

#define LC_NOT_FOUND UINT32_MAX

struct lc_map {
	struct lc_map_slot { /* private */
		uint32_t hash, index;
	} *slots;
	uint32_t len, cap;
};
typedef bool (*lc_map_eq)(const void *ctx, uint32_t index, const void *key);

/* The index stored under (hash, key), or LC_NOT_FOUND. */
uint32_t lc_map_find(const struct lc_map *m, uint64_t hash, lc_map_eq eq,
		     const void *ctx, const void *key);
/* Adds without looking: call after lc_map_find said LC_NOT_FOUND. */
void lc_map_add(struct lc_map *m, uint64_t hash, uint32_t index);
void lc_map_release(struct lc_map *m);

uint64_t lc_hash_bytes(const void *p, size_t n); /* XXH3 */
uint64_t lc_hash_u64(uint64_t a, uint64_t b);    /* mixes two words */

/*
 * Interned strings: equal text, equal id; id 0 is "". Ids are given in order
 * of arrival, so a deterministic caller gets deterministic ids. The text of
 * an id lives as long as the table and never moves.
 */
struct lc_strings {
	struct lc_map map; /* private */
	LC_ARRAY(char *) text;
};
void lc_strings_init(struct lc_strings *t);
void lc_strings_release(struct lc_strings *t);
uint32_t lc_intern(struct lc_strings *t, const char *s);
uint32_t lc_intern_n(struct lc_strings *t, const char *s, size_t n);
/* The id of `s` if it is in the table, else LC_NOT_FOUND. */
uint32_t lc_strings_find(const struct lc_strings *t, const char *s);
static inline const char *lc_str(const struct lc_strings *t, uint32_t id)
{
	return t->text.data[id];
}

#endif
