/* SPDX-License-Identifier: MIT */
/* Private to store/: what the user gave beside the sources, as tables for the
 * rules: suppressions and declared orders. */
#ifndef LC_STORE_GIVEN_H
#define LC_STORE_GIVEN_H

#include "store/judge.h"

/* Fills suppression (with a site each) and declared_order. */
int lc_given_write(struct lc_store *s, const struct lc_judge_options *o,
		   struct lc_error *err);
/* suppression.used, after the rules */
int lc_given_used(struct lc_store *s, const struct lc_judge_options *o,
		  struct lc_error *err);

#endif
