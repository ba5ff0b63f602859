/* SPDX-License-Identifier: MIT */
/* What the files about targets have in common; private to them. */
#ifndef LC_CONFIRM_TARGETS_H
#define LC_CONFIRM_TARGETS_H

#include "confirm/confirm.h"

/* ---- targets.c ---- */

struct lc_target *lc_target_add(struct lc_confirm *c, enum lc_target_kind kind);
void lc_target_release(struct lc_target *t);
void lc_target_set(struct lc_target *t, enum lc_verdict verdict,
		   const char *reason);
/* The chain's members, and what its reason means, into the detail. */
void lc_target_say_members(struct lc_confirm *c, struct lc_target *t);
void lc_target_say_reason(struct lc_confirm *c, struct lc_target *t);

/* Is a wait without an owner in its chain? */
bool lc_target_waits(const struct lc_confirm *c, const struct lc_target *t);

/* ---- deps.c ---- */

bool lc_deps_is_owned(const struct lc_record *r, uint32_t id, uint32_t what);
void lc_deps_make(const struct lc_record *r, struct lc_deps *d);

/* ---- findings.c ---- */

void lc_line_copy(struct lc_line *to, const struct lc_line *from);

/* ---- match.c ---- */

/* Is the place, or one of the calls that lead to it, at that line? */
bool lc_is_at(const struct lc_confirm *c, struct lc_record *r,
	      const struct lc_line *l, lc_rec_place site, uint32_t stack);

#endif
