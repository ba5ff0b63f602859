/* SPDX-License-Identifier: MIT */
/* Inside analyzer/model only: the words of an enum as a list to look up in. */
#ifndef LC_MODEL_NAMES_H
#define LC_MODEL_NAMES_H

#include "model/model.h"

struct lc_names {
	const char *const *text;
	uint32_t first, end; /* what YAML may say: first ≤ value < end */
};
extern const struct lc_names lc_op_names, lc_kind_names, lc_mode_names,
	lc_blocking_names, lc_success_names;

#endif
