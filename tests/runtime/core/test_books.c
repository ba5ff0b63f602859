/* SPDX-License-Identifier: MIT */
/*
 * The core's books against a plain list of what is held: random acquires and
 * releases, of few locks and of many, in any order, by several threads at once,
 * with locks that end and begin again. The locks are numbers: nothing is locked.
 * Linked with the core as it is, and once more with it under ThreadSanitizer.
 */
#include "internal.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LOCKS = 4096, DEEP = 24, SITES = 12, ROUNDS = 40000, THREADS = 4 };
#define WHAT_LOCK \
	LC_WHAT(LC_KIND_OTHER, LC_MODE_EXCLUSIVE, LC_HOW_BLOCK)

struct model {
	uint32_t random;
	uint32_t first, locks; /* the thread's own part of the numbers */
	uint32_t sites;
	const void *held[DEEP];
	uint64_t place[DEEP];
	int count;
	int below; /* releases by the third cache */
	int wrong;
};

static char memory[THREADS * LOCKS * 16];

static uint32_t random_below(struct model *m, uint32_t n)
{
	m->random = m->random * 1664525u + 1013904223u;
	return (m->random >> 8) % n;
}

static const void *a_lock(struct model *m)
{
	return &memory[16 * (m->first + random_below(m, m->locks))];
}

static bool is_held(const struct model *m, const void *lock)
{
	for (int i = 0; i < m->count; i++)
		if (m->held[i] == lock)
			return true;
	return false;
}

static void acquire(struct model *m, const void *lock)
{
	lc_rt_site_t site = 0x401000 + 16 * random_below(m, m->sites);
	bool got = random_below(m, 8) != 0;
	struct lc_rt_op op = lc_rt_acquire_begin(lock, WHAT_LOCK, site);

	lc_rt_acquire_end(op, got);
	if (!got)
		return;
	m->place[m->count] = LC_RT_PLACE(site, WHAT_LOCK);
	m->held[m->count++] = lock;
}

/* Mostly the last one. */
static void release(struct model *m)
{
	int i = random_below(m, 4) ? m->count - 1 :
				     (int)random_below(m, (uint32_t)m->count);
	const void *lock = m->held[i];
	const struct lc_rt_thread *me = lc_rt_me();
	uint64_t key = lc_rt_edge_at(me, lc_rt_depth(me))->key;

	m->below += i == m->count - 2 && lc_rt_below_edge(me, key)->path == key;
	m->wrong += lc_rt_release(lock, LC_KIND_OTHER, 0x402000) !=
		    LC_RT_RELEASE_OK;
	memmove(&m->held[i], &m->held[i + 1],
		(size_t)(--m->count - i) * sizeof(m->held[0]));
	memmove(&m->place[i], &m->place[i + 1],
		(size_t)(m->count - i) * sizeof(m->place[0]));
}

/* Is each key that of the entry below, with this lock and place? */
static bool keys_are_right(const struct model *m, const struct lc_rt_thread *me)
{
	for (int i = 0; i < m->count; i++) {
		const struct lc_rt_edge *e = lc_rt_edge_at(me, (uint32_t)i + 1);
		uint64_t before = lc_rt_edge_at(me, (uint32_t)i)->key;

		if (e->lock == LC_RT_ANY)
			return true;
		if (e->place != m->place[i] ||
		    e->key != lc_rt_key(before, m->held[i], m->place[i]))
			return false;
	}
	return true;
}

/* Are the books what the model is? */
static void compare(struct model *m)
{
	struct lc_rt_thread *me = lc_rt_me();

	m->wrong += lc_rt_depth(me) != (uint32_t)m->count;
	for (int i = 0; i < m->count && (uint32_t)i < lc_rt_depth(me); i++) {
		m->wrong += lc_rt_lock_at(me, (uint32_t)i + 1) != m->held[i];
		m->wrong += !lc_rt_held_at(me, (uint32_t)i + 1);
	}
}

/* An init or destroy of a lock that hashes there changes the keys to come. */
static bool begins_or_ends(struct model *m, const void *lock, uint32_t dice)
{
	if (dice > 1 || is_held(m, lock))
		return false;
	if (dice)
		lc_rt_destroy(lock, LC_KIND_OTHER, 0, 0x403010);
	else
		lc_rt_init(lock, LC_KIND_OTHER, 0, 0, NULL, 0, 0x403000);
	return true;
}

static void rounds(struct model *m, int n)
{
	for (int i = 0; i < n; i++) {
		const void *lock = a_lock(m);
		uint32_t dice = random_below(m, 16);

		if (begins_or_ends(m, lock, dice))
			continue;
		if (m->count && (m->count == DEEP || random_below(m, 2)))
			release(m);
		else if (!is_held(m, lock))
			acquire(m, lock);
		if (!m->wrong)
			compare(m);
	}
	while (m->count)
		release(m);
	compare(m);
}

static void with_locks(uint32_t locks)
{
	struct model m = { .random = locks, .locks = locks, .sites = SITES };

	rounds(&m, ROUNDS);
	assert_int_equal(m.wrong, 0);
}

static void few_locks(void **state)
{
	(void)state;
	with_locks(40);
}

/* More than LOCKCHECK_INSTANCES: the caches stop telling them apart. */
static void many_locks(void **state)
{
	(void)state;
	with_locks(LOCKS);
}

/* Few enough for every situation to come again: releases of the lower of two go
 * by the third cache, and what it puts there is what was asked for. */
static void crossed(void **state)
{
	struct model m = { .random = 1, .locks = 3, .sites = 2 };
	int wrong = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const void *lock = a_lock(&m);

		if (m.count && random_below(&m, 2))
			release(&m);
		else if (!is_held(&m, lock))
			acquire(&m, lock);
		compare(&m);
		wrong += !keys_are_right(&m, lc_rt_me());
	}
	while (m.count)
		release(&m);
	assert_int_equal(m.wrong + wrong, 0);
	assert_true(m.below > 100);
}

/* An earlier life's situations are not found again: a release by who holds it
 * in the new life is right, and each life is recorded. */
static void lives(void **state)
{
	struct model m = { .random = 7, .locks = 2, .sites = SITES };

	(void)state;
	for (int i = 0; i < 200; i++) {
		lc_rt_init(&memory[0], LC_KIND_OTHER, 0, 0, NULL, 0, 0x403000);
		acquire(&m, &memory[0]);
		compare(&m);
		while (m.count)
			release(&m);
		assert_false(lc_rt_destroy(&memory[0], LC_KIND_OTHER, 0,
					   0x403010));
	}
	assert_int_equal(m.wrong, 0);
}

/* What another thread has released goes out of the holder's books. */
static void *releases(void *lock)
{
	return (void *)(uintptr_t)lc_rt_release(lock, LC_KIND_OTHER, 0x402000);
}

static void dropped(void **state)
{
	struct model m = { .random = 3, .locks = 2, .sites = SITES };
	void *verdict;
	pthread_t t;

	(void)state;
	for (int i = 0; i < 100; i++) {
		const void *lock = &memory[16 * (i % 5)];

		do
			acquire(&m, lock);
		while (!m.count);
		pthread_create(&t, NULL, releases, (void *)(uintptr_t)lock);
		pthread_join(t, &verdict);
		assert_int_equal((uintptr_t)verdict, LC_RT_RELEASE_OTHERS);
		assert_false(lc_rt_holds(lock));
		m.count = 0;
	}
	/* The next acquire tidies up. */
	do
		acquire(&m, &memory[0]);
	while (!m.count);
	compare(&m);
	release(&m);
	compare(&m);
	assert_int_equal(m.wrong, 0);
}

static void *own_rounds(void *model)
{
	rounds(model, ROUNDS / 4);
	lc_rt_thread_end();
	return NULL;
}

/* Each with locks of its own, while the others' books are read. */
static void threads(void **state)
{
	struct model m[THREADS] = { { 0 } };
	pthread_t t[THREADS];

	(void)state;
	for (uint32_t i = 0; i < THREADS; i++) {
		m[i].random = i + 1;
		m[i].first = i * LOCKS;
		m[i].locks = i & 1 ? LOCKS : 50;
		m[i].sites = SITES;
		pthread_create(&t[i], NULL, own_rounds, &m[i]);
	}
	for (int i = 0; i < 2000; i++) {
		struct lc_rt_thread *who;
		uint64_t place;

		lc_rt_holders(&memory[16 * (i % LOCKS)], &who, 1);
		LC_RT_EACH_THREAD(other)
			lc_rt_waits_for(other, &place);
	}
	for (uint32_t i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	for (uint32_t i = 0; i < THREADS; i++)
		assert_int_equal(m[i].wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_locks), cmocka_unit_test(many_locks),
		cmocka_unit_test(crossed),   cmocka_unit_test(lives),
		cmocka_unit_test(dropped),   cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests_name("books", tests, NULL, NULL);
}
