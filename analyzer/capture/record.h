/* SPDX-License-Identifier: MIT */
/*
 * What the preloaded library and `lockcheck run` agree on: the variable that
 * names the file, and its records. A record is the head, the working directory
 * and each argument, the texts ended by NUL; `size` is all of it in bytes.
 */
#ifndef LC_CAPTURE_RECORD_H
#define LC_CAPTURE_RECORD_H

#include <stdint.h>

#define LC_CAPTURE_LOG "LOCKCHECK_CAPTURE_LOG"
#define LC_CAPTURE_MAGIC 0x3178636cu

struct lc_capture_head {
	uint32_t magic, size, argc;
};

#endif
