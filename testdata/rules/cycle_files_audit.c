/* SPDX-License-Identifier: MIT */
/* The ledger: see cycle_files.c. */
#include "bank.h"

void ledger_add(struct bank *b, long n)
{
	pthread_mutex_lock(&b->ledger_lock); // @expect-one lock-order-cycle
	b->entries += n;
	pthread_mutex_unlock(&b->ledger_lock);
}

void *auditor_bad(void *arg)
{
	struct bank *b = arg;

	pthread_mutex_lock(&b->ledger_lock);
	if (vault_cash(b) != b->entries) // @expect-one lock-order-cycle
		b->entries = 0;
	pthread_mutex_unlock(&b->ledger_lock);
	return arg;
}
