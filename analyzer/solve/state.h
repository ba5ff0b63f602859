/* SPDX-License-Identifier: MIT */
/*
 * One abstract state of a simulated function: what is stored where, what is
 * known of values, which locks are held, and which threads run.
 *
 * The *lock state* is the array `held`. Property simulation (Das, Lerner,
 * Seigle, PLDI 2002): states of one block with equal lock state are joined,
 * states with different lock state stay apart with all the facts that tell
 * them apart. Everything but `held` is "facts" in that sense.
 *
 * Two lock states are equal when they have the same shape (same acquire sites,
 * modes and counts). Their locks need not be the same object: the join
 * generalises differing objects to a common unknown, consistently over the
 * whole state (anti-unification), so that hand-over-hand locking down a list
 * reaches a fixpoint in which "cur's lock is held" stays true.
 */
#ifndef LC_SOLVE_STATE_H
#define LC_SOLVE_STATE_H

#include "base/arena.h"
#include "solve/loc.h"

struct bind {
	loc_t loc;
	struct value value;
};

/* What is known of the value "address of sym". */
enum { MAX_NE = 3, MAX_SPLIT = 4, MAX_LIVE = 48 };
struct fact {
	loc_t sym;
	int64_t lo, hi; /* lo <= value <= hi */
	int64_t ne[MAX_NE];
	uint8_t nne;
	bool guarded; /* learnt while a lock was held: not true after it */
	bool implied; /* "not null", as something was locked there */
	bool failed; /* the error code of a failed try: any code asked for */
};

enum held_flag {
	HELD_UNCHECKED = 1 << 0, /* a try nobody looked at */
	HELD_WEAK = 1 << 1,      /* rests on a guessed call target */
	HELD_ASSUMED = 1 << 2,   /* the caller's: an assertion says so */
	HELD_JOINED = 1 << 3,    /* its name stands for several objects */
	HELD_MANY = 1 << 4,      /* a loop takes it, who knows how often */
	HELD_GUESSED = 1 << 5,   /* this one or another: all targets take one */
	HELD_RETAKEN = 1 << 6,   /* may be one that was released by another name */
	HELD_UNSURE = 1 << 7     /* somebody may have released it by now */
};
struct held {
	loc_t lock;
	int16_t count; /* < 0: a lock of the caller's was released */
	uint8_t mode;  /* enum lc_mode */
	uint8_t flags;
	uint8_t success;   /* enum lc_success of cond */
	uint8_t max_count; /* highest count on the way */
	loc_t cond;        /* held only if this value says success; 0 = surely */
	uint32_t event;    /* the acquire (or release, when count < 0) */
	uint32_t instr;    /* in this function: part of the shape */
};

enum mark_kind {
	MARK_RELEASED, /* was held, has been released: other = release event */
	MARK_TRY_FAILED,
	MARK_LOCK_FAILED, /* a blocking acquire reported an error */
	MARK_ESCAPED,     /* a fresh object was passed on */
	MARK_CLEANUP,     /* lock = a buffer with a cleanup handler,
			   * event = the instruction that pushed it */
	MARK_SEAT,        /* one of a semaphore's many units was taken */
	MARK_TAKEN,       /* lock = some lock: one that we know nothing of was
			   * taken on one of the ways here */
	MARK_COUNTED_UP,  /* lock = a counter, see group.c */
	MARK_COUNTED_DOWN,
	MARK_INIT_FAILED, /* a lock could not even be made */
	MARK_GIVEN        /* lock = some lock of the class: one that we cannot
			   * follow was released, maybe one of our callers */
};
struct mark {
	loc_t lock;
	uint8_t kind;
	uint32_t event;
};

/* A thread started on the way here; or, with event = LIVE_WAITED | handle, the
 * knowledge that whoever a global handle names has been waited for. */
#define LIVE_WAITED 0x80000000u
struct live {
	uint32_t event; /* the start */
	loc_t handle;   /* where its handle is stored, 0 = unknown */
	bool joined;
};

#define STATE_ARRAY(T)                                                         \
	struct {                                                               \
		T *data;                                                       \
		uint32_t len, cap;                                             \
	}
struct state {
	STATE_ARRAY(struct bind) store; /* sorted by loc */
	STATE_ARRAY(struct fact) facts; /* sorted by sym */
	STATE_ARRAY(struct held) held;  /* in order of acquisition */
	STATE_ARRAY(struct mark) marks; /* sorted by lock, kind */
	STATE_ARRAY(struct live) live;  /* sorted by event */
	loc_t split[MAX_SPLIT]; /* values that told it apart at a lock call */
	uint8_t nsplit;
	bool weak; /* the way here took a guessed call target: all ways did … */
	bool maybe_weak; /* … or one */
	uint32_t joins; /* how often something was joined into this state */
};

/* All memory comes from the arena of the function at hand. */
struct state *state_new(struct lc_arena *a);
struct state *state_clone(struct lc_arena *a, const struct state *s);

/* to->facts := those of `from`. */
void state_copy_facts(struct lc_arena *a, struct state *to,
		      const struct state *from);

/* ---- store ---- */
/* The value stored in `x`: what was assigned, else its initial value. */
struct value state_load(struct locs *l, const struct state *s, loc_t x);
void state_store(struct lc_arena *a, struct state *s, loc_t x,
		 struct value v);
/* What is stored in parts of one record is stored in those of another one. */
void state_copy_below(struct lc_arena *a, struct state *s, struct locs *l,
		      loc_t from, loc_t to);
/* Forgets what is stored in x and below it (another value was put there). */
void state_forget_below(struct state *s, struct locs *l, loc_t x);

/* ---- facts ---- */
struct fact fact_any(loc_t sym);
/* value op c; false = cannot be */
bool fact_refine(struct fact *f, enum lc_cmp op, int64_t c);
/* 1 = surely true, 0 = surely false, -1 = unknown */
int fact_test(const struct fact *f, enum lc_cmp op, int64_t c);
/* The fact known of a value (also of a constant or a named object). */
struct fact state_fact(const struct state *s, const struct locs *l,
		       struct value v);
/* Adds knowledge; false = contradiction, the path is impossible. */
bool state_assume(struct lc_arena *a, struct state *s, struct locs *l,
		  struct value v, enum lc_cmp op, int64_t c);
/* Is there a value that a[] and b[] cannot agree on? */
bool facts_told_apart(const struct fact *a, uint32_t na, const struct fact *b,
		      uint32_t nb);
/* into[]: what holds under its own conditions or under those of other[], as
 * far as facts can say. */
void facts_share(struct fact *into, uint32_t *ninto, const struct fact *other,
		 uint32_t nother);
bool fact_is_any(const struct fact *f);
struct fact fact_hull(struct fact a, struct fact b);
bool fact_same(const struct fact *a, const struct fact *b);
/* A fact about "x + 3" as one about x: so are all that a state has. */
void fact_about_base(const struct locs *l, struct fact *f);
void state_put_fact(struct lc_arena *a, struct state *s, const struct locs *l,
		    struct fact f);

/* ---- locks ---- */
struct held *state_held(const struct state *s, loc_t lock);
struct held *state_push_held(struct lc_arena *a, struct state *s);
void state_drop_held(struct state *s, struct held *h);
const struct mark *state_mark(const struct state *s, loc_t lock, int kind);
void state_set_mark(struct lc_arena *a, struct state *s, loc_t lock,
		    enum mark_kind kind, uint32_t event);
void state_clear_marks(struct state *s, loc_t lock);
/* A lock that waits has reported an error, or its initialisation: only a wrong
 * program or a broken system gets there. */
bool state_lock_broken(const struct state *s);
/* … a lock that waits. */
bool state_lock_failed(const struct state *s);
uint32_t state_nheld(const struct state *s); /* with count > 0 */

void state_add_live(struct lc_arena *a, struct state *s, struct live v);

/* ---- join ---- */
/* guesses: one that a guess has led to is no other than one without. */
bool state_same_shape(const struct state *a, const struct state *b,
		      bool guesses);
/* Where states meet: the unknowns that a join makes are named after it. */
struct meeting {
	uint32_t function;
	uint32_t place; /* block number, or a number beyond for the exit */
	const int64_t *bounds; /* sorted: numbers that the function tests for */
	uint32_t nbounds;
	const int64_t *masks; /* bits that it tests */
	uint32_t nmasks;
};
/* into := join(into, from). Returns whether `into` changed. */
bool state_join(struct lc_arena *a, struct locs *l, struct state *into,
		const struct state *from, const struct meeting *at);
/* What a join of it finds to grow is not followed any further. */
void state_give_up(struct state *s);
void state_print(const struct locs *l, const struct state *s,
		 struct lc_buf *out);

#endif
