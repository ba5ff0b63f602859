/* SPDX-License-Identifier: MIT */
/*
 * Deadlocks that a trace says are possible: cycles over lock-dependency tuples
 * (iGoodlock, Joshi and others, PLDI 2009; the reduction before the search is
 * Magiclock's, Cai and Chan, TSE 2014; the order of segments by create and join
 * is Bensalem and Havelund's, PADTAD 2005). Knows nothing of files.
 *
 * A tuple is: a thread, in a segment, wants a lock while it holds others. A
 * cycle is a chain of tuples, each of which wants what the next one holds. It
 * can deadlock if
 *	all of them wait without a limit,
 *	no wait is of a reader for a reader,
 *	the threads are pairwise different (or of one pool, whose threads share
 *	the locks),
 *	no two segments are ordered, and
 *	no two tuples hold a common lock in modes that exclude each other.
 * The first of these that fails is the reason that is kept.
 */
#ifndef LC_CONFIRM_PREDICT_H
#define LC_CONFIRM_PREDICT_H

#include "base/base.h"

/* In the order in which they are tested: a chain that fails late was nearer to
 * a deadlock, and its reason wins over that of others. */
enum lc_reason {
	LC_REASON_NONE = 0, /* it can deadlock */
	LC_REASON_ALIASING, /* the locks were never the same objects */
	LC_REASON_BOUNDED,
	LC_REASON_SHARED,
	LC_REASON_SAME_THREAD,
	LC_REASON_ORDERED,
	LC_REASON_GATE,
};
const char *lc_reason_name(enum lc_reason reason);

struct lc_hold {
	uint32_t lock;
	bool shared;
	bool waker; /* not held: the thread ends waits for it, later */
	uint64_t site;
};
struct lc_dep { /* a tuple */
	uint32_t thread, segment;
	uint32_t wanted; /* lock */
	bool shared, bounded;
	bool wait; /* for what has no owner */
	bool relock; /* of the mutex of a condition wait */
	uint64_t site;
	uint32_t first_hold, nholds; /* in lc_deps.holds */
	uint32_t origin; /* the caller's */
};
/* (thread, segment) comes after (other, other_segment). */
struct lc_order {
	uint32_t thread, segment, other, other_segment;
};
/* Threads of a pool have one start routine: what one does another one may do in
 * the next run, if they share the locks. */
struct lc_role {
	uint32_t thread;
	uint64_t start;
	uint32_t twins; /* threads with the same start routine */
};
struct lc_visit { /* such a thread has asked for the lock */
	uint32_t lock, thread, segment;
};
struct lc_deps {
	LC_ARRAY(struct lc_dep) deps;
	LC_ARRAY(struct lc_hold) holds;
	LC_ARRAY(struct lc_order) orders;
	LC_ARRAY(struct lc_role) roles; /* by thread */
	LC_ARRAY(struct lc_visit) visits; /* by lock */
};
/* NULL: it is the only one. */
const struct lc_role *lc_deps_role(const struct lc_deps *d, uint32_t thread);
void lc_deps_release(struct lc_deps *d);

enum { LC_CYCLE_MAX = 8 }; /* longer cycles are not looked for */

/* Member i wants what member i + 1 holds at `hold` (an index of holds). */
struct lc_chain {
	uint32_t n;
	uint32_t dep[LC_CYCLE_MAX], hold[LC_CYCLE_MAX];
	enum lc_reason reason;
	uint32_t witness; /* GATE: the lock; SAME_THREAD: the thread */
	/* One thread (the witness) did more than one part of it, but others of
	 * its pool might. */
	bool pooled;
};
struct lc_chains {
	LC_ARRAY(struct lc_chain) chains; /* one for each set of sites */
	/* The search was given up: cycles of that many locks, and longer ones,
	 * may have been left out. 0: it was not. */
	uint32_t cut;
};
void lc_chains_release(struct lc_chains *c);

void lc_predict(const struct lc_deps *d, struct lc_chains *out);

/*
 * Of a given cycle: for member i one of choices[i] (dep, hold) is to be taken.
 * Finds a chain that can deadlock, else the one that came nearest.
 */
struct lc_choice {
	uint32_t dep, hold;
};
struct lc_choices {
	LC_ARRAY(struct lc_choice) list;
};
struct lc_chain lc_choose(const struct lc_deps *d,
			  const struct lc_choices *members, uint32_t n);

/* Does (ta, sa) come before (tb, sb) in every run like this one? */
bool lc_ordered(const struct lc_deps *d, uint32_t ta, uint32_t sa, uint32_t tb,
		uint32_t sb);

#endif
