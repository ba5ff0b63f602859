/* SPDX-License-Identifier: MIT */
/*
 * Threads, libraries that come and go, programs that replace this one.
 */
#include "real.h"

#include <dlfcn.h>
#include <unistd.h>

/* ---- create ---- */

static void *run_posix(void *arg)
{
	struct lc_rt_thread *self = arg;
	void *(*start)(void *) = (void *(*)(void *))self->run;
	void *start_arg = self->run_arg;

	lc_rt_thread_run(self);
	return start(start_arg);
}

static int run_c11(void *arg)
{
	struct lc_rt_thread *self = arg;
	int (*start)(void *) = (int (*)(void *))self->run;
	void *start_arg = self->run_arg;

	lc_rt_thread_run(self);
	return start(start_arg);
}

LC_SHIM_EXPORT int SHIM(pthread_create)(pthread_t *thread,
					const pthread_attr_t *attr,
					void *(*start)(void *), void *arg)
{
	struct lc_rt_thread *child = lc_rt_thread_create(
		(uintptr_t)start, 0, WHAT_KIND_ONLY(THREAD), LC_RT_CALLER);
	int detached = PTHREAD_CREATE_JOINABLE, rc;

	if (!child)
		return REAL(pthread_create)(thread, attr, start, arg);
	child->run = (uintptr_t)start;
	child->run_arg = arg;
	if (attr)
		pthread_attr_getdetachstate(attr, &detached);
	child->detached = detached == PTHREAD_CREATE_DETACHED;
	rc = REAL(pthread_create)(thread, attr, run_posix, child);
	if (rc)
		lc_rt_thread_failed(child);
	else if (detached == PTHREAD_CREATE_JOINABLE)
		lc_rt_thread_created(child, (uintptr_t)*thread);
	return rc;
}

LC_SHIM_EXPORT int SHIM(thrd_create)(thrd_t *thread, thrd_start_t start,
				     void *arg)
{
	struct lc_rt_thread *child =
		lc_rt_thread_create((uintptr_t)start, LC_THREAD_C11,
				    WHAT_KIND_ONLY(THREAD), LC_RT_CALLER);
	int rc;

	if (!child)
		return REAL(thrd_create)(thread, start, arg);
	child->run = (uintptr_t)start;
	child->run_arg = arg;
	rc = REAL(thrd_create)(thread, run_c11, child);
	if (rc != thrd_success)
		lc_rt_thread_failed(child);
	else
		lc_rt_thread_created(child, (uintptr_t)*thread);
	return rc;
}

LC_SHIM_EXPORT int SHIM(pthread_detach)(pthread_t thread)
{
	lc_rt_thread_detached((uintptr_t)thread);
	return REAL(pthread_detach)(thread);
}

LC_SHIM_EXPORT int SHIM(thrd_detach)(thrd_t thread)
{
	lc_rt_thread_detached((uintptr_t)thread);
	return REAL(thrd_detach)(thread);
}

LC_SHIM_EXPORT int SHIM(pthread_setname_np)(pthread_t thread, const char *name)
{
	int rc = REAL(pthread_setname_np)(thread, name);

	if (rc == 0)
		lc_rt_thread_name((uintptr_t)thread, name);
	return rc;
}

/* ---- join ---- */

static void cancelled_join(void *wait)
{
	lc_rt_join_end(wait, false);
}

#define JOIN(thread, how, success, real)                                    \
	do {                                                                \
		struct lc_rt_wait wait = lc_rt_join_begin(                  \
			(uintptr_t)(thread), WHAT(THREAD, EXCLUSIVE, how),  \
			LC_RT_CALLER);                                      \
		int rc;                                                     \
									    \
		pthread_cleanup_push(cancelled_join, &wait);                \
		rc = (real);                                                \
		pthread_cleanup_pop(0);                                     \
		lc_rt_join_end(&wait, rc == (success));                     \
		return rc;                                                  \
	} while (0)

LC_SHIM_EXPORT int SHIM(pthread_join)(pthread_t thread, void **result)
{
	JOIN(thread, BLOCK, 0, REAL(pthread_join)(thread, result));
}

LC_SHIM_EXPORT int SHIM(pthread_tryjoin_np)(pthread_t thread, void **result)
{
	JOIN(thread, TRY, 0, REAL(pthread_tryjoin_np)(thread, result));
}

LC_SHIM_EXPORT int SHIM(pthread_timedjoin_np)(pthread_t thread, void **result,
					      const struct timespec *until)
{
	if (!until)
		JOIN(thread, BLOCK, 0,
		     REAL(pthread_timedjoin_np)(thread, result, until));
	JOIN(thread, TIMED, 0,
	     REAL(pthread_timedjoin_np)(thread, result, until));
}

LC_SHIM_EXPORT int SHIM(pthread_clockjoin_np)(pthread_t thread, void **result,
					      clockid_t clock,
					      const struct timespec *until)
{
	if (!until)
		JOIN(thread, BLOCK, 0,
		     REAL(pthread_clockjoin_np)(thread, result, clock, until));
	JOIN(thread, TIMED, 0,
	     REAL(pthread_clockjoin_np)(thread, result, clock, until));
}

LC_SHIM_EXPORT int SHIM(thrd_join)(thrd_t thread, int *result)
{
	JOIN(thread, BLOCK, thrd_success, REAL(thrd_join)(thread, result));
}

/* ---- libraries: a static program has none ---- */

#ifndef LC_SHIM_STATIC

/* libc looks for a library by the run path of its caller, as the return address
 * says: so this must end in a jump, and nothing can be done after. What has
 * been loaded is found when the first of its addresses is seen. */
LC_SHIM_EXPORT void *SHIM(dlopen)(const char *path, int flags)
{
#ifdef RTLD_DEEPBIND
	if (flags & RTLD_DEEPBIND && lc_rt_active()) {
		if (lc_rt_options.deepbind_off)
			flags &= ~RTLD_DEEPBIND;
		else
			lc_rt_deepbind(path);
	}
#endif
	return REAL(dlopen)(path, flags);
}

LC_SHIM_EXPORT int SHIM(dlclose)(void *handle)
{
	int rc = REAL(dlclose)(handle);

	lc_rt_modules_changed();
	return rc;
}

#endif

/* ---- exec ---- */

#define EXEC(real)                                              \
	do {                                                    \
		bool ours = lc_rt_exec_begin(LC_RT_CALLER);     \
		int rc = (real);                                \
								\
		if (ours)                                       \
			lc_rt_exec_failed();                    \
		return rc;                                      \
	} while (0)

LC_SHIM_EXPORT int SHIM(execve)(const char *path, char *const *argv,
				char *const *envp)
{
	EXEC(REAL(execve)(path, argv, envp));
}

LC_SHIM_EXPORT int SHIM(execv)(const char *path, char *const *argv)
{
	EXEC(REAL(execv)(path, argv));
}

LC_SHIM_EXPORT int SHIM(execvp)(const char *file, char *const *argv)
{
	EXEC(REAL(execvp)(file, argv));
}

LC_SHIM_EXPORT int SHIM(execvpe)(const char *file, char *const *argv,
				 char *const *envp)
{
	EXEC(REAL(execvpe)(file, argv, envp));
}

LC_SHIM_EXPORT int SHIM(fexecve)(int fd, char *const *argv, char *const *envp)
{
	EXEC(REAL(fexecve)(fd, argv, envp));
}
