/* SPDX-License-Identifier: MIT */
/* The exit codes: enum and --help come from this one list. */
#ifndef LC_CLI_EXIT_H
#define LC_CLI_EXIT_H

#define LC_CODES(X)                                                            \
	X(CLEAN, 0, "nothing found at or above the threshold (--fail-on)")     \
	X(FINDINGS, 1, "findings at or above the threshold")                   \
	X(FAULT, 2, "usage or tool fault; one sentence on stderr")             \
	X(INCOMPLETE, 3, "some unit was not analysed, and nothing found "      \
			 "at the threshold")

enum lc_code {
#define LC_CODE_ENUM(name, value, text) LC_CODE_##name = (value),
	LC_CODES(LC_CODE_ENUM)
#undef LC_CODE_ENUM
	LC_CODE_SIGNAL = 128 /* + number of the signal that ended the run */
};

#endif
