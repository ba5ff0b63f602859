/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: two transfers between the same accounts, there and back, through wrappers
 */
#include "battery.h"

struct account {
	pthread_mutex_t lock;
	int cents;
};

static struct account *accounts[2];

static struct account *open_account(void)
{
	struct account *a = calloc(1, sizeof(*a));

	if (!a)
		exit(2);
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

static void lock_account(struct account *a)
{
	LOCK(a->lock);
}

static void unlock_account(struct account *a)
{
	UNLOCK(a->lock);
}

static void transfer(struct account *from, struct account *to, int cents)
{
	lock_account(from);
	lock_account(to);
	from->cents -= cents;
	to->cents += cents;
	unlock_account(to);
	unlock_account(from);
}

static void *there(void *arg)
{
	nap();
	transfer(accounts[0], accounts[1], 5);
	return arg;
}

static void *back(void *arg)
{
	nap();
	transfer(accounts[1], accounts[0], 5);
	return arg;
}

int main(void)
{
	accounts[0] = open_account();
	accounts[1] = open_account();
	return together(there, back);
}
