/* SPDX-License-Identifier: MIT */
/*
 * Memory that is never given back, tables, sets, time. All by system calls:
 * malloc may be what we are called from.
 */
#include "internal.h"

#include <linux/futex.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 20, LARGE_BYTES = 1 << 17 };

struct chunk {
	size_t used, size;
};

static struct chunk *chunk_now;

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		static const char text[] =
			"lockcheck: out of memory, the program cannot go on\n";

		syscall(SYS_write, 2, text, sizeof(text) - 1);
		syscall(SYS_exit_group, 2);
	}
	return p;
}

void *lc_rt_alloc(size_t size_bytes)
{
	size_t n = (size_bytes + 63) & ~(size_t)63;
	struct chunk *c, *fresh;
	size_t at;

	if (n >= LARGE_BYTES)
		return map(n);
	c = __atomic_load_n(&chunk_now, __ATOMIC_ACQUIRE);
	if (c) {
		at = __atomic_fetch_add(&c->used, n, __ATOMIC_RELAXED);
		if (at + n <= c->size)
			return (char *)c + at;
	}
	/* If two come here at once, one's chunk serves once only: harmless. */
	fresh = map(CHUNK_BYTES);
	fresh->size = CHUNK_BYTES;
	fresh->used = 64 + n;
	__atomic_compare_exchange_n(&chunk_now, &c, fresh, false,
				    __ATOMIC_RELEASE, __ATOMIC_RELAXED);
	return (char *)fresh + 64;
}

bool lc_rt_peek(void *to, const void *from, size_t n)
{
	struct iovec local = { to, n }, remote = { (void *)(uintptr_t)from, n };
	int saved = errno;
	long rc = syscall(SYS_process_vm_readv, (long)syscall(SYS_getpid),
			  &local, 1L, &remote, 1L, 0L);
	bool gone = rc < 0 && errno == EFAULT;

	errno = saved;
	if (rc == (long)n)
		return true;
	if (gone || rc >= 0)
		return false;
	/* Forbidden here (a sandbox), or not known to the kernel. */
	memcpy(to, from, n);
	return true;
}

/* ---- tables ---- */

static struct lc_rt_node **bucket(struct lc_rt_table *t, uint64_t key)
{
	return &t->buckets[lc_rt_mix(key, 0) & (LC_RT_BUCKETS - 1)];
}

static struct lc_rt_node *look(struct lc_rt_node *n, uint64_t key)
{
	while (n && n->key != key)
		n = n->next;
	return n;
}

struct lc_rt_node *lc_rt_find(struct lc_rt_table *t, uint64_t key)
{
	return look(__atomic_load_n(bucket(t, key), __ATOMIC_ACQUIRE), key);
}

struct lc_rt_node *lc_rt_get(struct lc_rt_table *t, uint64_t key)
{
	struct lc_rt_node **b = bucket(t, key);
	struct lc_rt_node *first = __atomic_load_n(b, __ATOMIC_ACQUIRE);
	struct lc_rt_node *n = look(first, key), *fresh;

	if (n)
		return n;
	fresh = lc_rt_alloc(t->node_bytes);
	fresh->key = key;
	do {
		n = look(first, key);
		if (n)
			return n;
		fresh->next = first;
	} while (!__atomic_compare_exchange_n(b, &first, fresh, false,
					      __ATOMIC_RELEASE,
					      __ATOMIC_ACQUIRE));
	return fresh;
}

/* ---- sets ---- */

uint32_t *lc_rt_seen_find(const struct lc_rt_seen *s, uint64_t key)
{
	uint32_t mask = s->capacity - 1;

	if (!s->capacity)
		return NULL;
	for (uint32_t i = (uint32_t)(key >> 20) & mask; s->slots[i].key;
	     i = (i + 1) & mask)
		if (s->slots[i].key == key)
			return &s->slots[i].value;
	return NULL;
}

static void seen_put(struct lc_rt_seen *s, uint64_t key, uint32_t value)
{
	uint32_t mask = s->capacity - 1;
	uint32_t i = (uint32_t)(key >> 20) & mask;

	while (s->slots[i].key && s->slots[i].key != key)
		i = (i + 1) & mask;
	if (!s->slots[i].key)
		s->count++;
	s->slots[i].value = value;
	s->slots[i].key = key;
}

/* The old slots stay mapped for who may be reading (the watcher) until the next
 * growth: each is half of the next, so all together less than the last. */
void lc_rt_seen_add(struct lc_rt_seen *s, uint64_t key, uint32_t value)
{
	if (!key)
		key = 1;
	if (s->count * 4 >= s->capacity * 3) {
		struct lc_rt_seen old = *s;
		uint32_t capacity = old.capacity ? old.capacity * 2 : 64;
		struct lc_rt_seen bigger = { .capacity = capacity };

		bigger.slots = lc_rt_alloc(capacity * sizeof(*bigger.slots));
		for (uint32_t i = 0; i < old.capacity; i++)
			if (old.slots[i].key)
				seen_put(&bigger, old.slots[i].key,
					 old.slots[i].value);
		/* Slots first: a reader with the old capacity stays inside. */
		__atomic_store_n(&s->slots, bigger.slots, __ATOMIC_RELEASE);
		s->count = bigger.count;
		s->capacity = capacity;
	}
	seen_put(s, key, value);
}

void lc_rt_seen_clear(struct lc_rt_seen *s)
{
	if (s->count)
		memset(s->slots, 0, s->capacity * sizeof(*s->slots));
	memset(s->chained, 0, sizeof(s->chained));
	s->count = 0;
}

/* ---- time and sleep ---- */

uint64_t lc_rt_now_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void lc_rt_futex_wait(uint32_t *word, uint32_t value, uint64_t timeout_ns)
{
	struct timespec t = { (time_t)(timeout_ns / 1000000000u),
			      (long)(timeout_ns % 1000000000u) };
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value,
		timeout_ns ? &t : NULL, NULL, 0);
	errno = saved;
}

void lc_rt_futex_wake(uint32_t *word)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL, NULL, 0);
	errno = saved;
}

static size_t slurp(const char *path, char *to, size_t size)
{
	int fd = (int)syscall(SYS_openat, -100, path, 02000000 /* O_CLOEXEC */);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = syscall(SYS_read, fd, to, size - 1);
	syscall(SYS_close, fd);
	if (n < 0)
		n = 0;
	to[n] = 0;
	return (size_t)n;
}

uint64_t lc_rt_run_time(uint32_t tid, char *state)
{
	char path[64], text[512], *p;
	uint64_t ns = 0;
	int saved = errno;

	*state = 0;
	snprintf(path, sizeof(path), "/proc/self/task/%u/stat", tid);
	if (slurp(path, text, sizeof(text))) {
		p = strrchr(text, ')');
		if (p && p[1] == ' ')
			*state = p[2];
	}
	snprintf(path, sizeof(path), "/proc/self/task/%u/schedstat", tid);
	if (slurp(path, text, sizeof(text)))
		for (p = text; *p >= '0' && *p <= '9'; p++)
			ns = ns * 10 + (uint64_t)(*p - '0');
	errno = saved;
	return ns;
}
