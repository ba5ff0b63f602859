/* SPDX-License-Identifier: MIT */
/*
 * What the files of the core tell each other. Callers include core.h.
 *
 *	core.c     start, options, who is inside
 *	memory.c   memory, tables, sets, time, futex
 *	writer.c   the record file
 *	modules.c  addresses to places, stacks
 *	locks.c    identities of locks
 *	books.c    the stack of books of a thread, its caches
 *	tuples.c   situations that are new
 *	acquire.c  acquire and release, slowly
 *	waits.c    waits without an owner, semaphores
 *	threads.c  threads, segments, joins, fork
 *	graph.c    who waits for whom
 *	watch.c    the watcher: hangs
 *	report.c   texts
 *	symbols.c  names of functions, for texts
 */
#ifndef LC_RUNTIME_INTERNAL_H
#define LC_RUNTIME_INTERNAL_H

#include "core.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#define LC_RT_HIDDEN __attribute__((visibility("hidden")))

/* ---- core.c ---- */

/* The slow paths' way in and out. NULL: pass through. */
LC_RT_HIDDEN struct lc_rt_thread *lc_rt_in(void);
LC_RT_HIDDEN void lc_rt_out(struct lc_rt_thread *me);
LC_RT_HIDDEN bool lc_rt_recording(void);

/* ---- memory.c ---- */

/* A table from keys to nodes that are never removed. Lock-free. */
struct lc_rt_node {
	struct lc_rt_node *next;
	uint64_t key;
};

enum { LC_RT_BUCKETS = 1 << 14 };

struct lc_rt_table {
	size_t node_bytes;
	struct lc_rt_node *buckets[LC_RT_BUCKETS];
};

LC_RT_HIDDEN struct lc_rt_node *lc_rt_find(struct lc_rt_table *, uint64_t key);
/* Found or made (zeroed). */
LC_RT_HIDDEN struct lc_rt_node *lc_rt_get(struct lc_rt_table *, uint64_t key);

/* A set of keys of one thread, with a value each. Grows. */
enum { LC_RT_CHAINED = 64 };

struct lc_rt_seen {
	uint64_t chained[LC_RT_CHAINED]; /* books.c: keys that have a stack */
	uint32_t count, capacity; /* capacity is a power of two */
	struct lc_rt_seen_slot {
		uint64_t key; /* 0 = empty */
		uint32_t value;
		uint32_t unused;
	} *slots;
};

/* NULL if it is not there. */
LC_RT_HIDDEN uint32_t *lc_rt_seen_find(const struct lc_rt_seen *, uint64_t key);
LC_RT_HIDDEN void lc_rt_seen_add(struct lc_rt_seen *, uint64_t key,
				 uint32_t value);
LC_RT_HIDDEN void lc_rt_seen_clear(struct lc_rt_seen *);

static inline uint64_t lc_rt_mix(uint64_t a, uint64_t b)
{
	uint64_t k = (a ^ b) * 0x9e3779b97f4a7c15u;

	k = (k ^ k >> 29) * 0xbf58476d1ce4e5b9u;
	return k ^ k >> 32;
}

/* A key of the books: of what was on them before, and a lock in one life. */
static inline uint64_t lc_rt_key(uint64_t before, const void *lock,
				 uint64_t place)
{
	uint64_t a = (uint64_t)(uintptr_t)lock;
	uint64_t k;

	a += (uint64_t)LC_RT_GET(
		     lc_rt_generations[a >> 4 & (LC_RT_GENERATIONS - 1)])
	     << 48;
	k = lc_rt_mix(lc_rt_mix(before, a), place);
	return (k & ~(uint64_t)LC_RT_KEY_BITS) | LC_RT_KEY_REAL;
}

/* Copies what another thread may unmap at any time. False: it is gone. */
LC_RT_HIDDEN bool lc_rt_peek(void *to, const void *from, size_t n);

/* ---- writer.c ---- */

/* A place to write records to: one block. Zeroed = none yet. */
struct lc_rt_writer {
	char *at, *end; /* in the mapping */
	char *map, *old_map;
	size_t map_bytes, old_bytes;
	uint32_t epoch; /* of the file it belongs to */
};

/* Counts the files this process's memory has had (a fork begins another). Ids
 * given out in another epoch are void. */
extern LC_RT_HIDDEN uint32_t lc_rt_epoch;

LC_RT_HIDDEN void lc_rt_record_open(bool forked);
LC_RT_HIDDEN void lc_rt_record_end(enum lc_rec_end end);
/* Begins a record with header and payload `bytes` long in all (rounded up);
 * NULL if it cannot be recorded. By the caller's writer. */
LC_RT_HIDDEN void *lc_rt_record_new(struct lc_rt_thread *me, uint16_t type,
				    size_t bytes);
/* Publishes it; the same bytes. NULL is ignored. */
LC_RT_HIDDEN void lc_rt_record_done(void *rec, size_t bytes);
/* Copies text with padding; returns where the next begins. */
LC_RT_HIDDEN char *lc_rt_record_text(char *to, const void *text, size_t len);
LC_RT_HIDDEN const char *lc_rt_record_path(void);

static inline size_t lc_rt_pad(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* ---- modules.c ---- */

LC_RT_HIDDEN void lc_rt_modules_scan(struct lc_rt_thread *me);
LC_RT_HIDDEN void lc_rt_modules_again(struct lc_rt_thread *me);
/* Place of an address; *in_module if it is in one. */
LC_RT_HIDDEN lc_rec_place lc_rt_place(uintptr_t address, bool *in_module);
/* Same, but asks the loader if something has been loaded. */
LC_RT_HIDDEN lc_rec_place lc_rt_data_place(struct lc_rt_thread *me,
					   uintptr_t address, bool *in_module);
/* Records the stack unless an equal one is; its id. */
LC_RT_HIDDEN uint32_t lc_rt_stack_take(struct lc_rt_thread *me,
				       lc_rt_site_t site, uint32_t what);
LC_RT_HIDDEN const lc_rec_place *lc_rt_stack_frames(uint32_t id,
						    uint32_t *count);
/* The frame of the calling thread that address is in, as a number that
 * differs between functions; 0 if there is none. */
LC_RT_HIDDEN uint64_t lc_rt_frame_of(uintptr_t address);
LC_RT_HIDDEN lc_rec_place lc_rt_site_place(struct lc_rt_thread *me,
					   lc_rt_site_t site, uint32_t what);
LC_RT_HIDDEN const struct lc_rt_site *lc_rt_site_by_id(uint32_t id);

/* ---- locks.c ---- */

enum { LC_RT_LOCK_EDGES = 4 };

struct lc_rt_lock {
	struct lc_rt_node node; /* key = address */
	uint32_t id, epoch; /* id in the file of that epoch */
	uint32_t generation;
	uint32_t nth;
	uint16_t kind, flags;
	bool init_seen;
	bool named_before; /* nth and init are set */
	uint32_t init_thread;
	lc_rec_place where, init;
	uint64_t initial;
	uint64_t frame; /* of the stack it is on */
	uint32_t stack_thread; /* whose stack */
	uint32_t last_thread; /* who released it last, and where, */
	uint64_t last_place; /* as far as the slow path saw */
	/* Edges of caches that may be found with it, for its end: */
	struct lc_rt_edge *edges[LC_RT_LOCK_EDGES];
	uint32_t cached; /* how many there are; above, look into the caches */
	uint64_t threads; /* of these threads, by id mod 64 */
	char name[48];
};

/* The fast path may find e with this lock, from now on. */
LC_RT_HIDDEN void lc_rt_lock_cached(struct lc_rt_thread *me,
				    struct lc_rt_lock *lock,
				    struct lc_rt_edge *e);

LC_RT_HIDDEN struct lc_rt_lock *lc_rt_lock_find(const void *lock);
LC_RT_HIDDEN struct lc_rt_lock *lc_rt_lock_by_id(uint32_t id);
LC_RT_HIDDEN struct lc_rt_lock *lc_rt_lock_get(struct lc_rt_thread *me,
					       const void *lock, uint32_t what,
					       lc_rt_site_t site);
/* Its id, with its record written if that has not been done. */
LC_RT_HIDDEN uint32_t lc_rt_lock_record(struct lc_rt_thread *me,
					struct lc_rt_lock *lock);
/* 1, 2, … for each (a, b). */
LC_RT_HIDDEN uint32_t lc_rt_count(uint64_t a, uint64_t b);

/* ---- books.c ---- */

/* Empty books, with memory for them; and emptied again. */
LC_RT_HIDDEN void lc_rt_books_new(struct lc_rt_thread *t);
LC_RT_HIDDEN void lc_rt_books_clear(struct lc_rt_thread *t);
/* What is held stays; what has been recorded is forgotten. */
LC_RT_HIDDEN void lc_rt_books_forked(struct lc_rt_thread *me);
LC_RT_HIDDEN void lc_rt_books_seed(struct lc_rt_thread *me);
LC_RT_HIDDEN void lc_rt_books_tidy(struct lc_rt_thread *me);
/* Something seen was not in the caches. */
LC_RT_HIDDEN void lc_rt_books_missed(struct lc_rt_thread *me);
/* No edge of this lock is found in the caches of t any more. */
LC_RT_HIDDEN void lc_rt_books_forget_lock(struct lc_rt_thread *t,
					  const void *lock);
/* Onto the stack; its index. Lasting: may the fast path do it next time? */
LC_RT_HIDDEN uint32_t lc_rt_push(struct lc_rt_thread *me, const void *lock,
				 uint64_t place, uint32_t state, bool lasting);
/* Takes entry i out, and with it all that others have cleared. */
LC_RT_HIDDEN void lc_rt_take_out(struct lc_rt_thread *me, uint32_t i);
LC_RT_HIDDEN uint32_t lc_rt_find_held(const struct lc_rt_thread *t,
				      const void *lock);
LC_RT_HIDDEN uint32_t lc_rt_count_held(const struct lc_rt_thread *t);

/* ---- tuples.c ---- */

LC_RT_HIDDEN uint64_t lc_rt_site_key(const struct lc_rt_thread *t,
				     uint64_t place);
/* The key of a situation among all that the thread has seen. */
LC_RT_HIDDEN uint64_t lc_rt_tuple_key(const struct lc_rt_thread *me,
				      const void *lock, uint64_t place,
				      uint32_t held);
/* Is one of many held that the caches do not tell apart? */
LC_RT_HIDDEN bool lc_rt_loose(const struct lc_rt_thread *me);
LC_RT_HIDDEN bool lc_rt_lasting(struct lc_rt_thread *me, uint64_t place);
LC_RT_HIDDEN uint32_t lc_rt_tuple(struct lc_rt_thread *me,
				  struct lc_rt_lock *lock, uint32_t what,
				  lc_rt_site_t site);
LC_RT_HIDDEN void lc_rt_wake_by(struct lc_rt_thread *me, const void *object,
				uint32_t what, lc_rt_site_t site);

/* ---- acquire.c ---- */

LC_RT_HIDDEN struct lc_rt_event lc_rt_event(struct lc_rt_thread *me,
					    struct lc_rt_lock *lock,
					    uint32_t what, lc_rt_site_t site);
LC_RT_HIDDEN void lc_rt_released(struct lc_rt_thread *me, const void *lock,
				 uint32_t what, lc_rt_site_t site);
LC_RT_HIDDEN bool lc_rt_conflict(uint32_t what, uint32_t held_what);
LC_RT_HIDDEN void lc_rt_entry_drop(struct lc_rt_thread *t, const void *lock);
/* Stack ids of an entry of held, by the thread's set; 0 if none. */
LC_RT_HIDDEN uint32_t lc_rt_entry_stack(const struct lc_rt_thread *t,
					uint32_t index);

/* ---- threads.c ---- */

LC_RT_HIDDEN struct lc_rt_thread *lc_rt_thread_book(uint32_t flags);
LC_RT_HIDDEN void lc_rt_threads_start(void);
/* The process ends, by the caller. */
LC_RT_HIDDEN void lc_rt_exit(void);
LC_RT_HIDDEN void lc_rt_thread_record(struct lc_rt_thread *writer,
				      struct lc_rt_thread *t);
LC_RT_HIDDEN struct lc_rt_thread *lc_rt_thread_by_id(uint32_t id);
LC_RT_HIDDEN struct lc_rt_thread *lc_rt_thread_by_stack(uintptr_t address);
LC_RT_HIDDEN uint32_t lc_rt_tid(void);
/* Was it acquired before the fork that made this process? To initialise or
 * destroy such a lock in the child is what atfork handlers do. */
LC_RT_HIDDEN bool lc_rt_held_since_fork(const void *lock);
extern LC_RT_HIDDEN uint32_t lc_rt_thread_count; /* made so far */

/* ---- watch.c ---- */

LC_RT_HIDDEN void lc_rt_watch_start(void);
LC_RT_HIDDEN void lc_rt_watch_forked(void);
/* me blocks for ever on what it holds itself. */
LC_RT_HIDDEN void lc_rt_hang_self(struct lc_rt_thread *me, const void *lock,
				  uint32_t what, lc_rt_site_t site,
				  uint32_t stack, uint32_t held_index);

/* For stillness: is there no thread that we do not see? */
LC_RT_HIDDEN bool lc_rt_no_others(void);
/* Can only threads of this process wake who waits for it? */
LC_RT_HIDDEN bool lc_rt_ours_alone(const void *object, uint32_t what);

/* ---- graph.c ---- */

LC_RT_HIDDEN uint32_t lc_rt_find_hang(bool (*still)(struct lc_rt_thread *),
				      struct lc_rec_edge *edges, uint32_t max,
				      uint32_t *cycle);

/* ---- report.c ---- */

LC_RT_HIDDEN void lc_rt_say_hang(const struct lc_rec_edge *edges,
				 uint32_t count, uint32_t cycle);
LC_RT_HIDDEN void lc_rt_hang_act(void);

/* ---- symbols.c ---- */

/* "function+0x12" or "" of a place, by the file of its module. */
LC_RT_HIDDEN void lc_rt_symbol(lc_rec_place place, char *to, size_t size);

#endif
