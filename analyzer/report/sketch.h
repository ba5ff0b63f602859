/* SPDX-License-Identifier: MIT */
/* Private to the layout: one connected part of the graph while it is drawn. */
#ifndef LC_REPORT_SKETCH_H
#define LC_REPORT_SKETCH_H

#include "base/base.h"

struct vertex {
	uint32_t lock;  /* LC_NONE: a bend of a long arrow */
	uint32_t layer; /* column, from 0 */
	uint32_t place; /* from the top of its layer */
	int32_t height, width;
	int32_t y;      /* of its middle */
	uint32_t first_in, nin, first_out, nout; /* in `ins`, `outs` */
};
/* Between neighbouring layers, always from left to right. */
struct link {
	uint32_t from, to; /* vertices */
};
struct layer {
	LC_ARRAY(uint32_t) vertices; /* from top to bottom */
};
struct sketch {
	LC_ARRAY(struct vertex) vertices;
	LC_ARRAY(struct link) links;
	LC_ARRAY(uint32_t) ins, outs; /* links, grouped by vertex */
	LC_ARRAY(struct layer) layers;
};

void sketch_release(struct sketch *s);
/* Vertices and links are there; makes the rest: the order in each layer with
 * few crossings, then y. */
void sketch_arrange(struct sketch *s);

#endif
