/* SPDX-License-Identifier: MIT */
/*
 * .lockcheck.yaml, the project's configuration: the nearest one from the
 * current directory upwards. docs/manual.md describes the keys; all may be
 * left out. Paths in it are relative to it. Every value knows its line.
 */
#ifndef LC_CLI_CONFIG_H
#define LC_CLI_CONFIG_H

#include "base/words.h"
#include "cli/options.h"
#include "solve/solve.h"
#include "store/judge.h"

struct lc_config_rule {
	char *id;
	enum lc_level level; /* LC_LEVEL_NONE: off */
	uint32_t line;
};
struct lc_config_text {
	char *text;
	uint32_t line; /* 0: not given */
};
struct lc_config_texts {
	LC_ARRAY(struct lc_config_text) list;
};
struct lc_config_root { /* see struct lc_thread_root */
	char *function;
	bool many;
	uint32_t line;
};
struct lc_config_order { /* see struct lc_declared_order */
	char *before, *after;
	char *origin; /* FILE:LINE */
};
struct lc_config {
	char *path;      /* as shown in errors; NULL: there is none */
	char *directory; /* absolute */
	struct lc_config_texts models; /* absolute paths */
	struct lc_config_texts include, exclude;
	LC_ARRAY(struct lc_config_rule) rules;
	LC_ARRAY(struct lc_config_root) roots;
	LC_ARRAY(struct lc_config_order) orders;
	struct lc_config_text baseline; /* absolute path */
	uint32_t fail_on_line, allow_partial_line; /* 0: not given */
	enum lc_level fail_on;
	bool allow_partial;
};

/* Finds and reads it; without one, `config` is empty. Release in any case. */
int lc_config_load(struct lc_config *config, struct lc_error *err);
void lc_config_release(struct lc_config *config);
/* Every rule it names must be one of `rules`. */
int lc_config_check(const struct lc_config *config,
		    const struct lc_rules *rules, struct lc_error *err);
/* Is this file (relative to `root`, or absolute) kept out by `include` and
 * `exclude`? */
bool lc_config_excludes(const struct lc_config *config, const char *root,
			const char *file);

/* What holds, command line over file over default: */
enum lc_level lc_config_fail_on(const struct lc_config *config,
				const struct lc_settings *set);
bool lc_config_allow_partial(const struct lc_config *config,
			     const struct lc_settings *set);
/* NULL: none */
const char *lc_config_baseline(const struct lc_config *config,
			       const struct lc_settings *set);
/* … and all of it as YAML, with the origin of each value (--dump-config). */
void lc_config_dump(const struct lc_config *config,
		    const struct lc_settings *set,
		    const struct lc_rules *rules, FILE *out);

#endif
