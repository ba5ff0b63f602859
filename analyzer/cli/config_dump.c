/* SPDX-License-Identifier: MIT */
/* --dump-config: what holds, as YAML that .lockcheck.yaml could be, each value
 * with a comment that says where it comes from. */
#include <ctype.h>
#include <stdlib.h>

#include "cli/config.h"

static const char by_default[] = "default";
static const char by_command[] = "command line";
static const char by_environment[] = "LOCKCHECK_ARGS";

struct dump {
	const struct lc_config *config;
	FILE *out;
};

static const char *said_by(bool environment)
{
	return environment ? by_environment : by_command;
}

/* A scalar that reads the same in every YAML: quoted if in doubt. */
static char *scalar(const char *s)
{
	struct lc_buf b = { 0 };
	bool plain = *s && !isdigit((unsigned char)*s);

	for (const char *c = s; *c; c++)
		plain &= isalnum((unsigned char)*c) || strchr("_/", *c) ||
			 (c > s && strchr(".-+", *c));
	if (plain)
		return lc_strdup(s);
	lc_buf_str(&b, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			lc_buf_printf(&b, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			lc_buf_printf(&b, "\\x%02x", *s);
		else
			lc_buf_add(&b, s, 1);
	}
	lc_buf_str(&b, "\"");
	return b.data;
}

/* `origin` NULL: the configuration's `line`. Takes `left`. */
static void put(const struct dump *d, char *left, const char *origin,
		uint32_t line)
{
	if (origin)
		fprintf(d->out, "%-40s # %s\n", left, origin);
	else
		fprintf(d->out, "%-40s # %s:%u\n", left, d->config->path, line);
	free(left);
}

static void put_item(const struct dump *d, const char *text,
		     const char *origin, uint32_t line)
{
	char *s = scalar(text);

	put(d, lc_asprintf("  - %s", s), origin, line);
	free(s);
}

static void put_texts(const struct dump *d, const char *key,
		      const struct lc_config_texts *texts, bool paths,
		      const struct lc_words *more, uint32_t nenvironment)
{
	uint32_t nmore = more ? more->len : 0;

	if (!texts->list.len && !nmore) {
		put(d, lc_asprintf("%s: []", key), by_default, 0);
		return;
	}
	fprintf(d->out, "%s:\n", key);
	for (uint32_t i = 0; i < texts->list.len; i++)
		put_item(d, paths ? lc_path_from(d->config->directory,
						 texts->list.data[i].text)
				  : texts->list.data[i].text,
			 NULL, texts->list.data[i].line);
	for (uint32_t i = 0; i < nmore; i++)
		put_item(d, more->data[i],
			 i < nenvironment ? by_environment : by_command, 0);
}

static void put_rules(const struct dump *d, const struct lc_rules *rules)
{
	fputs("rules:\n", d->out);
	for (uint32_t i = 0; i < rules->rules.len; i++) {
		const struct lc_rule *r = &rules->rules.data[i];
		const struct lc_config_rule *set = NULL;
		enum lc_level level = r->level;

		for (uint32_t k = 0; k < d->config->rules.len; k++)
			if (!strcmp(d->config->rules.data[k].id, r->id))
				set = &d->config->rules.data[k];
		if (set)
			level = set->level;
		put(d, lc_asprintf("  %s: %s", r->id,
				   level ? lc_level_name(level) : "off"),
		    set ? NULL : by_default, set ? set->line : 0);
	}
}

static void put_roots(const struct dump *d)
{
	if (!d->config->roots.len)
		put(d, lc_strdup("thread-roots: []"), by_default, 0);
	else
		fputs("thread-roots:\n", d->out);
	for (uint32_t i = 0; i < d->config->roots.len; i++) {
		const struct lc_config_root *r = &d->config->roots.data[i];

		put(d, lc_asprintf(r->many ? "  - { function: %s, many: true }"
					   : "  - %s", r->function),
		    NULL, r->line);
	}
}

static void put_orders(const struct dump *d)
{
	if (!d->config->orders.len)
		put(d, lc_strdup("orders: []"), by_default, 0);
	else
		fputs("orders:\n", d->out);
	for (uint32_t i = 0; i < d->config->orders.len; i++) {
		const struct lc_config_order *o = &d->config->orders.data[i];
		char *a = scalar(o->before), *b = scalar(o->after);

		put(d, lc_asprintf("  - [%s, %s]", a, b), o->origin, 0);
		free(a);
		free(b);
	}
}

static void put_baseline(const struct dump *d, const struct lc_settings *set)
{
	const struct lc_config *c = d->config;
	char *name;

	if (set->baseline) {
		name = scalar(set->baseline);
		put(d, lc_asprintf("baseline: %s", name),
		    said_by(set->baseline == set->environment.baseline), 0);
		free(name);
	} else if (c->baseline.text) {
		name = scalar(lc_path_from(c->directory, c->baseline.text));
		put(d, lc_asprintf("baseline: %s", name), NULL,
		    c->baseline.line);
		free(name);
	} else {
		put(d, lc_strdup("# no baseline"), by_default, 0);
	}
}

void lc_config_dump(const struct lc_config *config,
		    const struct lc_settings *set,
		    const struct lc_rules *rules, FILE *out)
{
	struct dump d = { config, out };

	fprintf(out, "# configuration: %s\n",
		config->path ? config->path : "none (.lockcheck.yaml)");
	put_texts(&d, "models", &config->models, true, &set->models,
		  set->environment.nmodels);
	put_rules(&d, rules);
	put_texts(&d, "include", &config->include, false, NULL, 0);
	put_texts(&d, "exclude", &config->exclude, false, NULL, 0);
	put(&d, lc_asprintf("fail-on: %s",
			    lc_level_name(lc_config_fail_on(config, set))),
	    set->fail_on ? said_by(set->fail_on == set->environment.fail_on)
			 : config->fail_on_line ? NULL : by_default,
	    config->fail_on_line);
	put(&d, lc_asprintf("allow-partial: %s",
			    lc_config_allow_partial(config, set) ? "true"
								 : "false"),
	    set->allow_partial ? said_by(set->environment.allow_partial)
			       : config->allow_partial_line ? NULL : by_default,
	    config->allow_partial_line);
	put_baseline(&d, set);
	put_roots(&d);
	put_orders(&d);
}
