/* SPDX-License-Identifier: MIT */
/*
 * Which definition a name means. A compile database may be that of several
 * programs that share files and define the same names: a reference means the
 * definition of its own unit, else that of its own target of the build (its
 * object directory), never one that is linked to another main, else the one
 * whose file is nearest in the tree. If it may be in either of two programs,
 * it means neither.
 *
 * A file that is compiled for two targets and means other things by the same
 * name in each is two files here: it is *split*.
 */
#ifndef LC_SOLVE_LINK_H
#define LC_SOLVE_LINK_H

#include "solve/program.h"

struct linkage;
struct definition {
	uint32_t file;   /* string of the program; 0 = none known */
	uint32_t target; /* which half of a file that is split; 0 = not split */
};

/* Reads the units of `p`; no symbol of it needs to be there yet. */
struct linkage *link_find(struct program *p);
void link_release(struct linkage *links);
/* Where what unit `u` calls `s` is defined. */
struct definition link_meant(struct linkage *links, uint32_t u,
			     const struct lc_symbol *s);

#endif
