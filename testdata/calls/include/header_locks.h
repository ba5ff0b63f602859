/* SPDX-License-Identifier: MIT */
#ifndef INLINE_HDR_H
#define INLINE_HDR_H
#include <pthread.h>
#include <assert.h>
struct rm { pthread_mutex_t m; int depth; };
static inline void rm_lock(struct rm *r) { int rc = pthread_mutex_lock(&r->m); assert(rc == 0); (void)rc; }
static inline void rm_unlock(struct rm *r) { int rc = pthread_mutex_unlock(&r->m); assert(rc == 0); (void)rc; }
static inline int rm_try(struct rm *r) { return !pthread_mutex_trylock(&r->m); }
static inline int rm_get(struct rm *r) { int d; rm_lock(r); d = r->depth; rm_unlock(r); return d; }
static inline int rm_bad(struct rm *r)
{
	rm_lock(r);
	if (r->depth < 0)
		return -1; // @expect unreleased-lock
	rm_unlock(r);
	return 0;
}
#endif
