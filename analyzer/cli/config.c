/* SPDX-License-Identifier: MIT */
/* Reading .lockcheck.yaml. See config.h. */
#include "cli/config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/yaml.h"

static const char file_name[] = ".lockcheck.yaml";

void lc_config_release(struct lc_config *config)
{
	for (uint32_t i = 0; i < config->rules.len; i++)
		free(config->rules.data[i].id);
	lc_array_release(&config->rules);
	lc_words_release(&config->models);
	lc_words_release(&config->exclude);
	free(config->path);
	free(config->directory);
	memset(config, 0, sizeof(*config));
}

/* The nearest directory from `dir` (taken) upwards that has one, or NULL. */
static char *nearest(char *dir)
{
	for (;;) {
		char *path = lc_path_join(dir, file_name), *up;
		bool found = lc_is_file(path);

		free(path);
		if (found)
			return dir;
		up = strcmp(dir, "/") ? lc_path_dirname(dir) : NULL;
		free(dir);
		if (!up)
			return NULL;
		dir = up;
	}
}

/* ---- the keys ---- */

static int read_list(struct lc_yaml *y, yaml_node_t *list, const char *what,
		     struct lc_words *out)
{
	yaml_node_t *item;

	if (lc_yaml_want_list(y, list, what))
		return -1;
	for (uint32_t i = 0; (item = lc_yaml_item(y, list, i)); i++) {
		const char *text = lc_yaml_text(y, item, what);

		if (!text)
			return -1;
		if (!*text)
			return lc_yaml_fail(y, item, "an entry of %s is empty",
					    what);
		lc_words_add(out, text);
	}
	return 0;
}

static int read_models(struct lc_config *config, struct lc_yaml *y,
		       yaml_node_t *list)
{
	if (read_list(y, list, "models", &config->models))
		return -1;
	for (uint32_t i = 0; i < config->models.len; i++) {
		char *path = lc_path_join(config->directory,
					  config->models.data[i]);

		if (access(path, R_OK)) {
			lc_yaml_fail(y, lc_yaml_item(y, list, i),
				     "cannot read the model file %s: %s",
				     config->models.data[i], strerror(errno));
			free(path);
			return -1;
		}
		free(config->models.data[i]);
		config->models.data[i] = path;
	}
	return 0;
}

static int visit_rule(void *ctx, struct lc_yaml *y, const char *key,
		      yaml_node_t *key_node, yaml_node_t *value)
{
	const char *text = lc_yaml_text(y, value, key);
	struct lc_config *config = ctx;
	enum lc_level level = LC_LEVEL_NONE;
	struct lc_config_rule *rule;

	if (!text)
		return -1;
	if (strcmp(text, "off") &&
	    (!lc_level_parse(text, &level) || level == LC_LEVEL_NONE))
		return lc_yaml_fail(y, value, "%s: \"%s\" is no level; allowed: "
				    "off, error, warning, note", key, text);
	rule = lc_push(&config->rules);
	rule->id = lc_strdup(key);
	rule->level = level;
	rule->line = lc_yaml_line(key_node);
	return 0;
}

static int read_fail_on(struct lc_config *config, struct lc_yaml *y,
			yaml_node_t *value)
{
	const char *text = lc_yaml_text(y, value, "fail-on");

	if (!text)
		return -1;
	if (!lc_level_parse(text, &config->fail_on))
		return lc_yaml_fail(y, value, "\"%s\" is no level; allowed: "
				    "error, warning, note, none", text);
	config->has_fail_on = true;
	return 0;
}

static int visit_key(void *ctx, struct lc_yaml *y, const char *key,
		     yaml_node_t *key_node, yaml_node_t *value)
{
	struct lc_config *config = ctx;

	if (!strcmp(key, "models"))
		return read_models(config, y, value);
	if (!strcmp(key, "rules"))
		return lc_yaml_each(y, value, key, visit_rule, config);
	if (!strcmp(key, "exclude"))
		return read_list(y, value, key, &config->exclude);
	if (!strcmp(key, "fail-on"))
		return read_fail_on(config, y, value);
	return lc_yaml_fail(y, key_node, "\"%s\" is no key; allowed: models, "
			    "rules, exclude, fail-on", key);
}

/* ---- the file ---- */

int lc_config_load(struct lc_config *config, struct lc_error *err)
{
	char *here = realpath(".", NULL), *full;
	struct lc_yaml y;
	int rc;

	memset(config, 0, sizeof(*config));
	if (!here)
		return lc_fail(err, "cannot tell the current directory: %s",
			       strerror(errno));
	config->directory = nearest(lc_strdup(here));
	if (!config->directory) {
		free(here);
		return 0;
	}
	full = lc_path_join(config->directory, file_name);
	config->path = lc_strdup(lc_path_from(here, full));
	free(full);
	free(here);
	rc = lc_yaml_load(&y, config->path, err);
	if (!rc && lc_yaml_root(&y))
		rc = lc_yaml_each(&y, lc_yaml_root(&y), "the configuration",
				  visit_key, config);
	lc_yaml_release(&y);
	return rc;
}

int lc_config_check(const struct lc_config *config,
		    const struct lc_rules *rules, struct lc_error *err)
{
	for (uint32_t i = 0; i < config->rules.len; i++) {
		const struct lc_config_rule *rule = &config->rules.data[i];

		if (!lc_rules_find(rules, rule->id))
			return lc_fail(err, "%s:%u: \"%s\" is no rule "
				       "(lockcheck rules lists them)",
				       config->path, rule->line, rule->id);
	}
	return 0;
}

bool lc_config_excludes(const struct lc_config *config, const char *root,
			const char *file)
{
	char *full;
	bool match = false;

	if (!config->exclude.len)
		return false;
	full = lc_path_join(root, file);
	for (uint32_t i = 0; i < config->exclude.len && !match; i++)
		match = !fnmatch(config->exclude.data[i],
				 lc_path_from(config->directory, full),
				 FNM_LEADING_DIR);
	free(full);
	return match;
}
