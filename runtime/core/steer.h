/* SPDX-License-Identifier: MIT */
/*
 * What the steering and its plans have in common with the analyzer: the first
 * line of a plan, and the events in LC_REC_STEER records.
 */
#ifndef LC_RUNTIME_STEER_H
#define LC_RUNTIME_STEER_H

#define LC_PLAN_FIRST_LINE "lockcheck-plan 1"

/* struct lc_rec_steer.event; value is the number of the member. */
enum lc_steer_event {
	LC_STEER_PARKED = 1, /* site: the inner acquire */
	LC_STEER_DELAYED = 2, /* site: the acquire it waits before */
	LC_STEER_MET = 3, /* all are parked; value: how many */
	/* Let go, because the partners wait for it: lock and site are what it
	 * holds and where it took it (0: they wait for its end, or its
	 * signal). */
	LC_STEER_BLOCKED = 4,
	/* Follows it: thread waits at site, value is the record's `what`. */
	LC_STEER_BLOCKER = 5,
	LC_STEER_GRACE = 6, /* let go: the grace time is over */
	LC_STEER_WAITS = 8, /* is at its wait, not parked; site: the wait */
	/* After they met, one that waits for what has no owner has done so for
	 * `value` ms now, and thread (who would wake it) for a lock it holds. */
	LC_STEER_STAYS = 9,
	LC_STEER_STILL = 7, /* let go: nobody runs, nobody comes */
};

#endif
