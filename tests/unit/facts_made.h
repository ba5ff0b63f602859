/* SPDX-License-Identifier: MIT */
/*
 * Facts made by hand, for the tests of store and report: a program of two
 * files in which every table has a row. What it stands for:
 *
 *   a.c  12 worker():  10 takes g_a, 12 wants g_b       (thread, many)
 *   b.c  20 main():    18 takes g_b, 20 wants g_a
 *   a.c  30 handle():  30 takes conn.lock, 31 calls flush(), 40 takes it again
 *   a.c  50 store():   48 takes g_a, 50 returns -1 with it, 55 releases it
 *   b.c  60 pop():     58 releases g_b, 60 releases g_b
 *   b.c  70 count():   try-lock of g_a, unchecked, released
 */
#ifndef FACTS_MADE_H
#define FACTS_MADE_H

#include <stdlib.h>

#include "flow/flow.h"
#include "solve/facts.h"

static inline uint32_t made_site(struct lc_facts *f, uint32_t function,
				 const char *file, uint32_t line, uint32_t col)
{
	struct lc_fact_site *s = lc_push(&f->sites);

	s->function = function;
	s->file = lc_intern(&f->strings, file);
	s->line = line;
	s->col = col;
	return f->sites.len - 1;
}

static inline uint32_t made_function(struct lc_facts *f, const char *name,
				     const char *file, uint32_t line)
{
	struct lc_fact_function *s = lc_push(&f->functions);

	s->name = lc_intern(&f->strings, name);
	s->file = s->unit = lc_intern(&f->strings, file);
	s->line = line;
	s->relevant = s->reached = true;
	return f->functions.len - 1;
}

static inline uint32_t made_lock(struct lc_facts *f, const char *name,
				 const char *cls, enum lc_kind kind,
				 uint32_t decl)
{
	struct lc_fact_lock *s = lc_push(&f->locks);

	s->name = lc_intern(&f->strings, name);
	s->cls = lc_intern(&f->strings, cls);
	s->ident = lc_intern(&f->strings, cls);
	s->kind = kind;
	s->api = lc_intern(&f->strings, "pthread");
	s->decl = decl;
	return f->locks.len - 1;
}

static inline uint32_t made_trace(struct lc_facts *f, const char *thread)
{
	struct lc_fact_trace *t = lc_push(&f->traces);

	t->thread = lc_intern(&f->strings, thread);
	t->first_step = f->steps.len;
	return f->traces.len - 1;
}

/* Adds to the trace made last. */
static inline void made_step(struct lc_facts *f, uint32_t site,
			     enum lc_step_role role, uint32_t depth,
			     const char *text, const char *held, uint32_t lock)
{
	struct lc_fact_step *s = lc_push(&f->steps);

	s->site = site;
	s->role = role;
	s->depth = depth;
	s->text = lc_intern(&f->strings, text);
	s->held = lc_intern(&f->strings, held);
	s->lock = lock;
	lc_last(&f->traces)->nsteps++;
}

struct made {
	uint32_t worker, main_, handle, flush, store, pop, count;
	uint32_t g_a, g_b, conn;
	uint32_t wa, wb, mb, ma; /* sites of the cycle */
	uint32_t trace_worker, trace_main;
	uint32_t held_site, call_site, again_site;
	uint32_t taken, returned, released;
};

static inline void made_cycle(struct lc_facts *f, struct made *m)
{
	struct lc_fact_thread *t;
	struct lc_fact_edge *e;
	struct lc_fact_cycle *c;
	struct lc_fact_cycle_edge *ce;

	m->wa = made_site(f, m->worker, "a.c", 10, 2);
	m->wb = made_site(f, m->worker, "a.c", 12, 2);
	m->mb = made_site(f, m->main_, "b.c", 18, 2);
	m->ma = made_site(f, m->main_, "b.c", 20, 2);
	t = lc_push(&f->threads);
	t->name = lc_intern(&f->strings, "worker");
	t->entry = m->worker;
	t->start = made_site(f, m->main_, "b.c", 15, 2);
	t->many = true;
	t->kind = lc_intern(&f->strings, "thread");
	t = lc_push(&f->threads);
	t->name = lc_intern(&f->strings, "main");
	t->entry = m->main_;
	t->start = LC_NONE;
	t->kind = lc_intern(&f->strings, "main");

	m->trace_worker = made_trace(f, "worker() started at b.c:15");
	made_step(f, m->wa, LC_ROLE_ACQUIRE, 0, "takes g_a", "g_a", m->g_a);
	made_step(f, m->wb, LC_ROLE_WANT, 0, "wants g_b", "g_a", m->g_b);
	m->trace_main = made_trace(f, "main");
	/* Takes and drops g_a first: the schedule must not block on it. */
	made_step(f, m->mb, LC_ROLE_ACQUIRE, 0, "takes g_a", "g_a", m->g_a);
	made_step(f, m->mb, LC_ROLE_RELEASE, 0, "releases g_a", "", m->g_a);
	made_step(f, m->mb, LC_ROLE_ACQUIRE, 0, "takes g_b", "g_b", m->g_b);
	made_step(f, m->ma, LC_ROLE_WANT, 0, "wants g_a", "g_b", m->g_a);

	*lc_push(&f->edge_gates) = m->conn;
	*lc_push(&f->edge_threads) = 0;
	*lc_push(&f->edge_threads) = 1;
	e = lc_push(&f->edges);
	*e = (struct lc_fact_edge){
		.held = m->g_a, .wanted = m->g_b, .function = m->worker,
		.held_site = m->wa, .site = m->wb, .ngates = 1, .nthreads = 1,
		.trace = m->trace_worker
	};
	e = lc_push(&f->edges);
	*e = (struct lc_fact_edge){
		.held = m->g_b, .wanted = m->g_a, .function = m->main_,
		.held_site = m->mb, .site = m->ma, .first_thread = 1,
		.nthreads = 1, .trace = m->trace_main
	};
	c = lc_push(&f->cycles);
	c->nedges = 2;
	ce = lc_push(&f->cycle_edges);
	*ce = (struct lc_fact_cycle_edge){ 0, 0, m->trace_worker };
	ce = lc_push(&f->cycle_edges);
	*ce = (struct lc_fact_cycle_edge){ 1, 1, LC_NONE };
	/* The same pair again, dropped by a filter: not reported. */
	c = lc_push(&f->cycles);
	c->nedges = 2;
	c->dropped = lc_intern(&f->strings, "gate lock");
}

static inline void made_reacquire(struct lc_facts *f, struct made *m)
{
	struct lc_fact_reacquire *r;
	uint32_t trace;

	m->held_site = made_site(f, m->handle, "a.c", 30, 2);
	m->call_site = made_site(f, m->handle, "a.c", 31, 2);
	m->again_site = made_site(f, m->flush, "a.c", 40, 2);
	trace = made_trace(f, "any caller of handle()");
	made_step(f, m->held_site, LC_ROLE_ACQUIRE, 0, "takes conn.lock",
		  "conn.lock", m->conn);
	made_step(f, m->call_site, LC_ROLE_CALL, 0, "calls flush()",
		  "conn.lock", LC_NONE);
	made_step(f, m->again_site, LC_ROLE_WANT, 1, "wants conn.lock",
		  "conn.lock", m->conn);
	r = lc_push(&f->reacquires);
	*r = (struct lc_fact_reacquire){
		.function = m->handle, .lock = m->conn,
		.held_site = m->held_site, .site = m->again_site, .depth = 1,
		.trace = trace
	};
}

static inline void made_others(struct lc_facts *f, struct made *m)
{
	struct lc_fact_exit *x;
	struct lc_fact_release *r;
	struct lc_fact_unchecked *u;
	uint32_t trace;

	m->taken = made_site(f, m->store, "a.c", 48, 2);
	m->returned = made_site(f, m->store, "a.c", 50, 3);
	m->released = made_site(f, m->store, "a.c", 55, 2);
	trace = made_trace(f, "");
	made_step(f, m->taken, LC_ROLE_ACQUIRE, 0, "takes g_a", "g_a", m->g_a);
	made_step(f, m->returned, LC_ROLE_EXIT, 0, "returns -1", "g_a", m->g_a);
	x = lc_push(&f->exits);
	*x = (struct lc_fact_exit){
		.function = m->store, .lock = m->g_a, .site = m->returned,
		.held_site = m->taken, .ret = lc_intern(&f->strings, "-1"),
		.released_elsewhere = true, .error_path = true, .max_count = 1,
		.release_site = m->released, .trace = trace
	};
	r = lc_push(&f->releases);
	*r = (struct lc_fact_release){
		.function = m->pop, .lock = m->g_b,
		.site = made_site(f, m->pop, "b.c", 60, 2),
		.why = LC_BAD_DOUBLE,
		.other_site = made_site(f, m->pop, "b.c", 58, 2),
		.other_lock = LC_NONE, .trace = LC_NONE
	};
	u = lc_push(&f->unchecked);
	*u = (struct lc_fact_unchecked){
		.function = m->count, .lock = m->g_a,
		.site = made_site(f, m->count, "b.c", 70, 2),
		.blocking = LC_BLOCK_TRY, .released = true, .trace = LC_NONE
	};
}

static inline void made_small_tables(struct lc_facts *f, struct made *m)
{
	struct lc_fact_acquire *a = lc_push(&f->acquires);
	struct lc_fact_held *h = lc_push(&f->held);
	struct lc_fact_call *c = lc_push(&f->calls);
	struct lc_fact_incomplete *i = lc_push(&f->incomplete);

	*h = (struct lc_fact_held){ m->g_a, LC_MODE_EXCLUSIVE, m->wa };
	*a = (struct lc_fact_acquire){
		.function = m->worker, .site = m->wb, .lock = m->g_b,
		.mode = LC_MODE_SHARED, .blocking = LC_BLOCK_TIMED,
		.strength = LC_POSSIBLE, .nheld = 1, .trace = m->trace_worker
	};
	*c = (struct lc_fact_call){
		.caller = m->handle, .callee = m->flush,
		.site = m->call_site, .indirect = true
	};
	i->scope = lc_intern(&f->strings, "unit");
	i->what = lc_intern(&f->strings, "broken.c");
	i->reason = lc_intern(&f->strings, "does not parse");
	i->gating = true;
	f->nfunctions_total = 9;
	f->ncalls_unresolved = 2;
}

static inline void made_facts(struct lc_facts *f, struct made *m)
{
	lc_facts_init(f);
	m->worker = made_function(f, "worker", "a.c", 8);
	m->main_ = made_function(f, "main", "b.c", 13);
	m->handle = made_function(f, "handle", "a.c", 28);
	m->flush = made_function(f, "flush", "a.c", 38);
	m->store = made_function(f, "store", "a.c", 46);
	m->pop = made_function(f, "pop", "b.c", 56);
	m->count = made_function(f, "count", "b.c", 68);
	made_function(f, "flush_locked", "a.c", 42);
	m->g_a = made_lock(f, "g_a", "g_a", LC_KIND_MUTEX,
			   made_site(f, LC_NONE, "a.c", 3, 24));
	m->g_b = made_lock(f, "g_b", "g_b", LC_KIND_MUTEX, LC_NONE);
	m->conn = made_lock(f, "conn.lock", "struct conn.lock", LC_KIND_MUTEX,
			    LC_NONE);
	made_cycle(f, m);
	made_reacquire(f, m);
	made_others(f, m);
	made_small_tables(f, m);
}

/* Two units: one in order, one that could not be read. */
static inline void made_units(struct lc_unit *units)
{
	lc_unit_init(&units[0]);
	units[0].file = lc_intern(&units[0].strings, "a.c");
	lc_unit_init(&units[1]);
	units[1].file = lc_intern(&units[1].strings, "broken.c");
	units[1].status = LC_UNIT_FAILED;
	units[1].message = lc_intern(&units[1].strings, "no such file");
	units[1].ndropped_flags = 3;
}

#endif
