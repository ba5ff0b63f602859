/* SPDX-License-Identifier: MIT */
/* Reading model files into the table of model.h. The words: names.c. */
#include "model/model.h"

#include <stdlib.h>

#include "base/words.h"
#include "base/yaml.h"
#include "model/names.h"

#define MAX_ARGUMENT 63

void lc_models_init(struct lc_models *m)
{
	memset(m, 0, sizeof(*m));
	lc_strings_init(&m->strings);
}

void lc_models_release(struct lc_models *m)
{
	lc_strings_release(&m->strings);
	lc_array_release(&m->models);
	lc_array_release(&m->values);
	lc_array_release(&m->initialisers);
	lc_array_release(&m->types);
	lc_array_release(&m->by_string);
}

const struct lc_model *lc_models_find(const struct lc_models *m,
				      const char *name)
{
	uint32_t id = lc_strings_find(&m->strings, name);

	if (id == LC_NOT_FOUND || id >= m->by_string.len ||
	    !m->by_string.data[id])
		return NULL;
	return &m->models.data[m->by_string.data[id] - 1];
}

/* ---- the fields of a function ---- */

struct reader {
	struct lc_models *models;
	const char *path;
	uint32_t file, api; /* strings */
	bool named;
	struct lc_model *model; /* being filled */
	uint32_t given;         /* 1 << field: which fields the entry has */
	const char *function;
};

/* The fields an entry may have. Each kind of operation says below which of
 * them it cannot do without. */
enum field {
	F_OP, F_LOCK, F_FIXED, F_KIND, F_MODE, F_BLOCKING, F_SUCCESS, F_FAILS,
	F_ATTR, F_TYPE, F_TYPE_MASK, F_VALUES, F_HANDLE, F_ENTRY, F_ARG,
	F_COND, F_COUNT, F_NORETURN, F_NFIELDS
};
static const char *const field_names[] = {
	"op", "lock", "fixed", "kind", "mode", "blocking", "success", "fails",
	"attr", "type", "type_mask", "values", "handle", "entry", "arg",
	"cond", "count", "noreturn"
};
_Static_assert(LC_LEN(field_names) == F_NFIELDS, "a field has no name");

#define BIT(f) (1u << (f))
static const uint32_t needs[LC_MODEL_NOP + 1] = {
	[LC_MODEL_ACQUIRE] = BIT(F_LOCK),
	[LC_MODEL_RELEASE] = BIT(F_LOCK),
	[LC_MODEL_INIT] = BIT(F_LOCK),
	[LC_MODEL_DESTROY] = BIT(F_LOCK),
	[LC_MODEL_WAIT] = BIT(F_LOCK),
	[LC_MODEL_CONSISTENT] = BIT(F_LOCK),
	[LC_MODEL_ASSERT_HELD] = BIT(F_LOCK),
	[LC_MODEL_FREE] = BIT(F_LOCK),
	[LC_MODEL_START] = BIT(F_ENTRY),
	[LC_MODEL_ONCE] = BIT(F_ENTRY),
	[LC_MODEL_CALLS] = BIT(F_ENTRY),
	[LC_MODEL_REGISTER] = BIT(F_ENTRY),
	[LC_MODEL_HANDLER] = BIT(F_ENTRY),
	[LC_MODEL_JOIN] = BIT(F_HANDLE),
	[LC_MODEL_THREAD_GET] = BIT(F_ARG),
	[LC_MODEL_THREAD_SET] = BIT(F_ARG),
	[LC_MODEL_CLEANUP_PUSH] = BIT(F_ARG),
	[LC_MODEL_CLEANUP_POP] = BIT(F_ARG),
	[LC_MODEL_CLEANUP_NEXT] = BIT(F_ARG),
	[LC_MODEL_ATTR_INIT] = BIT(F_ATTR),
	[LC_MODEL_ATTR_KIND] = BIT(F_ATTR) | BIT(F_TYPE),
};

static char *list_words(const struct lc_names *names)
{
	struct lc_buf b = {0};

	for (uint32_t i = names->first; i < names->end; i++)
		lc_buf_printf(&b, "%s%s", i > names->first ? ", " : "",
			      names->text[i]);
	return b.data;
}

/* One word out of `names`; -1 after an error. */
static int read_word(struct lc_yaml *y, const yaml_node_t *node,
		     const char *what, const struct lc_names *names)
{
	const char *s = lc_yaml_text(y, node, what);
	char *allowed;

	if (!s)
		return -1;
	for (uint32_t i = names->first; i < names->end; i++)
		if (!strcmp(s, names->text[i]))
			return (int)i;
	allowed = list_words(names);
	lc_yaml_fail(y, node, "\"%s\" is no %s; allowed: %s", s, what, allowed);
	free(allowed);
	return -1;
}

/* An argument number, or `return` where the object may be the result. */
static int read_argument(struct lc_yaml *y, const yaml_node_t *node,
			 const char *what, bool result, int *out)
{
	const char *s = lc_yaml_text(y, node, what);
	int64_t n;

	if (!s)
		return -1;
	if (result && !strcmp(s, "return")) {
		*out = LC_ARG_RETURN;
		return 0;
	}
	if (*s < '0' || *s > '9' || s[strspn(s, "0123456789")] ||
	    lc_yaml_int(y, node, what, &n) || n > MAX_ARGUMENT) {
		/* lc_fail keeps the first sentence: nothing was said before,
		 * or it was said about the same number. */
		return lc_yaml_fail(y, node, "%s must be an argument number "
				    "from 0 to %d%s, not \"%s\"", what,
				    MAX_ARGUMENT, result ? ", or return" : "",
				    s);
	}
	*out = (int)n;
	return 0;
}

static int visit_value(void *ctx, struct lc_yaml *y, const char *key,
		       yaml_node_t *key_node, yaml_node_t *value)
{
	struct reader *r = ctx;
	struct lc_model_value *v;
	int64_t number;
	int kind;

	(void)key;
	if (lc_yaml_int(y, key_node, "a key of values", &number))
		return -1;
	kind = read_word(y, value, "kind", &lc_kind_names);
	if (kind < 0)
		return -1;
	v = lc_push(&r->models->values);
	v->value = number;
	v->kind = (enum lc_kind)kind;
	r->model->nvalues++;
	return 0;
}

static int read_values(struct reader *r, struct lc_yaml *y, yaml_node_t *node)
{
	r->model->first_value = r->models->values.len;
	return lc_yaml_each(y, node, "values", visit_value, r);
}

static int read_mask(struct lc_yaml *y, yaml_node_t *node, uint32_t *mask)
{
	int64_t n;

	if (lc_yaml_int(y, node, "type_mask", &n))
		return -1;
	if (n < 0 || n > UINT32_MAX)
		return lc_yaml_fail(y, node, "type_mask must fit 32 bits");
	*mask = (uint32_t)n;
	return 0;
}

static int read_fixed(struct reader *r, struct lc_yaml *y, yaml_node_t *node)
{
	const char *s = lc_yaml_text(y, node, "fixed");

	if (!s)
		return -1;
	if (!*s)
		return lc_yaml_fail(y, node, "fixed must name a lock");
	r->model->fixed = lc_intern(&r->models->strings, s);
	return 0;
}

static int read_field(struct reader *r, struct lc_yaml *y, enum field field,
		      yaml_node_t *value)
{
	struct lc_model *m = r->model;
	const char *name = field_names[field];
	int word = 0;

	switch (field) {
	case F_OP:
		word = read_word(y, value, name, &lc_op_names);
		m->op = (enum lc_op)word;
		break;
	case F_KIND:
		word = read_word(y, value, name, &lc_kind_names);
		m->kind = (enum lc_kind)word;
		break;
	case F_MODE:
		word = read_word(y, value, name, &lc_mode_names);
		m->mode = (enum lc_mode)word;
		break;
	case F_BLOCKING:
		word = read_word(y, value, name, &lc_blocking_names);
		m->blocking = (enum lc_blocking)word;
		break;
	case F_SUCCESS:
		word = read_word(y, value, name, &lc_success_names);
		m->success = (enum lc_success)word;
		break;
	case F_FAILS:
		return lc_yaml_bool(y, value, name, &m->fails);
	case F_NORETURN:
		return lc_yaml_bool(y, value, name, &m->noreturn);
	case F_FIXED:
		return read_fixed(r, y, value);
	case F_VALUES:
		return read_values(r, y, value);
	case F_TYPE_MASK:
		return read_mask(y, value, &m->mask);
	case F_LOCK:
		return read_argument(y, value, name, true, &m->lock);
	case F_HANDLE:
		return read_argument(y, value, name, true, &m->handle);
	case F_COND:
		return read_argument(y, value, name, true, &m->cond);
	case F_ATTR:
		return read_argument(y, value, name, false, &m->attr);
	case F_TYPE:
		return read_argument(y, value, name, false, &m->type);
	case F_ENTRY:
		return read_argument(y, value, name, false, &m->entry);
	case F_ARG:
		return read_argument(y, value, name, false, &m->arg);
	case F_COUNT:
		return read_argument(y, value, name, false, &m->count);
	case F_NFIELDS:
		break;
	}
	return word < 0 ? -1 : 0;
}

static int visit_field(void *ctx, struct lc_yaml *y, const char *key,
		       yaml_node_t *key_node, yaml_node_t *value)
{
	struct lc_names all = { field_names, 0, F_NFIELDS };
	struct reader *r = ctx;
	char *allowed;

	for (uint32_t f = 0; f < F_NFIELDS; f++) {
		if (strcmp(key, field_names[f]))
			continue;
		r->given |= BIT(f);
		return read_field(r, y, (enum field)f, value);
	}
	allowed = list_words(&all);
	lc_yaml_fail(y, key_node, "%s: \"%s\" is no field; allowed: %s",
		     r->function, key, allowed);
	free(allowed);
	return -1;
}

/* ---- whole entries ---- */

static int check_model(const struct reader *r, struct lc_yaml *y,
		       const yaml_node_t *at)
{
	uint32_t given = r->given, missing;

	if (!(given & BIT(F_OP)))
		return lc_yaml_fail(y, at, "%s needs an op", r->function);
	if ((given & BIT(F_LOCK)) && (given & BIT(F_FIXED)))
		return lc_yaml_fail(y, at, "%s has both lock and fixed; one "
				    "lock is enough", r->function);
	/* A lock with a fixed name needs no argument. */
	if (given & BIT(F_FIXED))
		given |= BIT(F_LOCK);
	/* Condition variables and barriers come and go too. */
	if ((given & BIT(F_COND)) && (r->model->op == LC_MODEL_INIT ||
				      r->model->op == LC_MODEL_DESTROY))
		given |= BIT(F_LOCK);
	missing = needs[r->model->op] & ~given;
	for (uint32_t f = 0; f < F_NFIELDS; f++)
		if (missing & BIT(f))
			return lc_yaml_fail(y, at, "%s: op %s needs the field "
					    "%s", r->function,
					    lc_op_name(r->model->op),
					    field_names[f]);
	if ((given & BIT(F_VALUES)) && !(given & BIT(F_TYPE)))
		return lc_yaml_fail(y, at, "%s: values say nothing without type",
				    r->function);
	return 0;
}

static void add_model(struct lc_models *m, const struct lc_model *model)
{
	while (m->by_string.len <= model->name)
		*lc_push(&m->by_string) = 0;
	if (!m->by_string.data[model->name]) {
		lc_push(&m->models);
		m->by_string.data[model->name] = m->models.len;
	}
	m->models.data[m->by_string.data[model->name] - 1] = *model;
}

static int visit_function(void *ctx, struct lc_yaml *y, const char *key,
			  yaml_node_t *key_node, yaml_node_t *value)
{
	struct reader *r = ctx;
	struct lc_model model = {
		.lock = LC_ARG_NONE, .attr = LC_ARG_NONE, .type = LC_ARG_NONE,
		.handle = LC_ARG_NONE, .entry = LC_ARG_NONE,
		.arg = LC_ARG_NONE, .cond = LC_ARG_NONE, .count = LC_ARG_NONE,
	};

	model.name = lc_intern(&r->models->strings, key);
	model.api = r->api;
	model.file = r->file;
	model.line = lc_yaml_line(key_node);
	r->model = &model;
	r->given = 0;
	r->function = key;
	if (lc_yaml_each(y, value, key, visit_field, r) ||
	    check_model(r, y, key_node))
		return -1;
	add_model(r->models, &model);
	return 0;
}

static int visit_kind(void *ctx, struct lc_yaml *y, const char *key,
		      yaml_node_t *key_node, yaml_node_t *value)
{
	int *kind = ctx;

	if (strcmp(key, "kind"))
		return lc_yaml_fail(y, key_node, "\"%s\" is no field; allowed: "
				    "kind", key);
	*kind = read_word(y, value, "kind", &lc_kind_names);
	return *kind < 0 ? -1 : 0;
}

/* An entry of initialisers: or types: into its array. */
#define PUT_KIND(array, id, k)                                                 \
	do {                                                                   \
		uint32_t at_ = 0;                                              \
		while (at_ < (array)->len && (array)->data[at_].name != (id)) \
			at_++;                                                 \
		if (at_ == (array)->len)                                       \
			lc_push(array);                                        \
		(array)->data[at_].name = (id);                                \
		(array)->data[at_].kind = (enum lc_kind)(k);                   \
	} while (0)

static int read_kind(struct lc_yaml *y, const char *key, yaml_node_t *key_node,
		     yaml_node_t *value)
{
	int kind = -1;

	if (lc_yaml_each(y, value, key, visit_kind, &kind))
		return -1;
	if (kind < 0)
		return lc_yaml_fail(y, key_node, "%s needs a kind", key);
	return kind;
}

static int visit_initialiser(void *ctx, struct lc_yaml *y, const char *key,
			     yaml_node_t *key_node, yaml_node_t *value)
{
	struct reader *r = ctx;
	int kind = read_kind(y, key, key_node, value);

	if (kind < 0)
		return -1;
	PUT_KIND(&r->models->initialisers, lc_intern(&r->models->strings, key),
		 kind);
	return 0;
}

static int visit_type(void *ctx, struct lc_yaml *y, const char *key,
		      yaml_node_t *key_node, yaml_node_t *value)
{
	struct reader *r = ctx;
	int kind = read_kind(y, key, key_node, value);

	if (kind < 0)
		return -1;
	PUT_KIND(&r->models->types, lc_intern(&r->models->strings, key), kind);
	return 0;
}

/* ---- files ---- */

/* The name first, wherever it stands: every entry carries it. */
static int visit_name(void *ctx, struct lc_yaml *y, const char *key,
		      yaml_node_t *key_node, yaml_node_t *value)
{
	struct reader *r = ctx;
	const char *name;

	(void)key_node;
	if (strcmp(key, "name"))
		return 0;
	name = lc_yaml_text(y, value, "name");
	if (!name)
		return -1;
	if (!*name)
		return lc_yaml_fail(y, value, "name must not be empty");
	r->api = lc_intern(&r->models->strings, name);
	r->named = true;
	return 0;
}

static int visit_section(void *ctx, struct lc_yaml *y, const char *key,
			 yaml_node_t *key_node, yaml_node_t *value)
{
	if (!strcmp(key, "name"))
		return 0;
	if (!strcmp(key, "functions"))
		return lc_yaml_each(y, value, key, visit_function, ctx);
	if (!strcmp(key, "initialisers"))
		return lc_yaml_each(y, value, key, visit_initialiser, ctx);
	if (!strcmp(key, "types"))
		return lc_yaml_each(y, value, key, visit_type, ctx);
	return lc_yaml_fail(y, key_node, "\"%s\" is no section of a model file; "
			    "allowed: name, functions, initialisers, types",
			    key);
}

int lc_models_load(struct lc_models *m, const char *path, struct lc_error *err)
{
	static const char what[] = "a model file";
	struct reader r = { .models = m, .path = path };
	struct lc_yaml y;
	int rc = -1;

	r.file = lc_intern(&m->strings, path);
	if (lc_yaml_load(&y, path, err))
		goto out;
	if (lc_yaml_each(&y, lc_yaml_root(&y), what, visit_name, &r))
		goto out;
	if (!r.named) {
		lc_yaml_fail(&y, lc_yaml_root(&y), "%s needs a name", what);
		goto out;
	}
	rc = lc_yaml_each(&y, lc_yaml_root(&y), what, visit_section, &r);
out:
	lc_yaml_release(&y);
	return rc;
}

int lc_models_load_dir(struct lc_models *m, const char *dir,
		       struct lc_error *err)
{
	struct lc_words names = {0};
	int rc = lc_list_dir(dir, ".yaml", &names, err);

	for (uint32_t i = 0; i < names.len && !rc; i++) {
		char *path = lc_path_join(dir, names.data[i]);

		rc = lc_models_load(m, path, err);
		free(path);
	}
	lc_words_release(&names);
	return rc;
}
