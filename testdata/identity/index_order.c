/* SPDX-License-Identifier: MIT */
/* Two elements of a table that callers pass with numbers they have drawn: the
 * function compares the numbers, or it does not. */
#include <pthread.h>
#include <stdlib.h>

struct slot {
	pthread_mutex_t lock;
	int count;
};
struct table {
	size_t n;
	struct slot *s;
};
struct bin {
	pthread_mutex_t lock;
	int count;
};
static struct bins {
	unsigned n;
	struct bin b[8];
} all = { .n = 8 };
struct row {
	pthread_mutex_t lock;
	int count;
};
struct sheet {
	size_t n;
	struct row *r;
};

static void move_ok(struct table *t, size_t from, size_t to)
{
	if (from == to)
		return;
	if (from < to) {
		pthread_mutex_lock(&t->s[from].lock);
		pthread_mutex_lock(&t->s[to].lock);
	} else {
		pthread_mutex_lock(&t->s[to].lock);
		pthread_mutex_lock(&t->s[from].lock);
	}
	t->s[from].count--;
	t->s[to].count++;
	pthread_mutex_unlock(&t->s[from].lock);
	pthread_mutex_unlock(&t->s[to].lock);
}

static void move_bin_ok(struct bins *t, unsigned from, unsigned to)
{
	if (from == to)
		return;
	if (from < to) {
		pthread_mutex_lock(&t->b[from].lock);
		pthread_mutex_lock(&t->b[to].lock);
	} else {
		pthread_mutex_lock(&t->b[to].lock);
		pthread_mutex_lock(&t->b[from].lock);
	}
	t->b[from].count--;
	t->b[to].count++;
	pthread_mutex_unlock(&t->b[from].lock);
	pthread_mutex_unlock(&t->b[to].lock);
}

static void move_row_bad(struct sheet *t, size_t from, size_t to)
{
	if (from == to)
		return;
	pthread_mutex_lock(&t->r[from].lock);
	pthread_mutex_lock(&t->r[to].lock); // @expect lock-order-cycle
	t->r[from].count--;
	t->r[to].count++;
	pthread_mutex_unlock(&t->r[to].lock);
	pthread_mutex_unlock(&t->r[from].lock);
}

static struct sheet sheet = { .n = 16 };

static void *shuffle(void *p)
{
	struct table *t = p;
	unsigned seed = 1;

	for (int i = 0; i < 100; i++) {
		move_ok(t, (size_t)rand_r(&seed) % t->n,
			(size_t)rand_r(&seed) % t->n);
		move_bin_ok(&all, (unsigned)rand_r(&seed) % 8,
			    (unsigned)rand_r(&seed) % 8);
		move_row_bad(&sheet, (size_t)rand_r(&seed) % sheet.n,
			     (size_t)rand_r(&seed) % sheet.n);
	}
	return NULL;
}

int main(void)
{
	struct table t = { 16, calloc(16, sizeof(struct slot)) };
	pthread_t a, b;

	sheet.r = calloc(sheet.n, sizeof(struct row));
	if (!t.s || !sheet.r)
		return 1;
	for (size_t i = 0; i < t.n; i++) {
		pthread_mutex_init(&t.s[i].lock, NULL);
		pthread_mutex_init(&sheet.r[i].lock, NULL);
	}
	for (unsigned i = 0; i < all.n; i++)
		pthread_mutex_init(&all.b[i].lock, NULL);
	pthread_create(&a, NULL, shuffle, &t);
	pthread_create(&b, NULL, shuffle, &t);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	free(t.s);
	free(sheet.r);
	return 0;
}
