/* SPDX-License-Identifier: MIT */
/* A plan as the steering has it in memory; private to the two files of it. */
#ifndef LC_RUNTIME_STEER_PLAN_H
#define LC_RUNTIME_STEER_PLAN_H

#include "internal.h"

enum {
	MAX_MEMBERS = 8,
	MAX_SITES = 24,
	MAX_DELAYS = 8,
};

/* "prog+0x12" or "@a.c:7". */
struct site {
	const char *name; /* of the module, without directory; or the file */
	uint64_t offset; /* or the line */
	bool named;
};

struct lock_name {
	bool given;
	bool is_static;
	struct site at;
	uint32_t nth;
};

/* How a member is got to its place. */
enum member_kind {
	MEMBER_LOCK = 0, /* parked before it asks for a lock */
	MEMBER_WAIT, /* not parked: it waits, and nobody wakes it */
	MEMBER_RELOCK, /* same, and its mutex is what it will want */
};

struct member {
	enum member_kind kind;
	struct site outer[MAX_SITES], inner[MAX_SITES];
	uint32_t nouter, ninner;
	struct site start;
	bool has_start, is_main;
	struct lock_name holds, wants;
	struct site delay[MAX_DELAYS];
	uint32_t ndelays;
	/* of the run */
	struct lc_rt_thread *thread; /* parked here, NULL = nobody */
	const void *held, *wanted;
	uint64_t since_ns;
	uint32_t ticks; /* of a WAIT: looks it has been here for */
	uint32_t chance; /* of 256 */
};


struct plan {
	struct member members[MAX_MEMBERS];
	uint32_t nmembers;
	uint64_t grace_ns;
	uint64_t random_state;
};

/* False, with the line said, if the file is no plan. Its text is kept. */
LC_RT_HIDDEN bool lc_rt_plan_read(struct plan *p, const char *path);

LC_RT_HIDDEN bool lc_rt_plan_any(const struct site *sites, uint32_t n,
				 lc_rec_place place);
/* Is it the lock of that name? True if no name is given. */
LC_RT_HIDDEN bool lc_rt_plan_lock(const struct lock_name *name,
				  struct lc_rt_lock *lock);
/* Is t, by its start routine, one for m? */
LC_RT_HIDDEN bool lc_rt_plan_starts(const struct member *m,
				    const struct lc_rt_thread *t);

#endif
