/* SPDX-License-Identifier: MIT */
/*
 * Where the real functions are, and what libc's objects say by themselves.
 */
#include "real.h"

#include <dlfcn.h>

/* ---- the start ---- */

/* Before every constructor that has no priority, and before the core's own. */
__attribute__((constructor(101))) static void start(void)
{
#ifndef LC_SHIM_STATIC
	lc_shim_resolve();
#endif
	lc_rt_start();
}

#ifndef LC_SHIM_STATIC

struct lc_shim_real lc_shim_real;
bool lc_shim_other_conditions;

/* pthread_cond_* exists twice on x86-64, with different layouts: ours is the
 * newer, whatever an unversioned dlsym gives. But if that is in another library,
 * somebody else stands in for it, as ThreadSanitizer's does, whose names have no
 * versions: it is next. */
static void *cond(const char *name)
{
	void *next = dlsym(RTLD_NEXT, name);
	void *newer = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
	Dl_info its, of_newer;

	if (!newer || !next || !dladdr(next, &its) ||
	    !dladdr(newer, &of_newer) || its.dli_fbase == of_newer.dli_fbase)
		return newer ? newer : next;
	lc_shim_other_conditions = true;
	return next;
}

void lc_shim_resolve(void)
{
	struct lc_shim_real *r = &lc_shim_real;
	static __thread __attribute__((tls_model("initial-exec"))) int busy;

	/* The allocator that a failing dlsym calls may lock: it is alone yet,
	 * and the functions it needs are the first of the table. */
	if (busy)
		return;
	busy = 1;
#define CALL(result, name, parameters)                   \
	if (!r->name)                                    \
		*(void **)&r->name = dlsym(RTLD_NEXT, #name);
#include "calls.def"
#undef CALL
#ifdef __x86_64__
	*(void **)&r->pthread_cond_wait = cond("pthread_cond_wait");
	*(void **)&r->pthread_cond_timedwait = cond("pthread_cond_timedwait");
	*(void **)&r->pthread_cond_signal = cond("pthread_cond_signal");
	*(void **)&r->pthread_cond_broadcast = cond("pthread_cond_broadcast");
	*(void **)&r->pthread_cond_init = cond("pthread_cond_init");
	*(void **)&r->pthread_cond_destroy = cond("pthread_cond_destroy");
#endif
	busy = 0;
}

#endif

/* ---- the objects ---- */

#ifdef __GLIBC__

/* glibc: the kind's lower two bits are normal, recursive, errorcheck, adaptive;
 * 16 robust, 32 and 64 priority, 128 between processes. */
static uint32_t mutex_flags(const pthread_mutex_t *m)
{
	int kind = m->__data.__kind;

	return ((kind & 3) == PTHREAD_MUTEX_RECURSIVE_NP ? LC_LOCK_RECURSIVE :
							   0u) |
	       ((kind & 3) == PTHREAD_MUTEX_ERRORCHECK_NP ?
			LC_LOCK_ERRORCHECK :
			0u) |
	       (kind & 16 ? LC_LOCK_ROBUST : 0u) |
	       (kind & 96 ? LC_LOCK_PRIO : 0u) |
	       (kind & 128 ? LC_LOCK_SHARED : 0u);
}

static int64_t rwlock_owner(const pthread_rwlock_t *l)
{
	if (l->__data.__cur_writer)
		return l->__data.__cur_writer;
	/* Above the three flag bits: readers. */
	return l->__data.__readers >> 3 ? -1 : 0;
}

static uint32_t object_flags(const void *lock, uint32_t kind)
{
	if (kind == LC_KIND_MUTEX)
		return mutex_flags(lock);
	if (kind == LC_KIND_RWLOCK)
		return ((const pthread_rwlock_t *)lock)->__data.__shared ?
			       LC_LOCK_SHARED :
			       0u;
	return kind == LC_KIND_FILE ? LC_LOCK_RECURSIVE : 0u;
}

static int64_t object_owner(const void *lock, uint32_t kind)
{
	const pthread_mutex_t *m = lock;

	if (kind == LC_KIND_RWLOCK)
		return rwlock_owner(lock);
	if (kind != LC_KIND_MUTEX)
		return -1;
	if (m->__data.__owner)
		return m->__data.__owner & 0x3fffffff;
	/* Locked without an owner: by elision, or just being handed over. */
	return m->__data.__lock ? -1 : 0;
}

/* A mutex just being handed over (-1) is held. A reader is waiting while the
 * lock is in a phase of writers: the lowest bit of glibc's word. */
static bool object_given(const void *copy, uint32_t what, uint32_t tid)
{
	const pthread_rwlock_t *l = copy;
	int64_t owner;

	if (LC_WHAT_KIND(what) == LC_KIND_RWLOCK)
		return LC_WHAT_MODE(what) == LC_MODE_SHARED ?
			       !(l->__data.__readers & 1) :
			       l->__data.__cur_writer == (int)tid;
	owner = object_owner(copy, LC_KIND_MUTEX);
	return owner < 0 || owner == tid;
}

#else

static uint32_t object_flags(const void *lock, uint32_t kind)
{
	(void)lock;
	return kind == LC_KIND_FILE ? LC_LOCK_RECURSIVE : 0u;
}

static int64_t object_owner(const void *lock, uint32_t kind)
{
	(void)lock;
	(void)kind;
	return -1;
}

/* There are no plain ones. */
static bool object_given(const void *copy, uint32_t what, uint32_t tid)
{
	(void)copy;
	(void)what;
	(void)tid;
	return true;
}

#endif

const struct lc_rt_probe lc_shim_probe = {
	.flags = object_flags,
	.owner = object_owner,
	.given = object_given,
#ifdef LC_SHIM_STATIC
	.file_flags = LC_FILE_STATIC,
#endif
};
