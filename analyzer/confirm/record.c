/* SPDX-License-Identifier: MIT */
/* Reading record files. See record.h. */
#include "confirm/record.h"

#include <stdlib.h>

/* ---- one record ---- */

/* Is a struct of `fixed` bytes there, with `more` behind it? */
static bool fits(const struct lc_rec *r, size_t fixed, uint64_t more)
{
	return r->size >= fixed && more <= r->size - fixed;
}

#define PAD(n) (((uint64_t)(n) + 7) & ~(uint64_t)7)
/* One case: the struct, what follows it, and where it goes. */
#define TAKE(TYPE, NAME, LIST, MORE)                                           \
	case LC_REC_##TYPE: {                                                  \
		const struct lc_rec_##NAME *x = (const void *)rec;             \
		if (fits(rec, sizeof(*x), 0) && fits(rec, sizeof(*x), MORE))   \
			*lc_push(&r->LIST) = x;                                \
		break;                                                         \
	}

static void take(struct lc_record *r, const struct lc_rec *rec)
{
	switch (rec->type) {
	TAKE(MODULE, module, modules, PAD(x->build_id_len) + PAD(x->path_len))
	TAKE(SITE, site, sites, PAD(x->file_len) + PAD(x->function_len))
	TAKE(STACK, stack, stacks, (uint64_t)x->count * sizeof(lc_rec_place))
	TAKE(THREAD, thread, threads, 0)
	TAKE(THREAD_NAME, thread_name, names, PAD(x->name_len))
	TAKE(SEGMENT, segment, segments, 0)
	TAKE(LOCK, lock, locks, PAD(x->name_len))
	TAKE(TUPLE, tuple, tuples,
	     (uint64_t)x->held_count * sizeof(struct lc_rec_held))
	TAKE(WAKE, wake, wakes, 0)
	TAKE(MISUSE, misuse, misuses, 0)
	TAKE(HANG, hang, hangs, (uint64_t)x->count * sizeof(struct lc_rec_edge))
	TAKE(NOTE, note, notes, PAD(x->text_len))
	TAKE(STEER, steer, steers, PAD(x->text_len))
	default:
		break; /* of a later version, or nothing we need */
	}
}

/* ---- the file ---- */

static void read_run(struct lc_record *r, const char *block, size_t bytes)
{
	size_t at = sizeof(struct lc_rec_block);

	while (at + sizeof(struct lc_rec) <= bytes) {
		const struct lc_rec *rec = (const void *)(block + at);

		if (!rec->size)
			return;
		if (rec->size < sizeof(*rec) || rec->size % 8 ||
		    rec->size > bytes - at) {
			r->cut = true;
			return;
		}
		take(r, rec);
		at += rec->size;
	}
}

static void read_blocks(struct lc_record *r)
{
	size_t at = r->head.header_bytes;

	r->cut = r->bytes.len < at;
	while (at + sizeof(struct lc_rec_block) <= r->bytes.len) {
		const struct lc_rec_block *b =
			(const void *)(r->bytes.data + at);
		size_t bytes = r->head.block_bytes;

		if (b->magic == LC_REC_BLOCK_MAGIC && b->blocks > 1)
			bytes *= b->blocks;
		if (bytes > r->bytes.len - at) {
			r->cut = true;
			bytes = r->bytes.len - at;
		}
		if (b->magic == LC_REC_BLOCK_MAGIC)
			read_run(r, r->bytes.data + at, bytes);
		at += bytes;
	}
}

static char *words(const char *from, size_t n)
{
	char *text = lc_strndup(from, n);

	text = lc_realloc(text, n + 1);
	memcpy(text, from, n);
	text[n] = 0;
	for (size_t i = 0; i < n; i++)
		if (!text[i])
			text[i] = i + 1 < n ? ' ' : 0;
	return text;
}

static int read_head(struct lc_record *r, struct lc_error *err)
{
	struct lc_rec_file *h = &r->head;
	const char *text;

	if (!r->bytes.len)
		return lc_fail(err, "%s is empty: the program ended before "
			       "anything was recorded", r->path);
	if (r->bytes.len < sizeof(*h) ||
	    memcmp(r->bytes.data, LC_REC_MAGIC, sizeof(h->magic)))
		return lc_fail(err, "%s is no record file of lockcheck",
			       r->path);
	memcpy(h, r->bytes.data, sizeof(*h));
	if (h->version != LC_REC_VERSION)
		return lc_fail(err, "%s is a record file of version %u, and "
			       "this lockcheck reads version %d", r->path,
			       h->version, LC_REC_VERSION);
	if (h->header_bytes < sizeof(*h) || h->block_bytes < 64 ||
	    h->header_bytes % 8 || h->block_bytes % 8 ||
	    h->block_bytes > 1 << 28 || h->header_bytes > 1 << 20 ||
	    (uint64_t)sizeof(*h) + h->exe_len + h->command_len >
		    r->bytes.len)
		return lc_fail(err, "%s is damaged: its head makes no sense",
			       r->path);
	text = r->bytes.data + sizeof(*h);
	r->exe = lc_strndup(text, h->exe_len);
	r->command = words(text + h->exe_len, h->command_len);
	return 0;
}

int lc_record_read(struct lc_record *r, const char *path, struct lc_error *err)
{
	memset(r, 0, sizeof(*r));
	r->path = lc_strdup(path);
	if (lc_read_file(path, &r->bytes, err) || read_head(r, err))
		return -1;
	read_blocks(r);
	return 0;
}

void lc_record_release(struct lc_record *r)
{
	for (uint32_t i = 0; i < r->wheres.len; i++) {
		free(r->wheres.data[i]->key);
		free(r->wheres.data[i]->file);
		free(r->wheres.data[i]->function);
		free(r->wheres.data[i]->text);
		free(r->wheres.data[i]);
	}
	lc_array_release(&r->wheres);
	lc_map_release(&r->where_map);
	lc_symbols_free(r->symbols);
	lc_array_release(&r->modules);
	lc_array_release(&r->sites);
	lc_array_release(&r->stacks);
	lc_array_release(&r->threads);
	lc_array_release(&r->names);
	lc_array_release(&r->segments);
	lc_array_release(&r->locks);
	lc_array_release(&r->tuples);
	lc_array_release(&r->wakes);
	lc_array_release(&r->misuses);
	lc_array_release(&r->hangs);
	lc_array_release(&r->notes);
	lc_array_release(&r->steers);
	lc_buf_release(&r->bytes);
	free(r->path);
	free(r->exe);
	free(r->command);
	memset(r, 0, sizeof(*r));
}

/* ---- by id ---- */

/* Ids are given in order, records come nearly so: look near id - 1 first. */
#define BY_ID(NAME, LIST)                                                      \
	const struct lc_rec_##NAME *lc_record_##NAME(                          \
		const struct lc_record *r, uint32_t id)                        \
	{                                                                      \
		if (id && id <= r->LIST.len &&                                 \
		    r->LIST.data[id - 1]->id == id)                            \
			return r->LIST.data[id - 1];                           \
		for (uint32_t i = 0; id && i < r->LIST.len; i++)               \
			if (r->LIST.data[i]->id == id)                         \
				return r->LIST.data[i];                        \
		return NULL;                                                   \
	}
BY_ID(stack, stacks)
BY_ID(thread, threads)
BY_ID(lock, locks)
BY_ID(module, modules)

/* ---- places ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void name_site(struct lc_record *r, struct lc_where *w, uint32_t id)
{
	for (uint32_t i = 0; i < r->sites.len; i++) {
		const struct lc_rec_site *s = r->sites.data[i];
		const char *text = (const char *)(s + 1);

		if (s->id != id)
			continue;
		w->file = lc_strndup(text, s->file_len);
		w->function = lc_strndup(text + PAD(s->file_len),
					 s->function_len);
		w->line = s->line;
		w->key = lc_asprintf("@%s:%u", w->file, w->line);
	}
}

static void name_code(struct lc_record *r, struct lc_where *w, bool exact)
{
	uint64_t offset = LC_REC_OFFSET_OF(w->place);
	const struct lc_rec_module *m =
		lc_record_module(r, LC_REC_MODULE_OF(w->place));
	char *path;

	if (!m || !w->place) {
		w->key = w->place ? lc_asprintf("?+0x%llx",
						(unsigned long long)offset)
				  : lc_strdup("?");
		return;
	}
	path = lc_strndup((const char *)(m + 1) + PAD(m->build_id_len),
			  m->path_len);
	w->key = lc_asprintf("%s+0x%llx", base_name(path),
			     (unsigned long long)offset);
	if (!r->symbols)
		r->symbols = lc_symbols_new();
	lc_symbols_find(r->symbols, path, exact ? offset : offset - 1, exact,
			&w->file, &w->line, &w->function);
	free(path);
}

static bool same_place(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_record *r = ctx;

	return r->wheres.data[index]->place == *(const lc_rec_place *)key;
}

static const struct lc_where *where(struct lc_record *r, lc_rec_place p,
				    bool exact)
{
	uint64_t hash = lc_hash_u64(p, exact);
	uint32_t at = lc_map_find(&r->where_map, hash, same_place, r, &p);
	struct lc_where *w;

	if (at != LC_NOT_FOUND)
		return r->wheres.data[at];
	w = lc_alloc(sizeof(*w));
	w->place = p;
	if (LC_REC_MODULE_OF(p) == LC_REC_NAMED_MODULE)
		name_site(r, w, (uint32_t)LC_REC_OFFSET_OF(p));
	else
		name_code(r, w, exact);
	if (!w->key)
		w->key = lc_strdup("?");
	if (!w->file)
		w->file = lc_strdup("");
	if (!w->function)
		w->function = lc_strdup("");
	w->text = w->line ? lc_asprintf("%s:%u", base_name(w->file), w->line)
			  : lc_strdup(w->key);
	lc_map_add(&r->where_map, hash, r->wheres.len);
	*lc_push(&r->wheres) = w;
	return w;
}

const struct lc_where *lc_record_where(struct lc_record *r, lc_rec_place p)
{
	return where(r, p, false);
}

const struct lc_where *lc_record_exact(struct lc_record *r, lc_rec_place p)
{
	return where(r, p, true);
}

/* ---- hangs ---- */

const struct lc_rec_edge *lc_hang_held(const struct lc_rec_hang *h, uint32_t i)
{
	for (uint32_t k = 0; k < h->count; k++)
		if (h->edges[k].holder == h->edges[i].waiter &&
		    !(h->edges[k].flags & LC_EDGE_WAKER))
			return &h->edges[k];
	return NULL;
}

bool lc_hang_is_core(const struct lc_rec_hang *h, uint32_t i)
{
	bool any = false;

	if (h->cycle)
		return i < h->cycle;
	for (uint32_t k = 0; k < h->count && !any; k++)
		any = h->edges[k].hold_site;
	return !any || h->edges[i].hold_site || lc_hang_held(h, i);
}

uint32_t lc_hang_core_edge(const struct lc_rec_hang *h, uint32_t n)
{
	uint32_t last = 0, at = UINT32_MAX;

	if (h->cycle) {
		at = 0;
		for (uint32_t i = 1; i < h->cycle; i++)
			if (h->edges[i].waiter < h->edges[at].waiter)
				at = i;
		return n < h->cycle ? (at + n) % h->cycle : UINT32_MAX;
	}
	for (uint32_t k = 0; k <= n; k++) {
		at = UINT32_MAX;
		for (uint32_t i = 0; i < h->count; i++)
			if (lc_hang_is_core(h, i) &&
			    h->edges[i].waiter > last &&
			    (at == UINT32_MAX ||
			     h->edges[i].waiter < h->edges[at].waiter))
				at = i;
		if (at == UINT32_MAX)
			break;
		last = h->edges[at].waiter;
	}
	return at;
}

/* ---- texts ---- */

char *lc_record_thread_text(struct lc_record *r, uint32_t id)
{
	const struct lc_rec_thread *t = lc_record_thread(r, id);
	const struct lc_where *start;

	if (!t)
		return lc_asprintf("thread %u", id);
	if (t->flags & LC_THREAD_MAIN)
		return lc_asprintf("thread %u (main)", id);
	start = lc_record_exact(r, t->start);
	return lc_asprintf("thread %u (%s)", id,
			   *start->function ? start->function : start->key);
}

static const char *kind_name(uint32_t kind)
{
	static const char *const names[] = {
		"lock", "mutex", "rwlock", "spinlock", "semaphore",
		"condition", "barrier", "once", "stream", "thread",
		"event", "reentrant lock", "loader",
	};

	return kind < LC_LEN(names) ? names[kind] : "lock";
}

char *lc_record_lock_text(struct lc_record *r, uint32_t id)
{
	const struct lc_rec_lock *l = lc_record_lock(r, id);
	const struct lc_where *w;

	if (!l)
		return lc_asprintf("lock %u", id);
	if (l->kind == LC_KIND_THREAD) {
		char *thread = lc_record_thread_text(r, (uint32_t)l->address);
		char *text = lc_asprintf("the end of %s", thread);

		free(thread);
		return text;
	}
	if (l->name_len)
		return lc_asprintf("%s %.*s", kind_name(l->kind),
				   (int)l->name_len, (const char *)(l + 1));
	if (l->where) {
		w = lc_record_exact(r, l->where);
		return lc_asprintf("%s %s", kind_name(l->kind),
				   *w->function ? w->function : w->key);
	}
	w = lc_record_where(r, l->init);
	return lc_asprintf("%s number %u %s at %s", kind_name(l->kind), l->nth,
			   l->init_seen ? "initialised" : "first used",
			   w->text);
}
