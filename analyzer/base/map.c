/* SPDX-License-Identifier: MIT */
/* Open addressing with linear probing; half of the hash is kept beside the
 * index, so that a look is one cache line. */
#include "base/map.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t lc_hash_bytes(const void *p, size_t n)
{
	return XXH3_64bits(p, n);
}

uint64_t lc_hash_u64(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ (b + 0x9e3779b97f4a7c15ull + (a << 6) + (a >> 2)));

	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	return x ^ (x >> 32);
}

uint32_t lc_map_find(const struct lc_map *m, uint64_t hash, lc_map_eq eq,
		     const void *ctx, const void *key)
{
	uint32_t mask = m->cap - 1, low = (uint32_t)hash;

	if (!m->cap)
		return LC_NOT_FOUND;
	for (uint32_t i = low & mask; m->slots[i].index != LC_NOT_FOUND;
	     i = (i + 1) & mask) {
		if (m->slots[i].hash == low && eq(ctx, m->slots[i].index, key))
			return m->slots[i].index;
	}
	return LC_NOT_FOUND;
}

static void put(struct lc_map *m, struct lc_map_slot slot)
{
	uint32_t mask = m->cap - 1, i = slot.hash & mask;

	while (m->slots[i].index != LC_NOT_FOUND)
		i = (i + 1) & mask;
	m->slots[i] = slot;
}

void lc_map_add(struct lc_map *m, uint64_t hash, uint32_t index)
{
	if ((m->len + 1) * 4 > m->cap * 3) {
		struct lc_map old = *m;

		m->cap = old.cap ? old.cap * 2 : 16;
		m->slots = lc_realloc(NULL, m->cap * sizeof(*m->slots));
		memset(m->slots, 0xff, m->cap * sizeof(*m->slots));
		for (uint32_t i = 0; i < old.cap; i++)
			if (old.slots[i].index != LC_NOT_FOUND)
				put(m, old.slots[i]);
		free(old.slots);
	}
	put(m, (struct lc_map_slot){ (uint32_t)hash, index });
	m->len++;
}

void lc_map_release(struct lc_map *m)
{
	free(m->slots);
	memset(m, 0, sizeof(*m));
}

struct text {
	const char *s;
	size_t n;
};

static bool same_text(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_strings *t = ctx;
	const struct text *k = key;
	const char *s = t->text.data[index];

	return strncmp(s, k->s, k->n) == 0 && s[k->n] == '\0';
}

void lc_strings_init(struct lc_strings *t)
{
	memset(t, 0, sizeof(*t));
	lc_intern(t, "");
}

void lc_strings_release(struct lc_strings *t)
{
	for (uint32_t i = 0; i < t->text.len; i++)
		free(t->text.data[i]);
	lc_array_release(&t->text);
	lc_map_release(&t->map);
}

uint32_t lc_intern_n(struct lc_strings *t, const char *s, size_t n)
{
	struct text key = { s, n };
	uint64_t h = lc_hash_bytes(s, n);
	uint32_t id = lc_map_find(&t->map, h, same_text, t, &key);

	if (id != LC_NOT_FOUND)
		return id;
	id = t->text.len;
	*lc_push(&t->text) = lc_strndup(s, n);
	lc_map_add(&t->map, h, id);
	return id;
}

uint32_t lc_intern(struct lc_strings *t, const char *s)
{
	return lc_intern_n(t, s, strlen(s));
}

uint32_t lc_strings_find(const struct lc_strings *t, const char *s)
{
	struct text key = { s, strlen(s) };

	return lc_map_find(&t->map, lc_hash_bytes(s, key.n), same_text, t, &key);
}
