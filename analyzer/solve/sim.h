/* SPDX-License-Identifier: MIT */
/* The simulation of one function: what sim.c, prepare.c, ops.c, apply.c and
 * outcome.c share. */
#ifndef LC_SOLVE_SIM_H
#define LC_SOLVE_SIM_H

#include "solve/internal.h"

struct exitrec {
	struct state *state;
	struct value ret;
	loc_t record; /* where ret was read, 0 = it is computed */
	bool has_ret;
	struct lc_pos pos;
	uint32_t block;
	bool thread_exit;
	uint8_t ends_thread; /* as in struct summary */
};
struct block_state {
	struct state *state;
	bool dirty;
};
struct block_states {
	struct block_state *data;
	uint32_t len, cap;
	uint32_t visits;
};
struct condition { /* under which an instruction takes a lock */
	uint32_t instr, nfacts;
	struct fact *facts;
};
struct handler { /* of pthread_cleanup_push */
	uint32_t buffer; /* operand: the address of its buffer */
	uint32_t block;
};
struct group { /* group.c */
	loc_t lock, under, counter;
	uint32_t instr, event;
	bool leaves; /* gives the lock back; else takes it */
	bool sure;
};
struct ordered { /* observe.c: the second of two objects that were compared */
	loc_t held, wanted, cmp;
	int truth; /* of the comparison */
};
struct loop_class {
	uint32_t cls, loop;
};

struct loop_path {
	uint32_t head, path;
};

/* What a callee's location is at the call at hand; see subst() in apply.c. */
enum { MEMO_SIZE = 256, ACQUIRE_LISTS = 64 };
struct memo {
	uint32_t binding; /* of which it is true */
	loc_t loc;
	struct value value;
};

struct sim {
	struct solver *s;
	uint32_t function, unit;
	const struct lc_unit *u;
	const struct lc_flow *flow;
	struct summary *sum;
	struct lc_arena arena;  /* states: as long as this run */
	size_t collect_at;      /* its bytes at which dead ones are let go */
	struct lc_arena *keep;  /* the summary's */
	struct lc_arena scratch; /* until the next block is run */
	uint32_t block, instr;  /* at hand; instr is the unit's number */
	LC_ARRAY(struct state *) next; /* forks of the instruction at hand */
	LC_ARRAY(struct exitrec) exits;
	struct block_states *states;
	uint32_t visits, max_visits;
	bool hurried; /* max_visits has been lowered */
	const char *cap_reason;
	/* prepare.c: the shape of the flow */
	uint32_t *order, *rpo; /* blocks, loops together; its inverse */
	uint32_t *loop_of;     /* outermost loop (component) of a block */
	uint32_t *loop_end;    /* of a loop's head: the place after its last
				* block in order; 0 = no head */
	bool *in_loop;
	uint32_t first_instr;  /* lowest instr number of the flow */
	uint32_t *instr_block; /* instr - first_instr → block */
	bool *temp_used;       /* the result is looked at */
	LC_ARRAY(struct handler) handlers;
	LC_ARRAY(int64_t) bounds; /* numbers around those tested for, sorted */
	LC_ARRAY(int64_t) masks;  /* bits tested */
	LC_ARRAY(uint32_t) repeated; /* symbols called twice or more, sorted */
	/* liveness.c */
	uint64_t *live_in, *always_live; /* bits: locals, then temps */
	uint32_t live_words;
	bool plain; /* plain.c: it never changes which locks are held */
	/* which variables the loop that starts at a block assigns, as
	 * live_in; NULL = none starts there, or no plain one */
	uint64_t **loop_sets, *loop_bits;
	/* … and which numbers in global variables, sorted by the loop's head */
	LC_ARRAY(struct loop_path) loop_paths;
	/* the summary's acquires by a hash of what tells them apart, newest
	 * first; LC_NONE = none */
	uint32_t acquire_lists[ACQUIRE_LISTS];
	uint32_t first_dirty; /* in order[]: no block before it is dirty */
	struct memo memo[MEMO_SIZE];
	uint32_t bindings; /* so many so far */
	/* what calls have been looked into with which arguments and locks */
	struct lc_map lifted;
	LC_ARRAY(uint64_t) lifted_keys;
	/* The calling thread was compared with something: the function knows
	 * its lock's owner, so that what it takes may be taken already. */
	bool owner_asked;
	bool turned_on; /* what is called does nothing if turned off */
	LC_ARRAY(struct condition) conditions;
	/* sweeps */
	LC_ARRAY(uint32_t) sweeps;
	LC_ARRAY(struct loop_class) held_over, loop_releases;
	LC_ARRAY(uint32_t) given_up_over;
	LC_ARRAY(struct ordered) ordered;
	LC_ARRAY(struct group) groups;
	bool groups_grew;
	bool unsure; /* whatever it holds may have been released by itself */
};

/* prepare.c */
void sim_prepare(struct sim *m);
void sim_cleanup(struct sim *m);

/* liveness.c */
void sim_find_live(struct sim *m);
void sim_forget_dead(struct sim *m, struct state *st, uint32_t to);

/* plain.c */
void plain_prepare(struct sim *m); /* again if sweeps change */
void plain_release(struct sim *m);
/* A state goes on to block `to`: what a loop that starts there assigns is not
 * known from there on. */
void plain_enter_loop(struct sim *m, uint32_t to, struct state *st);
/* … after one round of it. */
bool plain_is_round(const struct sim *m, uint32_t to, const struct state *st);

/* sim.c */
void sim_function(struct solver *s, uint32_t function);
loc_t sim_temp(struct sim *m, uint32_t temp);
/* The value of an unknown; marked if it is made but once in a run. */
struct value sim_once(struct sim *m, loc_t sym);
loc_t sim_self(struct sim *m); /* "address" of the calling thread */
/* Where the operand is read from: if it is a record, its fields are there; 0 = it
 * is computed. */
loc_t sim_loaded_from(struct sim *m, struct state *st, uint32_t operand);
struct value sim_operand(struct sim *m, struct state *st, uint32_t operand);
loc_t sim_path(struct sim *m, struct state *st, uint32_t path);
struct value sim_arg(struct sim *m, struct state *st,
		     const struct lc_instr *in, int number);
loc_t value_loc(struct sim *m, struct value v); /* what it points to */
/* The function leaves other locks held than it found. */
bool sim_moves_locks(const struct sim *m, uint32_t f);
/* Draws the consequences of what is known of v for locks held on condition. */
void sim_settle(struct sim *m, struct state *st, struct value v);
bool sim_assume_there(struct sim *m, struct state *st, loc_t lock);
/* Memory others can reach may have changed. all: whatever was known of it;
 * else only what was learnt under a lock. */
void sim_havoc_shared(struct sim *m, struct state *st, bool all);
/* … whatever this function has put there. Nobody did while a lock was held,
 * and whoever tests its own flag after the release means what it put there;
 * but with the next lock comes another view. */
void sim_havoc_stored(struct sim *m, struct state *st);
/* What a write to x counts as in the filters of summary.mods; 0 = nothing. */
uint64_t sim_mod_hash(const struct locs *l, loc_t x);
void sim_havoc_mods(struct sim *m, struct state *st, const uint64_t *mods);
/* What we have stored in the object at x may be something else by now; what
 * was there before us is taken to stay, as elsewhere. */
void sim_havoc_below(struct sim *m, struct state *st, loc_t x);
void sim_unknown_call(struct sim *m, struct state *st,
		      const struct lc_instr *in, const uint64_t *mods);
void sim_escape(struct sim *m, struct state *st, struct value v);
void sim_exit_thread(struct sim *m, struct state *st, struct lc_pos pos,
		     uint8_t ends_thread);
/* Facts of the state in terms a caller understands; returns how many. */
/* A caller understands the name. */
bool sim_visible(const struct locs *l, loc_t x);
/* The callee's conditions in `a`, and ours. */
void sim_join_conds(struct sim *m, struct acquire *a, const struct fact *conds,
		    uint32_t nconds);
uint32_t sim_conds(struct sim *m, const struct state *st, struct lc_arena *to,
		   struct fact **out);
/* A parameter's own value, or bits of it. */
bool sim_about_parameter(const struct locs *l, loc_t x);
bool success_fact(enum lc_success success, bool yes, enum lc_cmp *op,
		  int64_t *c);

/* pointer.c */
bool sim_call_functions(struct sim *m, struct state *st,
			const struct lc_instr *in, const uint32_t *targets,
			uint32_t n, bool weak);
bool sim_call_pointer(struct sim *m, struct state *st,
		      const struct lc_instr *in);

/* merge.c */
bool sim_join(struct sim *m, struct state *into, const struct state *from,
	      uint32_t place);
/* Something told the two ways apart at a lock call. */
bool sim_split(const struct state *a, const struct state *b);
void sim_flow_to(struct sim *m, uint32_t to, struct state *st);

/* branch.c */
/* Whether two values are the same, as a value. */
struct value sim_same(struct sim *m, struct value a, struct value b);
void sim_leave_block(struct sim *m, const struct lc_block *b,
		     struct state *st);

/* release.c */
/* The instruction at hand takes a lock when it is reached like this. */
void ops_note_condition(struct sim *m, const struct state *st);
/* A lock that is held and may be the one of this name. */
struct held *ops_held_alias(struct sim *m, struct state *st, loc_t lock);
void ops_release(struct sim *m, struct state *st, loc_t lock, uint32_t event);
/* A callee gives up a lock that it has not taken, and takes it back: it should
 * be held here, or in a caller. */
void ops_given_up(struct sim *m, struct state *st, uint32_t inner, loc_t lock,
		  bool weak);
/* … and so does a wait at the instruction at hand. */
void ops_waits_without(struct sim *m, struct state *st, loc_t lock,
		       uint32_t event);
void ops_note_given(struct sim *m, struct state *st, loc_t lock);
/* A lock that may be any lock at all is taken: an element of a list of arguments,
 * say. Releases of what nothing seems to have taken may be its own. */
void ops_note_taken(struct sim *m, struct state *st);
bool ops_unknown(const struct sim *m, loc_t lock);
/* A lock that may be this one was given up on the way here. */
bool ops_given(struct sim *m, struct state *st, loc_t lock);
/* A callee may release anything that is held. */
void ops_note_unknown(struct sim *m, struct state *st, uint8_t depth);
/* Ours that may be this one by another name; the caller's likewise. */
struct held *ops_dropped_alias(struct sim *m, struct state *st, loc_t lock);

/* group.c */
/* Before the instruction at hand takes (gives back) the lock. */
void group_note_acquire(struct sim *m, const struct state *st, loc_t lock,
			uint32_t event);
void group_note_release(struct sim *m, const struct state *st, loc_t lock,
			uint32_t event);
/* The mode that it takes the lock in. */
uint8_t group_mode(struct sim *m, loc_t lock, uint8_t mode);
/* The assignment at hand was to this place. */
void group_note_counted(struct sim *m, struct state *st,
			const struct lc_instr *in, loc_t place);
/* `under` has been released. */
void group_settle(struct sim *m, struct state *st, loc_t under);

/* ops.c */
/* false: the call ends the path */
bool ops_call(struct sim *m, struct state *st, const struct lc_instr *in,
	      const struct lc_model *model);
/* The event at this call that stands for `inner` in the callee. */
uint32_t sim_lift_event(struct sim *m, uint32_t inner, loc_t lock);
/* Checks an acquire against what is held, notes edges and the acquire itself
 * for callers. Does not change `st`; conds: the sim_conds of it. */
void ops_note_acquire(struct sim *m, struct state *st,
		      const struct acquire *given, struct fact *conds,
		      uint32_t nconds);
/* A registered callback would take what is held: a guess, told as one. */
void ops_note_reacquire(struct sim *m, const struct state *st,
			const struct held *h, const struct acquire *a);
struct held *ops_hold(struct sim *m, struct state *st, loc_t lock,
		      uint8_t mode, uint32_t event);
void sim_initialiser(struct sim *m, loc_t x, uint32_t macro);
void ops_note_kind(struct sim *m, loc_t lock, enum lc_kind kind,
		   loc_t asked);
enum lc_kind ops_kind_of_value(const struct sim *m, const struct lc_model *mo,
			       struct value v, enum lc_kind normal);
void ops_note_untested(struct sim *m, const struct lc_instr *in, loc_t lock,
		       uint8_t blocking, uint32_t event);
bool sim_swept(const struct sim *m, loc_t lock);
bool sim_swept_class(const struct sim *m, uint32_t cls);
bool sim_is_element(const struct sim *m, loc_t lock);
void ops_waited(struct sim *m, struct state *st, loc_t home);
void ops_note_joined(struct sim *m, loc_t home);
uint32_t ops_dropped(const struct state *st, struct lc_arena *to, loc_t **out);
void *sim_copy(struct lc_arena *to, const void *data, size_t bytes);

/* told.c: what the summary tells callers; what `a` and `cb` point to is copied.
 * told_acquire: the new one, which lacks its event; NULL if none is needed. */
struct acquire *told_acquire(struct sim *m, const struct acquire *a);
/* The callee's acquire, reached without a lock held or given up: is all that
 * there is to tell of it told? weak: whether it is a guess by now. */
bool told_already(struct sim *m, const struct acquire *a, bool weak);
void told_callback(struct sim *m, const struct callback *cb);

/* apply.c */
bool apply_function(struct sim *m, struct state *st, uint32_t callee,
		    const struct value *args, uint32_t nargs,
		    const struct lc_instr *in, bool weak);
/* The callee's name of something, in the words of the caller's state. */
loc_t apply_name(struct sim *m, struct state *st,
		 const struct value *args, uint32_t nargs, loc_t x);
void apply_start(struct sim *m, struct state *st, uint32_t event,
		 struct value target, struct value arg, loc_t handle,
		 int entry_arg);
/* A lock that is held here and that the new thread gives back, always and
 * without having taken it, is the thread's from now on. */
bool apply_hand_over(struct sim *m, struct state *st, struct value target,
		     struct value arg);
void sim_lift_callback(struct sim *m, struct state *st,
		       const struct lc_instr *in, loc_t target);

/* pure.c */
void pure_prepare(struct sim *m);
/* The call at hand asks a function that only looks; before the call. */
bool pure_ask(struct sim *m, struct state *st, const struct lc_instr *in,
	      struct question *q);
/* … and after it: false = it says something else than before. */
bool pure_answered(struct sim *m, struct state *st, const struct lc_instr *in,
		   const struct question *q);
/* What was written may change answers: by a callee, at a place, by a function
 * that is not seen through the pointers it is given. */
void pure_forget_mods(struct sim *m, struct state *st, const uint64_t *mods);
void pure_forget_store(struct sim *m, struct state *st, loc_t at,
		       uint64_t hash);
void pure_forget_args(struct sim *m, struct state *st,
		      const struct lc_instr *in);

/* rounds.c */
/* Equal when callers are told the same, as far as 64 bits can say. */
uint64_t summary_hash(const struct summary *sum);

/* outcome.c */
/* Is it the returned value, or part of it? */
bool outcome_is_result(const struct locs *l, loc_t x);
void outcome_add_exit(struct sim *m, const struct exitrec *e);
void outcome_finish(struct sim *m);
void summary_clear(struct summary *sum);

/* observe.c: what simulation leaves for the later stages */
struct marks { /* lengths to go back to on a restart */
	uint32_t n[10];
};
struct marks sim_observations(const struct solver *s);
void sim_rewind(struct solver *s, const struct marks *at);
void edge_add(struct sim *m, struct state *st, const struct lockref *held,
	      loc_t wanted, const struct acquire *a, const loc_t *gates,
	      uint32_t ngates, const struct fact *conds, uint32_t nconds);
void live_merge(struct lives *into, const struct state *st);
void note_callrec(struct sim *m, struct state *st, uint32_t callee, bool weak);

#endif
