/* SPDX-License-Identifier: MIT */
/* What verdict.c (locks kept, double acquires) and verdict_release.c (bad
 * releases) share. */
#ifndef LC_SOLVE_VERDICT_H
#define LC_SOLVE_VERDICT_H

#include "solve/internal.h"

uint32_t verdict_lock_of(struct solver *s, loc_t lock, uint32_t event);
/* May its owner take it again? */
bool verdict_recursive(struct solver *s, loc_t lock, uint32_t event);
bool verdict_is_main(const struct solver *s, uint32_t f);
bool verdict_thread_starts_in(const struct solver *s, uint32_t f);
/* Does the function release it on another way? *release: where. */
bool verdict_gives_back(const struct solver *s, const struct leak *k,
			uint32_t *release);
bool verdict_chain_released(const struct solver *s, uint32_t event);
/* Is the fact about a flag that the caller passes? */
bool verdict_passed_flag(const struct solver *s, uint32_t function,
			 const struct fact *f);
/* Is there a way in the flow, possible or not, from one to the other? */
bool verdict_flow_reaches(const struct solver *s, uint32_t fn, uint32_t from,
			  uint32_t to);
/* Does every way from the function's begin to `to` pass by `by`? */
bool verdict_flow_passes(const struct solver *s, uint32_t fn, uint32_t by,
			 uint32_t to);
/* Does every way that returns pass by the instruction? */
bool verdict_flow_always_runs(const struct solver *s, uint32_t fn,
			      uint32_t instr);
/* Taken by a loop who knows how often, and that is allowed. */
bool verdict_beyond_counting(struct solver *s, uint32_t function, loc_t lock,
			     uint32_t event);
/* Is there code that we do not see and that could release or take the lock? */
bool verdict_outsiders(const struct solver *s, loc_t lock);
/* One object all the way from the acquire to here? */
bool verdict_steady(const struct locs *l, loc_t x);
/* Is it a word of the name, or with `inside` part of one? */
bool verdict_name_has(const char *name, const char *word, bool inside);
bool verdict_name_has_any(const char *name, const char *const *words,
			  size_t n);

uint32_t verdict_block_of(const struct lc_unit *u, const struct lc_flow *f,
			  uint32_t instr);

/* The function may return without coming to the instruction. */
bool verdict_avoidable(const struct solver *s, uint32_t fn, uint32_t instr);

/* doubt.c */
/* What is passed to a function is called there by way of an object. */
bool verdict_put_by(const struct solver *s, uint32_t callback);
/* Something on the chain of calls to the acquire leaves room for doubt whether
 * the way is ever taken. */
bool verdict_roundabout(struct solver *s, uint32_t event);

/* rarely.c */
/* The instruction runs in some rounds of a loop, by the remainder of a
 * counter. */
bool verdict_rarely(const struct solver *s, uint32_t fn, uint32_t instr);
/* So do all who take the lock and give it back in the function. */
bool verdict_rounds_apart(const struct solver *s, uint32_t fn, loc_t lock);

/* twice.c */
/* Taken back under the condition under which the callers' lock has been given
 * up before? */
bool verdict_taken_back(const struct solver *s, const struct leak *k);

/* verdict_release.c */
/* A leak of the function that explains the release: the wrong lock of two was
 * released; LC_NONE = there is none. */
uint32_t verdict_held_instead(const struct solver *s,
			      const struct badrelease *b);
void verdict_releases(struct solver *s);

#endif
