/* SPDX-License-Identifier: MIT */
/* Private to the flow library. */
#ifndef LC_FLOW_INTERNAL_H
#define LC_FLOW_INTERNAL_H

#include "flow/flow.h"

/* The first broken invariant as text, NULL if all hold. Behind the check, and
 * behind decoding, which must not abort. */
const char *lc_unit_fault(const struct lc_unit *u);

#endif
