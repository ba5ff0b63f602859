/* SPDX-License-Identifier: MIT */
/*
 * The record file: what one process did with its locks.
 *
 * Written by the runtime (runtime/core), read by `lockcheck` (analyzer/confirm).
 * This header holds the format and nothing else: no functions, no dependency,
 * so that both sides can include it. The format in words, with the reasons, is
 * in docs/design/runtime.md.
 *
 * A file is
 *
 *	struct lc_rec_file	padded with zeros to header_bytes
 *	block, block, …		each block_bytes long
 *
 * and every block (or run of `blocks` blocks, for records that are longer) is
 *
 *	struct lc_rec_block
 *	struct lc_rec, payload	aligned to 8 bytes, one after the other
 *	zeros
 *
 * All integers are little-endian. The size of a record is written last: a
 * record with size 0 is the end of its block, whether the writer had no more
 * to say or was killed while saying it. A block whose magic is 0 was reserved
 * and never begun; a file may end inside a block. So a reader needs no repair:
 * it takes what is there. Unknown kinds are skipped by their size; a payload
 * may be longer than the struct here (a later minor version), never shorter.
 *
 * Records of different threads are in different blocks, in no common order;
 * `seq` gives the order in which they were begun. A record may refer to
 * an id whose record comes later in the file: read all, then resolve. An id
 * that has no record was lost (see LC_REC_NOTE); ids start at 1, 0 is "none".
 */
#ifndef LC_RUNTIME_RECORD_H
#define LC_RUNTIME_RECORD_H

#include <stdint.h>

#define LC_REC_MAGIC "LCKREC\r\n" /* 8 bytes, without the NUL */
#define LC_REC_BLOCK_MAGIC 0x4b434c42u /* "BLCK" in the file */
enum { LC_REC_VERSION = 1 };

/* A place in code or data: module id in the upper 16 bits, offset in the
 * lower 48. The offset is a link-time address of that module (what its symbol
 * table and its DWARF say): position = offset + LC_REC_MODULE's bias.
 * Module 0: no module was known, the offset is the address itself.
 * Module 0xffff: the offset is the id of an LC_REC_SITE (file and line known
 * at compile time, from lockcheck.h).
 * Places of code are return addresses: look up offset - 1. */
typedef uint64_t lc_rec_place;
#define LC_REC_PLACE(module, offset) \
	((uint64_t)(module) << 48 | ((uint64_t)(offset) & 0xffffffffffffu))
#define LC_REC_MODULE_OF(place) ((uint32_t)((place) >> 48))
#define LC_REC_OFFSET_OF(place) ((place) & 0xffffffffffffu)
enum { LC_REC_NO_MODULE = 0, LC_REC_NAMED_MODULE = 0xffff };

/* ---- what is done to what: 16 bits, `what` in records ---- */

/* Kinds of objects that threads wait for: bits 0–4 of `what`. */
enum lc_rec_kind {
	LC_KIND_NONE = 0,
	LC_KIND_MUTEX = 1, /* pthread_mutex, mtx, a Lock of lockcheck.h */
	LC_KIND_RWLOCK = 2,
	LC_KIND_SPIN = 3,
	LC_KIND_SEM = 4,
	LC_KIND_COND = 5,
	LC_KIND_BARRIER = 6,
	LC_KIND_ONCE = 7,
	LC_KIND_FILE = 8, /* flockfile */
	LC_KIND_THREAD = 9, /* a join; the object is a thread */
	LC_KIND_EVENT = 10, /* Event of lockcheck.h */
	LC_KIND_RLOCK = 11, /* RLock of lockcheck.h */
	LC_KIND_LOADER = 12, /* dlopen and dlclose, as a pseudo-lock */
	LC_KIND_OTHER = 31, /* announced by annotations */
};

enum lc_rec_mode { /* bits 5–6 */
	LC_MODE_EXCLUSIVE = 1,
	LC_MODE_SHARED = 2,
};

enum lc_rec_how { /* bits 7–8 */
	LC_HOW_BLOCK = 1, /* waits for ever if need be */
	LC_HOW_TRY = 2, /* never waits */
	LC_HOW_TIMED = 3, /* waits until a time: no deadlock by itself */
};

#define LC_WHAT(kind, mode, how) ((kind) | (mode) << 5 | (how) << 7)
#define LC_WHAT_KIND(what) ((what) & 0x1f)
#define LC_WHAT_MODE(what) ((what) >> 5 & 3)
#define LC_WHAT_HOW(what) ((what) >> 7 & 3)
enum {
	LC_WHAT_NAMED = 1 << 9, /* runtime only: the site is a lc_rt_site */
	LC_WHAT_RELOCK = 1 << 10, /* taken again by a condition wait */
	LC_WHAT_LIBC = 1 << 12, /* runtime only: an object of libc, by the shim */
};

/* ---- the file's own parts ---- */

/* Bits 16 and up, of a tuple's `what` only. */
enum {
	/* There were more tuples like this one, with the same sites, by this
	 * thread, with other locks that were initialised at the same places
	 * (an array, a hash table), than LOCKCHECK_INSTANCES: those after
	 * this one are not in the file. */
	LC_WHAT_AND_MORE = 1 << 16,
};

enum lc_rec_file_flags {
	LC_FILE_STEERED = 1, /* LOCKCHECK_STEER was given */
	LC_FILE_PRIMITIVES = 2, /* the core runs in liblockcheck_rt, no shim */
	LC_FILE_STATIC = 4, /* the shim is linked statically */
	LC_FILE_FORKED = 8, /* begun by a fork, not by an exec */
};

enum lc_rec_end {
	LC_END_NONE = 0, /* still runs, was killed, or called _exit */
	LC_END_EXIT = 1, /* exit or return from main */
	LC_END_EXEC = 2, /* replaced by another program */
	LC_END_HANG = 3, /* ended by LOCKCHECK_ON_HANG */
	LC_END_MISUSE = 4, /* ended by LOCKCHECK_ON_MISUSE */
};

struct lc_rec_file {
	char magic[8];
	uint32_t version;
	uint32_t header_bytes; /* where the first block is */
	uint32_t block_bytes;
	uint32_t flags; /* enum lc_rec_file_flags */
	uint64_t pid;
	uint64_t parent_pid;
	uint64_t start_ns; /* since 1970, of the process's recording */
	uint64_t blocks; /* reserved so far */
	uint64_t lost; /* records that could not be written */
	uint32_t end; /* enum lc_rec_end */
	uint32_t exe_len;
	uint32_t command_len; /* argv, NUL-separated, may be cut */
	uint32_t parent_file_len; /* the file of the parent, after a fork */
	/* followed by exe, command, parent_file, without NULs, unpadded */
};

struct lc_rec_block {
	uint32_t magic;
	uint32_t blocks; /* how many blocks this run has, usually 1 */
	uint64_t reserved;
};

struct lc_rec {
	uint32_t size; /* bytes with this header, a multiple of 8 */
	uint16_t type; /* enum lc_rec_type */
	uint16_t flags; /* none yet */
	uint64_t seq;
};

enum lc_rec_type {
	LC_REC_MODULE = 1,
	LC_REC_MODULE_GONE = 2,
	LC_REC_SITE = 3,
	LC_REC_STACK = 4,
	LC_REC_THREAD = 5,
	LC_REC_THREAD_NAME = 6,
	LC_REC_THREAD_END = 7,
	LC_REC_SEGMENT = 8,
	LC_REC_LOCK = 9,
	LC_REC_TUPLE = 10,
	LC_REC_WAKE = 11,
	LC_REC_MISUSE = 12,
	LC_REC_HANG = 13,
	LC_REC_PROCESS = 14,
	LC_REC_NOTE = 15,
	LC_REC_STEER = 16,
};

/* ---- the records; texts follow without NUL, each padded to 8 bytes ---- */

/* An executable or library in memory. */
struct lc_rec_module {
	struct lc_rec rec;
	uint32_t id; /* 1 … 65534 */
	uint32_t path_len;
	uint64_t bias; /* address - link-time address */
	uint64_t low, high; /* addresses it takes, [low, high) */
	uint32_t build_id_len;
	uint32_t unused;
	/* followed by build id, path */
};

struct lc_rec_module_gone {
	struct lc_rec rec;
	uint32_t id;
	uint32_t unused;
};

/* A call site known at compile time. */
struct lc_rec_site {
	struct lc_rec rec;
	uint32_t id;
	uint32_t line;
	uint32_t file_len;
	uint32_t function_len;
	/* followed by file, function */
};

/* Innermost frame first. frames[0] is in the function that called the lock
 * function (the call site itself). */
struct lc_rec_stack {
	struct lc_rec rec;
	uint32_t id;
	uint32_t count;
	uint32_t cut; /* 1: there were more frames than are written */
	uint32_t unused;
	lc_rec_place frames[];
};

enum lc_rec_thread_flags {
	LC_THREAD_MAIN = 1,
	LC_THREAD_FOUND = 2, /* not seen starting: clone, or started before us */
	LC_THREAD_C11 = 4,
};

/* The name that survives a re-run is (creator's name, create, nth). */
struct lc_rec_thread {
	struct lc_rec rec;
	uint32_t id;
	uint32_t tid; /* the kernel's */
	uint32_t creator; /* thread id, 0 = unknown or main */
	uint32_t creator_segment;
	lc_rec_place create; /* where pthread_create was called */
	lc_rec_place start; /* the start routine, exact address (no -1) */
	uint32_t nth; /* 1, 2, … among (creator, create) */
	uint32_t stack; /* of the create call */
	uint32_t flags; /* enum lc_rec_thread_flags */
	uint32_t unused;
};

struct lc_rec_thread_name {
	struct lc_rec rec;
	uint32_t thread;
	uint32_t name_len;
	/* followed by name */
};

struct lc_rec_thread_end {
	struct lc_rec rec;
	uint32_t thread;
	uint32_t segment; /* its last */
	uint32_t held; /* locks it still held */
	uint32_t unused;
};

enum lc_rec_why {
	LC_WHY_START = 1, /* first segment; other = creator, before create */
	LC_WHY_CREATE = 2, /* has created a thread; other = 0 */
	LC_WHY_JOIN = 3, /* has joined; other = who, its last segment */
};

/* (thread, segment) begins here. It comes after (thread, segment - 1) and, if
 * other is not 0, after (other, other_segment). Two segments are ordered if
 * a chain of these leads from one to the other. Segments count from 1. */
struct lc_rec_segment {
	struct lc_rec rec;
	uint32_t thread;
	uint32_t segment;
	uint32_t other;
	uint32_t other_segment;
	uint32_t why; /* enum lc_rec_why */
	uint32_t unused;
};

enum lc_rec_lock_flags {
	LC_LOCK_RECURSIVE = 1,
	LC_LOCK_ERRORCHECK = 2,
	LC_LOCK_ROBUST = 4,
	LC_LOCK_SHARED = 8, /* between processes */
	LC_LOCK_PRIO = 16, /* priority inheritance or ceiling */
	LC_LOCK_IN_MODULE = 32, /* static data: `where` is module + offset */
	LC_LOCK_ON_STACK = 64,
	LC_LOCK_SIGNALS = 128, /* a semaphore posted by who did not hold it */
};

/* One object in one life: the same address initialised again, or found in
 * another stack frame, is another lock. The name that survives a re-run is
 * `where` for static data, else (init or first use, nth). */
struct lc_rec_lock {
	struct lc_rec rec;
	uint32_t id;
	uint32_t generation; /* of this address, from 1 */
	uint64_t address; /* of a LC_KIND_THREAD: the thread's id */
	lc_rec_place where; /* static data: exact place; else 0 */
	lc_rec_place init; /* init call, or first use if none was seen */
	uint32_t nth; /* among the locks of `init` */
	uint16_t kind; /* enum lc_rec_kind */
	uint16_t flags; /* enum lc_rec_lock_flags */
	uint32_t init_seen; /* 0: `init` is a first use */
	uint32_t init_thread;
	uint64_t initial; /* semaphore's value, barrier's count */
	uint32_t name_len;
	uint32_t unused;
	/* followed by name, for locks that were given one */
};

struct lc_rec_held {
	uint32_t lock;
	uint32_t what;
	lc_rec_place site; /* where it was acquired */
	uint32_t stack; /* there, the first time this thread came by; 0 = none */
	uint32_t unused;
};

/* A thread asks for a lock while it holds others: written before the call, so
 * that a tuple is there even if the call never returns. Unique per (thread,
 * segment, held with sites, lock, what, site). With nothing held: per (thread,
 * segment, what, site) only, whatever the lock; it says that the site was
 * reached. A condition wait is a tuple of kind COND whose held set is without
 * the wait's own mutex, followed by one with LC_WHAT_RELOCK for the mutex. */
struct lc_rec_tuple {
	struct lc_rec rec;
	uint32_t thread;
	uint32_t segment;
	uint32_t lock;
	uint32_t what;
	lc_rec_place site;
	uint32_t stack;
	uint32_t held_count;
	struct lc_rec_held held[]; /* outermost first */
};

/* A thread signals a condition, posts a semaphore, sets an event, waits at a
 * barrier: once per (thread, object, site), and again after tuples that were new
 * to the thread, so that it is seen what came before a later signal. */
struct lc_rec_wake {
	struct lc_rec rec;
	uint32_t thread;
	uint32_t segment;
	uint32_t lock;
	uint32_t what;
	lc_rec_place site;
	uint32_t stack;
	uint32_t held_count; /* locks held while doing so */
};

enum lc_rec_misuse_kind {
	LC_MISUSE_RELEASE_NOT_HELD = 1, /* nobody holds it */
	LC_MISUSE_RELEASE_OTHERS = 2, /* other_thread holds it */
	LC_MISUSE_DOUBLE_ACQUIRE = 3, /* blocks on what it holds itself */
	LC_MISUSE_EXIT_HOLDING = 4, /* thread ended, lock held */
	LC_MISUSE_DESTROY_HELD = 5,
	LC_MISUSE_INIT_HELD = 6, /* initialised again while held */
	LC_MISUSE_WAIT_NOT_HELD = 7, /* condition wait without the mutex */
	LC_MISUSE_DESTROY_WAITED = 8, /* threads wait for it */
	LC_MISUSE_OVER_RELEASE = 9, /* BoundedSemaphore above its bound */
	/* of lockcheck.h only: */
	LC_MISUSE_TOO_MANY = 10, /* an RLock more often than can be counted */
	LC_MISUSE_OTHER_LOCK = 11, /* a condition is used with two locks */
	LC_MISUSE_NOTIFY_NOT_HELD = 12, /* notify without the lock */
	LC_MISUSE_JOIN_SELF = 13, /* a thread joins itself */
	LC_MISUSE_NOT_STARTED = 14, /* join of a thread that was not started */
	LC_MISUSE_STARTED_TWICE = 15, /* started, and not joined in between */
};

struct lc_rec_misuse {
	struct lc_rec rec;
	uint32_t misuse; /* enum lc_rec_misuse_kind */
	uint32_t thread;
	uint32_t lock;
	uint32_t what;
	lc_rec_place site; /* of the misuse; 0 at a thread's end */
	lc_rec_place other_site; /* where it was acquired (or last released) */
	uint32_t stack;
	uint32_t other_stack;
	uint32_t other_thread;
	uint32_t unused;
};

enum lc_rec_edge_flags {
	LC_EDGE_HOLDER_ENDED = 1, /* the holder is a thread that has ended */
	LC_EDGE_WAKER = 2, /* holder = one who could wake, not an owner */
	LC_EDGE_STILL = 4, /* nobody is left who could wake */
};

/* waiter waits at wait_site for lock, which holder acquired at hold_site. */
struct lc_rec_edge {
	uint32_t waiter;
	uint32_t lock;
	uint32_t what;
	uint32_t flags; /* enum lc_rec_edge_flags */
	lc_rec_place wait_site;
	lc_rec_place hold_site; /* 0 if unknown */
	uint32_t wait_stack;
	uint32_t hold_stack;
	uint32_t holder; /* thread id, 0 = none */
	uint32_t hold_what;
};

/* A hang that happened. The first `cycle` edges are a cycle, in order (edge
 * i's holder is edge i+1's waiter); the others are waits that led into it. */
struct lc_rec_hang {
	struct lc_rec rec;
	uint32_t count;
	uint32_t cycle; /* 0: no cycle, a stillness or an orphaned lock */
	struct lc_rec_edge edges[];
};

enum lc_rec_process_event {
	LC_PROCESS_FORKED = 1, /* pid = child */
	LC_PROCESS_EXEC = 2, /* pid = 0; is about to be replaced */
};

struct lc_rec_process {
	struct lc_rec rec;
	uint32_t event; /* enum lc_rec_process_event */
	uint32_t pid;
	uint32_t thread;
	uint32_t held; /* locks this thread held */
	lc_rec_place site;
};

enum lc_rec_note_kind {
	LC_NOTE_LOST = 1, /* records not written, see text */
	LC_NOTE_LIMIT = 2, /* a limit was met, see text */
	LC_NOTE_UNSEEN = 3, /* lock traffic that does not come by us */
	LC_NOTE_STEER = 4,
};

struct lc_rec_note {
	struct lc_rec rec;
	uint32_t note; /* enum lc_rec_note_kind */
	uint32_t text_len;
	/* followed by text: a full English sentence */
};

/* What the steering did; kinds and texts belong to core/steer.c. */
struct lc_rec_steer {
	struct lc_rec rec;
	uint32_t event;
	uint32_t thread;
	uint32_t lock;
	uint32_t stack;
	lc_rec_place site;
	uint64_t value;
	uint32_t text_len;
	uint32_t unused;
	/* followed by text */
};

#endif
