/* SPDX-License-Identifier: MIT */
/*
 * Plans for the steering (runtime/core/steer.c), and schedules, which are plans
 * that worked: with the hang they lead to (`expect`) and the builds of the
 * files they speak of (`build`).
 */
#include <errno.h>
#include <stdlib.h>

#include "../../runtime/core/steer.h"
#include "confirm/confirm.h"

#define PAD(n) (((uint64_t)(n) + 7) & ~(uint64_t)7)

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void put_hex(struct lc_buf *b, const unsigned char *bytes, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		lc_buf_printf(b, "%02x", bytes[i]);
}

/* "build 0a1b… prog": the module whose base name starts `key`. */
static void put_build(struct lc_buf *b, const struct lc_record *r,
		      lc_rec_place place)
{
	const struct lc_rec_module *m =
		lc_record_module(r, LC_REC_MODULE_OF(place));
	struct lc_buf line = {0};
	char *path;

	if (!m || !m->build_id_len)
		return;
	path = lc_strndup((const char *)(m + 1) + PAD(m->build_id_len),
			  m->path_len);
	lc_buf_str(&line, "build ");
	put_hex(&line, (const unsigned char *)(m + 1), m->build_id_len);
	lc_buf_printf(&line, " %s\n", base_name(path));
	if (!b->data || !strstr(b->data, line.data))
		lc_buf_str(b, line.data);
	lc_buf_release(&line);
	free(path);
}

static void put_lock(struct lc_buf *b, struct lc_record *r, const char *word,
		     uint32_t id)
{
	const struct lc_rec_lock *l = lc_record_lock(r, id);

	if (!l || l->kind == LC_KIND_THREAD)
		return;
	if (l->where)
		lc_buf_printf(b, "%s static %s\n", word,
			      lc_record_exact(r, l->where)->key);
	else
		lc_buf_printf(b, "%s first %u %s\n", word, l->nth,
			      lc_record_where(r, l->init)->key);
}

static void put_start(struct lc_buf *b, struct lc_record *r, uint32_t id)
{
	const struct lc_rec_thread *thread = lc_record_thread(r, id);

	if (thread && thread->flags & LC_THREAD_MAIN)
		lc_buf_str(b, "start main\n");
	else if (thread && thread->start)
		lc_buf_printf(b, "start %s\n",
			      lc_record_exact(r, thread->start)->key);
}

static void put_member(struct lc_buf *b, struct lc_record *r,
		       const struct lc_deps *d, const struct lc_target *t,
		       uint32_t i, bool strict)
{
	const struct lc_dep *dep = &d->deps.data[t->chain.dep[i]];
	const struct lc_hold *hold = &d->holds.data[t->chain.hold[i]];

	lc_buf_printf(b, "member\n");
	if (dep->wait || dep->relock)
		lc_buf_str(b, dep->wait ? "kind wait\n" : "kind relock\n");
	if (!hold->waker)
		lc_buf_printf(b, "outer %s\n",
			      lc_record_where(r, hold->site)->key);
	lc_buf_printf(b, "inner %s\n", lc_record_where(r, dep->site)->key);
	put_start(b, r, dep->thread);
	if (strict && !hold->waker)
		put_lock(b, r, "holds", hold->lock);
	if (strict)
		put_lock(b, r, "wants", dep->wanted);
	for (uint32_t k = 0; k < t->delays.len; k++)
		if (t->delays.data[k].member == i)
			lc_buf_printf(b, "delay %s\n", t->delays.data[k].site);
}

/* Of a guess: who waits is not known, but for what. */
static char *guess_text(struct lc_record *r, const struct lc_target *t,
			uint32_t seed, bool strict, uint32_t grace_ms)
{
	const struct lc_rec_tuple *take = r->tuples.data[t->guess.take];
	struct lc_buf b = {0};

	lc_buf_printf(&b, LC_PLAN_FIRST_LINE "\nabout %s\n", t->title);
	put_build(&b, r, take->site);
	lc_buf_printf(&b, "seed %u\ngrace %u\nmember\nkind wait\n", seed,
		      grace_ms);
	put_lock(&b, r, "wants", t->guess.object);
	lc_buf_printf(&b, "member\ninner %s\n",
		      lc_record_where(r, take->site)->key);
	put_start(&b, r, take->thread);
	if (strict)
		put_lock(&b, r, "wants", take->lock);
	return b.data;
}

void lc_plan_put_hang(struct lc_buf *b, struct lc_record *r,
		      const struct lc_rec_hang *h)
{
	for (uint32_t i = 0; i < h->count; i++) {
		const struct lc_rec_edge *e = &h->edges[i];
		const struct lc_rec_edge *held = lc_hang_held(h, i);

		if (!lc_hang_is_core(h, i))
			continue;
		lc_buf_printf(b, "expect %s %s\n",
			      held && held->hold_site
				      ? lc_record_where(r, held->hold_site)->key
				      : "-",
			      lc_record_where(r, e->wait_site)->key);
	}
}

char *lc_plan_text(struct lc_confirm *c, const struct lc_target *t,
		   uint32_t seed, bool strict, uint32_t grace_ms)
{
	struct lc_record *r = &c->base.records.data[t->record];
	const struct lc_deps *d = &c->deps.data[t->record];
	struct lc_buf b = {0};

	if (t->kind == LC_TARGET_GUESS)
		return guess_text(r, t, seed, strict, grace_ms);
	lc_buf_printf(&b, LC_PLAN_FIRST_LINE "\n");
	for (const char *p = t->title, *end; *p; p = *end ? end + 1 : end) {
		end = p + strcspn(p, "\n");
		lc_buf_printf(&b, "about %.*s\n", (int)(end - p), p);
	}
	for (uint32_t i = 0; i < t->chain.n; i++) {
		put_build(&b, r, d->deps.data[t->chain.dep[i]].site);
		put_build(&b, r, d->holds.data[t->chain.hold[i]].site);
	}
	for (uint32_t i = 0; i < t->chain.n; i++) {
		const struct lc_hold *h = &d->holds.data[t->chain.hold[i]];

		lc_buf_printf(&b, "expect %s %s\n",
			      h->waker ? "-" : lc_record_where(r, h->site)->key,
			      lc_record_where(r, d->deps.data[t->chain.dep[i]]
						 .site)->key);
	}
	lc_buf_printf(&b, "seed %u\ngrace %u\n", seed, grace_ms);
	for (uint32_t i = 0; i < t->chain.n; i++)
		put_member(&b, r, d, t, i, strict);
	return b.data;
}

/* ---- of a hang that happened by itself ---- */

enum { NONE = UINT32_MAX };

/* Its edges in the order of members: each is followed by the one whose thread
 * holds what it waits for, if there is one. */
struct ring {
	const struct lc_rec_hang *h;
	uint32_t n;
	uint32_t edge[LC_CYCLE_MAX];
};

static uint32_t edge_of_holder(const struct lc_rec_hang *h, uint32_t edge)
{
	uint32_t at;

	for (uint32_t n = 0; (at = lc_hang_core_edge(h, n)) != NONE; n++)
		if (h->edges[at].waiter == h->edges[edge].holder)
			return at;
	return NONE;
}

static bool is_on_ring(const struct ring *g, uint32_t edge)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (g->edge[i] == edge)
			return true;
	return false;
}

static bool is_owned_wait(const struct lc_rec_edge *e)
{
	return e->hold_site && LC_WHAT_KIND(e->what) != LC_KIND_THREAD &&
	       !(e->what & LC_WHAT_RELOCK);
}

/* False: there is nobody to stop, or what it is cannot be steered. */
static bool make_ring(struct ring *g)
{
	uint32_t at, lockers = 0;

	/* First those whom nobody waits for: a walk that began further on would
	 * leave them behind. */
	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t n = 0;
		     (at = lc_hang_core_edge(g->h, n)) != NONE; n++) {
			if (!pass && lc_hang_held(g->h, at))
				continue;
			for (; at != NONE && !is_on_ring(g, at);
			     at = edge_of_holder(g->h, at)) {
				const struct lc_rec_edge *e = &g->h->edges[at];

				if (g->n == LC_CYCLE_MAX ||
				    e->flags & (LC_EDGE_HOLDER_ENDED |
						LC_EDGE_WAKER))
					return false;
				lockers += is_owned_wait(e);
				g->edge[g->n++] = at;
			}
		}
	return g->n >= 2 && lockers;
}

static void put_waiter(struct lc_buf *b, struct lc_record *r,
		       const struct ring *g, uint32_t i)
{
	const struct lc_rec_edge *e = &g->h->edges[g->edge[i]];
	const struct lc_rec_edge *before =
		&g->h->edges[g->edge[(i + g->n - 1) % g->n]];

	lc_buf_str(b, "member\n");
	if (e->what & LC_WHAT_RELOCK)
		lc_buf_str(b, "kind relock\n");
	else if (!is_owned_wait(e))
		lc_buf_str(b, "kind wait\n");
	if (before->hold_site && before->holder == e->waiter)
		lc_buf_printf(b, "outer %s\n",
			      lc_record_where(r, before->hold_site)->key);
	lc_buf_printf(b, "inner %s\n", lc_record_where(r, e->wait_site)->key);
	put_start(b, r, e->waiter);
}

char *lc_plan_of_hang(struct lc_confirm *c, const struct lc_target *t,
		      uint32_t seed, uint32_t grace_ms)
{
	struct lc_record *r = &c->base.records.data[t->hang_record];
	struct ring g = { .h = t->hang };
	struct lc_buf b = {0};

	if (!make_ring(&g))
		return NULL;
	lc_buf_printf(&b, LC_PLAN_FIRST_LINE "\nabout %.*s\n",
		      (int)strcspn(t->title, "\n"), t->title);
	for (uint32_t i = 0; i < g.n; i++)
		put_build(&b, r, g.h->edges[g.edge[i]].wait_site);
	lc_plan_put_hang(&b, r, t->hang);
	lc_buf_printf(&b, "seed %u\ngrace %u\n", seed, grace_ms);
	for (uint32_t i = 0; i < g.n; i++)
		put_waiter(&b, r, &g, i);
	return b.data;
}

char *lc_plan_plain(struct lc_confirm *c, const struct lc_target *t)
{
	struct lc_record *r = &c->base.records.data[t->hang_record];
	struct lc_buf b = {0};
	uint32_t at;

	lc_buf_printf(&b, LC_PLAN_FIRST_LINE "\nabout %.*s\n",
		      (int)strcspn(t->title, "\n"), t->title);
	for (uint32_t n = 0; (at = lc_hang_core_edge(t->hang, n)) != NONE; n++)
		put_build(&b, r, t->hang->edges[at].wait_site);
	lc_plan_put_hang(&b, r, t->hang);
	return b.data;
}

bool lc_plan_steers(const char *text)
{
	return strstr(text, "\nmember\n");
}

bool lc_plan_file_steers(const char *path)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_buf b = {0};
	bool steers = !lc_read_file(path, &b, &err) && b.data &&
		      lc_plan_steers(b.data);

	lc_buf_release(&b);
	lc_error_release(&err);
	return steers;
}

int lc_plan_save(const char *path, const char *text, struct lc_error *err)
{
	FILE *f = fopen(path, "we");
	int bad;

	if (!f)
		return lc_fail(err, "cannot write %s: %s", path,
			       strerror(errno));
	bad = fputs(text, f) < 0;
	if (fclose(f) || bad)
		return lc_fail(err, "cannot write %s: %s", path,
			       strerror(errno));
	return 0;
}

/* ---- did it happen as expected? ---- */

struct expected {
	LC_ARRAY(char *) pairs; /* "OUTER INNER"; OUTER may be "-": any */
	LC_ARRAY(char *) builds; /* "HEX NAME" */
	/* Some wait for what has no owner, or nothing is steered: what happens
	 * need not be a cycle. */
	bool waits;
};

static int read_expected(struct expected *e, const char *path,
			 struct lc_error *err)
{
	struct lc_buf b = {0};
	size_t n = strlen(LC_PLAN_FIRST_LINE);
	int rc = lc_read_file(path, &b, err);

	if (!rc && (b.len <= n || memcmp(b.data, LC_PLAN_FIRST_LINE "\n",
					 n + 1)))
		rc = lc_fail(err, "%s is no schedule of lockcheck", path);
	e->waits = !rc && !lc_plan_steers(b.data);
	for (char *p = rc ? NULL : b.data, *end; p && *p; p = end) {
		end = p + strcspn(p, "\n");
		if (!strncmp(p, "expect ", 7))
			*lc_push(&e->pairs) =
				lc_strndup(p + 7, (size_t)(end - p - 7));
		if (!strncmp(p, "kind ", 5))
			e->waits = true;
		if (!strncmp(p, "build ", 6))
			*lc_push(&e->builds) =
				lc_strndup(p + 6, (size_t)(end - p - 6));
		end += *end == '\n';
	}
	if (!rc && e->pairs.len < 1)
		rc = lc_fail(err, "%s is a plan that has not been confirmed, "
			     "and expects nothing", path);
	lc_buf_release(&b);
	return rc;
}

/* Is there a thread of the hang that waits, and holds, as `pair` says? */
static bool has_pair(struct lc_record *r, const struct lc_rec_hang *h,
		     const char *pair)
{
	bool found = false;

	for (uint32_t i = 0; i < h->count && !found; i++) {
		const struct lc_rec_edge *held = lc_hang_held(h, i);
		char *is = lc_asprintf("%s %s",
				       held && *pair != '-'
					       ? lc_record_where(
							 r, held->hold_site)->key
					       : "-",
				       lc_record_where(r, h->edges[i].wait_site)
					       ->key);

		found = !strcmp(is, pair);
		free(is);
	}
	return found;
}

static bool is_hang(struct lc_record *r, const struct lc_rec_hang *h,
		    const struct expected *e)
{
	bool all = true;

	if (!e->waits && h->cycle != e->pairs.len)
		return false;
	for (uint32_t k = 0; k < e->pairs.len && all; k++)
		all = has_pair(r, h, e->pairs.data[k]);
	return all;
}

static int check_builds(const struct lc_record *r, const struct expected *e,
			const char *plan, struct lc_error *err)
{
	for (uint32_t i = 0; i < e->builds.len; i++) {
		const char *name = strchr(e->builds.data[i], ' ');
		bool there = false, same = false;

		for (uint32_t k = 0; name && k < r->modules.len; k++) {
			struct lc_buf b = {0};
			const struct lc_rec_module *m = r->modules.data[k];
			char *path = lc_strndup((const char *)(m + 1) +
							PAD(m->build_id_len),
						m->path_len);

			put_hex(&b, (const unsigned char *)(m + 1),
				m->build_id_len);
			if (!strcmp(base_name(path), name + 1)) {
				there = true;
				same = same ||
				       (b.data && !strncmp(b.data,
							   e->builds.data[i],
							   b.len));
			}
			lc_buf_release(&b);
			free(path);
		}
		if (there && !same)
			return lc_fail(err, "%s was made for another build of "
				       "%s: run 'lockcheck confirm' again",
				       plan, name + 1);
	}
	return 0;
}

int lc_plan_happened(const char *plan, struct lc_run *run,
		     struct lc_error *err)
{
	struct expected e = {{0}, {0}, false};
	int rc = read_expected(&e, plan, err);

	for (uint32_t i = 0; !rc && run && i < run->records.len; i++) {
		struct lc_record *r = &run->records.data[i];

		rc = check_builds(r, &e, plan, err);
		for (uint32_t k = 0; !rc && k < r->hangs.len; k++)
			if (is_hang(r, r->hangs.data[k], &e))
				rc = 1;
	}
	for (uint32_t i = 0; i < e.pairs.len; i++)
		free(e.pairs.data[i]);
	for (uint32_t i = 0; i < e.builds.len; i++)
		free(e.builds.data[i]);
	lc_array_release(&e.pairs);
	lc_array_release(&e.builds);
	return rc;
}
