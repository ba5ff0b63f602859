/* SPDX-License-Identifier: MIT */
/*
 * Addresses to places: which module, which offset. And stacks, as places.
 *
 * The modules are a sorted array that is replaced as a whole, so that looking
 * one up takes no lock. The loader is asked (dl_iterate_phdr) at the start,
 * after a dlopen or dlclose, when code is in no module we know, and when data
 * is in none and the loader says that something has been loaded since.
 */
#include "internal.h"

#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include <unwind.h>

enum { MAX_FRAMES = 64, MAX_MODULES = 65534, SCAN_WAIT_MS = 50 };

struct module {
	uintptr_t low, high, bias;
	const char *path;
	const uint8_t *build_id;
	uint32_t build_id_len;
	uint32_t id;
	uint32_t epoch; /* recorded in */
	bool gone;
};

struct modules {
	uint32_t count;
	struct module *sorted[];
};

static struct modules *modules; /* those in memory now, by low */
static struct module **by_id; /* all there have been; [id - 1] */
static uint32_t by_id_count, by_id_size;
static uint32_t scanning;
static uint64_t loads_seen; /* the loader's count of loads, at the last scan */

/* ---- asking the loader ---- */

static void find_build_id(const struct dl_phdr_info *info, struct module *m)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		const char *p = (const char *)info->dlpi_addr + ph->p_vaddr;
		const char *end = p + ph->p_memsz;

		if (ph->p_type != PT_NOTE)
			continue;
		while (p + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *n = (const void *)p;
			const char *name = p + sizeof(*n);
			const char *desc = name + ((n->n_namesz + 3u) & ~3u);

			if (n->n_type == NT_GNU_BUILD_ID &&
			    n->n_namesz == 4 && !memcmp(name, "GNU", 4)) {
				void *copy = lc_rt_alloc(n->n_descsz);

				m->build_id = memcpy(copy, desc, n->n_descsz);
				m->build_id_len = n->n_descsz;
				return;
			}
			p = desc + ((n->n_descsz + 3u) & ~3u);
		}
	}
}

static void find_range(const struct dl_phdr_info *info, uintptr_t *low,
		       uintptr_t *high)
{
	*low = UINTPTR_MAX;
	*high = 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type != PT_LOAD)
			continue;
		if (at < *low)
			*low = at;
		if (at + ph->p_memsz > *high)
			*high = at + ph->p_memsz;
	}
}

static const char *copy_path(const char *path)
{
	char exe[4096];
	char *copy;

	if (!*path) {
		ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

		exe[n > 0 ? n : 0] = 0;
		path = exe;
	}
	copy = lc_rt_alloc(strlen(path) + 1);
	return strcpy(copy, path);
}

static struct module *known(uintptr_t low, uintptr_t high)
{
	for (uint32_t i = 0; modules && i < modules->count; i++)
		if (modules->sorted[i]->low == low &&
		    modules->sorted[i]->high == high)
			return modules->sorted[i];
	return NULL;
}

static void number(struct module *m)
{
	if (by_id_count == by_id_size) {
		uint32_t size = by_id_size ? by_id_size * 2 : 64;
		struct module **more = lc_rt_alloc(size * sizeof(*more));

		if (by_id_count)
			memcpy(more, by_id, by_id_count * sizeof(*more));
		__atomic_store_n(&by_id, more, __ATOMIC_RELEASE);
		by_id_size = size;
	}
	if (by_id_count == MAX_MODULES) {
		lc_rt_note(LC_NOTE_LIMIT, "More than 65534 libraries were "
			   "loaded; places in the others have no module.");
		return;
	}
	by_id[by_id_count] = m;
	m->id = ++by_id_count;
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
	struct modules **next = data;
	struct modules *all = *next;
	uintptr_t low, high;
	struct module *m;
	uint32_t i;

	(void)size;
	loads_seen = info->dlpi_adds;
	find_range(info, &low, &high);
	if (low >= high)
		return 0;
	m = known(low, high);
	if (!m) {
		m = lc_rt_alloc(sizeof(*m));
		m->low = low;
		m->high = high;
		m->bias = info->dlpi_addr;
		m->path = copy_path(info->dlpi_name ? info->dlpi_name : "");
		find_build_id(info, m);
		number(m);
	}
	if ((all->count & (all->count - 1)) == 0) {
		struct modules *more = lc_rt_alloc(
			sizeof(*more) +
			(all->count ? all->count * 2 : 1) * sizeof(m));

		more->count = all->count;
		memcpy(more->sorted, all->sorted, all->count * sizeof(m));
		*next = all = more;
	}
	for (i = all->count++; i > 0 && all->sorted[i - 1]->low > low; i--)
		all->sorted[i] = all->sorted[i - 1];
	all->sorted[i] = m;
	return 0;
}

static void record_module(struct lc_rt_thread *me, struct module *m)
{
	size_t path_len = strlen(m->path);
	size_t bytes = sizeof(struct lc_rec_module) +
		       lc_rt_pad(m->build_id_len) + lc_rt_pad(path_len);
	struct lc_rec_module *r = lc_rt_record_new(me, LC_REC_MODULE, bytes);

	m->epoch = lc_rt_epoch;
	if (!r)
		return;
	r->id = m->id;
	r->path_len = (uint32_t)path_len;
	r->bias = m->bias;
	r->low = m->low;
	r->high = m->high;
	r->build_id_len = m->build_id_len;
	lc_rt_record_text(lc_rt_record_text((char *)(r + 1), m->build_id,
					    m->build_id_len),
			  m->path, path_len);
	lc_rt_record_done(r, bytes);
}

static void record_gone(struct lc_rt_thread *me, struct module *m)
{
	struct lc_rec_module_gone *r =
		lc_rt_record_new(me, LC_REC_MODULE_GONE, sizeof(*r));

	if (r)
		r->id = m->id;
	lc_rt_record_done(r, sizeof(*r));
}

/* Another thread is at it: what it finds is what we want to know. Not for ever:
 * it may wait for the loader, which may wait for a lock that we hold. */
static void wait_for_scan(void)
{
	uint64_t end = lc_rt_now_ns() + SCAN_WAIT_MS * 1000000u;

	while (__atomic_load_n(&scanning, __ATOMIC_ACQUIRE) &&
	       lc_rt_now_ns() < end)
		lc_rt_futex_wait(&scanning, 1, 1000000u);
}

void lc_rt_modules_scan(struct lc_rt_thread *me)
{
	struct modules *old, *next;

	if (__atomic_exchange_n(&scanning, 1, __ATOMIC_ACQUIRE)) {
		wait_for_scan();
		return;
	}
	old = modules;
	next = lc_rt_alloc(sizeof(*next) + sizeof(struct module *));
	dl_iterate_phdr(visit, &next);
	__atomic_store_n(&modules, next, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < next->count; i++)
		if (next->sorted[i]->epoch != lc_rt_epoch)
			record_module(me, next->sorted[i]);
	for (uint32_t i = 0; old && i < old->count; i++) {
		struct module *m = old->sorted[i];

		m->gone = known(m->low, m->high) != m;
		if (m->gone)
			record_gone(me, m);
	}
	__atomic_store_n(&scanning, 0, __ATOMIC_RELEASE);
	lc_rt_futex_wake(&scanning);
}

/* In a child: another thread may have been scanning. */
void lc_rt_modules_again(struct lc_rt_thread *me)
{
	scanning = 0;
	lc_rt_modules_scan(me);
}

void lc_rt_modules_changed(void)
{
	struct lc_rt_thread *me = lc_rt_in();

	if (!me)
		return;
	lc_rt_modules_scan(me);
	lc_rt_out(me);
}

void lc_rt_deepbind(const char *path)
{
	struct lc_rt_thread *me = lc_rt_in();
	char text[600];

	if (!me)
		return;
	snprintf(text, sizeof(text),
		 "%.400s is loaded with RTLD_DEEPBIND: what it locks is not "
		 "seen (LOCKCHECK_DEEPBIND=drop drops the flag).",
		 path ? path : "The program");
	lc_rt_note(LC_NOTE_UNSEEN, text);
	lc_rt_out(me);
}

/* ---- looking up ---- */

static struct module *module_at(uintptr_t address)
{
	struct modules *all = __atomic_load_n(&modules, __ATOMIC_ACQUIRE);
	uint32_t low = 0, high = all ? all->count : 0;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		struct module *m = all->sorted[middle];

		if (address < m->low)
			high = middle;
		else if (address >= m->high)
			low = middle + 1;
		else
			return m;
	}
	return NULL;
}

lc_rec_place lc_rt_place(uintptr_t address, bool *in_module)
{
	struct module *m = module_at(address);

	if (in_module)
		*in_module = m != NULL;
	if (!m)
		return LC_REC_PLACE(LC_REC_NO_MODULE, address);
	return LC_REC_PLACE(m->id, address - m->bias);
}

const char *lc_rt_module_path(uint32_t module, const uint8_t **build_id,
			      uint32_t *build_id_len)
{
	struct module *m;

	if (module == 0 || module > by_id_count)
		return NULL;
	m = __atomic_load_n(&by_id, __ATOMIC_ACQUIRE)[module - 1];
	if (build_id) {
		*build_id = m->build_id;
		*build_id_len = m->build_id_len;
	}
	return m->path;
}

/* Place of code: if it is nowhere we know, something has been loaded. */
static lc_rec_place code_place(struct lc_rt_thread *me, uintptr_t address)
{
	static uintptr_t in_vain[8]; /* generated code is in no module */
	bool in_module;
	lc_rec_place place = lc_rt_place(address, &in_module);
	uintptr_t *slot = &in_vain[address >> 12 & 7];

	if (in_module || *slot == address >> 12)
		return place;
	lc_rt_modules_scan(me);
	place = lc_rt_place(address, &in_module);
	if (!in_module)
		*slot = address >> 12;
	return place;
}

static int count_loads(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(uint64_t *)data = info->dlpi_adds;
	return 1;
}

lc_rec_place lc_rt_data_place(struct lc_rt_thread *me, uintptr_t address,
			      bool *in_module)
{
	lc_rec_place place = lc_rt_place(address, in_module);
	uint64_t loads = 0;

	if (*in_module)
		return place;
	/* Heap and stack are in none, and there are many locks there. */
	dl_iterate_phdr(count_loads, &loads);
	if (loads == __atomic_load_n(&loads_seen, __ATOMIC_RELAXED))
		return place;
	lc_rt_modules_scan(me);
	return lc_rt_place(address, in_module);
}

/* ---- sites that have a name ---- */

struct named {
	struct lc_rt_node node; /* key = address of the lc_rt_site */
	uint32_t id, epoch;
};

static struct lc_rt_table named_table = { .node_bytes = sizeof(struct named) };
static uint32_t named_count;

static void record_site(struct lc_rt_thread *me, const struct lc_rt_site *site,
			uint32_t id)
{
	size_t file_len = site->file ? strlen(site->file) : 0;
	size_t function_len = site->function ? strlen(site->function) : 0;
	size_t bytes = sizeof(struct lc_rec_site) + lc_rt_pad(file_len) +
		       lc_rt_pad(function_len);
	struct lc_rec_site *r = lc_rt_record_new(me, LC_REC_SITE, bytes);

	if (!r)
		return;
	r->id = id;
	r->line = site->line;
	r->file_len = (uint32_t)file_len;
	r->function_len = (uint32_t)function_len;
	lc_rt_record_text(lc_rt_record_text((char *)(r + 1), site->file,
					    file_len),
			  site->function, function_len);
	lc_rt_record_done(r, bytes);
}

static uint32_t named_id(struct lc_rt_thread *me, lc_rt_site_t site)
{
	struct named *n = (struct named *)lc_rt_get(&named_table, site);
	uint32_t none = 0;

	if (!n->id)
		__atomic_compare_exchange_n(
			&n->id, &none,
			__atomic_add_fetch(&named_count, 1, __ATOMIC_RELAXED),
			false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	if (__atomic_exchange_n(&n->epoch, lc_rt_epoch, __ATOMIC_RELAXED) !=
	    lc_rt_epoch)
		record_site(me, (const struct lc_rt_site *)site, n->id);
	return n->id;
}

const struct lc_rt_site *lc_rt_site_by_id(uint32_t id)
{
	for (uint32_t i = 0; i < LC_RT_BUCKETS; i++)
		for (struct lc_rt_node *n = named_table.buckets[i]; n;
		     n = n->next)
			if (((struct named *)n)->id == id)
				return (const struct lc_rt_site *)n->key;
	return NULL;
}

lc_rec_place lc_rt_site_place(struct lc_rt_thread *me, lc_rt_site_t site,
			      uint32_t what)
{
	if (!site)
		return 0;
	if (what & LC_WHAT_NAMED)
		return LC_REC_PLACE(LC_REC_NAMED_MODULE, named_id(me, site));
	return code_place(me, site);
}

lc_rec_place lc_rt_place_of(lc_rt_site_t site, uint32_t what)
{
	struct lc_rt_thread *me = lc_rt_tls.me;

	return me ? lc_rt_site_place(me, site, what) : lc_rt_place(site, NULL);
}

/* ---- stacks ---- */

struct stack {
	struct lc_rt_node node; /* key = hash of the frames */
	uint32_t id, epoch;
	uint32_t count, cut;
	lc_rec_place *frames;
};

static struct lc_rt_table stacks = { .node_bytes = sizeof(struct stack) };
static uint32_t stack_count;

struct walk {
	uintptr_t pc[MAX_FRAMES + 1];
	uint32_t count;
};

/* In a static program the unwinder gets its tables from a constructor, which
 * locks: until the ordinary constructors run, the call site has to do. */
static bool can_unwind;

__attribute__((constructor)) static void tables_are_there(void)
{
	can_unwind = true;
}

/* The unwinder asks for these weakly, and takes all to be there if one is: in a
 * static program, only what somebody needs is. */
__attribute__((used)) static void (*const needed_by_unwinder[])(void) = {
	(void (*)(void))pthread_once,
	(void (*)(void))pthread_getspecific,
	(void (*)(void))pthread_setspecific,
	(void (*)(void))pthread_key_create,
	(void (*)(void))pthread_mutex_lock,
	(void (*)(void))pthread_mutex_unlock,
};

/* `me` is in the core: lock calls of the unwinder pass through. */
static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *data)
{
	struct walk *w = data;
	uintptr_t pc = _Unwind_GetIP(context);

	if (!pc || w->count > MAX_FRAMES)
		return _URC_END_OF_STACK;
	w->pc[w->count++] = pc;
	return _URC_NO_REASON;
}

/* The frames from the caller of the lock function on: ours are cut off. Where
 * the site is not found (a signal frame, no unwind tables), the site alone. */
static void walk(struct walk *w, lc_rt_site_t site, uint32_t what)
{
	struct module *self = module_at((uintptr_t)&lc_rt_stack_take);
	uint32_t skip = 0;

	w->count = 0;
	if (can_unwind)
		_Unwind_Backtrace(step, w);
	if (!(what & LC_WHAT_NAMED) && site) {
		while (skip < w->count && w->pc[skip] != site)
			skip++;
		if (skip == w->count) {
			w->pc[0] = site;
			w->count = 1;
			return;
		}
	} else {
		while (skip + 1 < w->count && module_at(w->pc[skip]) == self)
			skip++;
	}
	w->count -= skip;
	memmove(w->pc, w->pc + skip, w->count * sizeof(w->pc[0]));
}

static void record_stack(struct lc_rt_thread *me, const struct stack *s)
{
	size_t bytes = sizeof(struct lc_rec_stack) +
		       s->count * sizeof(lc_rec_place);
	struct lc_rec_stack *r = lc_rt_record_new(me, LC_REC_STACK, bytes);

	if (!r)
		return;
	r->id = s->id;
	r->count = s->count;
	r->cut = s->cut;
	memcpy(r->frames, s->frames, s->count * sizeof(lc_rec_place));
	lc_rt_record_done(r, bytes);
}

uint32_t lc_rt_stack_take(struct lc_rt_thread *me, lc_rt_site_t site,
			  uint32_t what)
{
	lc_rec_place places[MAX_FRAMES + 2];
	struct walk w;
	struct stack *s;
	uint64_t key = 0;
	uint32_t count = 0, none = 0;

	walk(&w, site, what);
	if (what & LC_WHAT_NAMED)
		places[count++] = lc_rt_site_place(me, site, what);
	for (uint32_t i = 0; i < w.count && count <= MAX_FRAMES; i++)
		places[count++] = code_place(me, w.pc[i]);
	for (uint32_t i = 0; i < count; i++)
		key = lc_rt_mix(key, places[i]);
	s = (struct stack *)lc_rt_get(&stacks, key);
	if (!__atomic_load_n(&s->frames, __ATOMIC_ACQUIRE)) {
		lc_rec_place *copy = lc_rt_alloc(count * sizeof(*copy));

		memcpy(copy, places, count * sizeof(*copy));
		s->count = count;
		s->cut = w.count > MAX_FRAMES;
		__atomic_store_n(&s->frames, copy, __ATOMIC_RELEASE);
	}
	if (!s->id)
		__atomic_compare_exchange_n(
			&s->id, &none,
			__atomic_add_fetch(&stack_count, 1, __ATOMIC_RELAXED),
			false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	if (__atomic_exchange_n(&s->epoch, lc_rt_epoch, __ATOMIC_RELAXED) !=
	    lc_rt_epoch)
		record_stack(me, s);
	return s->id;
}

const lc_rec_place *lc_rt_stack_frames(uint32_t id, uint32_t *count)
{
	for (uint32_t i = 0; id && i < LC_RT_BUCKETS; i++)
		for (struct lc_rt_node *n = stacks.buckets[i]; n; n = n->next) {
			struct stack *s = (struct stack *)n;

			if (s->id == id) {
				*count = s->count;
				return s->frames;
			}
		}
	*count = 0;
	return NULL;
}

uint32_t lc_rt_stack(void)
{
	return lc_rt_tls.me ? lc_rt_stack_take(lc_rt_tls.me, 0, LC_WHAT_NAMED) :
			      0;
}

uint32_t lc_rt_stack_places(lc_rec_place *places, uint32_t max)
{
	struct walk w;
	uint32_t n;

	if (!lc_rt_tls.me)
		return 0;
	walk(&w, 0, LC_WHAT_NAMED);
	n = w.count < max ? w.count : max;
	for (uint32_t i = 0; i < n; i++)
		places[i] = code_place(lc_rt_tls.me, w.pc[i]);
	return n;
}

/* ---- which frame an address on the stack belongs to ---- */

struct frame_search {
	uintptr_t address;
	uint64_t found;
};

static _Unwind_Reason_Code match_frame(struct _Unwind_Context *context,
				       void *data)
{
	struct frame_search *f = data;
	uintptr_t cfa = _Unwind_GetCFA(context);

	/* libgcc gives the frame's lower end here: the last frame that begins
	 * below the address is the one it is in. */
	if (cfa <= f->address) {
		f->found = lc_rt_mix(_Unwind_GetRegionStart(context), cfa);
		return _URC_NO_REASON;
	}
	return _URC_END_OF_STACK;
}

uint64_t lc_rt_frame_of(uintptr_t address)
{
	struct frame_search f = { address, 0 };

	if (can_unwind)
		_Unwind_Backtrace(match_frame, &f);
	return f.found;
}
