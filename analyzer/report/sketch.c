/* SPDX-License-Identifier: MIT */
/*
 * The inner half of the layout: the order of vertices in their layers and
 * their height. The outer half is layout.c.
 *
 * Step 3  Order: vertices move to the mean place of their neighbours, layer by
 *         layer to and fro; the round with fewest crossings wins.
 * Step 4  Height: every layer in turn is placed as near to its neighbours as
 *         the gaps between vertices allow, by pooling adjacent violators.
 */
#include "report/sketch.h"

#include <stdlib.h>

#include "flow/flow.h"

enum { ORDER_ROUNDS = 24, HEIGHT_ROUNDS = 12, GAP = 14, SCALE = 1024 };

void sketch_release(struct sketch *s)
{
	for (uint32_t i = 0; i < s->layers.len; i++)
		lc_array_release(&s->layers.data[i].vertices);
	lc_array_release(&s->layers);
	lc_array_release(&s->vertices);
	lc_array_release(&s->links);
	lc_array_release(&s->ins);
	lc_array_release(&s->outs);
}

/* ---- links by vertex ---- */

static void group_links(struct sketch *s)
{
	uint32_t in = 0, out = 0;

	for (uint32_t i = 0; i < s->links.len; i++) {
		s->vertices.data[s->links.data[i].from].nout++;
		s->vertices.data[s->links.data[i].to].nin++;
		lc_push(&s->ins);
		lc_push(&s->outs);
	}
	for (uint32_t i = 0; i < s->vertices.len; i++) {
		struct vertex *v = &s->vertices.data[i];

		v->first_in = in;
		v->first_out = out;
		in += v->nin;
		out += v->nout;
		v->nin = v->nout = 0;
	}
	for (uint32_t i = 0; i < s->links.len; i++) {
		struct vertex *a = &s->vertices.data[s->links.data[i].from];
		struct vertex *b = &s->vertices.data[s->links.data[i].to];

		s->outs.data[a->first_out + a->nout++] = i;
		s->ins.data[b->first_in + b->nin++] = i;
	}
}

static void fill_layers(struct sketch *s)
{
	for (uint32_t i = 0; i < s->vertices.len; i++) {
		struct vertex *v = &s->vertices.data[i];
		struct layer *l;

		while (s->layers.len <= v->layer)
			lc_push(&s->layers);
		l = &s->layers.data[v->layer];
		v->place = l->vertices.len;
		*lc_push(&l->vertices) = i;
	}
}

/* The vertex at the other end of the k-th link to the left or right. */
static const struct vertex *neighbour(const struct sketch *s,
				      const struct vertex *v, bool left,
				      uint32_t k)
{
	uint32_t link = left ? s->ins.data[v->first_in + k]
			     : s->outs.data[v->first_out + k];
	const struct link *l = &s->links.data[link];

	return &s->vertices.data[left ? l->from : l->to];
}

/* ---- step 3: order ---- */

struct key {
	int64_t mean;
	uint32_t place, vertex;
};

static int by_mean(const void *pa, const void *pb)
{
	const struct key *a = pa, *b = pb;

	if (a->mean != b->mean)
		return a->mean < b->mean ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* A vertex without neighbours on that side keeps its place. */
static void order_layer(struct sketch *s, struct layer *l, bool left)
{
	LC_ARRAY(struct key) keys = { 0 };

	for (uint32_t i = 0; i < l->vertices.len; i++) {
		const struct vertex *v = &s->vertices.data[l->vertices.data[i]];
		uint32_t n = left ? v->nin : v->nout;
		struct key *k = lc_push(&keys);

		k->vertex = l->vertices.data[i];
		k->place = v->place;
		for (uint32_t j = 0; j < n; j++)
			k->mean += neighbour(s, v, left, j)->place;
		k->mean = n ? k->mean * SCALE / n : (int64_t)v->place * SCALE;
	}
	if (keys.len)
		qsort(keys.data, keys.len, sizeof(*keys.data), by_mean);
	for (uint32_t i = 0; i < keys.len; i++) {
		l->vertices.data[i] = keys.data[i].vertex;
		s->vertices.data[keys.data[i].vertex].place = i;
	}
	lc_array_release(&keys);
}

static int by_number(const void *pa, const void *pb)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

	return a < b ? -1 : a > b;
}

/* Crossings between a layer and the next: inversions, counted with a Fenwick
 * tree over the places on the right (Barth, Jünger, Mutzel 2002). */
static uint64_t crossings(const struct sketch *s, uint32_t layer)
{
	const struct layer *l = &s->layers.data[layer];
	uint32_t size = s->layers.data[layer + 1].vertices.len, seen = 0;
	uint32_t *tree = lc_alloc((size + 1) * sizeof(*tree));
	LC_ARRAY(uint32_t) ends = { 0 };
	uint64_t n = 0;

	for (uint32_t i = 0; i < l->vertices.len; i++) {
		const struct vertex *v = &s->vertices.data[l->vertices.data[i]];

		ends.len = 0;
		for (uint32_t k = 0; k < v->nout; k++)
			*lc_push(&ends) = neighbour(s, v, false, k)->place;
		if (ends.len)
			qsort(ends.data, ends.len, sizeof(*ends.data), by_number);
		for (uint32_t k = 0; k < ends.len; k++) {
			n += seen;
			for (uint32_t t = ends.data[k] + 1; t; t &= t - 1)
				n -= tree[t];
		}
		for (uint32_t k = 0; k < ends.len; k++, seen++)
			for (uint32_t t = ends.data[k] + 1; t <= size; t += t & -t)
				tree[t]++;
	}
	free(tree);
	lc_array_release(&ends);
	return n;
}

static uint64_t all_crossings(const struct sketch *s)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i + 1 < s->layers.len; i++)
		n += crossings(s, i);
	return n;
}

static void order(struct sketch *s)
{
	uint32_t n = s->vertices.len;
	uint32_t *best = lc_alloc(n * sizeof(*best) + 1);
	uint64_t fewest = UINT64_MAX;

	for (int round = 0; round < ORDER_ROUNDS && fewest; round++) {
		uint64_t now = all_crossings(s);

		if (now < fewest) {
			fewest = now;
			for (uint32_t i = 0; i < n; i++)
				best[i] = s->vertices.data[i].place;
		}
		for (uint32_t i = 1; i < s->layers.len; i++) {
			bool left = round % 2 == 0;
			uint32_t at = left ? i : s->layers.len - 1 - i;

			order_layer(s, &s->layers.data[at], left);
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		struct vertex *v = &s->vertices.data[i];

		v->place = best[i];
		s->layers.data[v->layer].vertices.data[v->place] = i;
	}
	free(best);
}

/* ---- step 4: height ---- */

/* Vertices that touch: they move as one. `mean` is where the first of them
 * would like to be, on average. */
struct block {
	uint32_t first, count;
	int64_t sum;    /* of wishes, less the offset in the block */
	int32_t length; /* from the first's middle to the last's */
};

static int32_t distance(const struct vertex *a, const struct vertex *b)
{
	return (a->height + b->height) / 2 + GAP;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int32_t block_at(const struct block *b)
{
	return (int32_t)floor_div(b->sum, b->count);
}

/* Where the vertex would like to be. */
static int32_t wish(const struct sketch *s, const struct vertex *v, bool left)
{
	uint32_t n = left ? v->nin : v->nout;
	int64_t sum = 0;

	for (uint32_t k = 0; k < n; k++)
		sum += neighbour(s, v, left, k)->y;
	return n ? (int32_t)floor_div(sum, n) : v->y;
}

static void place_layer(struct sketch *s, const struct layer *l, bool left)
{
	LC_ARRAY(struct block) blocks = { 0 };

	for (uint32_t i = 0; i < l->vertices.len; i++) {
		const struct vertex *v = &s->vertices.data[l->vertices.data[i]];
		struct block *b = lc_push(&blocks);

		*b = (struct block){ i, 1, wish(s, v, left), 0 };
		while (blocks.len > 1) {
			struct block *a = b - 1;
			int32_t gap = distance(
				&s->vertices.data[l->vertices.data[b->first - 1]],
				&s->vertices.data[l->vertices.data[b->first]]);
			int32_t offset = a->length + gap;

			if (block_at(a) + offset <= block_at(b))
				break;
			a->sum += b->sum - (int64_t)offset * b->count;
			a->count += b->count;
			a->length = offset + b->length;
			blocks.len--;
			b = a;
		}
	}
	for (uint32_t i = 0; i < blocks.len; i++) {
		const struct block *b = &blocks.data[i];
		int32_t y = block_at(b);

		for (uint32_t k = 0; k < b->count; k++) {
			struct vertex *v =
				&s->vertices.data[l->vertices.data[b->first + k]];

			v->y = y;
			if (k + 1 < b->count)
				y += distance(v, &s->vertices.data[
					l->vertices.data[b->first + k + 1]]);
		}
	}
	lc_array_release(&blocks);
}

static void place(struct sketch *s)
{
	for (uint32_t i = 0; i < s->layers.len; i++) {
		const struct layer *l = &s->layers.data[i];
		int32_t y = 0;

		for (uint32_t k = 0; k < l->vertices.len; k++) {
			struct vertex *v = &s->vertices.data[l->vertices.data[k]];

			if (k)
				y += distance(v, &s->vertices.data[
					l->vertices.data[k - 1]]);
			v->y = y;
		}
	}
	for (int round = 0; round < HEIGHT_ROUNDS; round++) {
		for (uint32_t i = 1; i < s->layers.len; i++) {
			bool left = round % 2 == 0;
			uint32_t at = left ? i : s->layers.len - 1 - i;

			place_layer(s, &s->layers.data[at], left);
		}
	}
}

void sketch_arrange(struct sketch *s)
{
	group_links(s);
	fill_layers(s);
	order(s);
	place(s);
}
