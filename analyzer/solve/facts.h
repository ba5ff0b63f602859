/* SPDX-License-Identifier: MIT */
/*
 * What the solver found, as plain tables: the in-memory twin of the database
 * (analyzer/store/schema.sql has one table for each array here, with the same
 * names and columns). Ids are array indexes; row id = index + 1 in SQL
 * (0/NULL = none). The order is deterministic.
 *
 * Strings are ids in `strings`.
 */
#ifndef LC_SOLVE_FACTS_H
#define LC_SOLVE_FACTS_H

#include "base/base.h"
#include "base/map.h"
#include "model/model.h"

enum lc_strength { LC_SURE, LC_POSSIBLE }; /* sql: 'sure', 'possible' */

struct lc_fact_function {
	uint32_t name, file, line;
	uint32_t unit;  /* string: main file of the unit it was taken from */
	uint32_t flags; /* enum lc_symbol_flag */
	bool relevant;  /* touches locks itself or through callees */
	bool thread_entry, reached; /* reached: from some thread entry */
};
struct lc_fact_site { /* a place in the source */
	uint32_t function; /* LC_NONE if at file scope */
	uint32_t file, line, col;
	uint32_t macro;
};
struct lc_fact_lock { /* lock class, or one exact instance of it */
	uint32_t name;   /* as a person would write it: "conn.lock", "g_lock" */
	uint32_t cls;    /* name of the class: "struct conn.lock" */
	uint32_t ident;  /* stable identity for fingerprints */
	enum lc_kind kind;
	bool exact;      /* one object in the program */
	bool local;      /* a local object that never escapes its thread */
	uint32_t api;    /* pthread, c11 … "" if unknown */
	uint32_t decl;   /* site, LC_NONE if unknown */
};

/* A witness: the steps one thread goes through, in order. */
enum lc_step_role {
	LC_ROLE_ENTRY,   /* thread starts here */
	LC_ROLE_CALL,
	LC_ROLE_ACQUIRE,
	LC_ROLE_RELEASE,
	LC_ROLE_WANT,    /* the acquire that hangs (last step) */
	LC_ROLE_BRANCH,
	LC_ROLE_EXIT,    /* return / thread end with the lock */
	LC_ROLE_NOTE
};
struct lc_fact_step {
	uint32_t site;
	uint32_t depth; /* call depth from the first step */
	enum lc_step_role role;
	uint32_t text;  /* "takes g_a", "calls flush()" … no final stop */
	uint32_t held;  /* string: locks held after the step, ", "-joined */
	uint32_t lock;  /* LC_NONE or the lock it is about */
};
struct lc_fact_trace {
	uint32_t thread; /* string: "main", "worker() started at a.c:12" … */
	uint32_t first_step, nsteps;
};

struct lc_fact_thread {
	uint32_t name;      /* string for people: entry function's name */
	uint32_t entry;     /* function */
	uint32_t start;     /* site of the start, LC_NONE for main / callers */
	bool many;          /* can exist more than once at a time */
	uint32_t kind;      /* string: main, thread, external, handler, callback*/
};

/* Every acquisition, once for each different context it was seen in. */
struct lc_fact_acquire {
	uint32_t function, site, lock;
	enum lc_mode mode;
	enum lc_blocking blocking;
	enum lc_strength strength;
	uint32_t first_held, nheld; /* into held */
	uint32_t trace;
};
struct lc_fact_held {
	uint32_t lock;
	enum lc_mode mode;
	uint32_t site; /* where it was taken */
};

/* The same lock wanted while held by the same thread. */
struct lc_fact_reacquire {
	uint32_t function; /* where held and wanted first met */
	uint32_t lock;
	enum lc_mode held_mode, wanted_mode;
	enum lc_blocking blocking;
	uint32_t held_site, site;
	uint32_t depth;    /* calls between the two (0: same function) */
	enum lc_strength strength;
	uint32_t trace;
};

/* A lock still held where control leaves. */
enum lc_exit_kind {
	LC_EXIT_RETURN,     /* returns from function */
	LC_EXIT_THREAD_END, /* the thread ends (entry returns, thread-exit call)*/
	LC_EXIT_MAIN_END,   /* main returns */
	LC_EXIT_LOOP        /* taken again in each round, never released */
};
struct lc_fact_exit {
	uint32_t function, lock, site, held_site;
	enum lc_exit_kind kind;
	enum lc_mode mode;
	uint32_t ret;        /* string: what is returned: "-1", "NULL", "non-zero", "" */
	bool released_elsewhere; /* another path of this function releases it */
	bool error_path;     /* the return value means failure */
	uint32_t max_count;  /* > 1: was acquired recursively on the way */
	uint32_t release_site; /* site of a release on the other path, LC_NONE */
	enum lc_strength strength;
	uint32_t trace;
};

/* A release of what is not held. */
enum lc_bad_release {
	LC_BAD_NEVER,      /* nothing on the way took it */
	LC_BAD_DOUBLE,     /* released already; other_site = first release */
	LC_BAD_WRONG_LOCK, /* another lock is held instead: other_lock */
	LC_BAD_FAILED_TRY, /* on the path where the try failed: other_site = try */
	LC_BAD_SOME_PATH,  /* held on some paths to here, not on others */
	LC_BAD_WAIT        /* a condition wait; other_site = released there */
};
struct lc_fact_release {
	uint32_t function, lock, site;
	enum lc_bad_release why;
	uint32_t other_site, other_lock;
	enum lc_strength strength;
	uint32_t trace;
};

/* A try or timed acquire whose result nobody looks at. */
struct lc_fact_unchecked {
	uint32_t function, lock, site;
	enum lc_blocking blocking;
	bool released; /* released afterwards as if it had been taken */
	enum lc_strength strength;
	uint32_t trace;
};

/* Order edges and cycles. */
struct lc_fact_edge {
	uint32_t held, wanted; /* locks */
	enum lc_mode held_mode, wanted_mode;
	enum lc_blocking blocking;
	uint32_t function, held_site, site;
	enum lc_strength strength;
	uint32_t first_gate, ngates;     /* into edge_gates: other locks held */
	uint32_t first_thread, nthreads; /* into edge_threads */
	uint32_t dropped; /* string: why it takes no part in cycles, "" = it does*/
	uint32_t trace;
};
struct lc_fact_cycle {
	uint32_t first_edge, nedges; /* into cycle_edges */
	enum lc_strength strength;
	uint32_t dropped;  /* string: filter that dropped it, "" = reported */
	bool same_class;   /* two instances of one class in no known order */
};
struct lc_fact_cycle_edge {
	uint32_t edge;
	uint32_t thread;  /* LC_NONE = any caller */
	uint32_t trace;
};

struct lc_fact_incomplete {
	uint32_t scope;  /* string: unit, function, cycle … */
	uint32_t what;   /* string: its name */
	uint32_t reason; /* string */
	bool gating;     /* counts for exit code 3 */
};
struct lc_fact_call { /* resolved calls, for queries */
	uint32_t caller, callee, site;
	bool indirect;
	enum lc_strength strength;
};

struct lc_facts {
	struct lc_strings strings;
	LC_ARRAY(struct lc_fact_function) functions;
	LC_ARRAY(struct lc_fact_site) sites;
	LC_ARRAY(struct lc_fact_lock) locks;
	LC_ARRAY(struct lc_fact_step) steps;
	LC_ARRAY(struct lc_fact_trace) traces;
	LC_ARRAY(struct lc_fact_thread) threads;
	LC_ARRAY(struct lc_fact_acquire) acquires;
	LC_ARRAY(struct lc_fact_held) held;
	LC_ARRAY(struct lc_fact_reacquire) reacquires;
	LC_ARRAY(struct lc_fact_exit) exits;
	LC_ARRAY(struct lc_fact_release) releases;
	LC_ARRAY(struct lc_fact_unchecked) unchecked;
	LC_ARRAY(struct lc_fact_edge) edges;
	LC_ARRAY(uint32_t) edge_gates, edge_threads;
	LC_ARRAY(struct lc_fact_cycle) cycles;
	LC_ARRAY(struct lc_fact_cycle_edge) cycle_edges;
	LC_ARRAY(struct lc_fact_incomplete) incomplete;
	LC_ARRAY(struct lc_fact_call) calls;
	uint32_t nfunctions_total, ncalls_unresolved;
	uint32_t nvisits; /* of blocks: what solving costs grows with it */
};

void lc_facts_init(struct lc_facts *f);
void lc_facts_release(struct lc_facts *f);

#endif
