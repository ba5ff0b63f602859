/* SPDX-License-Identifier: MIT */
/*
 * A compile database in pieces: a directory with one small file, itself a
 * compile database, for each compilation. lockcheck-cc writes it.
 */
#ifndef LC_PLAN_FRAGMENTS_H
#define LC_PLAN_FRAGMENTS_H

#define LC_FRAGMENTS_DIR ".lockcheck-cc"
#define LC_FRAGMENT_SUFFIX ".lockcheck-cc.json"

#endif
