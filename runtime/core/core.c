/* SPDX-License-Identifier: MIT */
/*
 * The core's own variables.
 */
#include "core.h"

LC_RT_TLS struct lc_rt_tls lc_rt_tls;
uint32_t lc_rt_generations[LC_RT_GENERATIONS];
uint32_t lc_rt_state;
struct lc_rt_options lc_rt_options;
