/* SPDX-License-Identifier: MIT */
/* The vault: see cycle_files.c. */
#include "bank.h"

long vault_cash(struct bank *b)
{
	long n;

	pthread_mutex_lock(&b->vault_lock); // @expect-one lock-order-cycle
	n = b->cash;
	pthread_mutex_unlock(&b->vault_lock);
	return n;
}

static void pay(struct bank *b, long n)
{
	b->cash -= n;
	ledger_add(b, -n); // @expect-one lock-order-cycle
}

void *teller_bad(void *arg)
{
	struct bank *b = arg;

	pthread_mutex_lock(&b->vault_lock);
	if (b->cash > 10)
		pay(b, 10); // @expect-one lock-order-cycle
	pthread_mutex_unlock(&b->vault_lock);
	return arg;
}
