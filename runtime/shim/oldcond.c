/* SPDX-License-Identifier: MIT */
/*
 * pthread_cond_* as they were before glibc 2.3.2: x86-64 programs of that age,
 * and libraries that ask for that version, have another layout of pthread_cond_t.
 * Their calls must not come to the newer functions.
 *
 * But who asks for no version comes here, too. That is how programs ask that are
 * linked with a library that stands in for libc's conditions, as ThreadSanitizer's
 * of gcc does: it knows one layout, so it is asked, by the newer functions.
 */
#include "real.h"

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(LC_SHIM_STATIC)

#include <dlfcn.h>

/* The books, then the older real function. Where there is none (it was dropped
 * from that libc), nobody can have asked for it either. */
#define OLD(name)                                            \
	__asm__(".symver old_" #name ",pthread_" #name "@GLIBC_2.2.5");

typedef int one_arg(pthread_cond_t *);
typedef int wait_args(pthread_cond_t *, pthread_mutex_t *);
typedef int timedwait_args(pthread_cond_t *, pthread_mutex_t *,
			   const struct timespec *);
typedef int init_args(pthread_cond_t *, const pthread_condattr_t *);

#define REAL_OLD(type, name) \
	((type *)dlvsym(RTLD_NEXT, #name, "GLIBC_2.2.5"))

int old_cond_wait(pthread_cond_t *, pthread_mutex_t *);
int old_cond_timedwait(pthread_cond_t *, pthread_mutex_t *,
		       const struct timespec *);
int old_cond_signal(pthread_cond_t *);
int old_cond_broadcast(pthread_cond_t *);
int old_cond_init(pthread_cond_t *, const pthread_condattr_t *);
int old_cond_destroy(pthread_cond_t *);

static void end_wait(void *wait)
{
	lc_rt_wait_end(wait);
}

/* A jump: the newer function looks at its caller. */
#define UNLESS_OTHERS(newer)                                    \
	do {                                                    \
		if (LC_RT_UNLIKELY(lc_shim_other_conditions))   \
			return newer;                           \
	} while (0)

static __attribute__((noinline)) int
wait_old(pthread_cond_t *c, pthread_mutex_t *m, lc_rt_site_t site)
{
	wait_args *real = REAL_OLD(wait_args, pthread_cond_wait);
	struct lc_rt_wait wait = lc_rt_wait_begin(
		c, m, WHAT(COND, EXCLUSIVE, BLOCK), site);
	int rc;

	pthread_cleanup_push(end_wait, &wait);
	rc = real(c, m);
	pthread_cleanup_pop(1);
	return rc;
}

OLD(cond_wait)
LC_SHIM_EXPORT int old_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	UNLESS_OTHERS(pthread_cond_wait(c, m));
	return wait_old(c, m, LC_RT_CALLER);
}

static __attribute__((noinline)) int
timedwait_old(pthread_cond_t *c, pthread_mutex_t *m,
	      const struct timespec *until, lc_rt_site_t site)
{
	timedwait_args *real = REAL_OLD(timedwait_args, pthread_cond_timedwait);
	struct lc_rt_wait wait = lc_rt_wait_begin(
		c, m, WHAT(COND, EXCLUSIVE, TIMED), site);
	int rc;

	pthread_cleanup_push(end_wait, &wait);
	rc = real(c, m, until);
	pthread_cleanup_pop(1);
	return rc;
}

OLD(cond_timedwait)
LC_SHIM_EXPORT int old_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m,
				      const struct timespec *until)
{
	UNLESS_OTHERS(pthread_cond_timedwait(c, m, until));
	return timedwait_old(c, m, until, LC_RT_CALLER);
}

OLD(cond_signal)
LC_SHIM_EXPORT int old_cond_signal(pthread_cond_t *c)
{
	UNLESS_OTHERS(pthread_cond_signal(c));
	lc_rt_wake(c, WHAT_KIND_ONLY(COND), LC_RT_CALLER);
	return REAL_OLD(one_arg, pthread_cond_signal)(c);
}

OLD(cond_broadcast)
LC_SHIM_EXPORT int old_cond_broadcast(pthread_cond_t *c)
{
	UNLESS_OTHERS(pthread_cond_broadcast(c));
	lc_rt_wake(c, WHAT_KIND_ONLY(COND), LC_RT_CALLER);
	return REAL_OLD(one_arg, pthread_cond_broadcast)(c);
}

OLD(cond_init)
LC_SHIM_EXPORT int old_cond_init(pthread_cond_t *c,
				 const pthread_condattr_t *attr)
{
	UNLESS_OTHERS(pthread_cond_init(c, attr));
	return REAL_OLD(init_args, pthread_cond_init)(c, attr);
}

OLD(cond_destroy)
LC_SHIM_EXPORT int old_cond_destroy(pthread_cond_t *c)
{
	UNLESS_OTHERS(pthread_cond_destroy(c));
	return REAL_OLD(one_arg, pthread_cond_destroy)(c);
}

#endif
