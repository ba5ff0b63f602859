/* SPDX-License-Identifier: MIT */
/*
 * Conditions, semaphores, barriers, once: waits that have no owner.
 *
 * All of them but barriers can be left by cancellation: the books are mended by
 * a cleanup handler. (Compiled without -fexceptions, so that it is libc's own
 * kind, which needs no help of an unwinder's copy.)
 */
#include "real.h"

#include <fcntl.h>
#include <stdarg.h>

/* ---- conditions ---- */

static void end_wait(void *wait)
{
	lc_rt_wait_end(wait);
}

#define COND_WAIT(cond, mutex, how, real)                                   \
	do {                                                                \
		struct lc_rt_wait wait = lc_rt_wait_begin(                  \
			cond, mutex, WHAT(COND, EXCLUSIVE, how),            \
			LC_RT_CALLER);                                      \
		int rc;                                                     \
									    \
		if (!wait.me)                                               \
			return (real);                                      \
		pthread_cleanup_push(end_wait, &wait);                      \
		rc = (real);                                                \
		pthread_cleanup_pop(1);                                     \
		return rc;                                                  \
	} while (0)

LC_SHIM_EXPORT int SHIM(pthread_cond_wait)(pthread_cond_t *c,
					   pthread_mutex_t *m)
{
	COND_WAIT(c, m, BLOCK, REAL(pthread_cond_wait)(c, m));
}

LC_SHIM_EXPORT int SHIM(pthread_cond_timedwait)(pthread_cond_t *c,
						pthread_mutex_t *m,
						const struct timespec *until)
{
	COND_WAIT(c, m, TIMED, REAL(pthread_cond_timedwait)(c, m, until));
}

LC_SHIM_EXPORT int SHIM(pthread_cond_clockwait)(pthread_cond_t *c,
						pthread_mutex_t *m,
						clockid_t clock,
						const struct timespec *until)
{
	COND_WAIT(c, m, TIMED, REAL(pthread_cond_clockwait)(c, m, clock, until));
}

LC_SHIM_EXPORT int SHIM(pthread_cond_signal)(pthread_cond_t *c)
{
	lc_rt_wake(c, WHAT_KIND_ONLY(COND), LC_RT_CALLER);
	return REAL(pthread_cond_signal)(c);
}

LC_SHIM_EXPORT int SHIM(pthread_cond_broadcast)(pthread_cond_t *c)
{
	lc_rt_wake(c, WHAT_KIND_ONLY(COND), LC_RT_CALLER);
	return REAL(pthread_cond_broadcast)(c);
}

LC_SHIM_EXPORT int SHIM(pthread_cond_init)(pthread_cond_t *c,
					   const pthread_condattr_t *attr)
{
	int rc = REAL(pthread_cond_init)(c, attr);
	int shared = PTHREAD_PROCESS_PRIVATE;

	if (attr)
		pthread_condattr_getpshared(attr, &shared);
	if (rc == 0)
		lc_rt_init(c, LC_KIND_COND,
			   shared == PTHREAD_PROCESS_SHARED ? LC_LOCK_SHARED :
							      0,
			   0, NULL, LC_WHAT_LIBC, LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT int SHIM(pthread_cond_destroy)(pthread_cond_t *c)
{
	lc_rt_destroy(c, LC_KIND_COND, LC_WHAT_LIBC, LC_RT_CALLER);
	return REAL(pthread_cond_destroy)(c);
}

LC_SHIM_EXPORT int SHIM(cnd_wait)(cnd_t *c, mtx_t *m)
{
	COND_WAIT(c, m, BLOCK, REAL(cnd_wait)(c, m));
}

LC_SHIM_EXPORT int SHIM(cnd_timedwait)(cnd_t *c, mtx_t *m,
				       const struct timespec *until)
{
	COND_WAIT(c, m, TIMED, REAL(cnd_timedwait)(c, m, until));
}

LC_SHIM_EXPORT int SHIM(cnd_signal)(cnd_t *c)
{
	lc_rt_wake(c, WHAT_KIND_ONLY(COND), LC_RT_CALLER);
	return REAL(cnd_signal)(c);
}

LC_SHIM_EXPORT int SHIM(cnd_broadcast)(cnd_t *c)
{
	lc_rt_wake(c, WHAT_KIND_ONLY(COND), LC_RT_CALLER);
	return REAL(cnd_broadcast)(c);
}

LC_SHIM_EXPORT int SHIM(cnd_init)(cnd_t *c)
{
	int rc = REAL(cnd_init)(c);

	if (rc == thrd_success)
		lc_rt_init(c, LC_KIND_COND, 0, 0, NULL, LC_WHAT_LIBC,
			   LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT void SHIM(cnd_destroy)(cnd_t *c)
{
	lc_rt_destroy(c, LC_KIND_COND, LC_WHAT_LIBC, LC_RT_CALLER);
	REAL(cnd_destroy)(c);
}

/* ---- semaphores ---- */

static void end_sem(void *begun)
{
	lc_rt_sem_end(begun, false);
}

#define SEM_WAIT(sem, how, real)                                            \
	do {                                                                \
		struct lc_rt_sem begun = lc_rt_sem_begin(                   \
			sem, WHAT(SEM, EXCLUSIVE, how), LC_RT_CALLER);      \
		int rc;                                                     \
									    \
		pthread_cleanup_push(end_sem, &begun);                      \
		rc = (real);                                                \
		pthread_cleanup_pop(0);                                     \
		lc_rt_sem_end(&begun, rc == 0);                             \
		return rc;                                                  \
	} while (0)

LC_SHIM_EXPORT int SHIM(sem_wait)(sem_t *s)
{
	SEM_WAIT(s, BLOCK, REAL(sem_wait)(s));
}

LC_SHIM_EXPORT int SHIM(sem_trywait)(sem_t *s)
{
	SEM_WAIT(s, TRY, REAL(sem_trywait)(s));
}

LC_SHIM_EXPORT int SHIM(sem_timedwait)(sem_t *s, const struct timespec *until)
{
	SEM_WAIT(s, TIMED, REAL(sem_timedwait)(s, until));
}

LC_SHIM_EXPORT int SHIM(sem_clockwait)(sem_t *s, clockid_t clock,
				       const struct timespec *until)
{
	SEM_WAIT(s, TIMED, REAL(sem_clockwait)(s, clock, until));
}

LC_SHIM_EXPORT int SHIM(sem_post)(sem_t *s)
{
	lc_rt_sem_post(s, WHAT_KIND_ONLY(SEM), LC_RT_CALLER);
	return REAL(sem_post)(s);
}

LC_SHIM_EXPORT int SHIM(sem_init)(sem_t *s, int shared, unsigned value)
{
	int rc = REAL(sem_init)(s, shared, value);

	if (rc == 0)
		lc_rt_init(s, LC_KIND_SEM, shared ? LC_LOCK_SHARED : 0, value,
			   NULL, LC_WHAT_LIBC, LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT int SHIM(sem_destroy)(sem_t *s)
{
	lc_rt_destroy(s, LC_KIND_SEM, LC_WHAT_LIBC, LC_RT_CALLER);
	return REAL(sem_destroy)(s);
}

/* A named one is between processes: no lock of ours, whatever its value. */
LC_SHIM_EXPORT sem_t *SHIM(sem_open)(const char *name, int flags, ...)
{
	va_list args;
	mode_t mode = 0;
	unsigned value = 0;
	sem_t *s;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		value = va_arg(args, unsigned);
		va_end(args);
	}
	s = REAL(sem_open)(name, flags, mode, value);
	if (s != SEM_FAILED)
		lc_rt_init(s, LC_KIND_SEM, LC_LOCK_SHARED, value, name,
			   LC_WHAT_LIBC, LC_RT_CALLER);
	return s;
}

LC_SHIM_EXPORT int SHIM(sem_close)(sem_t *s)
{
	return REAL(sem_close)(s);
}

/* ---- barriers ---- */

LC_SHIM_EXPORT int SHIM(pthread_barrier_wait)(pthread_barrier_t *b)
{
	struct lc_rt_wait wait;
	int rc;

	lc_rt_wake(b, WHAT_KIND_ONLY(BARRIER), LC_RT_CALLER);
	wait = lc_rt_wait_begin(b, NULL, WHAT(BARRIER, EXCLUSIVE, BLOCK),
				LC_RT_CALLER);
	rc = REAL(pthread_barrier_wait)(b);
	lc_rt_wait_end(&wait);
	return rc;
}

LC_SHIM_EXPORT int SHIM(pthread_barrier_init)(pthread_barrier_t *b,
					      const pthread_barrierattr_t *attr,
					      unsigned count)
{
	int rc = REAL(pthread_barrier_init)(b, attr, count);
	int shared = PTHREAD_PROCESS_PRIVATE;

	if (attr)
		pthread_barrierattr_getpshared(attr, &shared);
	if (rc == 0)
		lc_rt_init(b, LC_KIND_BARRIER,
			   shared == PTHREAD_PROCESS_SHARED ? LC_LOCK_SHARED :
							      0,
			   count, NULL, LC_WHAT_LIBC, LC_RT_CALLER);
	return rc;
}

LC_SHIM_EXPORT int SHIM(pthread_barrier_destroy)(pthread_barrier_t *b)
{
	lc_rt_destroy(b, LC_KIND_BARRIER, LC_WHAT_LIBC, LC_RT_CALLER);
	return REAL(pthread_barrier_destroy)(b);
}

/* ---- once ---- */

/* The routine runs as if it held a lock that the others wait for. Its address
 * has no room for an argument: the innermost once of this thread. */
struct once {
	struct once *outer;
	struct lc_rt_op op;
	void (*routine)(void);
	bool ran;
};

static LC_RT_TLS struct once *once_now;

static void end_once(void *once)
{
	struct once *o = once;

	once_now = o->outer;
}

static void run_once(void)
{
	struct once *o = once_now;

	o->ran = true;
	lc_rt_acquire_end(o->op, true);
	o->routine();
}

/* Cancelled, thrown out of, or done. */
static void leave_once(struct once *o, const void *control)
{
	if (!o->op.me)
		return;
	if (o->ran)
		lc_rt_release(control, WHAT_KIND_ONLY(ONCE), 0);
	else
		lc_rt_acquire_end(o->op, false);
}

#ifdef __GLIBC__
/* Bit 1: done. The common case must cost nothing; but who calls with a lock
 * held would wait in another run, where the routine is not over yet. */
static bool once_is_done(const int *control, lc_rt_site_t site)
{
	const struct lc_rt_thread *me = lc_rt_tls.fast;

	if (!(__atomic_load_n(control, __ATOMIC_ACQUIRE) & 2))
		return false;
	if (LC_RT_UNLIKELY(me && me->top != me->held))
		lc_rt_acquire_end_slow(
			lc_rt_acquire_begin(control, WHAT(ONCE, EXCLUSIVE, BLOCK),
					    site),
			false);
	return true;
}
#endif

LC_SHIM_EXPORT int SHIM(pthread_once)(pthread_once_t *control,
				      void (*routine)(void))
{
	struct once o = { .outer = once_now, .routine = routine };
	int rc;

#ifdef __GLIBC__
	if (once_is_done(control, LC_RT_CALLER))
		return 0;
#endif
	o.op = lc_rt_acquire_begin(control, WHAT(ONCE, EXCLUSIVE, BLOCK),
				   LC_RT_CALLER);
	if (!o.op.me)
		return REAL(pthread_once)(control, routine);
	once_now = &o;
	pthread_cleanup_push(end_once, &o);
	rc = REAL(pthread_once)(control, run_once);
	pthread_cleanup_pop(1);
	leave_once(&o, control);
	return rc;
}

LC_SHIM_EXPORT void SHIM(call_once)(once_flag *flag, void (*routine)(void))
{
	struct once o = { .outer = once_now, .routine = routine };

#ifdef __GLIBC__
	if (once_is_done((const int *)flag, LC_RT_CALLER))
		return;
#endif
	o.op = lc_rt_acquire_begin(flag, WHAT(ONCE, EXCLUSIVE, BLOCK),
				   LC_RT_CALLER);
	if (!o.op.me) {
		REAL(call_once)(flag, routine);
		return;
	}
	once_now = &o;
	pthread_cleanup_push(end_once, &o);
	REAL(call_once)(flag, run_once);
	pthread_cleanup_pop(1);
	leave_once(&o, flag);
}
