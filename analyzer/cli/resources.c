/* SPDX-License-Identifier: MIT */
/* Where rules and models are, and loading all of them. See resources.h. */
#include "cli/resources.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* A directory of rules holds models/ too: tells ours from a stranger's. */
static bool is_rules_directory(const char *path)
{
	char *models = lc_path_join(path, "models");
	bool yes = lc_is_dir(models);

	free(models);
	return yes;
}

static char *executable_directory(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return lc_strdup(".");
	path[n] = '\0';
	return lc_path_dirname(path);
}

char *lc_rules_directory(struct lc_error *err)
{
	static const char *const places[] = { "../rules", "rules",
					      "../share/lockcheck/rules" };
	const char *named = getenv("LOCKCHECK_RULES");
	char *exe;

	if (named && *named) {
		if (is_rules_directory(named))
			return lc_strdup(named);
		lc_fail(err, "LOCKCHECK_RULES is %s, which is no directory of "
			"rules with models/ in it", named);
		return NULL;
	}
	exe = executable_directory();
	for (size_t i = 0; i < LC_LEN(places); i++) {
		char *joined = lc_path_join(exe, places[i]);
		char *path = lc_path_normal(joined);

		free(joined);
		if (is_rules_directory(path)) {
			free(exe);
			return path;
		}
		free(path);
	}
	lc_fail(err, "cannot find the rules: neither ../rules nor rules nor "
		"../share/lockcheck/rules is beside the command in %s (set "
		"LOCKCHECK_RULES)", exe);
	free(exe);
	return NULL;
}

char *lc_capture_library(void)
{
	static const char name[] = "liblockcheck_capture.so";
	static const char *const places[] = { ".", "../" LC_LIBDIR "/lockcheck" };
	char *exe = executable_directory();
	char *found = NULL;

	for (size_t i = 0; i < LC_LEN(places) && !found; i++) {
		char *dir = lc_path_join(exe, places[i]);
		char *file = lc_path_join(dir, name);

		found = lc_is_file(file) ? lc_path_normal(file) : NULL;
		free(file);
		free(dir);
	}
	free(exe);
	return found;
}

int lc_load_rules(struct lc_rules *rules, const struct lc_settings *set,
		  struct lc_error *err)
{
	char *dir = lc_rules_directory(err);
	int rc = dir ? lc_rules_load_dir(rules, dir, err) : -1;

	for (uint32_t i = 0; i < set->rules.len && rc >= 0; i++)
		rc = lc_rules_load_dir(rules, set->rules.data[i], err);
	free(dir);
	return rc;
}

int lc_load_models(struct lc_models *models, const struct lc_settings *set,
		   const struct lc_config *config, struct lc_error *err)
{
	char *rules = lc_rules_directory(err), *dir;
	int rc;

	if (!rules)
		return -1;
	dir = lc_path_join(rules, "models");
	rc = lc_models_load_dir(models, dir, err);
	for (uint32_t i = 0; i < config->models.list.len && !rc; i++)
		rc = lc_models_load(models, config->models.list.data[i].text,
				    err);
	for (uint32_t i = 0; i < set->models.len && !rc; i++)
		rc = lc_models_load(models, set->models.data[i], err);
	free(dir);
	free(rules);
	return rc;
}

enum lc_color lc_color_option(const char *word)
{
	if (word && !strcmp(word, "always"))
		return LC_COLOR_ALWAYS;
	return word && !strcmp(word, "never") ? LC_COLOR_NEVER : LC_COLOR_AUTO;
}
