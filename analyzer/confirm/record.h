/* SPDX-License-Identifier: MIT */
/*
 * A record file (runtime/core/record.h) in memory, with its places named. The
 * records point into the file's bytes, which the struct owns; every length in
 * them has been checked. A file that ends in the middle of something is read up
 * to there.
 */
#ifndef LC_CONFIRM_RECORD_H
#define LC_CONFIRM_RECORD_H

#include "base/base.h"
#include "base/map.h"
#include "model/model.h"

/* The models and the records have some words in common. In files that include
 * this header they are the records'. */
#define LC_KIND_MUTEX LC_REC_KIND_MUTEX
#define LC_KIND_RWLOCK LC_REC_KIND_RWLOCK
#define LC_KIND_SPIN LC_REC_KIND_SPIN
#define LC_KIND_ONCE LC_REC_KIND_ONCE
#define LC_MODE_EXCLUSIVE LC_REC_MODE_EXCLUSIVE
#define LC_MODE_SHARED LC_REC_MODE_SHARED
#include "../../runtime/core/record.h"

/* A place of the program, for people and for other runs. */
struct lc_where {
	lc_rec_place place;
	char *key; /* "prog+0x1234" or "@a.c:12": the same in every run */
	char *file; /* absolute where the debug information says so; "" */
	uint32_t line; /* 0 = unknown */
	char *function; /* "" if unknown */
	char *text; /* "a.c:12" or "prog+0x1234" */
};

struct lc_symbols; /* libdw, see symbols.c */

struct lc_record {
	char *path; /* of the file */
	struct lc_buf bytes;
	struct lc_rec_file head;
	char *exe, *command; /* command: words with blanks between */
	bool cut; /* ends inside a block */
	LC_ARRAY(const struct lc_rec_module *) modules;
	LC_ARRAY(const struct lc_rec_site *) sites;
	LC_ARRAY(const struct lc_rec_stack *) stacks;
	LC_ARRAY(const struct lc_rec_thread *) threads;
	LC_ARRAY(const struct lc_rec_thread_name *) names;
	LC_ARRAY(const struct lc_rec_segment *) segments;
	LC_ARRAY(const struct lc_rec_lock *) locks;
	LC_ARRAY(const struct lc_rec_tuple *) tuples;
	LC_ARRAY(const struct lc_rec_wake *) wakes;
	LC_ARRAY(const struct lc_rec_misuse *) misuses;
	LC_ARRAY(const struct lc_rec_hang *) hangs;
	LC_ARRAY(const struct lc_rec_note *) notes;
	LC_ARRAY(const struct lc_rec_steer *) steers;
	LC_ARRAY(struct lc_where *) wheres; /* private: by first use */
	struct lc_map where_map;
	struct lc_symbols *symbols;
};

/* -1 and a sentence for what is no record file; release in any case. */
int lc_record_read(struct lc_record *r, const char *path,
		   struct lc_error *err);
void lc_record_release(struct lc_record *r);

/* Lives as long as the record. A place of code is a return address, one of a
 * start routine or of data is exact. Place 0 is "?". */
const struct lc_where *lc_record_where(struct lc_record *r, lc_rec_place p);
const struct lc_where *lc_record_exact(struct lc_record *r, lc_rec_place p);

const struct lc_rec_stack *lc_record_stack(const struct lc_record *r,
					   uint32_t id);
const struct lc_rec_thread *lc_record_thread(const struct lc_record *r,
					     uint32_t id);
const struct lc_rec_lock *lc_record_lock(const struct lc_record *r,
					 uint32_t id);
const struct lc_rec_module *lc_record_module(const struct lc_record *r,
					     uint32_t id);

/* The edge of the hang by which one knows where edge i's waiter took what others
 * wait for; NULL if nobody waits for what it holds. */
const struct lc_rec_edge *lc_hang_held(const struct lc_rec_hang *h, uint32_t i);

/* Is edge i of those that make the hang: on its cycle, or, where there is none, a
 * wait for what is held, or by who holds it? The others only look on. */
bool lc_hang_is_core(const struct lc_rec_hang *h, uint32_t i);
/* The edges that make the hang, in an order that is the same in every run: by
 * thread; those of a cycle begin with the first thread on it. Which edge is
 * the n-th of them; UINT32_MAX if there are no more. */
uint32_t lc_hang_core_edge(const struct lc_rec_hang *h, uint32_t n);

/* "thread 2 (worker)", "mutex g_a", "mutex 2 of a.c:12"; the caller frees. */
char *lc_record_thread_text(struct lc_record *r, uint32_t id);
char *lc_record_lock_text(struct lc_record *r, uint32_t id);

/* ---- symbols.c ---- */

struct lc_symbols *lc_symbols_new(void);
void lc_symbols_free(struct lc_symbols *s);
/* Fills file, line, function (to be freed, NULL if unknown) of an address of a
 * module; data: the symbol with its offset goes to function. */
void lc_symbols_find(struct lc_symbols *s, const char *module,
		     uint64_t offset, bool data, char **file, uint32_t *line,
		     char **function);

#endif
