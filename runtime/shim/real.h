/* SPDX-License-Identifier: MIT */
/*
 * The shim's view of libc: the real functions, and what all families share.
 *
 * In the preloaded library SHIM(pthread_join) is pthread_join itself and the
 * real one is found by dlsym. In the static archive it is the function that
 * `ld --wrap=pthread_join` puts in place, and the linker knows the real one.
 */
#ifndef LC_RUNTIME_REAL_H
#define LC_RUNTIME_REAL_H

#include "core.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <threads.h>
#include <time.h>

#define LC_SHIM_EXPORT __attribute__((visibility("default")))

#ifdef LC_SHIM_STATIC

#define SHIM(name) __wrap_##name
#define REAL(name) __real_##name
#define HOT_REAL(name) __real_##name
#define CALL(result, name, parameters)                      \
	result __wrap_##name parameters;                    \
	extern result __real_##name parameters;
#include "calls.def"
#undef CALL
#define lc_shim_ready() true

#else

#define SHIM(name) name
struct lc_shim_real {
#define CALL(result, name, parameters) result(*name) parameters;
#include "calls.def"
#undef CALL
};
extern __attribute__((visibility("hidden"))) struct lc_shim_real lc_shim_real;
/* Finds them all; nothing on the second call. */
__attribute__((visibility("hidden"))) void lc_shim_resolve(void);

/* Another library stands in for libc's conditions, a sanitizer's runtime. */
extern __attribute__((visibility("hidden"))) bool lc_shim_other_conditions;

/* A constructor that runs before ours may lock: find them then. */
#define REAL(name)                                 \
	(LC_RT_LIKELY(lc_shim_real.name != NULL) ? \
		 lc_shim_real.name :               \
		 (lc_shim_resolve(), lc_shim_real.name))

/* Where the core is known to run: they have been found. */
#define HOT_REAL(name) (lc_shim_real.name)

#endif

/* `what` of the shim's own objects. */
#define WHAT(kind, mode, how) \
	(LC_WHAT(LC_KIND_##kind, LC_MODE_##mode, LC_HOW_##how) | LC_WHAT_LIBC)
#define WHAT_KIND_ONLY(kind) (LC_KIND_##kind | LC_WHAT_LIBC)

/* In the file that knows the layouts: what the objects say by themselves. */
extern __attribute__((visibility("hidden"))) const struct lc_rt_probe
	lc_shim_probe;

#endif
