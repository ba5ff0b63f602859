/* SPDX-License-Identifier: MIT */
/* Two instances of one class are two locks. Their order is a finding of its
 * own where nothing fixes it. A library. */
#include <pthread.h>
#include <stdint.h>

struct account {
	pthread_mutex_t lock;
	long balance;
	int id;
};
struct player {
	pthread_mutex_t lock;
	int hp;
};
struct fork {
	pthread_mutex_t lock;
	int uses;
};
struct wallet {
	pthread_mutex_t lock;
	long coins;
};

/* transfer(x, y) in one thread, transfer(y, x) in another. */
void transfer_bad(struct account *from, struct account *to, long n)
{
	pthread_mutex_lock(&from->lock);
	pthread_mutex_lock(&to->lock); // @expect lock-order-cycle
	from->balance -= n;
	to->balance += n;
	pthread_mutex_unlock(&to->lock);
	pthread_mutex_unlock(&from->lock);
}

/* The lower address first. */
void strike_ok(struct player *a, struct player *b, int n)
{
	if (a == b)
		return;
	if ((uintptr_t)a < (uintptr_t)b) {
		pthread_mutex_lock(&a->lock);
		pthread_mutex_lock(&b->lock);
	} else {
		pthread_mutex_lock(&b->lock);
		pthread_mutex_lock(&a->lock);
	}
	a->hp += n;
	b->hp -= n;
	pthread_mutex_unlock(&b->lock);
	pthread_mutex_unlock(&a->lock);
}

/* One at a time. */
void fork_swap_ok(struct fork *a, struct fork *b)
{
	int n;

	pthread_mutex_lock(&a->lock);
	n = a->uses;
	pthread_mutex_unlock(&a->lock);
	pthread_mutex_lock(&b->lock);
	b->uses = n;
	pthread_mutex_unlock(&b->lock);
}

/* Not the same lock: no double acquire. A try does not wait. */
int wallet_merge_ok(struct wallet *a, struct wallet *b)
{
	pthread_mutex_lock(&a->lock);
	if (pthread_mutex_trylock(&b->lock) != 0) {
		pthread_mutex_unlock(&a->lock);
		return -1;
	}
	a->coins += b->coins;
	b->coins = 0;
	pthread_mutex_unlock(&b->lock);
	pthread_mutex_unlock(&a->lock);
	return 0;
}

static long wallet_coins(struct wallet *w)
{
	long n;

	pthread_mutex_lock(&w->lock);
	n = w->coins;
	pthread_mutex_unlock(&w->lock);
	return n;
}

long wallet_self_bad(struct wallet *w)
{
	long n;

	pthread_mutex_lock(&w->lock);
	n = wallet_coins(w); // @expect double-acquire
	pthread_mutex_unlock(&w->lock);
	return n;
}

long wallet_self_ok(struct wallet *w)
{
	long n;

	pthread_mutex_lock(&w->lock);
	n = w->coins;
	pthread_mutex_unlock(&w->lock);
	return n + wallet_coins(w);
}
