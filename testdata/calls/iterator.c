/* SPDX-License-Identifier: MIT */
/* An iterator keeps a pointer to the lock it holds. A library. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
struct it { pthread_mutex_t *m; int i, n; };
struct map { pthread_mutex_t m; int n, v[8]; };

void it_begin_ok(struct it *it, struct map *m)
{
	pthread_mutex_lock(&m->m);
	it->m = &m->m;
	it->i = 0;
	it->n = m->n;
}

bool it_next_ok(struct it *it)
{
	return it->i++ < it->n;
}

void it_end_ok(struct it *it)
{
	if (it->m) {
		pthread_mutex_unlock(it->m);
		it->m = NULL;
	}
}

int sum_bad(struct map *m)
{
	struct it it;
	int s = 0;

	it_begin_ok(&it, m);
	while (it_next_ok(&it)) {
		s += m->v[it.i - 1];
		if (s > 100)
			return -1; // @expect unreleased-lock
	}
	it_end_ok(&it);
	return s;
}

int sum_ok(struct map *m)
{
	struct it it;
	int s = 0;

	it_begin_ok(&it, m);
	while (it_next_ok(&it)) {
		s += m->v[it.i - 1];
		if (s > 100) {
			it_end_ok(&it);
			return -1;
		}
	}
	it_end_ok(&it);
	return s;
}
