/* SPDX-License-Identifier: MIT */
/* The order of locks of a database → memory. See lockgraph.h. */
#include "report/lockgraph.h"

#include <stdlib.h>

#include "flow/flow.h"
#include "store/sql.h"

static void place_release(struct lc_place *p)
{
	free(p->file);
	free(p->macro);
	free(p->function);
}

static void arc_release(struct lc_graph_arc *a)
{
	place_release(&a->held_at);
	place_release(&a->at);
	free(a->function);
	free(a->held_mode);
	free(a->mode);
	free(a->blocking);
	free(a->strength);
	free(a->gates);
	free(a->threads);
	free(a->dropped);
}

void lc_lockgraph_release(struct lc_lockgraph *g)
{
	for (uint32_t i = 0; i < g->locks.len; i++) {
		struct lc_graph_lock *k = &g->locks.data[i];

		free(k->name);
		free(k->cls);
		free(k->kind);
		free(k->api);
		place_release(&k->decl);
	}
	for (uint32_t i = 0; i < g->takes.len; i++) {
		struct lc_graph_take *t = &g->takes.data[i];

		place_release(&t->at);
		free(t->mode);
		free(t->blocking);
		free(t->strength);
		free(t->held);
	}
	for (uint32_t i = 0; i < g->arcs.len; i++)
		arc_release(&g->arcs.data[i]);
	for (uint32_t i = 0; i < g->cycles.len; i++) {
		free(g->cycles.data[i].locks);
		free(g->cycles.data[i].where);
		free(g->cycles.data[i].strength);
		free(g->cycles.data[i].dropped);
	}
	lc_array_release(&g->locks);
	lc_array_release(&g->takes);
	lc_array_release(&g->pairs);
	lc_array_release(&g->arcs);
	lc_array_release(&g->cycles);
}

uint32_t lc_lockgraph_find(const struct lc_lockgraph *g, uint32_t id)
{
	uint32_t low = 0, high = g->locks.len;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (g->locks.data[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->locks.len && g->locks.data[low].id == id ? low
								 : LC_NONE;
}

/* ---- loading ---- */

struct loader {
	struct lc_lockgraph *g;
	struct lc_store *s;
	struct lc_error *err;
};

static char *text(sqlite3_stmt *stmt, int col)
{
	return lc_strdup(lc_sql_text(stmt, col));
}

/* Five columns from `col`: file, line, col, macro, function. */
static void get_place(sqlite3_stmt *stmt, int col, struct lc_place *p)
{
	p->file = text(stmt, col);
	p->line = lc_sql_number(stmt, col + 1);
	p->col = lc_sql_number(stmt, col + 2);
	p->macro = text(stmt, col + 3);
	p->function = text(stmt, col + 4);
}
#define PLACE(s) s ".file, " s ".line, " s ".col, " s ".macro, " s ".function"

/* Runs `sql` and gives every row to `row`. */
static int each(struct loader *l, const char *sql,
		void (*row)(struct loader *l, sqlite3_stmt *stmt))
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(l->s, &stmt, sql, l->err);

	if (rc < 0)
		return rc;
	while ((rc = lc_sql_step(l->s, stmt, l->err)) == 1)
		row(l, stmt);
	sqlite3_finalize(stmt);
	return rc;
}

static void lock_row(struct loader *l, sqlite3_stmt *stmt)
{
	struct lc_graph_lock *k = lc_push(&l->g->locks);

	k->id = lc_sql_number(stmt, 0);
	k->name = text(stmt, 1);
	k->cls = text(stmt, 2);
	k->kind = text(stmt, 3);
	k->api = text(stmt, 4);
	get_place(stmt, 5, &k->decl);
}

static void take_row(struct loader *l, sqlite3_stmt *stmt)
{
	uint32_t lock = lc_lockgraph_find(l->g, lc_sql_number(stmt, 0));
	struct lc_graph_take *t;
	struct lc_graph_lock *k;

	if (lock == LC_NONE)
		return;
	k = &l->g->locks.data[lock];
	if (!k->ntakes++)
		k->first_take = l->g->takes.len;
	t = lc_push(&l->g->takes);
	t->lock = lock;
	t->mode = text(stmt, 1);
	t->blocking = text(stmt, 2);
	t->strength = text(stmt, 3);
	t->held = text(stmt, 4);
	get_place(stmt, 5, &t->at);
}

/* The pair that an arc with these ends belongs to: rows come sorted. */
static struct lc_graph_pair *pair_of(struct lc_lockgraph *g, uint32_t held,
				     uint32_t wanted)
{
	struct lc_graph_pair *p = g->pairs.len ? lc_last(&g->pairs) : NULL;

	if (p && p->held == held && p->wanted == wanted)
		return p;
	p = lc_push(&g->pairs);
	p->held = held;
	p->wanted = wanted;
	p->first_arc = g->arcs.len;
	p->dropped = true;
	return p;
}

static void arc_row(struct loader *l, sqlite3_stmt *stmt)
{
	uint32_t held = lc_lockgraph_find(l->g, lc_sql_number(stmt, 0));
	uint32_t wanted = lc_lockgraph_find(l->g, lc_sql_number(stmt, 1));
	struct lc_graph_pair *p;
	struct lc_graph_arc *a;

	if (held == LC_NONE || wanted == LC_NONE)
		return;
	p = pair_of(l->g, held, wanted);
	a = lc_push(&l->g->arcs);
	a->function = text(stmt, 2);
	a->held_mode = text(stmt, 3);
	a->mode = text(stmt, 4);
	a->blocking = text(stmt, 5);
	a->strength = text(stmt, 6);
	a->gates = text(stmt, 7);
	a->threads = text(stmt, 8);
	a->dropped = text(stmt, 9);
	a->reported = lc_sql_number(stmt, 10);
	get_place(stmt, 11, &a->held_at);
	get_place(stmt, 16, &a->at);
	p->narcs++;
	p->dropped &= *a->dropped != '\0';
	p->reported |= a->reported;
	l->g->locks.data[held].in_order = true;
	l->g->locks.data[wanted].in_order = true;
	if (a->reported)
		l->g->locks.data[held].reported =
			l->g->locks.data[wanted].reported = true;
}

static void cycle_row(struct loader *l, sqlite3_stmt *stmt)
{
	struct lc_graph_cycle *c = lc_push(&l->g->cycles);

	c->locks = text(stmt, 0);
	c->where = text(stmt, 1);
	c->strength = text(stmt, 2);
	c->dropped = text(stmt, 3);
}

static const char locks_sql[] =
	"SELECT k.id, k.name, k.class, k.kind, k.api, " PLACE("s")
	" FROM lock k LEFT JOIN v_site s ON s.id = k.decl ORDER BY k.id";

static const char takes_sql[] =
	"SELECT DISTINCT a.lock, a.mode, a.blocking, a.strength,"
	" coalesce((SELECT group_concat(name, ', ') FROM"
	"  (SELECT l.name FROM held h JOIN lock l ON l.id = h.lock"
	"   WHERE h.acquire = a.id ORDER BY h.seq)), '') AS holding, "
	PLACE("s")
	" FROM acquire a JOIN v_site s ON s.id = a.site "
	"ORDER BY a.lock, s.file, s.line, s.col, holding, 2, 3, 4";

static const char arcs_sql[] =
	"SELECT e.held_id, e.wanted_id, e.function, e.held_mode,"
	" e.wanted_mode, e.blocking, e.strength, e.gates, e.threads,"
	" e.dropped, e.id IN (SELECT x.edge FROM cycle_edge x"
	"  JOIN cycle c ON c.id = x.cycle WHERE c.dropped = ''), "
	PLACE("h") ", " PLACE("s")
	" FROM v_edge e JOIN v_site s ON s.id = e.site_id"
	" LEFT JOIN v_site h ON h.id = e.held_site_id "
	"ORDER BY e.held_id, e.wanted_id, e.dropped <> '', e.id";

static const char cycles_sql[] =
	"SELECT v.locks,"
	" coalesce((SELECT group_concat(place, ', ') FROM"
	"  (SELECT function || '() at ' || at AS place FROM v_cycle_edge x"
	"   WHERE x.cycle_id = v.id ORDER BY x.seq)), ''),"
	" v.strength, v.dropped FROM v_cycle v ORDER BY v.id";

int lc_lockgraph_load(struct lc_lockgraph *g, struct lc_store *store,
		      struct lc_error *err)
{
	struct loader l = { g, store, err };

	if (each(&l, locks_sql, lock_row) || each(&l, takes_sql, take_row) ||
	    each(&l, arcs_sql, arc_row) || each(&l, cycles_sql, cycle_row))
		return -1;
	return 0;
}

/* ---- a part of it ---- */

int lc_lockgraph_around(struct lc_lockgraph *g, const char *name,
			struct lc_error *err)
{
	uint32_t kept = 0;
	bool known = false;

	for (uint32_t i = 0; i < g->locks.len; i++) {
		known |= !strcmp(g->locks.data[i].name, name);
		g->locks.data[i].in_order = false;
	}
	if (!known)
		return lc_fail(err, "no lock is called %s (lockcheck query "
			       "\"SELECT name FROM lock\" lists them)", name);
	for (uint32_t i = 0; i < g->pairs.len; i++) {
		struct lc_graph_pair *p = &g->pairs.data[i];
		struct lc_graph_lock *a = &g->locks.data[p->held];
		struct lc_graph_lock *b = &g->locks.data[p->wanted];

		if (strcmp(a->name, name) && strcmp(b->name, name))
			continue;
		a->in_order = b->in_order = true;
		g->pairs.data[kept++] = *p;
	}
	g->pairs.len = kept;
	return 0;
}
