/* SPDX-License-Identifier: MIT */
/*
 * .lockcheck.yaml, the project's configuration: the nearest one from the
 * current directory upwards. All keys may be left out:
 *
 *   models: [locks.yaml]       # model files, relative to this file
 *   rules:                     # level of a rule, or off
 *     trylock-unchecked: error
 *   exclude: ["third_party"]   # no findings in files that match; relative to
 *                              # this file, * also matches /
 *   fail-on: warning           # as --fail-on
 */
#ifndef LC_CLI_CONFIG_H
#define LC_CLI_CONFIG_H

#include "base/words.h"
#include "store/judge.h"

struct lc_config_rule {
	char *id;
	enum lc_level level; /* LC_LEVEL_NONE: off */
	uint32_t line;
};
struct lc_config {
	char *path;      /* as shown in errors; NULL: there is none */
	char *directory; /* absolute */
	struct lc_words models; /* absolute paths */
	struct lc_words exclude;
	LC_ARRAY(struct lc_config_rule) rules;
	bool has_fail_on;
	enum lc_level fail_on;
};

/* Finds and reads it; without one, `config` is empty. Release in any case. */
int lc_config_load(struct lc_config *config, struct lc_error *err);
void lc_config_release(struct lc_config *config);
/* Every rule it names must be one of `rules`. */
int lc_config_check(const struct lc_config *config,
		    const struct lc_rules *rules, struct lc_error *err);
/* Is this file (relative to `root`, or absolute) excluded? */
bool lc_config_excludes(const struct lc_config *config, const char *root,
			const char *file);

#endif
