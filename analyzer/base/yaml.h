/* SPDX-License-Identifier: MIT */
/*
 * A YAML file as a tree whose nodes know their line, for readers that reject
 * all they do not know. Errors read "FILE:LINE: what is wrong".
 */
#ifndef LC_BASE_YAML_H
#define LC_BASE_YAML_H

#include <yaml.h>

#include "base/base.h"

struct lc_yaml {
	yaml_document_t document; /* private */
	bool loaded;
	const char *path;         /* as shown in errors */
	struct lc_error *err;
};

/* Reads `path`, which must hold one document (an empty file: root NULL). Both
 * pointers must outlive `y`. Release in any case. */
int lc_yaml_load(struct lc_yaml *y, const char *path, struct lc_error *err);
void lc_yaml_release(struct lc_yaml *y);
yaml_node_t *lc_yaml_root(struct lc_yaml *y);

uint32_t lc_yaml_line(const yaml_node_t *node);
int lc_yaml_fail(struct lc_yaml *y, const yaml_node_t *at, const char *fmt,
		 ...) LC_PRINTF(3, 4);

/* Node types. `what` names the node in the error. The text of a scalar
 * holds no NUL byte and lives as long as `y`; NULL after an error. */
int lc_yaml_want_map(struct lc_yaml *y, const yaml_node_t *node,
		     const char *what);
int lc_yaml_want_list(struct lc_yaml *y, const yaml_node_t *node,
		      const char *what);
const char *lc_yaml_text(struct lc_yaml *y, const yaml_node_t *node,
			 const char *what);
int lc_yaml_int(struct lc_yaml *y, const yaml_node_t *node, const char *what,
		int64_t *out);
int lc_yaml_bool(struct lc_yaml *y, const yaml_node_t *node, const char *what,
		 bool *out);

/*
 * Calls `visit` for each key of a mapping, in file order, until it fails. Keys
 * are scalars; a key that stands twice is an error.
 */
typedef int (*lc_yaml_visit)(void *ctx, struct lc_yaml *y, const char *key,
			     yaml_node_t *key_node, yaml_node_t *value);
int lc_yaml_each(struct lc_yaml *y, const yaml_node_t *map, const char *what,
		 lc_yaml_visit visit, void *ctx);
/* Element `i` of a list, NULL behind the last. */
yaml_node_t *lc_yaml_item(struct lc_yaml *y, const yaml_node_t *list,
			  uint32_t i);

#endif
