/* SPDX-License-Identifier: MIT */
/*
 * Misuse, and what results are called. With the core off (LOCKCHECK_OFF) there
 * are no books and no record; what went wrong is said all the same.
 */
#include "internal.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

const char *lc_result_text(enum lc_result result)
{
	static const char *const texts[] = {
		[LC_OK] = "done",
		[LC_BUSY] = "not free now",
		[LC_TIMEOUT] = "timed out",
		[LC_BROKEN] = "the barrier is broken",
		[LC_NO_THREAD] = "no thread can be started",
		[LC_NOT_HELD] = "the lock is not held",
		[LC_NOT_OWNER] = "another thread holds the lock",
		[LC_DEADLOCK] = "the caller would wait for itself",
		[LC_IN_USE] = "in use",
		[LC_TOO_MANY] = "too many",
		[LC_OTHER_LOCK] = "the condition belongs to another lock",
		[LC_NOT_STARTED] = "the thread was not started",
	};

	if ((unsigned)result >= sizeof(texts) / sizeof(*texts))
		return "no result of lockcheck";
	return texts[result];
}

static void say_place(const char *what, const struct lc_site *site)
{
	if (site)
		lc_rt_say("  %s at %s:%u in %s\n", what, site->file, site->line,
			  site->function);
}

static void without_books(enum lc_rec_misuse_kind kind,
			  const struct lc_site *site,
			  const struct lc_site *other, const char *did)
{
	enum lc_rt_on_misuse on = lc_rt_options.on_misuse;

	if (on == LC_RT_MISUSE_IGNORE || on == LC_RT_MISUSE_RECORD)
		return;
	lc_rt_say("lockcheck: misuse in process %d: a lock or the like %s\n",
		  (int)getpid(), lc_rt_misuse_text(kind));
	say_place("here,", site);
	say_place(did, other);
	if (on == LC_RT_MISUSE_ABORT)
		abort();
	if (on == LC_RT_MISUSE_EXIT)
		_exit(LC_RT_EXIT_MISUSE);
}

enum lc_result lc_prim_misuse(enum lc_rec_misuse_kind kind, const void *object,
			      uint32_t what, const struct lc_site *site,
			      const struct lc_site *other, const char *did,
			      enum lc_result result)
{
	lc_rt_start();
	if (lc_rt_active())
		lc_rt_misuse_with(kind, object, what, PLACE(site), PLACE(other),
				  did);
	else
		without_books(kind, site, other, did);
	return result;
}
