/* SPDX-License-Identifier: MIT */
/* Callers of another file's functions. A library of two files. */
// @flags -Iinclude
// @with cross_file_store.c
#include "store.h"

int client_add_ok(struct store *s, int key)
{
	if (store_begin(s, 1) < 0)
		return -1;
	s->keys[store_count_locked(s)] = key;
	s->n++;
	store_end(s);
	return 0;
}

int client_add_bad(struct store *s, int key)
{
	if (store_begin(s, 1) < 0)
		return -1;
	s->keys[store_count(s)] = key; // @expect double-acquire
	s->n++;
	store_end(s);
	return 0;
}

int client_peek_ok(struct store *s)
{
	int key;

	if (store_begin(s, 0) < 0)
		return -1;
	key = s->keys[0];
	store_end(s);
	return key + store_first(s);
}

int client_peek_bad(struct store *s)
{
	int key;

	if (store_begin(s, 0) < 0)
		return -1;
	key = store_first(s); // @expect double-acquire
	store_end(s);
	return key;
}

int client_clear_bad(struct store *s, int keep)
{
	if (store_begin(s, 0))
		return -1;
	if (keep > s->n)
		return -2; // @expect unreleased-lock
	s->n = keep;
	store_end(s);
	return 0;
}

int client_clear_ok(struct store *s, int keep)
{
	int rc = -2;

	if (store_begin(s, 0))
		return -1;
	if (keep <= s->n) {
		s->n = keep;
		rc = 0;
	}
	store_end(s);
	return rc;
}
