/* SPDX-License-Identifier: MIT */
/*
 * What the solver's files share: events, summaries, the solver itself.
 *
 * Order of reading: solve.c (the stages), order.c (which functions, in which
 * order), sim.c (one function), ops.c (a call that a model explains), apply.c
 * (a call of a function that has a summary), verdict.c (what is left at exits
 * and releases), threads.c, edges.c and cycles.c (the whole program), trace.c
 * (witnesses), emit.c (facts).
 */
#ifndef LC_SOLVE_INTERNAL_H
#define LC_SOLVE_INTERNAL_H

#include "solve/solve.h"
#include "solve/state.h"

/* Caps. Reaching one makes a row of `incomplete`. */
enum {
	MAX_STATES = 16,       /* lock states of one block */
	MAX_DISJUNCTS = 3,     /* … of which so many differ in facts only */
	MAX_VISITS = 12,       /* visits of one block, on average of a function */
	VISITS_BASE = 1000,    /* … and so many whatever its size */
	MAX_OUTCOMES = 12,     /* of one summary */
	MANY_ACQUIRES = 64,    /* of one summary: from then on one of a class */
	MANY_BLOCKS = 100,     /* … and with twice as many, of a crowded one */
	MAX_ACQUIRES = 1000,   /* … of as many locks and classes */
	MAX_LOCK_DEPTH = 7,    /* steps of a lock told to callers by path */
	MAX_PAIRS_OPEN = 200,  /* open edges of one summary */
	MANY_CALLBACKS = 4,    /* by one pointer: from then on, any arguments */
	MAX_CALLBACKS = 64,    /* … of all, and lock kinds told to callers */
	MAX_JOINED = 16,       /* thread handles waited for, told to callers */
	MAX_WRITES = 48,       /* remembered effects on memory of one outcome */
	MAX_FILLED = 16,       /* fields of a thread's fresh argument */
	MAX_CONDS = 6,         /* remembered conditions of one event */
	MAX_VARIANTS = 4,      /* of one acquire under different conditions */
	MAX_STARTS = 400,      /* of threads, by way to the start … */
	MAX_START_DEPTH = 4,   /* … of at most so many calls */
	MAX_GUESSES = 4,       /* targets of one pointer call that are followed */
	MAX_ROUNDS = 3,        /* of a recursive component */
	UNKNOWN_DEPTH = 3,     /* calls to a loop that releases who knows what */
	MAX_RESTARTS = 8,
	FEW_RESTARTS = 3,      /* … that do not wait for the end of a run */
	MANY_VISITS = 300000,  /* of the program: from then on few a function */
	FEW_VISITS = 3,        /* visits of one block then */
	COUNTED = 4,           /* acquires of one lock in a loop */
	PILED = 2,             /* locks of elements that a loop keeps */
	SURE_DEPTH = 4,        /* calls between two acquires of a sure finding */
	BELIEVED_DEPTH = 10,   /* … and of one that is told at all */
	NEAR_FATAL = 3,        /* … and from one that never returns to a lock */
	COLLECT_BYTES = 1 << 20, /* of dead states of one function */
	MOD_WORDS = 64         /* of the filters of writes: 4096 bits */
};

enum event_kind {
	EV_ACQUIRE,
	EV_RELEASE,
	EV_START,
	EV_CALLBACK,
	EV_WAIT
};

/* Something that happened at an instruction, or inside what it calls. */
struct event {
	uint8_t kind;
	uint8_t mode, blocking; /* of an acquire */
	uint8_t lock_kind;      /* enum lc_kind the API says */
	bool weak;
	bool released; /* acquire: a caller released the lock later */
	bool satisfied; /* release of a caller's lock: a caller held it */
	bool matched;   /* release of a lock that was taken here, once at least */
	bool reported; /* became a finding: consequences are silent */
	uint32_t function, instr;
	uint32_t inner;  /* the callee's event it stands for, LC_NONE */
	uint32_t twin;   /* a ring: acquires that a join made one */
	uint32_t depth;
	loc_t lock;      /* START: the handle */
	const struct lc_model *model;
};

struct lockref {
	loc_t lock;
	uint8_t mode;
	uint32_t event;
};
typedef LC_ARRAY(struct lockref) lockrefs;

/* An acquire in or below a function, as its callers see it. */
struct acquire {
	uint32_t event;
	loc_t lock;
	uint8_t mode, blocking;
	bool weak;
	bool ring; /* for edge_add: as in struct edge */
	bool tested; /* … as in struct openedge */
	bool published; /* for edge_add: a thread was given the objects */
	bool inside; /* for ops_note_acquire: event is the callee's yet */
	bool guessed; /* for edge_add: as in struct edge */
	/* A caller's lock is taken back: the release (or the wait) that gave
	 * it up; LC_NONE = no such thing. */
	uint32_t gave_up;
	bool vague;  /* stands for several with other conditions */
	uint32_t next;  /* told.c: in its list, LC_NONE = last */
	uint32_t ndropped, nconds;
	loc_t *dropped;      /* caller's locks given up at that time */
	struct fact *conds;  /* on values the caller can see */
};

/* held → wanted with an end that only a caller can name. */
struct openedge {
	struct lockref held;
	uint32_t event; /* the acquire */
	loc_t wanted;
	uint8_t mode, blocking;
	bool weak, ring;
	bool tested; /* the indexes of two elements: callers need not ask */
	uint32_t ngates, nconds;
	loc_t *gates;
	struct fact *conds;
};

/* A call through a pointer that only a caller knows, or a thread start. */
struct callback {
	uint32_t event;
	bool start;
	loc_t target;        /* location whose address is the function */
	struct value args[4];
	uint32_t nargs;
	loc_t handle;
	uint32_t nheld, ndropped, nfilled;
	struct lockref *held;
	loc_t *dropped;
	struct bind *filled; /* start: what its fresh argument was filled with */
};

struct delta {
	struct held held; /* lock, count, mode …; event is the function's own */
	bool cond_return; /* held.cond is the returned value */
};

/* One way a function can end, as its callers see it. */
struct outcome {
	uint32_t ndeltas, nconds, nwrites, nfailed, nlive;
	struct delta *deltas;
	struct fact *conds;
	struct bind *writes;
	struct fact *known; /* … of what was written, if it is no constant */
	struct mark *failed; /* MARK_LOCK_FAILED, MARK_TRY_FAILED */
	bool lock_failed;
	struct live *live;   /* started, or (joined) waited for */
	struct value ret;
	struct fact ret_fact;
	bool has_ret;
	bool weak;
	bool idle; /* see find_idle() in outcome.c */
};

/* A loop takes the lock who knows how often: of a recursive one nobody can say
 * how often it must be released. */
struct uncounted {
	uint32_t function;
	loc_t lock;
};

struct kindrec { /* "this lock was initialised as that kind" */
	loc_t lock;
	enum lc_kind kind;
	loc_t asked; /* the kind is the caller's value here, 0 = kind is it */
};

/* The lock is initialised here as the kind says. */
struct summary {
	bool done, relevant, simulate, capped;
	bool inexact; /* capped before all ways through it were seen */
	bool crowded; /* big, and what is below it is known by class only */
	bool returns; /* some path returns */
	bool left_idle; /* ways that do nothing were left out, see find_idle() */
	/* some path ends the calling thread: 1 = itself, or a callee that
	 * does nothing else; 2 = a callee does.
	 * Further up nobody hears of it: a fatal error somewhere below. */
	uint8_t ends_thread;
	/* a loop releases locks that it finds in a list: 1 = itself, 2 and
	 * more = a callee that is called without locks */
	uint8_t gives_unknown;
	LC_ARRAY(struct outcome) outcomes;
	LC_ARRAY(struct acquire) acquires;
	LC_ARRAY(struct openedge) edges;
	LC_ARRAY(struct callback) callbacks;
	LC_ARRAY(struct kindrec) kinds;
	LC_ARRAY(loc_t) joined; /* handles waited for, for the callers */
	LC_ARRAY(uint32_t) sweeps; /* of the round before, sim.c */
	/* Bloom filters of fields and globals written: by the function itself,
	 * and by what it calls directly too. Deeper writes are taken not to
	 * touch what a caller tests around a lock (docs/manual.md, limits). */
	uint64_t own_mods[MOD_WORDS], mods[MOD_WORDS];
	struct lc_arena arena;
};

/* No rule rests on one way through it alone: not all of them were seen, or it
 * is crowded. */
static inline bool summary_doubtful(const struct summary *sum)
{
	return sum->inexact || sum->crowded;
}

struct lives {
	struct live *data;
	uint32_t len, cap;
};

/* What was true at a call or acquire, over all states that reached it. */
struct callrec {
	uint32_t function, instr, callee;
	bool indirect, weak;
	bool seen;
	uint32_t nheld; /* locks surely held: intersection over states */
	loc_t *held;
	uint32_t ndropped;
	loc_t *dropped;
	struct lives live;
};

/* ---- raw observations, judged when everything is known ---- */
struct reacquire {
	uint32_t function, instr;
	loc_t lock;
	uint8_t held_mode, wanted_mode, blocking;
	bool again; /* was held more than once already */
	uint32_t held_event, event;
	bool weak;
	bool loop;
	bool guessed; /* by a callback that is known as the only one */
};
struct leak {
	uint32_t function, instr; /* instr: LC_NONE = at a block's return */
	struct lc_pos pos;
	loc_t lock;
	struct held held;
	struct value ret;
	struct fact ret_fact;
	bool has_ret, weak, thread_exit;
	bool explains; /* a release of the wrong lock */
	bool handed_over; /* the caller gets the object that is locked */
	uint32_t nconds;
	struct fact *conds;
};
/* How a function treated one lock it acquired, seen over its exits. */
struct balance {
	uint32_t function;
	loc_t lock;
	bool has_ret;
	struct fact ret_fact; /* of an exit where it was taken and given back,
			       * or never taken */
	bool taken;
	uint32_t release_event;
};
struct badrelease {
	uint32_t function, instr;
	loc_t lock;
	enum lc_bad_release why;
	uint32_t event, other_event;
	loc_t other_lock;
	bool weak;
	/* something was asked before it that the acquire hangs on, and may
	 * have changed in between: to us, not to who wrote it */
	bool asked_again;
	uint32_t nconds;
	struct fact *conds;
};
struct okrelease { /* of a lock the function itself had taken */
	uint32_t function, instr;
	uint32_t taken; /* the instruction that took it */
	uint32_t event;
	loc_t lock;
	uint32_t nconds, nwhen;
	struct fact *conds;
	struct fact *when; /* it was taken under these conditions */
};
struct untested {
	uint32_t function, instr, event;
	loc_t lock;
	uint8_t blocking;
	bool released, void_cast;
};
/* A pointer call with more targets than are followed, a lock held there. */
struct manycall {
	uint32_t function, instr;
	struct held held;
	const struct targets *targets;
};
struct edge {
	struct lockref held;
	loc_t wanted;
	uint8_t mode, blocking;
	bool weak;
	bool ring; /* a[i], then a[(i + 1) % n]: no order */
	bool guessed; /* by a function that is in the table that is called */
	uint32_t event;
	uint32_t function, instr; /* where both ends met */
	uint32_t ngates;
	loc_t *gates;
	struct lives live;
	/* later */
	uint32_t held_lock, wanted_lock; /* facts' ids */
	const char *dropped;
	bool ignored; /* the user said so in a comment */
};
struct start { /* a thread start whose entry is known */
	uint32_t function, instr, event;
	uint32_t entry;
	bool weak;
	loc_t handle;
	struct value arg;
	struct lives live;
};

/* group.c: locks of this class are taken by the first who counts this */
struct group_class {
	uint32_t counter, lock; /* class ident strings */
};

/* pure.c: does a function only look, and at what (a filter as of writes)? */
struct lookers {
	bool impure;
	uint64_t reads[MOD_WORDS];
};
/* A call of one, by what it is asked of. */
enum { MAX_QUESTION = 3 };
struct question {
	uint32_t symbol, nargs;
	struct value args[MAX_QUESTION];
};

struct solver {
	struct program program;
	struct locs locs;
	const struct lc_models *models;
	const struct lc_solve_options *options;
	struct lc_facts *out;
	struct summary *summaries; /* per function */
	struct lc_arena arena;     /* as long as the solver */
	LC_ARRAY(struct event) events;
	struct lc_map event_index;
	LC_ARRAY(struct callrec) callrecs;
	struct lc_map callrec_index;
	LC_ARRAY(struct reacquire) reacquires;
	LC_ARRAY(struct leak) leaks;
	LC_ARRAY(struct balance) balances;
	LC_ARRAY(struct badrelease) badreleases;
	/* given up and taken back, here or below, but not held here */
	LC_ARRAY(struct badrelease) gaveups;
	LC_ARRAY(struct okrelease) okreleases;
	LC_ARRAY(struct untested) untested;
	LC_ARRAY(struct manycall) manycalls;
	LC_ARRAY(struct uncounted) uncounted;
	LC_ARRAY(struct edge) edges;
	struct lc_map edge_index;
	LC_ARRAY(struct start) starts;
	LC_ARRAY(struct kindrec) kinds;
	const struct lc_model *attr_kind; /* maps constants to kinds */
	/* what static initialisers put into objects nobody writes to */
	LC_ARRAY(struct bind) constants; /* sorted by loc */
	/* semaphores that start with one unit: locks */
	LC_ARRAY(uint32_t) lock_semaphores; /* class ident strings */
	LC_ARRAY(uint32_t) other_semaphores;
	LC_ARRAY(uint8_t) class_uses; /* balance.c: per class */
	bool released_by_pointer;
	/* call graph, order.c */
	uint32_t *ncallers;       /* per function: known call sites */
	bool *entry;              /* per function: a thread starts in it */
	bool *declared;           /* per function: so the user says */
	bool *once;               /* per function: run by pthread_once */
	struct lc_map lock_index; /* emit.c */
	LC_ARRAY(uint64_t) lock_keys;
	struct lc_map site_index;
	uint32_t trace_depth;     /* trace.c */
	bool *escapes;            /* per function: its address is taken */
	struct lookers **lookers; /* per function, NULL = not asked yet */
	LC_ARRAY(struct question) questions;
	struct lc_map question_index;
	LC_ARRAY(struct group_class) groups;
	/* what is counted somewhere: filters as of writes */
	uint64_t counted_up[MOD_WORDS], counted_down[MOD_WORDS];
	struct lc_arena spare, spare_scratch; /* of sim.c, between two runs */
	LC_ARRAY(uint32_t) reached; /* liveness.c: per location, … */
	uint32_t reach;             /* … this number if it was, last time */
	bool has_main;
	uint32_t visits; /* of all functions so far */
	uint32_t nrun;   /* … those that were really made */
};

/* ---- order.c ---- */

/* Two of the filter's bits for each field or global. */
static inline void mod_bits(uint64_t h, uint32_t *a, uint32_t *b)
{
	*a = h % (MOD_WORDS * 64);
	*b = (h >> 20) % (MOD_WORDS * 64);
}

/* ---- prepare.c ---- */
uint32_t flow_successors(const struct lc_block *b);
uint32_t flow_successor(const struct lc_unit *u, const struct lc_block *b,
			uint32_t i);

/* ---- sim.c ---- */
/* May `f`, or what it calls directly, write to x? */
bool sim_may_modify(const struct solver *s, uint32_t f, loc_t x);

/* ---- observe.c ---- */
/* pointee.c: fills s->locs.of_global, of_field. */
void pointees_find(struct solver *s);
uint32_t event_get(struct solver *s, struct event e);
uint32_t event_innermost(const struct solver *s, uint32_t event);
/* What becomes of one of them becomes of the other. */
void event_unite(struct solver *s, uint32_t a, uint32_t b);
/* Does it happen below an assertion that has failed: in a callee that should
 * not come to its end of the program, or far down in what tidies up then? */
bool event_while_dying(const struct solver *s, uint32_t event);
/* The release of a caller's lock is right: some caller holds it. */
void event_satisfy(struct solver *s, uint32_t event);

/* ---- order.c ---- */
/* Decides what is simulated, in which order, and does it. */
void solve_functions(struct solver *s);
/* How well the targets of a pointer call are known. */
enum guess {
	GUESS_SURE,  /* one function, or any element of a constant table */
	GUESS_TABLE, /* several were written there: back ends of one table */
	GUESS_LOOSE  /* registered at run time, through a parameter */
};
/* Functions an indirect call may reach. */
uint32_t order_call_targets(struct solver *s, uint32_t function,
			    const struct lc_instr *in, uint32_t *targets,
			    uint32_t max, enum guess *guess);

/* ---- threads.c ---- */
struct context { /* what holds whenever a thread enters a function */
	bool reached;
	uint32_t via;   /* callrec it was first reached by, LC_NONE = entry */
	uint32_t nheld;
	loc_t *held;    /* locks surely held */
	LC_ARRAY(uint32_t) live; /* threads that may be running */
};
struct thread {
	enum { THREAD_MAIN, THREAD_STARTED, THREAD_OUTSIDE,
	       THREAD_DECLARED } kind;
	uint32_t entry;  /* function; LC_NONE for THREAD_OUTSIDE */
	uint32_t start;  /* index into starts */
	uint32_t parent; /* thread that starts it, LC_NONE = unknown */
	uint64_t programs; /* bit n: the n-th main may be its program's */
	bool by_mains; /* only mains start it: it has a parent in each program */
	bool many;
	bool *alive_at_start; /* per thread */
	struct context *contexts; /* per function */
};
struct threads {
	LC_ARRAY(struct thread) list;
};
void threads_find(struct solver *s, struct threads *t);
void threads_release(struct solver *s, struct threads *t);
/* May thread a be at edge x while thread b is at edge y? */
bool threads_overlap(struct solver *s, const struct threads *t, uint32_t a,
		     const struct edge *x, uint32_t b, const struct edge *y);

/* ---- group.c ---- */
/* The assignment may count; what: as in the filter of writes. */
void group_note_count(struct solver *s, const struct lc_unit *u,
		      const struct lc_instr *in, uint64_t what);

/* ---- balance.c ---- */
enum class_use {
	CLASS_PAIRED = 1,         /* some function takes and releases it */
	CLASS_RELEASED_ALONE = 2, /* some function only releases it */
	CLASS_KEPT = 4            /* some function returns with it */
};
void balance_find(struct solver *s);
uint8_t balance_of(struct solver *s, loc_t lock); /* of enum class_use */
/* A function that takes all locks of the class releases some. */
void balance_note_sweep(struct solver *s, uint32_t cls);
/* The function gives the caller's lock up on every way, and not back. */
bool balance_always_gives_up(const struct solver *s, uint32_t function,
			     loc_t lock);

/* ---- verdict.c ---- */
void solve_verdicts(struct solver *s);

/* ---- cycles.c ---- */
void solve_edges(struct solver *s, const struct threads *t);
void solve_cycles(struct solver *s, const struct threads *t);

/* ---- emit.c ---- */
uint32_t emit_lock(struct solver *s, loc_t lock, enum lc_kind api_kind);
uint32_t emit_site(struct solver *s, uint32_t function, struct lc_pos pos);
uint32_t emit_event_site(struct solver *s, uint32_t event);
uint32_t emit_string(struct solver *s, const char *fmt, ...) LC_PRINTF(2, 3);
struct lc_pos instr_pos(const struct solver *s, uint32_t function,
			uint32_t instr);
/* Is it a lock at all (a semaphore that starts with one unit is)? */
bool lock_counts(struct solver *s, uint32_t lock);
void incomplete(struct solver *s, const char *scope, const char *what,
		const char *reason, bool gating);
void emit_tables(struct solver *s, const struct threads *t);

/* ---- trace.c ---- */
void trace_begin(struct solver *s, uint32_t thread_name);
/* The calls from a thread's entry down to `function`. */
void trace_path(struct solver *s, const struct threads *t, uint32_t thread,
		uint32_t function);
void trace_event(struct solver *s, uint32_t event, enum lc_step_role last,
		 enum lc_mode mode);
void trace_step(struct solver *s, uint32_t site, enum lc_step_role role,
		uint32_t text, uint32_t lock);
uint32_t trace_end(struct solver *s);
/* The one step into the callee of an event that stands for a call; `again`: the
 * same call was a step already, in an earlier round of a loop. */
void trace_call(struct solver *s, uint32_t event, bool again);
/* `function`: where the thread is, to tell one caller from outside from
 * another; LC_NONE: all of them. */
uint32_t thread_name(struct solver *s, const struct threads *t,
		     uint32_t thread, uint32_t function);

#endif
