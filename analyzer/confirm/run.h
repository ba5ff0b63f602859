/* SPDX-License-Identifier: MIT */
/* Running a program under the shim, and collecting what it recorded. */
#ifndef LC_CONFIRM_RUN_H
#define LC_CONFIRM_RUN_H

#include "confirm/record.h"

struct lc_launch {
	const char *const *argv; /* argv[0] is looked up as a shell does */
	uint32_t argc;
	const char *plan; /* NULL: not steered */
	uint32_t timeout_s;
	bool silent; /* no input, no output */
	bool leave_hangs; /* LOCKCHECK_ON_HANG is the user's; else "exit" */
};

struct lc_run {
	LC_ARRAY(struct lc_record) records; /* one a process, by start */
	int status; /* as waitpid's */
	bool timed_out;
};

/*
 * -1 and one sentence where it cannot work: no such program, set-user-id,
 * static without our archive, no shim, nothing recorded. Release `run` in
 * any case. The record files are deleted, their contents are in memory.
 */
int lc_run(struct lc_run *run, const struct lc_launch *launch,
	   struct lc_error *err);
/* The records of a program that has run before; the files stay. */
int lc_run_read(struct lc_run *run, const char *const *paths, uint32_t n,
		struct lc_error *err);
void lc_run_release(struct lc_run *run);

#endif
