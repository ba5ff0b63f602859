/* SPDX-License-Identifier: MIT */
/*
 * The outer half of the layout. See layout.h; the inner half is sketch.c.
 *
 * Step 1  Every connected part is drawn alone.
 * Step 2  Layers: arrows that go against an order of the locks (Eades, Lin,
 *         Smyth 1993) are turned round, then every lock stands as far left as
 *         those before it allow. Arrows over several layers get bends.
 * Step 3, 4  order and height: sketch.c.
 * Step 5  The parts are put on shelves, large ones first.
 */
#include "report/layout.h"

#include <stdlib.h>

#include "flow/flow.h"
#include "report/implied.h"
#include "report/sketch.h"
#include "report/source.h"

enum {
	CHAR_WIDTH = 8, NODE_PAD = 28, NODE_HEIGHT = 30, NODE_MAX = 320,
	COLUMN_GAP = 84, PORT = 7, PART_GAP = 40, MARGIN = 24
};

/* One part while it is made. */
struct part {
	struct sketch sketch;
	LC_ARRAY(uint32_t) locks, pairs;
	int32_t width, height;
};
/* What all steps share. */
struct maker {
	const struct lc_lockgraph *g;
	struct lc_layout *l;
	uint32_t *root;   /* by lock: representative of its part */
	uint32_t *vertex; /* by lock: its vertex in its part's sketch */
	uint32_t *rank;   /* by lock: its turn in the order of step 2 */
	bool *implied;    /* by pair */
	/* by pair: the first link and how many; turned round or not */
	struct chain {
		uint32_t first, n;
		bool turned;
	} *chain;
	LC_ARRAY(struct part) parts;
};

static uint32_t root_of(struct maker *m, uint32_t lock)
{
	while (m->root[lock] != lock)
		lock = m->root[lock] = m->root[m->root[lock]];
	return lock;
}

static bool is_loop(const struct lc_graph_pair *p)
{
	return p->held == p->wanted;
}

/* ---- step 1: parts ---- */

static void make_parts(struct maker *m)
{
	const struct lc_lockgraph *g = m->g;
	uint32_t *part = lc_alloc(g->locks.len * sizeof(*part) + 1);

	for (uint32_t i = 0; i < g->locks.len; i++)
		m->root[i] = i;
	for (uint32_t i = 0; i < g->pairs.len; i++) {
		uint32_t a = root_of(m, g->pairs.data[i].held);
		uint32_t b = root_of(m, g->pairs.data[i].wanted);

		m->root[a > b ? a : b] = a > b ? b : a;
	}
	for (uint32_t i = 0; i < g->locks.len; i++) {
		if (!g->locks.data[i].in_order)
			continue;
		if (root_of(m, i) == i) {
			part[i] = m->parts.len;
			lc_push(&m->parts);
		}
		*lc_push(&m->parts.data[part[root_of(m, i)]].locks) = i;
	}
	for (uint32_t i = 0; i < g->pairs.len; i++) {
		uint32_t r = root_of(m, g->pairs.data[i].held);

		if (!is_loop(&g->pairs.data[i]))
			*lc_push(&m->parts.data[part[r]].pairs) = i;
	}
	free(part);
}

/* ---- step 2: layers ---- */

/* Degrees among the locks that have no rank yet. */
struct degree {
	int32_t in, out;
	bool ranked;
};

static void rank_one(struct maker *m, const struct part *p, struct degree *d,
		     uint32_t lock, uint32_t rank)
{
	m->rank[lock] = rank;
	d[lock].ranked = true;
	for (uint32_t i = 0; i < p->pairs.len; i++) {
		const struct lc_graph_pair *e = &m->g->pairs.data[p->pairs.data[i]];

		if (e->held == lock)
			d[e->wanted].in--;
		if (e->wanted == lock)
			d[e->held].out--;
	}
}

/* The next lock for the left end: a source, else the one with most surplus of
 * arrows out; sinks are taken last of all, which the surplus gives. */
static uint32_t next_lock(const struct part *p, const struct degree *d)
{
	uint32_t best = LC_NONE;

	for (uint32_t i = 0; i < p->locks.len; i++) {
		uint32_t k = p->locks.data[i];

		if (d[k].ranked)
			continue;
		if (!d[k].in && d[k].out)
			return k;
		if (best == LC_NONE ||
		    d[k].out - d[k].in > d[best].out - d[best].in)
			best = k;
	}
	return best;
}

static void rank_locks(struct maker *m, const struct part *p)
{
	struct degree *d = lc_alloc(m->g->locks.len * sizeof(*d) + 1);

	for (uint32_t i = 0; i < p->pairs.len; i++) {
		d[m->g->pairs.data[p->pairs.data[i]].held].out++;
		d[m->g->pairs.data[p->pairs.data[i]].wanted].in++;
	}
	for (uint32_t i = 0; i < p->locks.len; i++)
		rank_one(m, p, d, next_lock(p, d), i);
	free(d);
}

/* From here on the parts have only the other arrows. */
static void leave_out_implied(struct maker *m)
{
	lc_find_implied(m->g, m->rank, m->implied);
	for (uint32_t i = 0; i < m->parts.len; i++) {
		struct part *p = &m->parts.data[i];
		uint32_t kept = 0;

		for (uint32_t k = 0; k < p->pairs.len; k++) {
			uint32_t pair = p->pairs.data[k];

			m->l->edges.data[pair].implied = m->implied[pair];
			if (!m->implied[pair])
				p->pairs.data[kept++] = pair;
		}
		p->pairs.len = kept;
	}
}

static int32_t label_width(const char *name)
{
	uint32_t n = lc_characters(name, strlen(name)) * CHAR_WIDTH + NODE_PAD;

	return (int32_t)(n < NODE_MAX ? n : NODE_MAX);
}

static void add_vertices(struct maker *m, struct part *p)
{
	for (uint32_t i = 0; i < p->locks.len; i++) {
		uint32_t k = p->locks.data[i];
		struct vertex *v = lc_push(&p->sketch.vertices);

		m->vertex[k] = i;
		v->lock = k;
		v->width = label_width(m->g->locks.data[k].name);
		v->height = NODE_HEIGHT;
	}
}

/* Longest path from the left, in the order of ranks. */
static void set_layers(struct maker *m, struct part *p)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < p->pairs.len; i++) {
			const struct lc_graph_pair *e =
				&m->g->pairs.data[p->pairs.data[i]];
			bool turned = m->rank[e->held] > m->rank[e->wanted];
			uint32_t a = turned ? e->wanted : e->held;
			uint32_t b = turned ? e->held : e->wanted;
			struct vertex *from = &p->sketch.vertices.data[m->vertex[a]];
			struct vertex *to = &p->sketch.vertices.data[m->vertex[b]];

			m->chain[p->pairs.data[i]].turned = turned;
			if (to->layer <= from->layer) {
				to->layer = from->layer + 1;
				changed = true;
			}
		}
	}
}

static void add_links(struct maker *m, struct part *p)
{
	struct sketch *s = &p->sketch;

	for (uint32_t i = 0; i < p->pairs.len; i++) {
		const struct lc_graph_pair *e = &m->g->pairs.data[p->pairs.data[i]];
		struct chain *c = &m->chain[p->pairs.data[i]];
		uint32_t at = m->vertex[c->turned ? e->wanted : e->held];
		uint32_t end = m->vertex[c->turned ? e->held : e->wanted];

		c->first = s->links.len;
		while (at != end) {
			uint32_t layer = s->vertices.data[at].layer + 1, next = end;

			if (layer < s->vertices.data[end].layer) {
				struct vertex *v = lc_push(&s->vertices);

				*v = (struct vertex){ .lock = LC_NONE,
						      .layer = layer };
				next = s->vertices.len - 1;
			}
			*lc_push(&s->links) = (struct link){ at, next };
			at = next;
		}
		c->n = s->links.len - c->first;
	}
}

/* ---- step 5: places on the page ---- */

/* Left edge and width of each column of a part. */
struct column {
	int32_t x, width;
};

static struct column *columns_of(struct part *p)
{
	const struct sketch *s = &p->sketch;
	struct column *c = lc_alloc(s->layers.len * sizeof(*c) + 1);
	int32_t x = 0;

	for (uint32_t i = 0; i < s->vertices.len; i++) {
		const struct vertex *v = &s->vertices.data[i];

		if (v->width > c[v->layer].width)
			c[v->layer].width = v->width;
	}
	for (uint32_t i = 0; i < s->layers.len; i++) {
		c[i].x = x;
		x += c[i].width + COLUMN_GAP;
	}
	p->width = x - COLUMN_GAP;
	return c;
}

/* Moves the part's top to 0 and tells its height. */
static void level(struct part *p)
{
	int32_t top = INT32_MAX, bottom = INT32_MIN;

	for (uint32_t i = 0; i < p->sketch.vertices.len; i++) {
		const struct vertex *v = &p->sketch.vertices.data[i];

		top = v->y - v->height / 2 < top ? v->y - v->height / 2 : top;
		bottom = v->y + v->height / 2 > bottom ? v->y + v->height / 2
						       : bottom;
	}
	for (uint32_t i = 0; i < p->sketch.vertices.len; i++)
		p->sketch.vertices.data[i].y -= top;
	p->height = bottom - top;
}

/* How far from the vertex's middle a link meets its side: links are spread in
 * the order of their other ends, so that they do not cross there. */
static int32_t port(const struct sketch *s, uint32_t vertex, uint32_t link,
		    bool out)
{
	const struct vertex *v = &s->vertices.data[vertex];
	uint32_t n = out ? v->nout : v->nin, before = 0;
	const uint32_t *list = out ? &s->outs.data[v->first_out]
				   : &s->ins.data[v->first_in];
	uint32_t mine = out ? s->links.data[link].to : s->links.data[link].from;
	int32_t step = n > 1 ? (NODE_HEIGHT - 8) / (int32_t)(n - 1) : 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct link *l = &s->links.data[list[i]];
		uint32_t other = out ? l->to : l->from;

		before += s->vertices.data[other].place <
				  s->vertices.data[mine].place ||
			  (other == mine && list[i] < link);
	}
	if (v->lock == LC_NONE)
		return 0;
	step = step < PORT ? step : PORT;
	return (int32_t)(2 * before + 1 - n) * step / 2;
}

static void put_point(struct lc_layout_edge *e, int32_t x, int32_t y)
{
	*lc_push(&e->points) = x;
	*lc_push(&e->points) = y;
}

static void reverse_points(struct lc_layout_edge *e)
{
	for (uint32_t i = 0, k = e->points.len - 2; i < k; i += 2, k -= 2) {
		for (int j = 0; j < 2; j++) {
			int32_t keep = e->points.data[i + j];

			e->points.data[i + j] = e->points.data[k + j];
			e->points.data[k + j] = keep;
		}
	}
}

static void draw_pair(struct maker *m, const struct part *p, uint32_t pair,
		      const struct column *columns, int32_t x, int32_t y)
{
	const struct sketch *s = &p->sketch;
	const struct chain *c = &m->chain[pair];
	struct lc_layout_edge *e = &m->l->edges.data[pair];

	for (uint32_t i = c->first; i < c->first + c->n; i++) {
		const struct link *k = &s->links.data[i];
		const struct vertex *a = &s->vertices.data[k->from];
		const struct vertex *b = &s->vertices.data[k->to];
		const struct column *col = &columns[a->layer];

		put_point(e, x + col->x + (a->lock == LC_NONE ? col->width
							      : a->width),
			  y + a->y + port(s, k->from, i, true));
		put_point(e, x + columns[b->layer].x,
			  y + b->y + port(s, k->to, i, false));
	}
	if (c->turned)
		reverse_points(e);
}

static void draw_part(struct maker *m, struct part *p,
		      const struct column *columns, int32_t x, int32_t y)
{
	for (uint32_t i = 0; i < p->locks.len; i++) {
		const struct vertex *v = &p->sketch.vertices.data[i];
		struct lc_layout_node *n = &m->l->nodes.data[v->lock];

		*n = (struct lc_layout_node){ x + columns[v->layer].x,
					      y + v->y - v->height / 2,
					      v->width, v->height };
	}
	for (uint32_t i = 0; i < p->pairs.len; i++)
		draw_pair(m, p, p->pairs.data[i], columns, x, y);
}

static int by_size(const void *pa, const void *pb)
{
	const struct part *a = pa, *b = pb;

	if (a->height != b->height)
		return a->height > b->height ? -1 : 1;
	if (a->width != b->width)
		return a->width > b->width ? -1 : 1;
	return a->locks.data[0] < b->locks.data[0] ? -1 : 1;
}

/* The page is about half as wide again as it is high. */
static int32_t shelf_width(const struct maker *m)
{
	int64_t area = 0, width = 0;

	for (uint32_t i = 0; i < m->parts.len; i++) {
		const struct part *p = &m->parts.data[i];

		area += (int64_t)(p->width + PART_GAP) * (p->height + PART_GAP);
		width = p->width > width ? p->width : width;
	}
	while (width * width < area * 3 / 2)
		width += 40;
	return (int32_t)width;
}

static void shelve(struct maker *m)
{
	int32_t limit = shelf_width(m), x = 0, y = 0, high = 0;

	for (uint32_t i = 0; i < m->parts.len; i++) {
		struct part *p = &m->parts.data[i];
		struct column *columns = columns_of(p);

		if (x && x + p->width > limit) {
			x = 0;
			y += high + PART_GAP;
			high = 0;
		}
		draw_part(m, p, columns, x + MARGIN, y + MARGIN);
		free(columns);
		x += p->width + PART_GAP;
		high = p->height > high ? p->height : high;
		if (x - PART_GAP > m->l->width)
			m->l->width = x - PART_GAP;
	}
	m->l->width += 2 * MARGIN;
	m->l->height = y + high + 2 * MARGIN;
}

void lc_layout_make(struct lc_layout *l, const struct lc_lockgraph *g)
{
	struct maker m = { .g = g, .l = l };

	m.root = lc_alloc(g->locks.len * sizeof(*m.root) + 1);
	m.vertex = lc_alloc(g->locks.len * sizeof(*m.vertex) + 1);
	m.rank = lc_alloc(g->locks.len * sizeof(*m.rank) + 1);
	m.chain = lc_alloc(g->pairs.len * sizeof(*m.chain) + 1);
	m.implied = lc_alloc(g->pairs.len * sizeof(*m.implied) + 1);
	for (uint32_t i = 0; i < g->locks.len; i++)
		lc_push(&l->nodes);
	for (uint32_t i = 0; i < g->pairs.len; i++)
		lc_push(&l->edges);
	make_parts(&m);
	for (uint32_t i = 0; i < m.parts.len; i++)
		rank_locks(&m, &m.parts.data[i]);
	leave_out_implied(&m);
	for (uint32_t i = 0; i < m.parts.len; i++) {
		struct part *p = &m.parts.data[i];

		add_vertices(&m, p);
		set_layers(&m, p);
		add_links(&m, p);
		sketch_arrange(&p->sketch);
		level(p);
		free(columns_of(p));
	}
	if (m.parts.len)
		qsort(m.parts.data, m.parts.len, sizeof(*m.parts.data), by_size);
	shelve(&m);
	for (uint32_t i = 0; i < m.parts.len; i++) {
		sketch_release(&m.parts.data[i].sketch);
		lc_array_release(&m.parts.data[i].locks);
		lc_array_release(&m.parts.data[i].pairs);
	}
	lc_array_release(&m.parts);
	free(m.root);
	free(m.vertex);
	free(m.rank);
	free(m.chain);
	free(m.implied);
}

void lc_layout_release(struct lc_layout *l)
{
	for (uint32_t i = 0; i < l->edges.len; i++)
		lc_array_release(&l->edges.data[i].points);
	lc_array_release(&l->edges);
	lc_array_release(&l->nodes);
}
