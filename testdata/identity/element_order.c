/* SPDX-License-Identifier: MIT */
/* Elements of one array, ordered by a number in them: the bank transfer with
 * `accts[from].id < accts[to].id`. Without the question there is no order. */
#include <pthread.h>

struct acc { int id; int bal; pthread_mutex_t lock; };

static struct acc accts[10];
static struct other { int bal; pthread_mutex_t lock; } others[10];
static struct third { int bal; pthread_mutex_t lock; } third[10];

void by_branch_ok(int from, int to)
{
	struct acc *f, *s;

	if (accts[from].id < accts[to].id) {
		f = &accts[from];
		s = &accts[to];
	} else {
		f = &accts[to];
		s = &accts[from];
	}
	pthread_mutex_lock(&f->lock);
	pthread_mutex_lock(&s->lock);
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_unlock(&f->lock);
}

void by_swap_ok(int from, int to)
{
	struct acc *a = &accts[from], *b = &accts[to];

	if (a->id > b->id) {
		struct acc *t = a;

		a = b;
		b = t;
	}
	pthread_mutex_lock(&a->lock);
	pthread_mutex_lock(&b->lock);
	pthread_mutex_unlock(&b->lock);
	pthread_mutex_unlock(&a->lock);
}

void direct_ok(int from, int to)
{
	if (accts[from].id < accts[to].id) {
		pthread_mutex_lock(&accts[from].lock);
		pthread_mutex_lock(&accts[to].lock);
	} else {
		pthread_mutex_lock(&accts[to].lock);
		pthread_mutex_lock(&accts[from].lock);
	}
	pthread_mutex_unlock(&accts[from].lock);
	pthread_mutex_unlock(&accts[to].lock);
}

void unordered_bad(int from, int to)
{
	pthread_mutex_lock(&others[from].lock);
	pthread_mutex_lock(&others[to].lock); // @expect lock-order-cycle
	pthread_mutex_unlock(&others[to].lock);
	pthread_mutex_unlock(&others[from].lock);
}

/* What is asked of one element says nothing of the other. */
void one_asked_bad(int from, int to)
{
	if (third[from].bal < 0)
		return;
	pthread_mutex_lock(&third[from].lock);
	pthread_mutex_lock(&third[to].lock); // @expect lock-order-cycle
	pthread_mutex_unlock(&third[to].lock);
	pthread_mutex_unlock(&third[from].lock);
}
