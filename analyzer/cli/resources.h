/* SPDX-License-Identifier: MIT */
/* What is installed beside the command: rules and models. And one word. */
#ifndef LC_CLI_RESOURCES_H
#define LC_CLI_RESOURCES_H

#include "cli/config.h"
#include "cli/options.h"
#include "model/model.h"
#include "report/report.h"

/*
 * The directory with *.sql and models/: $LOCKCHECK_RULES, or else beside the
 * command ../rules (from a build folder), rules, ../share/lockcheck/rules
 * (installed). The caller frees; NULL and a sentence if there is none.
 */
char *lc_rules_directory(struct lc_error *err);

/* The word of --color, NULL for none. */
enum lc_color lc_color_option(const char *word);

/* Our rules, then the user's (--rules). `rules` is initialised. */
int lc_load_rules(struct lc_rules *rules, const struct lc_settings *set,
		  struct lc_error *err);
/* Our models, then the project's, then --models: later ones win. */
int lc_load_models(struct lc_models *models, const struct lc_settings *set,
		   const struct lc_config *config, struct lc_error *err);

/* The library that `run` preloads, which the caller frees; NULL: not found. */
char *lc_capture_library(void);

#endif
