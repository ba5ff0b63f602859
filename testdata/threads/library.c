/* SPDX-License-Identifier: MIT */
/* No main: every externally visible function may run in any thread, static
 * ones only where these call them. */
#include <pthread.h>

struct graph {
	pthread_mutex_t nodes_lock;
	pthread_mutex_t edges_lock;
	pthread_mutex_t cache_lock;
	pthread_mutex_t names_lock;
	int nodes, edges, cached, names;
};

void graph_add_bad(struct graph *g)
{
	pthread_mutex_lock(&g->nodes_lock);
	g->nodes++;
	pthread_mutex_lock(&g->edges_lock); // @expect-one lock-order-cycle
	g->edges++;
	pthread_mutex_unlock(&g->edges_lock);
	pthread_mutex_unlock(&g->nodes_lock);
}

void graph_cut_bad(struct graph *g)
{
	pthread_mutex_lock(&g->edges_lock);
	g->edges--;
	pthread_mutex_lock(&g->nodes_lock); // @expect-one lock-order-cycle
	g->nodes--;
	pthread_mutex_unlock(&g->nodes_lock);
	pthread_mutex_unlock(&g->edges_lock);
}

void graph_cache_ok(struct graph *g)
{
	pthread_mutex_lock(&g->cache_lock);
	pthread_mutex_lock(&g->names_lock);
	g->cached = g->names;
	pthread_mutex_unlock(&g->names_lock);
	pthread_mutex_unlock(&g->cache_lock);
}

/* Drops the first before it takes the second. */
void graph_names_ok(struct graph *g)
{
	pthread_mutex_lock(&g->names_lock);
	g->names++;
	pthread_mutex_unlock(&g->names_lock);
	pthread_mutex_lock(&g->cache_lock);
	g->cached = 0;
	pthread_mutex_unlock(&g->cache_lock);
}
