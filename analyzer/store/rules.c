/* SPDX-License-Identifier: MIT */
/* Reading rule files, and printing what their heads say. See rules.h. */
#include "store/rules.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

static const char *const levels[] = { "none", "note", "warning", "error" };
static const char *const precisions[] = { "very-high", "high", "medium",
					  "low" };

const char *lc_level_name(enum lc_level level)
{
	return levels[level];
}

bool lc_level_parse(const char *s, enum lc_level *level)
{
	for (unsigned i = 0; i < LC_LEN(levels); i++) {
		if (!strcmp(s, levels[i])) {
			*level = (enum lc_level)i;
			return true;
		}
	}
	return false;
}

void lc_rules_init(struct lc_rules *r)
{
	memset(r, 0, sizeof(*r));
}

static void rule_release(struct lc_rule *r)
{
	char *all[] = { r->file, r->id, r->name, r->short_text, r->cwe,
			r->cert, r->misra, r->precision, r->tags, r->bad,
			r->good, r->manual, r->sql };

	for (unsigned i = 0; i < LC_LEN(all); i++)
		free(all[i]);
	memset(r, 0, sizeof(*r));
}

void lc_rules_release(struct lc_rules *r)
{
	for (uint32_t i = 0; i < r->rules.len; i++)
		rule_release(&r->rules.data[i]);
	lc_array_release(&r->rules);
}

const struct lc_rule *lc_rules_find(const struct lc_rules *r, const char *id)
{
	for (uint32_t i = 0; i < r->rules.len; i++)
		if (!strcmp(r->rules.data[i].id, id))
			return &r->rules.data[i];
	return NULL;
}

/* ---- the head ---- */

struct reader {
	const char *path;
	const char *at; /* the rest of the file */
	uint32_t line;  /* of `at` */
	struct lc_error *err;
	struct lc_rule *rule;
	struct lc_buf *section; /* NULL: among the keys */
	struct lc_buf sections[3]; /* bad, good, manual */
	bool skipping; /* no key seen yet: other comment lines are fine */
};

static const char *const section_names[] = { "Bad", "Good", "Manual" };

static bool is_key(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!islower((unsigned char)s[i]))
			return false;
	return n > 0;
}

static char **key_slot(struct lc_rule *r, const char *key)
{
	struct {
		const char *key;
		char **slot;
	} slots[] = {
		{ "id", &r->id },       { "name", &r->name },
		{ "short", &r->short_text }, { "cwe", &r->cwe },
		{ "cert", &r->cert },   { "misra", &r->misra },
		{ "precision", &r->precision }, { "tags", &r->tags },
	};

	for (unsigned i = 0; i < LC_LEN(slots); i++)
		if (!strcmp(slots[i].key, key))
			return slots[i].slot;
	return NULL;
}

static int set_key(struct reader *r, const char *key, const char *value)
{
	char **slot = key_slot(r->rule, key);

	if (!strcmp(key, "level")) {
		if (!lc_level_parse(value, &r->rule->level) ||
		    r->rule->level == LC_LEVEL_NONE)
			return lc_fail(r->err, "%s:%u: level must be error, "
					       "warning or note, not '%s'",
				       r->path, r->line, value);
		return 0;
	}
	if (!slot)
		return lc_fail(r->err, "%s:%u: unknown key '%s' (known: id, "
				       "name, level, short, cwe, cert, misra, "
				       "precision, tags)",
			       r->path, r->line, key);
	if (*slot)
		return lc_fail(r->err, "%s:%u: the key '%s' is given twice",
			       r->path, r->line, key);
	*slot = lc_strdup(value);
	return 0;
}

static int start_section(struct reader *r, const char *name)
{
	for (unsigned i = 0; i < LC_LEN(section_names); i++) {
		if (strcmp(section_names[i], name))
			continue;
		r->section = &r->sections[i];
		if (r->section->len)
			return lc_fail(r->err, "%s:%u: the section '%s' is "
					       "given twice",
				       r->path, r->line, name);
		return 0;
	}
	return lc_fail(r->err, "%s:%u: unknown section '%s' (known: Bad, Good, "
			       "Manual)", r->path, r->line, name);
}

/* One comment line without its "-- " and line end. */
static int head_line(struct reader *r, const char *s)
{
	const char *colon = strchr(s, ':');
	char *key;
	int rc;

	if (!strncmp(s, "## ", 3))
		return start_section(r, s + 3);
	if (r->section) {
		lc_buf_printf(r->section, "%s\n", s);
		return 0;
	}
	if (!*s)
		return 0;
	if (!colon || !is_key(s, (size_t)(colon - s))) {
		if (r->skipping)
			return 0;
		return lc_fail(r->err, "%s:%u: expected 'key: value' or "
				       "'## Section' here", r->path, r->line);
	}
	r->skipping = false;
	key = lc_strndup(s, (size_t)(colon - s));
	rc = set_key(r, key, colon + 1 + strspn(colon + 1, " \t"));
	free(key);
	return rc;
}

/* The comment lines at the top; leaves r->at at the first other line. */
static int read_head(struct reader *r)
{
	int rc = 0;

	while (rc == 0 && *r->at) {
		size_t n = strcspn(r->at, "\n");
		size_t end = n;
		char *text;

		while (end && isspace((unsigned char)r->at[end - 1]))
			end--;
		if (end && strncmp(r->at, "--", 2))
			break;
		text = lc_strndup(r->at, end);
		if (end)
			rc = head_line(r, text + 2 + (text[2] == ' '));
		free(text);
		r->at += n + (r->at[n] == '\n');
		r->line++;
	}
	return rc;
}

/* Without blank lines around it. */
static char *trimmed(const struct lc_buf *b)
{
	const char *s = b->len ? b->data : "";
	size_t n;

	s += strspn(s, "\n");
	n = strlen(s);
	while (n && s[n - 1] == '\n')
		n--;
	return lc_strndup(s, n);
}

static void or_empty(char **s)
{
	if (!*s)
		*s = lc_strdup("");
}

static bool id_is_word(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return !id[n] && islower((unsigned char)id[0]);
}

static int check_head(struct reader *r)
{
	struct lc_rule *rule = r->rule;
	const char *missing = !rule->id ? "id" : !rule->name ? "name" :
			      !rule->short_text ? "short" :
			      !rule->level ? "level" : NULL;
	bool known = false;

	if (missing)
		return lc_fail(r->err, "%s:1: the head has no '-- %s: …' line",
			       r->path, missing);
	if (!id_is_word(rule->id))
		return lc_fail(r->err, "%s:1: the id '%s' must be small "
				       "letters, digits and '-'",
			       r->path, rule->id);
	if (!*rule->name || !strcmp(rule->name, rule->id))
		return lc_fail(r->err, "%s:1: the name must differ from the id "
				       "(write it like LockOrderCycle)",
			       r->path);
	if (!*rule->short_text)
		return lc_fail(r->err, "%s:1: 'short' is empty", r->path);
	if (!rule->precision)
		rule->precision = lc_strdup("medium");
	for (unsigned i = 0; i < LC_LEN(precisions); i++)
		known |= !strcmp(precisions[i], rule->precision);
	if (!known)
		return lc_fail(r->err, "%s:1: precision must be very-high, "
				       "high, medium or low, not '%s'",
			       r->path, rule->precision);
	or_empty(&rule->cwe);
	or_empty(&rule->cert);
	or_empty(&rule->misra);
	or_empty(&rule->tags);
	rule->bad = trimmed(&r->sections[0]);
	rule->good = trimmed(&r->sections[1]);
	rule->manual = trimmed(&r->sections[2]);
	if (!*rule->manual)
		return lc_fail(r->err, "%s:1: the head has no '-- ## Manual' "
				       "section", r->path);
	return 0;
}

static int read_rule(struct reader *r)
{
	if (read_head(r) < 0 || check_head(r) < 0)
		return -1;
	if (!*r->at)
		return lc_fail(r->err, "%s:%u: there is no SELECT after the "
				       "head", r->path, r->line);
	r->rule->line = r->line;
	r->rule->sql = lc_strdup(r->at);
	return 0;
}

int lc_rules_load(struct lc_rules *rules, const char *path,
		  struct lc_error *err)
{
	struct lc_rule rule = { .file = lc_strdup(path) };
	struct reader r = { .path = path, .line = 1, .err = err,
			    .rule = &rule, .skipping = true };
	const struct lc_rule *twin;
	struct lc_buf text = { 0 };
	uint32_t i;
	int rc = lc_read_file(path, &text, err);

	if (rc == 0 && strlen(text.data) != text.len)
		rc = lc_fail(err, "%s: this is no text file", path);
	r.at = text.data;
	if (rc == 0)
		rc = read_rule(&r);
	if (rc == 0 && (twin = lc_rules_find(rules, rule.id)))
		rc = lc_fail(err, "%s:1: the rule id '%s' is taken by %s",
			     path, rule.id, twin->file);
	if (rc == 0) {
		lc_push(&rules->rules);
		for (i = rules->rules.len - 1;
		     i && strcmp(rules->rules.data[i - 1].id, rule.id) > 0; i--)
			rules->rules.data[i] = rules->rules.data[i - 1];
		rules->rules.data[i] = rule;
	} else {
		rule_release(&rule);
	}
	for (i = 0; i < LC_LEN(r.sections); i++)
		lc_buf_release(&r.sections[i]);
	lc_buf_release(&text);
	return rc;
}

static int is_rule_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 4 &&
	       !strcmp(e->d_name + n - 4, ".sql");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int lc_rules_load_dir(struct lc_rules *rules, const char *dir,
		      struct lc_error *err)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_rule_file, by_name), rc = 0;

	if (n < 0)
		return lc_fail(err, "cannot read the rules in %s: %s", dir,
			       strerror(errno));
	if (n == 0)
		rc = lc_fail(err, "there is no rule (*.sql) in %s", dir);
	for (int i = 0; i < n; i++) {
		char *path = lc_asprintf("%s/%s", dir, names[i]->d_name);

		if (rc == 0)
			rc = lc_rules_load(rules, path, err);
		free(path);
		free(names[i]);
	}
	free(names);
	return rc;
}

/* ---- what heads say ---- */

void lc_rules_print(const struct lc_rules *rules, FILE *out)
{
	int width = 0;

	for (uint32_t i = 0; i < rules->rules.len; i++) {
		int n = (int)strlen(rules->rules.data[i].id);

		width = n > width ? n : width;
	}
	for (uint32_t i = 0; i < rules->rules.len; i++) {
		const struct lc_rule *r = &rules->rules.data[i];

		fprintf(out, "%-*s  %-7s  %s\n", width, r->id,
			lc_level_name(r->level), r->short_text);
	}
}

static void print_ids(const char *what, const char *ids, FILE *out)
{
	if (*ids)
		fprintf(out, "- %s: %s\n", what, ids);
}

static void print_section(const char *title, const char *text, FILE *out)
{
	if (*text)
		fprintf(out, "\n## %s\n\n%s\n", title, text);
}

void lc_explain_rule(const struct lc_rule *r, FILE *out)
{
	fprintf(out, "# %s\n\n%s\n\n- level: %s\n- precision: %s\n", r->id,
		r->short_text, lc_level_name(r->level), r->precision);
	print_ids("CWE", r->cwe, out);
	print_ids("CERT", r->cert, out);
	print_ids("MISRA", r->misra, out);
	fprintf(out, "\n%s\n", r->manual);
	print_section("Bad", r->bad, out);
	print_section("Good", r->good, out);
}
