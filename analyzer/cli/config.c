/* SPDX-License-Identifier: MIT */
/* Reading .lockcheck.yaml. See config.h. */
#include "cli/config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/yaml.h"

static const char file_name[] = ".lockcheck.yaml";

static void texts_release(struct lc_config_texts *t)
{
	for (uint32_t i = 0; i < t->list.len; i++)
		free(t->list.data[i].text);
	lc_array_release(&t->list);
}

void lc_config_release(struct lc_config *config)
{
	for (uint32_t i = 0; i < config->rules.len; i++)
		free(config->rules.data[i].id);
	lc_array_release(&config->rules);
	for (uint32_t i = 0; i < config->roots.len; i++)
		free(config->roots.data[i].function);
	lc_array_release(&config->roots);
	for (uint32_t i = 0; i < config->orders.len; i++) {
		free(config->orders.data[i].before);
		free(config->orders.data[i].after);
		free(config->orders.data[i].origin);
	}
	lc_array_release(&config->orders);
	texts_release(&config->models);
	texts_release(&config->include);
	texts_release(&config->exclude);
	free(config->baseline.text);
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
		     struct lc_config_texts *out)
{
	yaml_node_t *item;

	if (lc_yaml_want_list(y, list, what))
		return -1;
	for (uint32_t i = 0; (item = lc_yaml_item(y, list, i)); i++) {
		const char *text = lc_yaml_text(y, item, what);
		struct lc_config_text *n;

		if (!text)
			return -1;
		if (!*text)
			return lc_yaml_fail(y, item, "an entry of %s is empty",
					    what);
		n = lc_push(&out->list);
		n->text = lc_strdup(text);
		n->line = lc_yaml_line(item);
	}
	return 0;
}

/* A path of the file → from where we are; it must be readable. */
static int read_path(const struct lc_config *config, struct lc_yaml *y,
		     const yaml_node_t *at, const char *what, char **path)
{
	char *full = lc_path_join(config->directory, *path);

	if (access(full, R_OK)) {
		lc_yaml_fail(y, at, "cannot read the %s %s: %s", what, *path,
			     strerror(errno));
		free(full);
		return -1;
	}
	free(*path);
	*path = full;
	return 0;
}

static int read_models(struct lc_config *config, struct lc_yaml *y,
		       const char *key, yaml_node_t *list)
{
	if (read_list(y, list, key, &config->models))
		return -1;
	for (uint32_t i = 0; i < config->models.list.len; i++)
		if (read_path(config, y, lc_yaml_item(y, list, i), "model file",
			      &config->models.list.data[i].text))
			return -1;
	return 0;
}

static int read_include(struct lc_config *config, struct lc_yaml *y,
			const char *key, yaml_node_t *list)
{
	return read_list(y, list, key, &config->include);
}

static int read_exclude(struct lc_config *config, struct lc_yaml *y,
			const char *key, yaml_node_t *list)
{
	return read_list(y, list, key, &config->exclude);
}

/* A baseline that is not there yet is no fault: it is about to be written. */
static int read_baseline(struct lc_config *config, struct lc_yaml *y,
			 const char *key, yaml_node_t *value)
{
	const char *text = lc_yaml_text(y, value, key);

	if (!text)
		return -1;
	if (!*text)
		return lc_yaml_fail(y, value, "%s is empty", key);
	config->baseline.text = lc_path_join(config->directory, text);
	config->baseline.line = lc_yaml_line(value);
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

static int read_rules(struct lc_config *config, struct lc_yaml *y,
		      const char *key, yaml_node_t *value)
{
	return lc_yaml_each(y, value, key, visit_rule, config);
}

static int read_fail_on(struct lc_config *config, struct lc_yaml *y,
			const char *key, yaml_node_t *value)
{
	const char *text = lc_yaml_text(y, value, key);

	if (!text)
		return -1;
	if (!lc_level_parse(text, &config->fail_on))
		return lc_yaml_fail(y, value, "\"%s\" is no level; allowed: "
				    "error, warning, note, none", text);
	config->fail_on_line = lc_yaml_line(value);
	return 0;
}

static int read_allow_partial(struct lc_config *config, struct lc_yaml *y,
			      const char *key, yaml_node_t *value)
{
	if (lc_yaml_bool(y, value, key, &config->allow_partial))
		return -1;
	config->allow_partial_line = lc_yaml_line(value);
	return 0;
}

static int visit_root(void *ctx, struct lc_yaml *y, const char *key,
		      yaml_node_t *key_node, yaml_node_t *value)
{
	struct lc_config_root *root = ctx;
	const char *text;

	if (!strcmp(key, "many"))
		return lc_yaml_bool(y, value, key, &root->many);
	if (strcmp(key, "function"))
		return lc_yaml_fail(y, key_node, "\"%s\" is no key of a thread "
				    "root; allowed: function, many", key);
	text = lc_yaml_text(y, value, key);
	if (text)
		root->function = lc_strdup(text);
	return text ? 0 : -1;
}

/* - worker
 * - { function: handler, many: true } */
static int read_roots(struct lc_config *config, struct lc_yaml *y,
		      const char *key, yaml_node_t *list)
{
	yaml_node_t *item;

	if (lc_yaml_want_list(y, list, key))
		return -1;
	for (uint32_t i = 0; (item = lc_yaml_item(y, list, i)); i++) {
		struct lc_config_root *root = lc_push(&config->roots);

		root->line = lc_yaml_line(item);
		if (item->type == YAML_MAPPING_NODE) {
			if (lc_yaml_each(y, item, key, visit_root, root))
				return -1;
		} else {
			const char *text = lc_yaml_text(y, item, key);

			if (!text)
				return -1;
			root->function = lc_strdup(text);
		}
		if (!root->function || !*root->function)
			return lc_yaml_fail(y, item, "a thread root names no "
					    "function");
	}
	return 0;
}

/* ---- declared orders ---- */

/* The next lock of a list: ordered after the one before it. */
static void add_order(struct lc_config *config, const char *before,
		      const char *after, const char *file, uint32_t line)
{
	struct lc_config_order *o = lc_push(&config->orders);

	o->before = lc_strdup(before);
	o->after = lc_strdup(after);
	o->origin = lc_asprintf("%s:%u", file, line);
}

static int read_order(struct lc_config *config, struct lc_yaml *y,
		      yaml_node_t *list)
{
	const char *last = NULL;
	yaml_node_t *item;

	if (lc_yaml_want_list(y, list, "an order"))
		return -1;
	for (uint32_t i = 0; (item = lc_yaml_item(y, list, i)); i++) {
		const char *text = lc_yaml_text(y, item, "an order");

		if (!text)
			return -1;
		if (!*text)
			return lc_yaml_fail(y, item, "the name of a lock is "
					    "empty");
		if (last && !strcmp(last, text))
			return lc_yaml_fail(y, item, "%s cannot come before "
					    "itself", text);
		if (last)
			add_order(config, last, text, config->path,
				  lc_yaml_line(item));
		last = text;
	}
	if (!last || !lc_yaml_item(y, list, 1))
		return lc_yaml_fail(y, list, "an order needs two locks");
	return 0;
}

static int read_orders(struct lc_config *config, struct lc_yaml *y,
		       const char *key, yaml_node_t *list)
{
	yaml_node_t *item;

	if (lc_yaml_want_list(y, list, key))
		return -1;
	for (uint32_t i = 0; (item = lc_yaml_item(y, list, i)); i++)
		if (read_order(config, y, item))
			return -1;
	return 0;
}

/* "a < b < c"; the text is cut up. */
static int read_order_line(struct lc_config *config, char *line,
			   const char *file, uint32_t number,
			   struct lc_error *err)
{
	const char *last = NULL;
	char *save = NULL;

	line[strcspn(line, "#\r")] = '\0';
	if (!line[strspn(line, " \t")])
		return 0;
	for (char *part = strtok_r(line, "<", &save);; part = strtok_r(
		     NULL, "<", &save)) {
		char *name = part ? part + strspn(part, " \t") : NULL;
		size_t n = name ? strlen(name) : 0;

		if (!part)
			return 0;
		while (n && (name[n - 1] == ' ' || name[n - 1] == '\t'))
			name[--n] = '\0';
		if (!n || (!last && !*save) || (last && !strcmp(last, name)))
			return lc_fail(err, "%s:%u: an order reads FIRST < "
				       "SECOND < …", file, number);
		if (last)
			add_order(config, last, name, file, number);
		last = name;
	}
}

static int read_order_file(struct lc_config *config, struct lc_yaml *y,
			   const char *key, yaml_node_t *value)
{
	const char *text = lc_yaml_text(y, value, key);
	struct lc_buf lines = { 0 };
	uint32_t number = 1;
	char *path;
	int rc;

	if (!text)
		return -1;
	path = lc_strdup(text);
	rc = read_path(config, y, value, "order file", &path);
	if (!rc)
		rc = lc_read_file(path, &lines, y->err);
	for (char *s = lines.data; !rc && s && *s; number++) {
		char *end = strchr(s, '\n');

		if (end)
			*end = '\0';
		rc = read_order_line(config, s, text, number, y->err);
		s = end ? end + 1 : NULL;
	}
	lc_buf_release(&lines);
	free(path);
	return rc;
}

/* ---- the table of keys ---- */

static const struct key {
	const char *name;
	int (*read)(struct lc_config *config, struct lc_yaml *y,
		    const char *key, yaml_node_t *value);
} keys[] = {
	{ "models", read_models },
	{ "rules", read_rules },
	{ "include", read_include },
	{ "exclude", read_exclude },
	{ "fail-on", read_fail_on },
	{ "allow-partial", read_allow_partial },
	{ "baseline", read_baseline },
	{ "thread-roots", read_roots },
	{ "orders", read_orders },
	{ "order-file", read_order_file },
};

static int visit_key(void *ctx, struct lc_yaml *y, const char *key,
		     yaml_node_t *key_node, yaml_node_t *value)
{
	struct lc_buf allowed = { 0 };

	for (size_t i = 0; i < LC_LEN(keys); i++) {
		if (!strcmp(key, keys[i].name))
			return lc_buf_release(&allowed),
			       keys[i].read(ctx, y, key, value);
		lc_buf_printf(&allowed, "%s%s", i ? ", " : "", keys[i].name);
	}
	lc_yaml_fail(y, key_node, "\"%s\" is no key; allowed: %s", key,
		     allowed.data);
	lc_buf_release(&allowed);
	return -1;
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

static bool matches(const struct lc_config_texts *globs, const char *file)
{
	for (uint32_t i = 0; i < globs->list.len; i++)
		if (!fnmatch(globs->list.data[i].text, file, FNM_LEADING_DIR))
			return true;
	return false;
}

bool lc_config_excludes(const struct lc_config *config, const char *root,
			const char *file)
{
	char *full;
	const char *name;
	bool out;

	if (!config->exclude.list.len && !config->include.list.len)
		return false;
	full = lc_path_join(root, file);
	name = lc_path_from(config->directory, full);
	out = (config->include.list.len && !matches(&config->include, name)) ||
	      matches(&config->exclude, name);
	free(full);
	return out;
}

/* ---- what holds ---- */

enum lc_level lc_config_fail_on(const struct lc_config *config,
				const struct lc_settings *set)
{
	enum lc_level level = config->fail_on_line ? config->fail_on
						   : LC_LEVEL_ERROR;

	if (set->fail_on)
		lc_level_parse(set->fail_on, &level);
	return level;
}

bool lc_config_allow_partial(const struct lc_config *config,
			     const struct lc_settings *set)
{
	return set->allow_partial || config->allow_partial;
}

const char *lc_config_baseline(const struct lc_config *config,
			       const struct lc_settings *set)
{
	if (set->baseline)
		return strcmp(set->baseline, "none") ? set->baseline : NULL;
	return config->baseline.text;
}
