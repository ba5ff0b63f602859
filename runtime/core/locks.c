/* SPDX-License-Identifier: MIT */
/*
 * Identities: which lock an address is, in which life, under which name.
 */
#include "internal.h"

static struct lc_rt_table locks = { .node_bytes = sizeof(struct lc_rt_lock) };
static uint32_t lock_count;

struct counter {
	struct lc_rt_node node;
	uint32_t count;
};

static struct lc_rt_table counters = { .node_bytes = sizeof(struct counter) };

uint32_t lc_rt_count(uint64_t a, uint64_t b)
{
	struct counter *c =
		(struct counter *)lc_rt_get(&counters, lc_rt_mix(a, b));

	return __atomic_add_fetch(&c->count, 1, __ATOMIC_RELAXED);
}

struct lc_rt_lock *lc_rt_lock_find(const void *lock)
{
	return (struct lc_rt_lock *)lc_rt_find(&locks, (uintptr_t)lock);
}

void lc_rt_lock_cached(struct lc_rt_thread *me, struct lc_rt_lock *l,
		       struct lc_rt_edge *e)
{
	uint32_t n = __atomic_fetch_add(&l->cached, 1, __ATOMIC_RELAXED);

	if (n < LC_RT_LOCK_EDGES)
		__atomic_store_n(&l->edges[n], e, __ATOMIC_RELAXED);
	__atomic_or_fetch(&l->threads, (uint64_t)1 << (me->id & 63),
			  __ATOMIC_RELAXED);
}

/* The fast path compares addresses, not generations: so whose life ends is
 * taken out of the caches. Mostly there are few edges, and we know which. */
static void forget_edges(struct lc_rt_lock *l)
{
	const void *lock = (const void *)l->node.key;
	uint32_t n = __atomic_exchange_n(&l->cached, 0, __ATOMIC_RELAXED);
	uint64_t threads = __atomic_exchange_n(&l->threads, 0,
					       __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < n && n <= LC_RT_LOCK_EDGES; i++)
		if (LC_RT_GET(l->edges[i]) &&
		    LC_RT_GET(l->edges[i]->lock) == lock)
			LC_RT_PUT(l->edges[i]->path, 0);
	if (n <= LC_RT_LOCK_EDGES)
		return;
	LC_RT_EACH_THREAD(t)
		if (threads >> (t->id & 63) & 1)
			lc_rt_books_forget_lock(t, lock);
}

/* A new life: keys of the old one are void. */
static void new_life(struct lc_rt_lock *l)
{
	uint32_t *generation =
		&lc_rt_generations[l->node.key >> 4 & (LC_RT_GENERATIONS - 1)];

	__atomic_add_fetch(generation, 1, __ATOMIC_RELAXED);
	forget_edges(l);
	l->generation++;
	l->epoch = 0;
	l->id = 0;
	l->flags = 0;
	l->initial = 0;
	l->init_seen = false;
	l->named_before = false;
	l->last_place = 0;
	l->last_thread = 0;
	l->frame = 0;
	l->name[0] = 0;
}

/* Is it on a stack, and has that frame changed since? Data without an init
 * call that share an address in turn are told apart by this. */
static bool other_frame(struct lc_rt_thread *me, struct lc_rt_lock *l)
{
	uintptr_t a = l->node.key;
	struct lc_rt_thread *owner = lc_rt_thread_by_stack(a);
	bool other = false;
	uint64_t frame;

	if (!owner)
		return false;
	if (l->stack_thread && l->stack_thread != owner->id)
		other = true;
	l->stack_thread = owner->id;
	if (owner == me) {
		frame = lc_rt_frame_of(a);
		other = other || (l->frame && frame && l->frame != frame);
		l->frame = frame;
	}
	return other;
}

static void name_it(struct lc_rt_thread *me, struct lc_rt_lock *l,
		    uint32_t what, lc_rt_site_t site)
{
	bool in_module;
	lc_rec_place where = lc_rt_data_place(me, l->node.key, &in_module);

	l->named_before = true;
	l->kind = LC_WHAT_KIND(what);
	l->where = in_module ? where : 0;
	if (in_module)
		l->flags |= LC_LOCK_IN_MODULE;
	if (l->stack_thread)
		l->flags |= LC_LOCK_ON_STACK;
	if (what & LC_WHAT_LIBC && lc_rt_probe && !l->init_seen)
		l->flags |= (uint16_t)lc_rt_probe->flags(
			(const void *)l->node.key, l->kind);
	l->init = lc_rt_site_place(me, site, what);
	l->init_thread = me->id;
	l->nth = in_module ? 1 : lc_rt_count(l->init, 0x10c4);
}

struct lc_rt_lock *lc_rt_lock_get(struct lc_rt_thread *me, const void *lock,
				  uint32_t what, lc_rt_site_t site)
{
	struct lc_rt_lock *l =
		(struct lc_rt_lock *)lc_rt_get(&locks, (uintptr_t)lock);

	if (!l->init_seen && other_frame(me, l) && l->named_before) {
		uint64_t frame = l->frame;

		new_life(l);
		l->frame = frame;
	}
	if (!l->generation)
		l->generation = 1;
	if (!l->named_before)
		name_it(me, l, what, site);
	return l;
}

uint32_t lc_rt_lock_record(struct lc_rt_thread *me, struct lc_rt_lock *l)
{
	size_t name_len = strlen(l->name);
	size_t bytes = sizeof(struct lc_rec_lock) + lc_rt_pad(name_len);
	struct lc_rec_lock *r;
	uint32_t none = 0;

	if (!l->id)
		__atomic_compare_exchange_n(
			&l->id, &none,
			__atomic_add_fetch(&lock_count, 1, __ATOMIC_RELAXED),
			false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	if (__atomic_exchange_n(&l->epoch, lc_rt_epoch, __ATOMIC_RELAXED) ==
	    lc_rt_epoch)
		return l->id;
	r = lc_rt_record_new(me, LC_REC_LOCK, bytes);
	if (!r)
		return l->id;
	r->id = l->id;
	r->generation = l->generation;
	r->address = l->kind == LC_KIND_THREAD ? l->initial : l->node.key;
	r->where = l->where;
	r->init = l->init;
	r->nth = l->nth;
	r->kind = l->kind;
	r->flags = l->flags;
	r->init_seen = l->init_seen;
	r->init_thread = l->init_thread;
	r->initial = l->initial;
	r->name_len = (uint32_t)name_len;
	lc_rt_record_text((char *)(r + 1), l->name, name_len);
	lc_rt_record_done(r, bytes);
	return l->id;
}

/* ---- births and ends ---- */

void lc_rt_init(const void *lock, uint32_t kind, uint32_t lock_flags,
		uint64_t initial, const char *name, uint32_t what,
		lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rt_lock *l;

	if (!me)
		return;
	l = (struct lc_rt_lock *)lc_rt_get(&locks, (uintptr_t)lock);
	if (kind != LC_KIND_SEM && lc_rt_holds(lock) &&
	    !lc_rt_held_since_fork(lock))
		lc_rt_misuse(LC_MISUSE_INIT_HELD, lock, what | kind, site);
	lc_rt_entry_drop(me, lock);
	new_life(l);
	l->init_seen = true;
	l->initial = initial;
	if (name)
		strncpy(l->name, name, sizeof(l->name) - 1);
	l->flags = (uint16_t)lock_flags;
	l->stack_thread = 0;
	if (lc_rt_thread_by_stack((uintptr_t)lock))
		l->stack_thread = me->id;
	name_it(me, l, (what & ~0x1fu) | kind, site);
	lc_rt_out(me);
}

/* Any thread that holds it or waits for it, and where it does the latter. */
static struct lc_rt_thread *user(const void *lock, bool *waits,
				 lc_rt_site_t *where)
{
	uint64_t place;
	struct lc_rt_thread *t;

	*waits = false;
	if (lc_rt_holders(lock, &t, 1))
		return t;
	*waits = true;
	LC_RT_EACH_THREAD(other)
		if (LC_RT_GET(other->state) == LC_RT_THREAD_LIVE &&
		    (LC_RT_GET(other->wait_object) == lock ||
		     lc_rt_lock_at(other, lc_rt_depth(other)) == lock) &&
		    lc_rt_waits_for(other, &place) == lock) {
			*where = LC_RT_PLACE_SITE(place);
			return other;
		}
	return NULL;
}

bool lc_rt_destroy(const void *lock, uint32_t kind, uint32_t what,
		   lc_rt_site_t site)
{
	struct lc_rt_thread *me = lc_rt_in();
	struct lc_rt_lock *l;
	struct lc_rt_thread *t = NULL;
	lc_rt_site_t where = 0;
	bool waits;

	if (!me)
		return false;
	l = lc_rt_lock_find(lock);
	if (l) {
		if (kind != LC_KIND_SEM && kind != LC_KIND_COND &&
		    kind != LC_KIND_BARRIER)
			t = user(lock, &waits, &where);
		if (t && lc_rt_held_since_fork(lock))
			t = NULL;
		if (t)
			lc_rt_misuse_with(waits ? LC_MISUSE_DESTROY_WAITED :
						  LC_MISUSE_DESTROY_HELD,
					  lock, what | kind, site, where,
					  "waited for");
		/* The books follow what happens: it is gone. */
		LC_RT_EACH_THREAD(other)
			lc_rt_entry_drop(other, lock);
		new_life(l);
	}
	lc_rt_out(me);
	return t != NULL;
}

/* ---- for the steering ---- */

struct lc_rt_lock *lc_rt_lock_of(const void *lock, uint32_t what,
				 lc_rt_site_t site)
{
	return lc_rt_tls.me ? lc_rt_lock_get(lc_rt_tls.me, lock, what, site) :
			      lc_rt_lock_find(lock);
}

uint32_t lc_rt_lock_id(struct lc_rt_lock *lock)
{
	return lc_rt_tls.me ? lc_rt_lock_record(lc_rt_tls.me, lock) : lock->id;
}

void lc_rt_lock_name(struct lc_rt_lock *lock, lc_rec_place *where,
		     lc_rec_place *init, uint32_t *nth)
{
	*where = lock->where;
	*init = lock->init;
	*nth = lock->nth;
}

/* For reports: slow. */
struct lc_rt_lock *lc_rt_lock_by_id(uint32_t id)
{
	for (uint32_t i = 0; i < LC_RT_BUCKETS; i++)
		for (struct lc_rt_node *n = locks.buckets[i]; n; n = n->next)
			if (((struct lc_rt_lock *)n)->id == id)
				return (struct lc_rt_lock *)n;
	return NULL;
}
