/* SPDX-License-Identifier: MIT */
/* YAML through libyaml's document interface. See yaml.h. */
#include "base/yaml.h"

#include <errno.h>
#include <stdlib.h>

#include "base/map.h"

static int parse_fail(struct lc_yaml *y, const yaml_parser_t *p)
{
	const char *problem = p->problem ? p->problem : "not readable";

	if (p->error == YAML_READER_ERROR)
		return lc_fail(y->err, "%s: not UTF-8 text: %s at byte %zu",
			       y->path, problem, p->problem_offset);
	return lc_fail(y->err, "%s:%zu: not valid YAML: %s", y->path,
		       p->problem_mark.line + 1, problem);
}

/* After the first document there must be nothing. */
static int check_end(struct lc_yaml *y, yaml_parser_t *p)
{
	yaml_document_t next;
	yaml_node_t *node;
	int rc = 0;

	if (!yaml_parser_load(p, &next))
		return parse_fail(y, p);
	node = yaml_document_get_root_node(&next);
	if (node)
		rc = lc_yaml_fail(y, node, "a second document begins here; "
					   "only one is allowed");
	yaml_document_delete(&next);
	return rc;
}

int lc_yaml_load(struct lc_yaml *y, const char *path, struct lc_error *err)
{
	struct lc_buf text = {0};
	yaml_parser_t p;
	int rc = -1;

	memset(y, 0, sizeof(*y));
	y->path = path;
	y->err = err;
	if (lc_read_file(path, &text, err))
		goto out;
	if (!yaml_parser_initialize(&p)) {
		lc_fail(err, "%s: cannot start the YAML reader", path);
		goto out;
	}
	yaml_parser_set_input_string(&p, (const unsigned char *)text.data,
				     text.len);
	if (!yaml_parser_load(&p, &y->document)) {
		parse_fail(y, &p);
	} else {
		y->loaded = true;
		rc = lc_yaml_root(y) ? check_end(y, &p) : 0;
	}
	yaml_parser_delete(&p);
out:
	lc_buf_release(&text);
	return rc;
}

void lc_yaml_release(struct lc_yaml *y)
{
	if (y->loaded)
		yaml_document_delete(&y->document);
	y->loaded = false;
}

yaml_node_t *lc_yaml_root(struct lc_yaml *y)
{
	return yaml_document_get_root_node(&y->document);
}

uint32_t lc_yaml_line(const yaml_node_t *node)
{
	return (uint32_t)node->start_mark.line + 1;
}

int lc_yaml_fail(struct lc_yaml *y, const yaml_node_t *at, const char *fmt, ...)
{
	va_list ap;
	char *what;

	va_start(ap, fmt);
	what = lc_vasprintf(fmt, ap);
	va_end(ap);
	lc_fail(y->err, "%s:%u: %s", y->path, at ? lc_yaml_line(at) : 1, what);
	free(what);
	return -1;
}

int lc_yaml_want_map(struct lc_yaml *y, const yaml_node_t *node,
		     const char *what)
{
	if (node && node->type == YAML_MAPPING_NODE)
		return 0;
	return lc_yaml_fail(y, node, "%s must be a mapping (key: value)", what);
}

int lc_yaml_want_list(struct lc_yaml *y, const yaml_node_t *node,
		      const char *what)
{
	if (node && node->type == YAML_SEQUENCE_NODE)
		return 0;
	return lc_yaml_fail(y, node, "%s must be a list", what);
}

const char *lc_yaml_text(struct lc_yaml *y, const yaml_node_t *node,
			 const char *what)
{
	const char *s;

	if (!node || node->type != YAML_SCALAR_NODE) {
		lc_yaml_fail(y, node, "%s must be a single value", what);
		return NULL;
	}
	s = (const char *)node->data.scalar.value;
	if (strlen(s) != node->data.scalar.length) {
		lc_yaml_fail(y, node, "%s holds a NUL character", what);
		return NULL;
	}
	return s;
}

int lc_yaml_int(struct lc_yaml *y, const yaml_node_t *node, const char *what,
		int64_t *out)
{
	const char *s = lc_yaml_text(y, node, what);
	char *end;

	if (!s)
		return -1;
	errno = 0;
	*out = strtoll(s, &end, 0);
	if (errno || end == s || *end || !strchr("-0123456789", *s))
		return lc_yaml_fail(y, node, "%s must be a whole number, not "
				    "\"%s\"", what, s);
	return 0;
}

int lc_yaml_bool(struct lc_yaml *y, const yaml_node_t *node, const char *what,
		 bool *out)
{
	const char *s = lc_yaml_text(y, node, what);

	if (!s)
		return -1;
	*out = !strcmp(s, "true");
	if (!*out && strcmp(s, "false"))
		return lc_yaml_fail(y, node, "%s must be true or false, not "
				    "\"%s\"", what, s);
	return 0;
}

/* Says on which line `key` stood first, 0 if it is new. `seen` holds the keys
 * so far, `lines` their lines by string id. */
struct keys {
	struct lc_strings seen;
	LC_ARRAY(uint32_t) lines;
};

static uint32_t key_line(struct keys *k, const char *key, uint32_t line)
{
	uint32_t id = lc_intern(&k->seen, key);

	while (k->lines.len <= id)
		*lc_push(&k->lines) = 0;
	if (k->lines.data[id])
		return k->lines.data[id];
	k->lines.data[id] = line;
	return 0;
}

static int each_pair(struct lc_yaml *y, const yaml_node_t *map,
		     struct keys *keys, lc_yaml_visit visit, void *ctx)
{
	yaml_node_pair_t *p = map->data.mapping.pairs.start;

	for (; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = yaml_document_get_node(&y->document, p->key);
		yaml_node_t *v = yaml_document_get_node(&y->document, p->value);
		const char *key = lc_yaml_text(y, k, "a key");
		uint32_t first;

		if (!key)
			return -1;
		first = key_line(keys, key, lc_yaml_line(k));
		if (first)
			return lc_yaml_fail(y, k, "\"%s\" stands here a second "
					    "time (first on line %u)", key,
					    first);
		if (visit(ctx, y, key, k, v))
			return -1;
	}
	return 0;
}

int lc_yaml_each(struct lc_yaml *y, const yaml_node_t *map, const char *what,
		 lc_yaml_visit visit, void *ctx)
{
	struct keys keys = {0};
	int rc;

	if (lc_yaml_want_map(y, map, what))
		return -1;
	lc_strings_init(&keys.seen);
	rc = each_pair(y, map, &keys, visit, ctx);
	lc_strings_release(&keys.seen);
	lc_array_release(&keys.lines);
	return rc;
}

yaml_node_t *lc_yaml_item(struct lc_yaml *y, const yaml_node_t *list,
			  uint32_t i)
{
	yaml_node_item_t *item = list->data.sequence.items.start + i;

	if (item >= list->data.sequence.items.top)
		return NULL;
	return yaml_document_get_node(&y->document, *item);
}
